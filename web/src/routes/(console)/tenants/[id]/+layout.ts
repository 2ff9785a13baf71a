import { TenantDetailDocument } from '#lib/generated/graphql.ts';
import { ask } from '#lib/graphql/client.ts';
import type { LayoutLoad } from './$types';

export const load: LayoutLoad = ({ params, depends }) => {
  depends('prism:tenants');
  return { title: 'Tenant', id: params.id, detail: ask(TenantDetailDocument, { id: params.id }) };
};
