import { TenantUseDocument } from '#lib/generated/graphql.ts';
import { askAllowed } from '#lib/graphql/ask-allowed.ts';
import { thisMonth } from '../month.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = (event) => {
  const { params, depends } = event;
  depends('prism:tenant-use');
  return {
    use: askAllowed(event, 'tenant.list', TenantUseDocument, { id: params.id, ...thisMonth(Date.now()) }),
  };
};
