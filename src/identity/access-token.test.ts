import { describe, expect, it } from 'vitest';
import { accessTokenPrefix, generateAccessToken, hashAccessToken, isAccessToken } from './access-token.ts';

describe('an access token', () => {
  it('is omp-pat- and 64 hex digits, and never the same twice', () => {
    const token = generateAccessToken();
    expect(token).toMatch(/^omp-pat-[0-9a-f]{64}$/);
    expect(isAccessToken(token)).toBe(true);
    expect(generateAccessToken()).not.toBe(token);
  });

  it('is kept by its SHA-256 and shown by its first characters', () => {
    const token = `omp-pat-${'0123456789abcdef'.repeat(4)}`;
    expect(hashAccessToken(token)).toMatch(/^[0-9a-f]{64}$/);
    expect(hashAccessToken(token)).not.toContain('0123456789abcdef');
    expect(accessTokenPrefix(token)).toBe('omp-pat-012345');
  });

  it.each([
    '',
    'omp-pat-',
    `omp-${'a'.repeat(64)}`,
    `omp-pat-${'A'.repeat(64)}`,
    `omp-pat-${'a'.repeat(65)}`,
    'eyJ.eyJ.x',
  ])('"%s" is none', (text) => {
    expect(isAccessToken(text)).toBe(false);
  });
});
