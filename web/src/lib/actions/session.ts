import { act } from '#lib/graphql/client.ts';
import { mapOutcome } from '#lib/graphql/outcome.ts';
import type { Outcome } from '#lib/graphql/outcome.ts';
import {
  CompleteSetupDocument,
  CreateAdminDocument,
  LoginDocument,
  LogoutDocument,
} from '#lib/generated/graphql.ts';
import { session } from '#lib/state/session.ts';

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** Signs in and keeps the token. */
export async function signIn(credentials: Credentials): Promise<Outcome<true>> {
  const outcome = await act(LoginDocument, 'login', { input: credentials });
  if (outcome.ok) session.start(outcome.data.token);
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

/** Ends the session on the server; here it ends in any case. */
export async function signOut(): Promise<void> {
  await act(LogoutDocument, 'logout', {});
  session.end();
}
