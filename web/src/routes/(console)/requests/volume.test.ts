import { expect, it } from 'vitest';
import { bucketOf, indexAt, placeOf, seriesOf, spoken, sumOf } from './volume.ts';

const at = (minute: number): string => new Date(Date.UTC(2026, 10, 23, 12, minute)).toISOString();
// The first one is not whole: the range begins within it.
const BUCKETS = [
  { from: at(5), to: at(10), requests: 4, errors: 1, aborted: 1 },
  { from: at(10), to: at(20), requests: 0, errors: 0, aborted: 0 },
  { from: at(20), to: at(30), requests: 10, errors: 0, aborted: 2 },
].map(bucketOf);

it('splits what came into how it ended, and adds up to it', () => {
  expect(BUCKETS.map(sumOf)).toEqual([4, 0, 10]);
  expect(seriesOf(BUCKETS).map(({ key, values }) => [key, values])).toEqual([
    ['errors', [1, 0, 0]],
    ['aborted', [1, 0, 2]],
    ['success', [2, 0, 8]],
  ]);
});

it('finds the bucket under a pointer by its time, and stays within', () => {
  expect([-1, 0, 0.19, 0.21, 0.59, 0.61, 1, 2].map((place) => indexAt(BUCKETS, place))).toEqual([
    0, 0, 0, 1, 1, 2, 2, 2,
  ]);
  expect(indexAt([], 0.5)).toBe(-1);
});

it('draws a bucket as wide as its time', () => {
  expect(BUCKETS.map((bucket) => placeOf(BUCKETS, bucket))).toEqual([
    { left: 0, width: 20 },
    { left: 20, width: 40 },
    { left: 60, width: 40 },
  ]);
});

it('says what a stretch holds', () => {
  expect(spoken(BUCKETS, 0, 0)).toMatch(/: 4 requests, 1 errors, 1 aborted$/);
  expect(spoken(BUCKETS, 0, 2)).toMatch(/ to .*: 14 requests, 1 errors, 3 aborted$/);
  expect(spoken(BUCKETS, 7, 7)).toBe('');
});
