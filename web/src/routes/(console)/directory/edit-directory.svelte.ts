import { invalidate } from '$app/navigation';
import { plainWords } from '#lib/edit/clash.ts';
import { Edit } from '#lib/edit/edit.svelte.ts';
import { DirectoryNowDocument, UpdateDirectoryDocument } from '#lib/generated/graphql.ts';
import type { DirectorySettingsFragment, Role } from '#lib/generated/graphql.ts';
import { act, ask } from '#lib/graphql/client.ts';
import { mapOutcome } from '#lib/graphql/outcome.ts';
import { roleLabel } from '#lib/people/roles.ts';
import { toInput, toValues } from './directory-form.ts';
import type { DirectoryValues, GroupRow } from './directory-form.ts';

/** What the page follows. */
const DIRECTORY = 'prism:directory';

/** The directory's settings in a form. Make it while a component is set up. */
export function editDirectory(
  stored: () => DirectorySettingsFragment,
): Edit<DirectorySettingsFragment, DirectoryValues> {
  return new Edit({
    stored,
    values: toValues,
    unseen: ['bindPassword'],
    read: async () => {
      const outcome = await ask(DirectoryNowDocument, {});
      // The rest of the page shows what the others have made of it, too.
      void invalidate(DIRECTORY);
      return mapOutcome(outcome, ({ ldapSettings }) => ldapSettings);
    },
    write: async (patch, { updatedAt }) => {
      const variables = { input: toInput(patch), baseUpdatedAt: updatedAt };
      const outcome = await act(UpdateDirectoryDocument, 'updateLdapSettings', variables);
      if (outcome.ok) await invalidate(DIRECTORY);
      return outcome;
    },
    saved: () => 'Saved. In force with the next sign-in.',
  });
}

/** What the fields are called. */
export const DIRECTORY_LABELS: Readonly<Record<keyof DirectoryValues, string>> = {
  enabled: 'People of the directory may sign in',
  url: 'Address',
  startTls: 'Encrypt with StartTLS',
  tlsCaCert: 'Authorities to trust',
  bindDn: 'Bind DN',
  bindPassword: 'Bind password',
  searchBase: 'People are below',
  searchFilter: 'A person is found by',
  groupSearchBase: 'Groups are below',
  groupSearchFilter: 'Groups are found by',
  defaultRole: 'People in none of these groups',
  groupMapping: 'What groups may do',
  timeoutMs: 'Time for a whole sign-in, ms',
};

/** A field's value in words; `tenants` are their names by id. */
export function directoryWords(value: unknown, field: string, tenants: ReadonlyMap<string, string>): string {
  if (field === 'bindPassword') {
    return value === undefined ? 'perhaps a new one, too: it is never shown' : 'a new one';
  }
  if (field === 'defaultRole') return value === '' ? 'may not sign in' : roleLabel(value as Role);
  if (field === 'groupMapping') return groupWords(value as readonly GroupRow[], tenants);
  return plainWords(value);
}

function groupWords(rows: readonly GroupRow[], tenants: ReadonlyMap<string, string>): string {
  const words = rows.map(({ groupDn, role, tenantIds }) => {
    const names = tenantIds.map((id) => tenants.get(id) ?? `${id.slice(0, 8)}…`);
    return `${groupDn}: ${roleLabel(role)}${names.length === 0 ? '' : ` of ${names.join(', ')}`}`;
  });
  return words.length === 0 ? 'none' : words.join('; ');
}
