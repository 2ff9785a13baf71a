import type { FieldProblem } from '../errors.ts';
import { CipherError, type Cipher } from '../identity/cipher.ts';
import { parseDirectoryUrl } from '../identity/ldap/address.ts';
import type { LdapPlain } from './ldap-schema.ts';

/** What the ciphertext of the bind password belongs to. */
export const LDAP_CONTEXT = 'setting:ldap';

/** The settings as stored. */
export interface StoredLdap extends LdapPlain {
  /** Ciphertext. */
  readonly bindPassword: string | null;
}

export type ChosenPassword =
  | { readonly kind: 'none' }
  | { readonly kind: 'given'; readonly plain: string }
  | { readonly kind: 'kept'; readonly ciphertext: string };

/**
 * The password that goes with the settings as they are going to be, or what is wrong. A stored one is never sent
 * where it was not meant to go: another server, or the same without encryption, must be given it again. Else whoever
 * may change settings could have it sent to a server of their own.
 */
export function choosePassword(
  before: StoredLdap,
  after: LdapPlain,
  given: string | null | undefined,
): ChosenPassword | FieldProblem {
  const plain = isGiven(given) ? given : null;
  if (after.bindDn === null) {
    if (plain === null) return { kind: 'none' };
    return { path: 'bindPassword', message: 'means nothing without bindDn' };
  }
  if (plain !== null) return { kind: 'given', plain };
  if (before.bindPassword === null)
    return {
      path: 'bindPassword',
      message: 'is required with bindDn: directories take a bind without a password for an anonymous one',
    };
  if (sameServer(before.url, after.url) && (after.startTls || !before.startTls))
    return { kind: 'kept', ciphertext: before.bindPassword };
  return {
    path: 'bindPassword',
    message: 'must be given again: the stored one is for the server and the encryption that it was given for',
  };
}

/** In clear; null = none. A ciphertext that no key opens is said of the field. */
export function openPassword(cipher: Cipher, chosen: ChosenPassword): string | null | FieldProblem {
  if (chosen.kind === 'none') return null;
  if (chosen.kind === 'given') return chosen.plain;
  try {
    return cipher.decrypt(chosen.ciphertext, LDAP_CONTEXT);
  } catch (error) {
    if (!(error instanceof CipherError)) throw error;
    return {
      path: 'bindPassword',
      message: 'must be given again: the stored one cannot be decrypted any more',
    };
  }
}

/** "" and "***" are what a form sends back when nobody touched the field. */
function isGiven(value: string | null | undefined): value is string {
  return value !== undefined && value !== null && !/^\**$/.test(value);
}

function sameServer(a: string, b: string): boolean {
  if (a === b) return true;
  const [one, other] = [parseDirectoryUrl(a), parseDirectoryUrl(b)];
  if (typeof one === 'string' || typeof other === 'string') return false;
  return one.host === other.host && one.port === other.port && one.secure === other.secure;
}
