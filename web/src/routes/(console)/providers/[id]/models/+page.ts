import type { PageLoad } from './$types';

/** `discover=1` asks the provider at once. */
export const load: PageLoad = ({ url }) => ({
  title: 'Models of the provider',
  discover: url.searchParams.get('discover') === '1',
});
