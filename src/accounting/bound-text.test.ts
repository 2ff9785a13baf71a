import fc from 'fast-check';
import { expect, test } from 'vitest';

import { boundText } from './bound-text.ts';

test('any text comes out well formed, without NUL and within its limit', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), fc.nat(60), (text, limit) => {
      const bounded = boundText(text.slice(1), limit + 1);
      expect(bounded.length).toBeLessThanOrEqual(limit + 1);
      expect(bounded.includes('\0')).toBe(false);
      expect(bounded.isWellFormed()).toBe(true);
    }),
  );
});

test('text that is fine stays as it is, and a cut spares a surrogate pair', () => {
  expect(boundText('héllo', 5)).toBe('héllo');
  expect(boundText('ab😀', 3)).toBe('ab');
  expect(boundText('a\0b\ud800', 9)).toBe('a\ufffdb\ufffd');
});
