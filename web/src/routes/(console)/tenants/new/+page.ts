import { ProviderChoicesDocument } from '#lib/generated/graphql.ts';
import { ask } from '#lib/graphql/client.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async () => ({
  title: 'Create a tenant',
  choices: await ask(ProviderChoicesDocument, {}),
});
