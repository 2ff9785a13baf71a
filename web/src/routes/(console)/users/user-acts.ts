import { deleteUser, readUsers, signOutUser, switchUser } from '#lib/actions/users.ts';
import { counted } from '#lib/format/count.ts';
import type { UserRowFragment } from '#lib/generated/graphql.ts';
import type { BulkAct } from '#lib/list/bulk.svelte.ts';
import { guardsOf } from '#lib/people/guards.ts';

type User = UserRowFragment;

/** Who is among all users, and who is signed in: some things cannot be done to some. */
interface People {
  readonly all: readonly User[];
  readonly me: string;
}

/** Enables or disables many; those that are so already are left out. */
export function switchingUsers(users: readonly User[], active: boolean, people: People): BulkAct {
  return {
    title: `${active ? 'Enable' : 'Disable'} ${counted(users.length, 'user')}`,
    items: users.map((user) => ({
      id: user.id,
      name: user.username,
      refused:
        user.active === active
          ? `Is ${active ? 'enabled' : 'disabled'} already.`
          : active
            ? undefined
            : guardsOf(user, people.all, people.me).disable,
    })),
    act: (id) => switchUser(id, active),
    noteOf: () => (active ? '' : 'Signed out everywhere.'),
    undo: (ids) =>
      switchingUsers(
        users.filter(({ id }) => ids.has(id)).map((user) => ({ ...user, active })),
        !active,
        people,
      ),
    after: readUsers,
  };
}

/** Ends all sessions of many; one's own but the present one. */
export function signingOut(users: readonly User[]): BulkAct<{ readonly count: number }> {
  return {
    title: `Sign out ${counted(users.length, 'user')}`,
    items: users.map((user) => ({
      id: user.id,
      name: user.username,
      refused: user.sessionCount === 0 ? 'Is not signed in.' : undefined,
    })),
    act: signOutUser,
    noteOf: ({ count }) => `${counted(count, 'session')} ended.`,
    after: readUsers,
  };
}

export function deleting(users: readonly User[], { all, me }: People): BulkAct {
  return {
    title: `Delete ${counted(users.length, 'user')}`,
    items: users.map((user) => ({
      id: user.id,
      name: user.username,
      refused: guardsOf(user, all, me).delete,
    })),
    act: deleteUser,
    after: readUsers,
  };
}

/** What goes with whoever is removed or disabled; a sentence goes on from it. */
export function whatEnds(sessions: number): string {
  return sessions === 0 ? 'All access tokens' : `${counted(sessions, 'session')} and all access tokens`;
}

const MOST_NAMED = 5;

/** Whom it concerns, and how much ends with it. */
export function endConsequence(users: readonly User[], what: 'disable' | 'delete'): string {
  const names = users.slice(0, MOST_NAMED).map(({ username }) => username);
  const more = users.length - names.length;
  const sessions = users.reduce((sum, { sessionCount }) => sum + sessionCount, 0);
  return [
    `${names.join(', ')}${more > 0 ? ` and ${counted(more, 'other')}` : ''}:`,
    `${whatEnds(sessions)} end at once.`,
    what === 'disable'
      ? 'They can be enabled again; what ended stays ended.'
      : 'It cannot be undone. What they did stays in the audit log; the names are free again.',
  ].join(' ');
}
