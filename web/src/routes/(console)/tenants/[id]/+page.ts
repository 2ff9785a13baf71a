import { TenantUseDocument } from '#lib/generated/graphql.ts';
import { ask } from '#lib/graphql/client.ts';
import { thisMonth } from '../month.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = ({ params, depends }) => {
  depends('prism:tenant-use');
  return { use: ask(TenantUseDocument, { id: params.id, ...thisMonth(Date.now()) }) };
};
