import { TenantNamesDocument } from '#lib/generated/graphql.ts';
import { ask } from '#lib/graphql/client.ts';
import type { PageLoad } from './$types';

// The rows are asked for by the page itself (request-list.svelte.ts): it reads on as one scrolls.
export const load: PageLoad = () => ({ title: 'Requests', tenants: ask(TenantNamesDocument, {}) });
