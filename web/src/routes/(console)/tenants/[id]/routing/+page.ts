import { TenantRoutingDocument } from '#lib/generated/graphql.ts';
import { askAllowed } from '#lib/graphql/ask-allowed.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = (event) => {
  const { params, depends } = event;
  depends('prism:tenants');
  return { routing: askAllowed(event, 'tenant.list', TenantRoutingDocument, { id: params.id }) };
};
