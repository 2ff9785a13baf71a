import { expect, it } from 'vitest';
import { clashesOf } from './clash.ts';

it('finds what two have changed, each in another way', () => {
  const before = { name: 'A', baseUrl: 'https://a', slug: 'a' };
  const now = { name: 'B', baseUrl: 'https://b', slug: 'c' };
  expect(clashesOf(before, now, { name: 'C', slug: 'c' })).toEqual([
    { field: 'name', mine: 'C', theirs: 'B' },
  ]);
  expect(clashesOf(before, before, { name: 'C' })).toEqual([]);
});
