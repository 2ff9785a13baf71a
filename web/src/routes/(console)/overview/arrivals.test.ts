import { expect, it } from 'vitest';
import { Arrivals } from './arrivals.ts';

it('counts the last minute, and says when it has not counted for so long', () => {
  const arrivals = new Arrivals(1_000_000);
  arrivals.add(1_000_100);
  arrivals.add(1_000_200);
  arrivals.add(1_030_000);
  expect([arrivals.within(1_030_000), arrivals.since(1_030_000)]).toEqual([3, 30]);
  expect([arrivals.within(1_062_000), arrivals.since(1_062_000)]).toEqual([1, null]);
  expect(arrivals.within(1_200_000)).toBe(0);
});
