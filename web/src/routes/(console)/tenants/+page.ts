import { TenantListDocument } from '#lib/generated/graphql.ts';
import { askAllowed } from '#lib/graphql/ask-allowed.ts';
import { thisMonth } from './month.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = (event) => {
  event.depends('prism:tenants');
  return {
    title: 'Tenants',
    tenants: askAllowed(event, 'tenant.list', TenantListDocument, thisMonth(Date.now())),
  };
};
