import { updateUser } from '#lib/actions/users.ts';
import { toasts } from '#lib/state/toasts.svelte.ts';

/** Disables or enables; the toast takes it back. What the user was signed in with stays ended. */
export async function setUserActive(
  user: { readonly id: string; readonly username: string },
  active: boolean,
): Promise<void> {
  const outcome = await updateUser(user.id, { active });
  if (!outcome.ok) {
    toasts.failed(outcome.problem.message);
    return;
  }
  const text = active
    ? `${user.username} may sign in again.`
    : `${user.username} is disabled and signed out everywhere.`;
  toasts.done(text, () => void setUserActive(user, !active));
}
