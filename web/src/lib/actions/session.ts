import { act } from '#lib/graphql/client.ts';
import { done, mapOutcome } from '#lib/graphql/outcome.ts';
import type { Outcome } from '#lib/graphql/outcome.ts';
import {
  CompleteSetupDocument,
  CreateAdminDocument,
  LoginDocument,
  LogoutDocument,
} from '#lib/generated/graphql.ts';
import { session } from '#lib/state/session.svelte.ts';

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** Signs in: the server sets a cookie that no script can read, and the token is not asked for. */
export async function signIn(credentials: Credentials): Promise<Outcome<true>> {
  const outcome = await act(LoginDocument, 'login', { input: credentials });
  if (outcome.ok) session.begin(outcome.data.username);
  return mapOutcome(outcome, () => true);
}

/** Creates the first administrator and signs in. */
export async function createAdmin(credentials: Credentials): Promise<Outcome<true>> {
  const outcome = await act(CreateAdminDocument, 'createAdmin', { input: credentials });
  return outcome.ok ? signIn(credentials) : outcome;
}

export function completeSetup(): Promise<Outcome<unknown>> {
  return act(CompleteSetupDocument, 'completeSetup', {});
}

/** Ends the session on the server, and here only when it has ended there: the cookie is the server's to clear. */
export async function signOut(): Promise<Outcome<unknown>> {
  const { user } = session;
  // A session that has ended already is no reason to ask for the password.
  session.user = null;
  const outcome = await act(LogoutDocument, 'logout', {});
  if (outcome.ok || outcome.problem.code === 'unauthenticated') {
    session.end();
    return done(true);
  }
  session.user = user;
  return outcome;
}
