import { redirect } from '@sveltejs/kit';
import { safeNext } from '#lib/actions/leave.ts';
import { session } from '#lib/state/session.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = ({ url }) => {
  const next = safeNext(url.searchParams.get('next'));
  if (session.token !== null) redirect(307, next);
  return { title: 'Sign in', next, returning: url.searchParams.has('next') };
};
