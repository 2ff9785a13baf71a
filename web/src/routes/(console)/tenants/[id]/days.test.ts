import { expect, it } from 'vitest';
import { lastDays } from './days.ts';

it('has every day of the calendar, also those of 25 hours', () => {
  const now = Date.parse('2026-10-26T12:00:00Z');
  const days = [{ day: '2026-10-25', requests: 3, actualCost: 0.5 }];
  const { buckets, costs } = lastDays(days, 3, now, 'Europe/Berlin');
  expect(costs).toEqual([0, 0.5, 0]);
  expect(buckets.map(({ from, to }) => (to - from) / 3_600_000)).toEqual([24, 25, 24]);
  expect(new Date(buckets[0]?.from ?? 0).toISOString()).toBe('2026-10-23T22:00:00.000Z');
});
