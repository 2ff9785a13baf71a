import { TenantDetailDocument } from '#lib/generated/graphql.ts';
import { ask } from '#lib/graphql/client.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = ({ params, depends }) => {
  depends('prism:tenants');
  return { title: 'Tenant', detail: ask(TenantDetailDocument, { id: params.id }) };
};
