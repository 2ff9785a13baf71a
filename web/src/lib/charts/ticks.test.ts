import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Bucket } from './series.ts';
import { tickLabel, timeTicks, valueTicks } from './ticks.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START = new Date(2026, 10, 16).getTime();

function hours(count: number): readonly Bucket[] {
  return Array.from({ length: count }, (_, index) => ({
    from: START + index * HOUR,
    to: START + (index + 1) * HOUR,
  }));
}

describe('ticks of values', () => {
  it('are round, and few', () => {
    expect(valueTicks(0, false)).toEqual([0, 1]);
    expect(valueTicks(1, true)).toEqual([0, 1]);
    expect(valueTicks(3, true)).toEqual([0, 1, 2, 3]);
    expect(valueTicks(0.3, false)).toEqual([0, 0.1, 0.2, 0.3]);
    expect(valueTicks(8_500, false)).toEqual([0, 2_000, 4_000, 6_000, 8_000, 10_000]);
    expect(valueTicks(0.0000087, false)).toEqual([0, 0.000002, 0.000004, 0.000006, 0.000008, 0.00001]);
  });

  it('reach from zero to the highest and no step further, whatever it is', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-9, max: 1e15, noNaN: true }), fc.boolean(), (top, whole) => {
        const ticks = valueTicks(whole ? Math.ceil(top) : top, whole);
        const [last = 0, before = 0] = [ticks.at(-1), ticks.at(-2)];
        expect(ticks[0]).toBe(0);
        expect(ticks.length).toBeGreaterThan(1);
        expect(ticks.length).toBeLessThan(9);
        expect(last).toBeGreaterThanOrEqual(top * (1 - 1e-6));
        expect(before).toBeLessThan(whole ? Math.ceil(top) : top);
        if (whole) expect(ticks.every((tick) => Number.isInteger(tick))).toBe(true);
      }),
    );
  });
});

describe('ticks of time', () => {
  it('are midnights where the axis spans days, and no more than fit', () => {
    const week = hours(7 * 24);
    const span = { from: START, to: week.at(-1)?.from ?? 0 };
    const days = (most: number) => timeTicks(span, week, most).map((at) => new Date(at).getDate());
    expect(days(20)).toEqual([17, 18, 19, 20, 21, 22]);
    expect(days(3)).toEqual([19, 22]);
    expect(tickLabel(new Date(START), week)).toBe('16 Nov');
    expect(tickLabel(new Date(START + 6 * HOUR), week)).toBe('06:00');
  });

  it('are round times of the reader’s clock within days', () => {
    const at = (from: Date, length: number, most: number) =>
      timeTicks({ from: from.getTime(), to: from.getTime() + length }, [], most).map((tick) =>
        new Date(tick).toTimeString().slice(0, 8),
      );
    expect(at(new Date(2026, 10, 23, 13), 23 * HOUR, 8)).toEqual([
      '15:00:00',
      '18:00:00',
      '21:00:00',
      '00:00:00',
      '03:00:00',
      '06:00:00',
      '09:00:00',
      '12:00:00',
    ]);
    expect(at(new Date(2026, 10, 23, 13, 7, 30), 15 * MINUTE, 4)).toEqual([
      '13:10:00',
      '13:15:00',
      '13:20:00',
    ]);
    expect(at(new Date(2026, 10, 23, 23, 58), 5 * MINUTE, 6)).toEqual([
      '23:58:00',
      '23:59:00',
      '00:00:00',
      '00:01:00',
      '00:02:00',
      '00:03:00',
    ]);
  });

  it('are at most as many as fit, in order and within the axis', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2_000_000_000_000 }),
        fc.integer({ min: 2 * MINUTE, max: 72 * HOUR }),
        fc.integer({ min: 1, max: 20 }),
        (from, length, most) => {
          const ticks = timeTicks({ from, to: from + length }, [], most);
          // A time that the clock shows twice may have one more.
          expect(ticks.length).toBeLessThanOrEqual(most + 2);
          expect(ticks.every((tick, index) => tick > (ticks[index - 1] ?? from - 1))).toBe(true);
          expect(ticks.every((tick) => tick >= from && tick <= from + length)).toBe(true);
        },
      ),
    );
  });
});
