import { expect, test } from 'vitest';

import { PgArray, pgArray } from './pg-array.ts';

test('counts are the same bytes as single numbers', () => {
  const counts = Array.from({ length: 100 }, (_, i) => (i % 7 === 0 ? i : 0));
  const together = new PgArray('int4');
  together.addCounts(counts.slice(0, 33));
  together.addCounts(counts.slice(33));
  expect(together.bytes()).toEqual(pgArray('int4', counts));
  expect(together.count).toBe(100);
});

test('an empty array has no dimensions', () => {
  expect(pgArray('text', [])).toEqual(Buffer.from('000000000000000000000019', 'hex'));
});

test('a value that is none of its type is refused', () => {
  expect(() => pgArray('uuid', ['0198c5b0-0000-7000-8000-00000000000g'])).toThrow('no UUID');
  expect(() => pgArray('uuid', ['0198c5b0'])).toThrow('no UUID');
  expect(() => pgArray('text', [1])).toThrow('a number is no text');
});
