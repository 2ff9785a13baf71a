import type { PageLoad } from './$types';

/** `field` is the one to begin with: where a failed check leads to. */
export const load: PageLoad = ({ url }) => ({
  title: 'Provider settings',
  field: url.searchParams.get('field'),
});
