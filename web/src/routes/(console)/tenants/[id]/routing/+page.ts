import { TenantRoutingDocument } from '#lib/generated/graphql.ts';
import { ask } from '#lib/graphql/client.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = ({ params, depends }) => {
  depends('prism:tenants');
  return { routing: ask(TenantRoutingDocument, { id: params.id }) };
};
