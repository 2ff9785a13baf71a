import { TenantHistoryDocument } from '#lib/generated/graphql.ts';
import { ask } from '#lib/graphql/client.ts';
import type { PageLoad } from './$types';

const PAGE = 50;

export const load: PageLoad = ({ params, url, depends }) => {
  depends('prism:tenants');
  const after = url.searchParams.get('after');
  return { history: ask(TenantHistoryDocument, { id: params.id, first: PAGE, after }) };
};
