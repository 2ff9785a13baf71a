import { error, redirect } from '@sveltejs/kit';
import { MeDocument, SetupStatusDocument } from '#lib/generated/graphql.ts';
import { ask } from '#lib/graphql/client.ts';
import { session } from '#lib/state/session.ts';
import type { PageLoad } from './$types';

/** Resumable: which step comes next is read from the server. */
export const load: PageLoad = async () => {
  const status = await ask(SetupStatusDocument, {});
  if (!status.ok) error(503, status.problem.message);
  if (status.data.setupStatus.setupComplete) redirect(307, '/');
  const me = session.token === null ? null : await ask(MeDocument, {});
  return { title: 'First run', signedInAs: me?.ok === true ? me.data.me.username : null };
};
