import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CipherError, createCipher } from './cipher.ts';

const OLD = 'the first secret of the tests, 32 characters';
const NEW = 'the second secret of the tests, 32 characters';
const wellFormed = fc.string({ unit: 'binary' });

function reasonOf(work: () => unknown): string | undefined {
  try {
    work();
  } catch (error) {
    if (error instanceof CipherError) return error.reason;
    throw error;
  }
  return undefined;
}

describe('cipher', () => {
  it('gives back what it was given, in the same context only', () => {
    const cipher = createCipher([OLD]);
    fc.assert(
      fc.property(wellFormed, wellFormed, wellFormed, (plain, context, other) => {
        const sealed = cipher.encrypt(plain, context);
        expect(cipher.decrypt(sealed, context)).toBe(plain);
        if (other !== context) expect(reasonOf(() => cipher.decrypt(sealed, other))).toBe('not_authentic');
      }),
    );
  });

  it('never gives the same ciphertext twice', () => {
    const cipher = createCipher([OLD]);
    expect(cipher.encrypt('a', 'provider:1')).not.toBe(cipher.encrypt('a', 'provider:1'));
  });

  it('detects every altered character', () => {
    const cipher = createCipher([OLD]);
    const sealed = cipher.encrypt('{"apiKey":"sk-1234"}', 'provider:1');
    fc.assert(
      fc.property(fc.nat(sealed.length - 1), fc.constantFrom('A', 'B', '_', '.'), (index, letter) => {
        fc.pre(sealed[index] !== letter);
        const altered = sealed.slice(0, index) + letter + sealed.slice(index + 1);
        // Base64url's last character may carry unused bits: only a change of the bytes counts.
        const bytes = (text: string) => Buffer.from(text.split('.')[3] ?? '', 'base64url');
        fc.pre(index < sealed.length - 1 || !bytes(altered).equals(bytes(sealed)));
        expect(reasonOf(() => cipher.decrypt(altered, 'provider:1'))).toBeDefined();
      }),
    );
  });

  it('refuses wild input with one clear reason', () => {
    const cipher = createCipher([OLD]);
    fc.assert(
      fc.property(wellFormed, (text) => {
        expect(reasonOf(() => cipher.decrypt(text, 'x'))).toBe('not_a_ciphertext');
      }),
    );
  });

  it('reads the old secret while it writes with the new one', () => {
    const before = createCipher([OLD]).encrypt('plain', 'provider:1');
    const rotating = createCipher([NEW, OLD]);
    expect(rotating.decrypt(before, 'provider:1')).toBe('plain');
    expect(rotating.isCurrent(before)).toBe(false);
    const after = rotating.encrypt('plain', 'provider:1');
    expect(rotating.isCurrent(after)).toBe(true);
    expect(createCipher([NEW]).decrypt(after, 'provider:1')).toBe('plain');
  });

  it('says which key is missing', () => {
    const sealed = createCipher([OLD]).encrypt('plain', 'provider:1');
    const other = createCipher([NEW]);
    expect(reasonOf(() => other.decrypt(sealed, 'provider:1'))).toBe('unknown_key');
    expect(() => other.decrypt(sealed, 'provider:1')).toThrow(/ENCRYPTION_KEY/);
  });

  it('needs a secret', () => {
    expect(() => createCipher([])).toThrow(/at least one secret/);
  });
});
