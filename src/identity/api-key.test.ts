import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { apiKeyPrefix, customApiKeyProblem, generateApiKey, hashApiKey } from './api-key.ts';

describe('API keys', () => {
  it('are omp- and 64 hex digits, and never the same', () => {
    const keys = Array.from({ length: 100 }, () => generateApiKey());
    for (const key of keys) expect(key).toMatch(/^omp-[0-9a-f]{64}$/);
    expect(new Set(keys).size).toBe(100);
    for (const key of keys) expect(customApiKeyProblem(key)).toBeNull();
  });

  it('are kept as the SHA-256 of the whole key, and shown by twelve characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (key) => {
        expect(hashApiKey(key)).toBe(createHash('sha256').update(key, 'utf8').digest('hex'));
      }),
    );
    expect(apiKeyPrefix('omp-0123456789abcdef')).toBe('omp-01234567');
  });

  it('of the caller’s own making must be long, printable and varied', () => {
    expect(customApiKeyProblem('omp-custom-key-value')).toBeNull();
    expect(customApiKeyProblem('omp-short')).toMatch(/at least 16/);
    expect(customApiKeyProblem('x'.repeat(257))).toMatch(/at most 256/);
    expect(customApiKeyProblem('has a space in the middle')).toMatch(/without spaces/);
    expect(customApiKeyProblem('schlüssel-mit-umlaut')).toMatch(/printable ASCII/);
    expect(customApiKeyProblem('line\nbreak-in-the-key')).toMatch(/printable ASCII/);
    expect(customApiKeyProblem('aaaaaaaaaaaaaaaaaaaa')).toMatch(/different/);
  });
});
