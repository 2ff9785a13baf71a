import { RequestRuleSetsDocument, TenantNamesDocument } from '#lib/generated/graphql.ts';
import { askAllowed } from '#lib/graphql/ask-allowed.ts';
import { ask } from '#lib/graphql/client.ts';
import type { PageLoad } from './$types';

// The rows are asked for by the page itself (request-list.svelte.ts): it reads on as one scrolls.
export const load: PageLoad = (event) => ({
  title: 'Requests',
  tenants: ask(TenantNamesDocument, {}),
  ruleSets: askAllowed(event, 'ruleSet.read', RequestRuleSetsDocument, {}),
});
