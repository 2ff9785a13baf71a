import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../errors.ts';
import { addDays, timeZone } from './time-zone.ts';

const HOUR_MS = 3_600_000;
const iso = (ms: number): string => new Date(ms).toISOString();

describe('a local day', () => {
  it.each([
    ['UTC', '2026-11-23', '2026-11-23T00:00:00.000Z'],
    ['Europe/Berlin', '2026-03-29', '2026-03-28T23:00:00.000Z'],
    ['Europe/Berlin', '2026-03-30', '2026-03-29T22:00:00.000Z'],
    ['Europe/Berlin', '2026-10-25', '2026-10-24T22:00:00.000Z'],
    ['Europe/Berlin', '2026-10-26', '2026-10-25T23:00:00.000Z'],
    ['America/New_York', '2026-11-01', '2026-11-01T04:00:00.000Z'],
    // Midnight is 18:15 UTC; the hour that begins at 18:00 began the day before.
    ['Asia/Kathmandu', '2026-11-23', '2026-11-22T19:00:00.000Z'],
    ['Asia/Kolkata', '2026-11-23', '2026-11-22T19:00:00.000Z'],
    ['Pacific/Kiritimati', '2026-11-23', '2026-11-22T10:00:00.000Z'],
    ['Pacific/Pago_Pago', '2026-11-23', '2026-11-23T11:00:00.000Z'],
    // The clocks went from 24:00 to 01:00: there was no midnight.
    ['America/Sao_Paulo', '2018-11-04', '2018-11-04T03:00:00.000Z'],
    // There was no such day; the next one begins at once.
    ['Pacific/Apia', '2011-12-30', '2011-12-30T10:00:00.000Z'],
    ['Pacific/Apia', '2011-12-31', '2011-12-30T10:00:00.000Z'],
  ])('in %s %s begins with the hour of %s', (name, date, start) => {
    expect(iso(timeZone(name).startOf(date))).toBe(start);
  });

  it('begins with the first whole hour that has its date, in every zone', () => {
    const zones = Intl.supportedValuesOf('timeZone');
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.date({
          min: new Date('2015-01-01T00:00:00Z'),
          max: new Date('2035-01-01T00:00:00Z'),
          noInvalidDate: true,
        }),
        (name, moment) => {
          const zone = timeZone(name);
          const date = zone.dateOf(moment.getTime());
          const start = zone.startOf(date);
          expect(start % HOUR_MS).toBe(0);
          expect(zone.dateOf(start) >= date).toBe(true);
          expect(zone.dateOf(start - HOUR_MS) < date).toBe(true);
          expect(zone.startOf(addDays(date, 1))).toBeGreaterThanOrEqual(start);
        },
      ),
    );
  });
});

describe('a time zone', () => {
  it.each([
    '',
    'Mars/Phobos',
    '+05:45',
    '-08:00',
    'UTC; DROP TABLE tenant',
    'Europe/Berlin\0',
    'x'.repeat(200),
  ])('%j is refused by the name of its field', (name) => {
    try {
      timeZone(name);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(AppError);
      expect(error).toMatchObject({ code: 'bad_input', fields: [{ path: 'timeZone' }] });
    }
  });
});
