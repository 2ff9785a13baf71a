import { expect, it } from 'vitest';
import { forecastMonth } from './forecast.ts';

const NOON = Date.parse('2026-11-23T12:00:00Z');

it('adds the mean of the last whole days for what is left of the month', () => {
  const days = Array.from({ length: 10 }, (_, back) => ({
    day: `2026-11-${String(23 - back).padStart(2, '0')}`,
    actualCost: back === 0 ? 100 : 2,
  }));
  expect(forecastMonth(40, days, NOON, 'UTC')).toEqual({ usd: 40 + 2 * 7.5, basedOn: 7, daysLeft: 7.5 });
});

it('takes days without requests for zero, but not those before the first', () => {
  const days = [
    { day: '2026-11-20', actualCost: 3 },
    { day: '2026-11-22', actualCost: 3 },
  ];
  expect(forecastMonth(6, days, NOON, 'UTC')).toEqual({ usd: 6 + 2 * 7.5, basedOn: 3, daysLeft: 7.5 });
});

it('says nothing before there was a whole day', () => {
  expect(forecastMonth(1, [{ day: '2026-11-23', actualCost: 1 }], NOON, 'UTC')).toBeNull();
  expect(forecastMonth(0, [], NOON, 'UTC')).toBeNull();
});

it('goes by the reader’s calendar', () => {
  // In Auckland it is the 24th already.
  const days = [{ day: '2026-11-23', actualCost: 1 }];
  expect(forecastMonth(1, days, NOON, 'Pacific/Auckland')?.basedOn).toBe(1);
});
