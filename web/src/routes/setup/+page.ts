import { error, redirect } from '@sveltejs/kit';
import { SetupStateDocument, SetupStatusDocument } from '#lib/generated/graphql.ts';
import type { SetupStateQuery } from '#lib/generated/graphql.ts';
import { ask } from '#lib/graphql/client.ts';
import { session } from '#lib/state/session.svelte.ts';
import { STEPS, stepOf } from './steps.ts';
import type { PageLoad } from './$types';

/** Resumable: which step comes next is read from the server. */
export const load: PageLoad = async ({ url, depends }) => {
  depends('prism:setup');
  const asked = url.searchParams.get('step');
  const outcome = await ask(SetupStateDocument, {});
  if (!outcome.ok && outcome.problem.code === 'unauthenticated') {
    const status = await ask(SetupStatusDocument, {});
    if (!status.ok) error(503, status.problem.message);
    if (status.data.setupStatus.accountExists) redirect(307, '/login?next=%2Fsetup');
    return pageOf(asked, null);
  }
  // Somebody is signed in who may not set it up.
  if (!outcome.ok && outcome.problem.code === 'forbidden')
    error(403, 'An administrator has to finish the setup of this gateway first.');
  if (!outcome.ok) error(503, outcome.problem.message);
  session.user = outcome.data.me.username;
  if (outcome.data.setupStatus.setupComplete && asked === null) redirect(307, '/');
  const step = stepOf(asked, outcome.data);
  // From here on the address says it, so that a step which is done stays until one goes on.
  if (step !== asked) redirect(307, `/setup?step=${step}`);
  return pageOf(asked, outcome.data);
};

function pageOf(asked: string | null, state: SetupStateQuery | null) {
  const step = stepOf(asked, state);
  const label = STEPS.find(({ id }) => id === step)?.label ?? '';
  return { title: `Setup: ${label}`, step, state };
}
