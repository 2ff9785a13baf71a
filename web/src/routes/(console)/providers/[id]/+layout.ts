import { PROVIDERS } from '#lib/actions/providers.ts';
import { ProviderDetailDocument } from '#lib/generated/graphql.ts';
import { ask } from '#lib/graphql/client.ts';
import type { LayoutLoad } from './$types';

export const load: LayoutLoad = ({ params, depends }) => {
  depends(PROVIDERS);
  return { title: 'Provider', detail: ask(ProviderDetailDocument, { id: params.id }) };
};
