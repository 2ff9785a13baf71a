import { error, redirect } from '@sveltejs/kit';
import { loginAddress } from '#lib/actions/leave.ts';
import { MeDocument, SetupStatusDocument } from '#lib/generated/graphql.ts';
import { ask } from '#lib/graphql/client.ts';
import { session } from '#lib/state/session.svelte.ts';
import type { LayoutLoad } from './$types';

/** Everything below is for signed-in people of a gateway that has been set up. */
export const load: LayoutLoad = async ({ url, untrack, depends }) => {
  depends('prism:me');
  const answer = await ask(MeDocument, {});
  if (!answer.ok) {
    if (answer.problem.code !== 'unauthenticated') error(503, answer.problem.message);
    const status = await ask(SetupStatusDocument, {});
    if (!status.ok) error(503, status.problem.message);
    const here = untrack(() => url.pathname + url.search);
    redirect(307, status.data.setupStatus.accountExists ? loginAddress(here) : '/setup');
  }
  const { me, setupStatus } = answer.data;
  session.user = me.username;
  if (!setupStatus.setupComplete) {
    session.wanted = untrack(() => url.pathname + url.search);
    redirect(307, '/setup');
  }
  return { me, may: new Set(me.permissions) };
};
