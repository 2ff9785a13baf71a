import { AuditEntriesDocument, AuditNamesDocument } from '#lib/generated/graphql.ts';
import { askAllowed } from '#lib/graphql/ask-allowed.ts';
import type { PageLoad } from './$types';

const PAGE = 50;

/** Also of its keys and its rule sets: all that concerns the tenant. */
export const load: PageLoad = (event) => {
  const { params, url, depends } = event;
  depends('prism:tenants');
  return {
    history: askAllowed(event, 'audit.read', AuditEntriesDocument, {
      filter: { tenantId: params.id },
      first: PAGE,
      after: url.searchParams.get('after'),
      last: null,
      before: null,
    }),
    names: askAllowed(event, 'audit.read', AuditNamesDocument, {}),
  };
};
