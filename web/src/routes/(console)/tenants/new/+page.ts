import { ProviderChoicesDocument } from '#lib/generated/graphql.ts';
import { askAllowed } from '#lib/graphql/ask-allowed.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => ({
  title: 'Create a tenant',
  choices: await askAllowed(event, 'tenant.write', ProviderChoicesDocument, {}),
});
