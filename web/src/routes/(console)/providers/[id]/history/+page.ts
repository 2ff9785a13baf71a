import type { PageLoad } from './$types';

export const load: PageLoad = () => ({ title: 'History of the provider' });
