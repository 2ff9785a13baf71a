import { invalidate } from '$app/navigation';
import {
  ChangeOwnPasswordDocument,
  CreateUserDocument,
  DeleteUserDocument,
  RevokeUserSessionDocument,
  RevokeUserSessionsDocument,
  UpdateUserDocument,
} from '#lib/generated/graphql.ts';
import type { ChangePasswordInput, CreateUserInput, UpdateUserInput } from '#lib/generated/graphql.ts';
import { act } from '#lib/graphql/client.ts';
import type { Outcome } from '#lib/graphql/outcome.ts';
import { session } from '#lib/state/session.svelte.ts';

/** What the pages about people follow. */
export const USERS = 'prism:users';

export function createUser(input: CreateUserInput) {
  return thenRead(act(CreateUserDocument, 'createUser', { input }));
}

/**
 * What is missing from `input` stays as it is. A change of role, tenants, password or state signs the user out.
 * `base`: refused when the user has been changed since this moment.
 */
export function updateUser(id: string, input: UpdateUserInput, base: string | null = null) {
  return thenRead(act(UpdateUserDocument, 'updateUser', { id, input, baseUpdatedAt: base }));
}

/** One of many: whoever changes them reads them again at the end. */
export function switchUser(id: string, active: boolean) {
  return act(UpdateUserDocument, 'updateUser', { id, input: { active }, baseUpdatedAt: null });
}

/** One of many, too. */
export function signOutUser(id: string) {
  return act(RevokeUserSessionsDocument, 'revokeSessions', { userId: id });
}

export function deleteUser(id: string) {
  return act(DeleteUserDocument, 'deleteUser', { id });
}

export function revokeSession(id: string) {
  return thenRead(act(RevokeUserSessionDocument, 'revokeSession', { id }));
}

/** All of somebody's, or all of one's own but the present one. */
export function revokeSessions(userId: string | null) {
  return thenRead(act(RevokeUserSessionsDocument, 'revokeSessions', { userId }));
}

/** Ends all one's sessions and tokens and begins a new session, which this tab goes on with. */
export async function changePassword(input: ChangePasswordInput) {
  const outcome = await act(ChangeOwnPasswordDocument, 'changePassword', { input });
  if (outcome.ok) {
    session.begin(outcome.data.username);
    await readUsers();
  }
  return outcome;
}

/** The pages that show users ask again. */
export function readUsers(): Promise<void> {
  return invalidate(USERS);
}

/** What is shown afterwards is what the server has, not what was sent. */
async function thenRead<T>(work: Promise<Outcome<T>>): Promise<Outcome<T>> {
  const outcome = await work;
  if (outcome.ok) await readUsers();
  return outcome;
}
