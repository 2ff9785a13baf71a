import { updateUser } from '#lib/actions/users.ts';
import { Edit } from '#lib/edit/edit.svelte.ts';
import { UserSettingsNowDocument } from '#lib/generated/graphql.ts';
import type { Role, UserSettingsFragment } from '#lib/generated/graphql.ts';
import { ask } from '#lib/graphql/client.ts';
import { mapOutcome } from '#lib/graphql/outcome.ts';
import { roleLabel } from './roles.ts';

/** What is edited of a user. */
type UserValues = {
  role: Role;
  tenantIds: string[];
  /** '' = it stays. */
  password: string;
};

/** A user's access in a form. Make it while a component is set up. */
export function editUser(user: () => UserSettingsFragment): Edit<UserSettingsFragment, UserValues> {
  return new Edit({
    stored: user,
    values: ({ role, tenants }): UserValues => ({
      role,
      tenantIds: tenants.map(({ id }) => id).toSorted(),
      password: '',
    }),
    unseen: ['password'],
    read: async () => {
      const outcome = await ask(UserSettingsNowDocument, { id: user().id });
      return mapOutcome(outcome, (data) => data.user);
    },
    write: (patch, onto) => updateUser(onto.id, patch, onto.updatedAt),
    saved: () => `Saved. ${user().username} has to sign in again.`,
  });
}

/** What the fields are called. */
export const USER_LABELS = { role: 'Role', tenantIds: 'Tenants', password: 'Password' } as const;

/** A field's value in words; `tenants` are their names by id. */
export function userWords(value: unknown, field: string, tenants: ReadonlyMap<string, string>): string {
  if (field === 'role') return roleLabel(value as Role);
  if (field === 'password')
    return value === undefined ? 'perhaps a new one, too: it is never shown' : 'a new one';
  const ids = Array.isArray(value) ? value.map(String) : [];
  return ids.length === 0 ? 'none' : ids.map((id) => tenants.get(id) ?? `${id.slice(0, 8)}…`).join(', ');
}
