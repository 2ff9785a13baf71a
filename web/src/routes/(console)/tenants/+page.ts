import { TenantListDocument } from '#lib/generated/graphql.ts';
import { ask } from '#lib/graphql/client.ts';
import { thisMonth } from './month.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = ({ depends }) => {
  depends('prism:tenants');
  return { title: 'Tenants', tenants: ask(TenantListDocument, thisMonth(Date.now())) };
};
