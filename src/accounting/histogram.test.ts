import fc from 'fast-check';
import { expect, test } from 'vitest';

import { BUCKET_BOUNDS, BUCKET_COUNT, percentile } from './histogram.ts';

/** The first bucket whose bound a duration does not exceed. */
function bucketOf(ms: number): number {
  const found = BUCKET_BOUNDS.findIndex((bound) => ms <= bound);
  return found === -1 ? BUCKET_BOUNDS.length : found;
}

const count = (durations: readonly number[]): number[] => {
  const buckets = new Array<number>(BUCKET_COUNT).fill(0);
  for (const ms of durations) buckets[bucketOf(ms)] = (buckets[bucketOf(ms)] ?? 0) + 1;
  return buckets;
};

test('a percentile lies in the bucket of the true one', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0.001, max: 599_000, noNaN: true }), { minLength: 1, maxLength: 200 }),
      fc.double({ min: 0.01, max: 1, noNaN: true }),
      (durations, p) => {
        const sorted = durations.toSorted((a, b) => a - b);
        const truth = bucketOf(sorted[Math.max(0, Math.ceil(p * sorted.length) - 1)] ?? 0);
        const estimate = percentile(count(durations), p) ?? -1;
        expect(estimate).toBeGreaterThanOrEqual(truth === 0 ? 0 : (BUCKET_BOUNDS[truth - 1] ?? 0));
        expect(estimate).toBeLessThanOrEqual(BUCKET_BOUNDS[truth] ?? 0);
      },
    ),
  );
});

test('no durations have no percentile, and the open bucket answers with its lower bound', () => {
  expect(percentile(count([]), 0.5)).toBeNull();
  expect(percentile([], 0.5)).toBeNull();
  expect(percentile(count([700_000, 800_000]), 0.99)).toBe(600_000);
});

test('a percentile interpolates inside its bucket', () => {
  expect(percentile(count([60, 60, 60, 60]), 0.5)).toBe(62.5);
});
