import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../errors.ts';
import { createPasswords } from './password.ts';

const CHEAP = { ln: 4, r: 1, p: 1 };

describe('passwords', () => {
  it('accepts the right password and no other', async () => {
    const passwords = createPasswords({ cost: CHEAP });
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'grapheme' }),
        fc.string({ unit: 'grapheme' }),
        async (right, other) => {
          const stored = await passwords.hash(right);
          expect(await passwords.verify(right, stored)).toBe(true);
          expect(await passwords.verify(other, stored)).toBe(
            right.normalize('NFKC') === other.normalize('NFKC'),
          );
        },
      ),
    );
  });

  it('writes its parameters into the hash and reads them back, so that they can be raised later', async () => {
    const old = await createPasswords({ cost: CHEAP }).hash('correct horse');
    expect(old).toMatch(/^\$scrypt\$ln=4,r=1,p=1\$/);
    const stronger = createPasswords({ cost: { ln: 5, r: 2, p: 1 } });
    expect(await stronger.verify('correct horse', old)).toBe(true);
    expect(stronger.isOutdated(old)).toBe(true);
    expect(stronger.isOutdated(await stronger.hash('correct horse'))).toBe(false);
  });

  it('by default takes 32 MB and three passes', async () => {
    const passwords = createPasswords();
    const stored = await passwords.hash('correct horse');
    expect(stored).toMatch(/^\$scrypt\$ln=15,r=8,p=3\$/);
    expect(await passwords.verify('correct horse', stored)).toBe(true);
  });

  it('gives two users with one password different hashes', async () => {
    const passwords = createPasswords({ cost: CHEAP });
    expect(await passwords.hash('same')).not.toBe(await passwords.hash('same'));
  });

  it('refuses a user without a hash and a hash that is none', async () => {
    const passwords = createPasswords({ cost: CHEAP });
    for (const stored of [
      null,
      '',
      'plain',
      '$scrypt$ln=63,r=8,p=1$c2FsdHNhbHRzYWx0c2E$aGFzaGhhc2hoYXNoaGFzaA',
    ]) {
      expect(await passwords.verify('plain', stored)).toBe(false);
    }
  });

  it('lets a flood wait and refuses what exceeds the queue', async () => {
    const passwords = createPasswords({ cost: CHEAP, concurrency: 1, queue: 2 });
    const results = await Promise.allSettled(Array.from({ length: 5 }, () => passwords.hash('x')));
    expect(results.map((result) => result.status)).toEqual([
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'rejected',
      'rejected',
    ]);
    const refused = results.find((result) => result.status === 'rejected');
    expect(refused?.reason).toBeInstanceOf(AppError);
    expect(await passwords.hash('y')).toMatch(/^\$scrypt\$/);
  });
});
