import { expect, it } from 'vitest';
import { between } from './between.ts';

it('is a stretch in either direction, and one row where the other end is gone', () => {
  const ids = ['a', 'b', 'c', 'd'];
  expect(between(ids, 'b', 'd')).toEqual(['b', 'c', 'd']);
  expect(between(ids, 'd', 'b')).toEqual(['b', 'c', 'd']);
  expect(between(ids, 'b', 'b')).toEqual(['b']);
  expect(between(ids, 'gone', 'c')).toEqual(['c']);
});
