import { readTab } from '../detail/tabs.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = ({ params, url }) => ({
  title: 'Request',
  id: params.id,
  tab: readTab(url.searchParams.get('tab')),
});
