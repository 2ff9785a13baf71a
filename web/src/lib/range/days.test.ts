import { CalendarDate, fromAbsolute, toZoned } from '@internationalized/date';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { beginOf, dayAt } from './days.ts';

/** With clocks that change at midnight, by half an hour, by minutes, and not at all. */
const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'America/Sao_Paulo',
  'Australia/Lord_Howe',
  'Africa/Cairo',
  'Asia/Beirut',
  'Asia/Kathmandu',
  'America/St_Johns',
];
const MOMENTS = { min: Date.UTC(1975, 0, 1), max: Date.UTC(2035, 0, 1) };

describe('days of a zone', () => {
  it('are those of its calendar', () => {
    fc.assert(
      fc.property(fc.integer(MOMENTS), fc.constantFrom(...ZONES), (at, zone) => {
        const { year, month, day } = fromAbsolute(at, zone);
        expect(dayAt(at, zone)).toEqual({ year, month, day });
      }),
    );
  });

  it('begin when a library for calendars says so', () => {
    fc.assert(
      fc.property(fc.integer(MOMENTS), fc.constantFrom(...ZONES), (at, zone) => {
        const day = dayAt(at, zone);
        const begin = toZoned(new CalendarDate(day.year, day.month, day.day), zone)
          .toDate()
          .getTime();
        expect(beginOf(day, zone)).toBe(begin);
      }),
      { numRuns: 2_000 },
    );
  });

  it('begin an hour late where midnight is left out, and at the first of two', () => {
    // Cairo goes from 23:59:59 to 01:00, and back from 23:59:59 to 23:00.
    expect(new Date(beginOf({ year: 2026, month: 4, day: 24 }, 'Africa/Cairo')).toISOString()).toBe(
      '2026-04-23T22:00:00.000Z',
    );
    expect(new Date(beginOf({ year: 2018, month: 11, day: 4 }, 'America/Sao_Paulo')).toISOString()).toBe(
      '2018-11-04T03:00:00.000Z',
    );
    // Havana shows the hour after midnight twice.
    expect(new Date(beginOf({ year: 2025, month: 11, day: 2 }, 'America/Havana')).toISOString()).toBe(
      '2025-11-02T04:00:00.000Z',
    );
  });

  it('may be counted beyond their month', () => {
    expect(beginOf({ year: 2026, month: 3, day: -9 }, 'UTC')).toBe(Date.UTC(2026, 1, 19));
    expect(beginOf({ year: 2026, month: 12, day: 32 }, 'Europe/Berlin')).toBe(Date.UTC(2026, 11, 31, 23));
  });
});
