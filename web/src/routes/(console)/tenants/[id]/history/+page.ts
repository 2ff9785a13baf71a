import { AuditEntriesDocument, AuditNamesDocument } from '#lib/generated/graphql.ts';
import { ask } from '#lib/graphql/client.ts';
import type { PageLoad } from './$types';

const PAGE = 50;

/** Also of its keys and its rule sets: all that concerns the tenant. */
export const load: PageLoad = ({ params, url, depends }) => {
  depends('prism:tenants');
  return {
    history: ask(AuditEntriesDocument, {
      filter: { tenantId: params.id },
      first: PAGE,
      after: url.searchParams.get('after'),
      last: null,
      before: null,
    }),
    names: ask(AuditNamesDocument, {}),
  };
};
