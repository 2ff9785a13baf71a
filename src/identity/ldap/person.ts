import type { DirectoryConnection, FoundEntry } from './connection.ts';
import { normalizeDn } from './dn.ts';
import { DirectoryFailure, resultCodeOf } from './failure.ts';
import { fillFilter } from './filter.ts';
import type { DirectorySettings } from './settings.ts';

/** "No attributes, please" (RFC 4511, section 4.5.1.8). */
export const NO_ATTRIBUTES = '1.1';

/** Answers to a bind that speak of the directory, not of the password; everything else is a refusal. */
const NOT_ABOUT_THE_PASSWORD = new Set([1, 2, 3, 7, 8, 10, 11, 13, 51, 52, 80]);

/** The one entry of that name. None and several are refused alike: whose password would it be? */
export async function findPerson(
  directory: Pick<DirectoryConnection, 'search'>,
  settings: DirectorySettings,
  username: string,
): Promise<FoundEntry> {
  const found = await directory.search({
    base: settings.searchBase,
    scope: 'sub',
    filter: fillFilter(settings.searchFilter, { username }),
    attributes: settings.groupSearchBase === null ? ['memberOf'] : [NO_ATTRIBUTES],
    sizeLimit: 2,
  });
  const [entry] = found;
  if (entry === undefined) {
    throw new DirectoryFailure(
      'refused',
      'No entry has this name.',
      'Check the name, searchFilter and searchBase, and that the bind user may read people.',
    );
  }
  if (found.length > 1) {
    throw new DirectoryFailure(
      'refused',
      'More than one entry has this name.',
      'Make searchFilter match exactly one entry for each name.',
    );
  }
  // A bind with an empty DN is an anonymous one, whatever the password.
  if (normalizeDn(entry.dn) === null) {
    throw new DirectoryFailure(
      'refused',
      'The entry has no usable DN.',
      'Check searchBase and searchFilter.',
    );
  }
  return entry;
}

/** Throws `refused` when the password is not the entry's own. */
export async function provePassword(
  directory: Pick<DirectoryConnection, 'bind'>,
  entry: FoundEntry,
  password: string,
): Promise<void> {
  // A bind without a password proves nothing, and many directories call it a success (RFC 4513, section 5.1.2).
  if (password === '') throw new DirectoryFailure('refused', 'There is no password.', 'Give a password.');
  try {
    await directory.bind(entry.dn, password);
  } catch (error) {
    const code = resultCodeOf(error);
    if (code === null || NOT_ABOUT_THE_PASSWORD.has(code)) throw error;
    throw new DirectoryFailure(
      'refused',
      'The directory refused the user’s password.',
      'Check the password; the account may also be locked, expired or disabled in the directory.',
      { cause: error },
    );
  }
}
