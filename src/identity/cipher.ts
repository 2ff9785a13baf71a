import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

/**
 * Encrypts what must be read again (provider credentials, prompts). `context` says what the text belongs to
 * (`provider:<id>`, `snapshot:<id>`): a ciphertext moved to another row does not decrypt.
 */
export interface Cipher {
  encrypt(plain: string, context: string): string;
  /** Throws CipherError: unknown key, altered text, other context, or no ciphertext at all. */
  decrypt(ciphertext: string, context: string): string;
}

export interface RotatableCipher extends Cipher {
  /** Whether the first key made it; others are to be encrypted anew by a rotation. */
  isCurrent(ciphertext: string): boolean;
}

/** The message names no secret and no plain text. */
export class CipherError extends Error {
  readonly reason: 'unknown_key' | 'not_a_ciphertext' | 'not_authentic';

  constructor(reason: CipherError['reason'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CipherError';
    this.reason = reason;
  }
}

interface Key {
  readonly id: string;
  readonly secret: Buffer;
}

const VERSION = 'v1';
const IV_BYTES = 12;
const TAG_BYTES = 16;
const FORMAT = /^v1\.([A-Za-z0-9_-]{8})\.([A-Za-z0-9_-]{16})\.([A-Za-z0-9_-]{22,})$/;

/**
 * AES-256-GCM with keys derived from the given secrets (HKDF-SHA-256). The first encrypts, all decrypt, and
 * `v1.<keyId>.<iv>.<ciphertext and tag>` (base64url) says which one it was: a new secret goes in front, the old
 * ones stay behind it until everything has been encrypted anew.
 */
export function createCipher(secrets: readonly string[]): RotatableCipher {
  const keys = new Map(secrets.map(deriveKey).map((key) => [key.id, key]));
  const [first] = keys.values();
  if (!first) throw new Error('createCipher needs at least one secret');
  const current = first;

  return {
    encrypt(plain, context) {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', current.secret, iv, { authTagLength: TAG_BYTES });
      cipher.setAAD(Buffer.from(`${VERSION}.${current.id}.${context}`));
      const sealed = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return `${VERSION}.${current.id}.${iv.toString('base64url')}.${sealed.toString('base64url')}`;
    },
    decrypt(ciphertext, context) {
      const [, id, iv, sealedText] = FORMAT.exec(ciphertext) ?? [];
      if (id === undefined || iv === undefined || sealedText === undefined) {
        throw new CipherError('not_a_ciphertext', 'This is no ciphertext of the form v1.<key>.<iv>.<data>.');
      }
      const key = keys.get(id);
      if (!key) {
        throw new CipherError(
          'unknown_key',
          `Encrypted with the key "${id}", which is not among the configured ones (${[...keys.keys()].join(', ')}). ` +
            'Was ENCRYPTION_KEY changed without keeping the old one?',
        );
      }
      const sealed = Buffer.from(sealedText, 'base64url');
      const decipher = createDecipheriv('aes-256-gcm', key.secret, Buffer.from(iv, 'base64url'), {
        authTagLength: TAG_BYTES,
      });
      decipher.setAAD(Buffer.from(`${VERSION}.${id}.${context}`));
      decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
      try {
        return Buffer.concat([decipher.update(sealed.subarray(0, -TAG_BYTES)), decipher.final()]).toString(
          'utf8',
        );
      } catch (error) {
        throw new CipherError(
          'not_authentic',
          `The ciphertext was altered, or does not belong to "${context}".`,
          {
            cause: error,
          },
        );
      }
    },
    isCurrent(ciphertext) {
      return FORMAT.exec(ciphertext)?.[1] === current.id;
    },
  };
}

function deriveKey(secret: string): Key {
  const derive = (purpose: string, bytes: number) =>
    Buffer.from(hkdfSync('sha256', secret, 'open-model-prism', purpose, bytes));
  return { id: derive('key id', 6).toString('base64url'), secret: derive('aes-256-gcm', 32) };
}
