import { error, redirect } from '@sveltejs/kit';
import { loginAddress } from '#lib/actions/leave.ts';
import { MeDocument, SetupStatusDocument } from '#lib/generated/graphql.ts';
import { ask } from '#lib/graphql/client.ts';
import { session } from '#lib/state/session.ts';
import type { LayoutLoad } from './$types';

/** Everything below is for signed-in people of a gateway that has been set up. */
export const load: LayoutLoad = async ({ url, untrack }) => {
  const here = untrack(() => url.pathname + url.search);
  if (session.token === null) {
    const status = await ask(SetupStatusDocument, {});
    if (!status.ok) error(503, status.problem.message);
    redirect(307, status.data.setupStatus.setupComplete ? loginAddress(here) : '/setup');
  }
  const answer = await ask(MeDocument, {});
  if (!answer.ok) {
    if (answer.problem.code === 'unauthenticated') redirect(307, loginAddress(here));
    error(503, answer.problem.message);
  }
  if (!answer.data.setupStatus.setupComplete) redirect(307, '/setup');
  return { me: answer.data.me, may: new Set(answer.data.me.permissions) };
};
