import type { Role, UserSource } from '#lib/generated/graphql.ts';

interface Person {
  readonly id: string;
  readonly role: Role;
  readonly active: boolean;
  readonly source: UserSource;
}

/** Why something cannot be done to a user now; missing = it can. */
export interface UserGuards {
  readonly role?: string;
  readonly disable?: string;
  readonly delete?: string;
}

const LAST =
  'This is the last active administrator with a password of their own here. Make another one first.';

/** What the server would refuse, said before it is tried. `all` are all users, `me` the id of who is signed in. */
export function guardsOf(user: Person, all: readonly Person[], me: string): UserGuards {
  if (user.id === me) {
    return {
      role: 'Your own role: another administrator has to change it.',
      disable: 'Your own account: another administrator has to disable it.',
      delete: 'Your own account: another administrator has to delete it.',
    };
  }
  const isLast = isMainstay(user) && !all.some((other) => other.id !== user.id && isMainstay(other));
  return isLast ? { role: LAST, disable: LAST, delete: LAST } : {};
}

/** With the directory down, only these can still sign in and mend it. */
function isMainstay({ role, active, source }: Person): boolean {
  return role === 'ADMIN' && active && source === 'LOCAL';
}
