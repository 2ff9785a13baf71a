import { ProviderTypesDocument } from '#lib/generated/graphql.ts';
import { askOnce } from '#lib/graphql/client.ts';
import type { PageLoad } from './$types';
import { TYPES } from './types.ts';

/** The chosen type is in the address, so a link can name it. */
export const load: PageLoad = ({ url, depends }) => {
  depends(TYPES);
  return {
    title: 'Add a provider',
    types: askOnce(ProviderTypesDocument, {}),
    chosen: url.searchParams.get('type'),
  };
};
