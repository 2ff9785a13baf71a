import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { categoryKey } from '../../src/domain/category-schema.ts';
import { displayName, SLUG as SERVER_SLUG, SLUG_RULE } from '../../src/domain/tenant-schema.ts';
import { newPassword, newUsername } from '../../src/domain/user-schema.ts';
import { CATEGORY_KEY, NAME, PASSWORD, SLUG, USERNAME, WEB_ADDRESS } from '../../web/src/lib/rules.ts';

/** As a browser reads the attribute. */
const takes = (rule: { readonly pattern: string }, text: string): boolean =>
  new RegExp(`^(?:${rule.pattern})$`, 'v').test(text);
const wordsOf = (schema: z.ZodType, text: string): string | undefined =>
  schema.safeParse(text).error?.issues[0]?.message;

const TEXTS = [
  'a',
  'acme-2',
  '2nd',
  'code_review',
  'Ada.Lovelace+x@example.com',
  ' ada ',
  '-a',
  '_a',
  'A',
  'a b',
  'a/b',
  'ä',
  'ａｄａ',
  'a'.repeat(63),
  'a'.repeat(64),
  'a'.repeat(65),
  'a'.repeat(101),
  '"quoted"',
  '   ',
];

describe('what the console checks before it sends', () => {
  it.each(TEXTS)('is refused by the server, too: %j', (text) => {
    expect(takes(SLUG, text)).toBe(SERVER_SLUG.test(text));
    expect(takes(CATEGORY_KEY, text)).toBe(categoryKey.safeParse(text).success);
    expect(takes(NAME, text)).toBe(displayName.safeParse(text).success);
    // Letters beyond ASCII are left to the server: it alone knows their look-alikes.
    if (newUsername.safeParse(text).success) expect(takes(USERNAME, text)).toBe(true);
    if (/^[\x20-\x7e]*$/.test(text)) expect(takes(USERNAME, text)).toBe(newUsername.safeParse(text).success);
  });

  it('says it in the server’s words', () => {
    expect(SLUG['data-rule']).toBe(SLUG_RULE);
    expect(CATEGORY_KEY['data-rule']).toBe(wordsOf(categoryKey, '-'));
    expect(NAME['data-rule']).toBe(wordsOf(displayName, ' '));
    expect(USERNAME['data-rule']).toBe(wordsOf(newUsername, '-'));
  });

  it('has the server’s bounds', () => {
    for (const length of [PASSWORD.minlength, PASSWORD.maxlength]) {
      expect(newPassword.safeParse('x'.repeat(length)).success).toBe(true);
    }
    expect(newPassword.safeParse('x'.repeat(PASSWORD.minlength - 1)).success).toBe(false);
    expect(newPassword.safeParse('x'.repeat(PASSWORD.maxlength + 1)).success).toBe(false);
    expect(displayName.safeParse('x'.repeat(NAME.maxlength ?? 0)).success).toBe(true);
    expect(displayName.safeParse('x'.repeat((NAME.maxlength ?? 0) + 1)).success).toBe(false);
  });

  it('takes the addresses of web servers', () => {
    for (const url of ['https://api.example.com', 'HTTP://localhost:8080/v1 ']) {
      expect(takes(WEB_ADDRESS, url)).toBe(true);
    }
    for (const other of ['ftp://example.com', 'example.com', 'https://a b']) {
      expect(takes(WEB_ADDRESS, other)).toBe(false);
    }
  });
});
