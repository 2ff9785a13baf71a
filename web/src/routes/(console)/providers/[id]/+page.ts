import { ProviderDetailDocument } from '#lib/generated/graphql.ts';
import { ask } from '#lib/graphql/client.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = ({ params, depends }) => {
  depends('prism:providers');
  return { title: 'Provider', detail: ask(ProviderDetailDocument, { id: params.id }) };
};
