import { TenantDetailDocument } from '#lib/generated/graphql.ts';
import { askAllowed } from '#lib/graphql/ask-allowed.ts';
import type { LayoutLoad } from './$types';

export const load: LayoutLoad = (event) => {
  const { params, depends } = event;
  depends('prism:tenants');
  return {
    title: 'Tenant',
    id: params.id,
    detail: askAllowed(event, 'tenant.list', TenantDetailDocument, { id: params.id }),
  };
};
