import type { PrismaClient } from '../database/generated/prisma/client.ts';
import { AppError } from '../errors.ts';
import { roleFromDb } from '../identity/actor.ts';
import type { Cipher } from '../identity/cipher.ts';
import type { Directory, DirectoryPerson } from '../identity/ldap/directory.ts';
import { DirectoryFailure } from '../identity/ldap/failure.ts';
import type { LoginAttempt } from '../identity/login-guard.ts';
import type { Logger } from '../log.ts';
import { record } from './audit.ts';
import { change } from './change.ts';
import { admitPerson } from './directory-user.ts';
import { openPassword } from './ldap-password.ts';
import { readLdap, toDirectory } from './ldap-store.ts';
import { openSession, type OpenedSession, type Origin } from './session-open.ts';

/** Sign-in of people who have no password here. */
export interface DirectoryLogin {
  /**
   * A session for somebody of the directory. Null = wrong name or password, disabled here, or no directory is in use.
   * Throws AppError forbidden for the right password of somebody in no mapped group, unavailable when the directory
   * cannot be asked; it never takes longer than the settings allow.
   */
  signIn(
    who: { readonly username: string; readonly password: string },
    from: Origin,
    attempt: LoginAttempt,
  ): Promise<OpenedSession | null>;
}

export interface DirectoryLoginDeps {
  readonly db: PrismaClient;
  readonly clock: () => Date;
  readonly cipher: Cipher;
  readonly directory: Pick<Directory, 'signIn'>;
  readonly log: Logger;
}

/** Control, format, private and unassigned characters: a name must be told from others by looking at it. */
const LOOKS_LIKE_ANOTHER = /\p{C}/u;

export function createDirectoryLogin(deps: DirectoryLoginDeps): DirectoryLogin {
  const { db, log } = deps;
  return {
    async signIn({ username, password }, from, attempt) {
      if (LOOKS_LIKE_ANOTHER.test(username)) return null;
      const note = async (reason: string): Promise<void> => {
        const by = { kind: 'stranger', name: username, address: from.address } as const;
        await change(db, (tx) =>
          record(tx, by, 'session.loginFailed', { type: 'user', id: '' }, null, { reason }),
        );
      };
      let person: DirectoryPerson | null;
      try {
        person = await prove(deps, username, password);
      } catch (error) {
        if (!(error instanceof DirectoryFailure)) throw error;
        log.warn({ err: error }, 'directory: nobody of it can sign in');
        // No password has been tried: an outage must not lock people out for longer than it lasts.
        await attempt.withdraw();
        await note(error.message);
        throw unavailable(error);
      }
      if (person === null) return null;
      const session = await enter(deps, username, person, from, attempt);
      if (session !== null || person.role !== null) return session;
      await note('in no mapped group');
      throw new AppError('forbidden', 'Your account in the directory is in no group that may sign in here.');
    },
  };
}

/** Everything that comes after the right password, in one transaction. */
async function enter(
  { db, clock }: Pick<DirectoryLoginDeps, 'db' | 'clock'>,
  username: string,
  person: DirectoryPerson,
  from: Origin,
  attempt: LoginAttempt,
): Promise<OpenedSession | null> {
  return await change(db, async (tx) => {
    const id = await admitPerson(tx, username, person, clock());
    if (id === null) return null;
    const user = await tx.user.findUniqueOrThrow({ where: { id }, select: { username: true, role: true } });
    await attempt.succeeded(tx);
    return await openSession(tx, { id, username: user.username, role: roleFromDb(user.role) }, from, clock());
  });
}

/** Who of the directory this is; null = nobody, or no directory is in use. Throws DirectoryFailure. */
async function prove(
  { db, cipher, directory }: DirectoryLoginDeps,
  username: string,
  password: string,
): Promise<DirectoryPerson | null> {
  const { bindPassword: ciphertext, ...settings } = await readLdap(db);
  if (!settings.enabled) return null;
  const plain = openPassword(cipher, ciphertext === null ? { kind: 'none' } : { kind: 'kept', ciphertext });
  const isOpen = plain === null || typeof plain === 'string';
  const target = isOpen ? toDirectory(settings, plain) : null;
  if (target === null) {
    const why = isOpen ? 'url, searchBase or the bind password is missing' : `bindPassword ${plain.message}`;
    throw new DirectoryFailure('failed', `The LDAP settings are of no use: ${why}.`, 'Mend and test them.');
  }
  return await directory.signIn(target, username, password);
}

function unavailable(cause: DirectoryFailure): AppError {
  return new AppError(
    'unavailable',
    'The directory cannot be reached right now, so only local users can sign in. Try again in a moment.',
    { cause },
  );
}
