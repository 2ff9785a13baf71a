import { error, redirect } from '@sveltejs/kit';
import { safeNext } from '#lib/actions/leave.ts';
import { MeDocument, SetupStatusDocument } from '#lib/generated/graphql.ts';
import { ask } from '#lib/graphql/client.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ url }) => {
  const next = safeNext(url.searchParams.get('next'));
  const [me, status] = await Promise.all([ask(MeDocument, {}), ask(SetupStatusDocument, {})]);
  if (!status.ok) error(503, status.problem.message);
  if (me.ok) redirect(307, next);
  // Nobody can sign in yet.
  if (!status.data.setupStatus.accountExists) redirect(307, '/setup');
  return { title: 'Sign in', next, returning: url.searchParams.has('next') };
};
