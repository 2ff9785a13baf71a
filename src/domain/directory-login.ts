import type { PrismaClient } from '../database/generated/prisma/client.ts';
import { AppError } from '../errors.ts';
import type { Cipher } from '../identity/cipher.ts';
import type { Directory, DirectoryPerson } from '../identity/ldap/directory.ts';
import { DirectoryFailure } from '../identity/ldap/failure.ts';
import { openPassword } from './ldap-password.ts';
import { readLdap, toDirectory } from './ldap-store.ts';

/** Whether somebody who has no password here has one in the directory. */
export interface DirectoryLogin {
  /**
   * Who of the directory this is; null = wrong name or password, or no directory is in use. Never takes longer than
   * the settings allow. Throws AppError unavailable when the directory cannot be asked; its cause says why.
   */
  prove(username: string, password: string): Promise<DirectoryPerson | null>;
}

export interface DirectoryLoginDeps {
  readonly db: PrismaClient;
  readonly cipher: Cipher;
  readonly directory: Pick<Directory, 'signIn'>;
}

/** Control, format, private and unassigned characters: a name must be told from others by looking at it. */
const LOOKS_LIKE_ANOTHER = /\p{C}/u;

export function createDirectoryLogin({ db, cipher, directory }: DirectoryLoginDeps): DirectoryLogin {
  return {
    async prove(username, password) {
      if (LOOKS_LIKE_ANOTHER.test(username)) return null;
      const { bindPassword, ...settings } = await readLdap(db);
      if (!settings.enabled) return null;
      const kept =
        bindPassword === null
          ? ({ kind: 'none' } as const)
          : ({ kind: 'kept', ciphertext: bindPassword } as const);
      const plain = openPassword(cipher, kept);
      const isOpen = plain === null || typeof plain === 'string';
      const target = isOpen ? toDirectory(settings, plain) : null;
      if (target === null) {
        throw unavailable(
          new Error(`The LDAP settings are of no use${isOpen ? '' : `: bindPassword ${plain.message}`}.`),
        );
      }
      try {
        return await directory.signIn(target, username, password);
      } catch (error) {
        if (error instanceof DirectoryFailure) throw unavailable(error);
        throw error;
      }
    },
  };
}

function unavailable(cause: Error): AppError {
  return new AppError(
    'unavailable',
    'The directory cannot be reached right now, so only local users can sign in. Try again in a moment.',
    { cause },
  );
}
