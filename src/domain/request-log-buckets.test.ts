import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucketsOf } from './request-log-buckets.ts';
import { timeZone } from './time-zone.ts';

const UTC = timeZone('UTC');
const BERLIN = timeZone('Europe/Berlin');
const HOUR = 3_600_000;
const at = (text: string): number => Date.parse(text);
const iso = (ms: number): string => new Date(ms).toISOString();

describe('buckets of a time', () => {
  it('are as short as they can be, on the clock; the ends are where the time ends', () => {
    const span = { from: at('2026-11-23T09:58:17.123Z'), to: at('2026-11-23T10:58:17.123Z') };
    const { step, edges } = bucketsOf(span, { most: 60, least: 0, zone: UTC });
    expect(step).toBe(120_000);
    expect([edges[0], edges.at(-1)]).toEqual([span.from, span.to]);
    expect(iso(edges[1] ?? 0)).toBe('2026-11-23T10:00:00.000Z');
    expect(bucketsOf(span, { most: 60, least: HOUR, zone: UTC }).edges.map(iso)).toEqual([
      '2026-11-23T09:58:17.123Z',
      '2026-11-23T10:00:00.000Z',
      '2026-11-23T10:58:17.123Z',
    ]);
  });

  it('begin with a whole one where the time has no begin of its own', () => {
    const span = { from: at('2026-10-23T10:03:00Z'), to: at('2026-10-27T10:00:00Z') };
    const wanted = { least: 0, zone: BERLIN, isOpen: true };
    expect(bucketsOf(span, { ...wanted, most: 6 }).edges.map(iso)[0]).toBe('2026-10-22T22:00:00.000Z');
    expect(bucketsOf(span, { ...wanted, most: 20 }).edges.map(iso)[0]).toBe('2026-10-23T10:00:00.000Z');
    expect(bucketsOf({ ...span, to: span.from + 1 }, { ...wanted, most: 60 }).edges).toEqual([
      span.from,
      span.from + 1,
    ]);
  });

  it('begin at the midnights of the zone, also where the clocks change', () => {
    const span = { from: at('2026-10-23T10:00:00Z'), to: at('2026-10-27T10:00:00Z') };
    const { step, edges } = bucketsOf(span, { most: 6, least: 0, zone: BERLIN });
    expect(step).toBe(24 * HOUR);
    expect(edges.slice(1, -1).map(iso)).toEqual([
      '2026-10-23T22:00:00.000Z',
      '2026-10-24T22:00:00.000Z',
      '2026-10-25T23:00:00.000Z',
      '2026-10-26T23:00:00.000Z',
    ]);
  });

  it('are never too many, never overlap, and cover all of the time', () => {
    const zones = ['UTC', 'Europe/Berlin', 'Asia/Kathmandu', 'America/St_Johns', 'Pacific/Apia'].map((name) =>
      timeZone(name),
    );
    fc.assert(
      fc.property(
        fc.integer({ min: at('2011-12-01'), max: at('2030-01-01') }),
        fc.integer({ min: 0, max: 34 }),
        fc.integer({ min: 1, max: 60 }),
        fc.constantFrom(0, HOUR, 24 * HOUR),
        fc.constantFrom(...zones),
        fc.boolean(),
        (from, power, most, least, zone, isOpen) => {
          const to = from + 1 + Math.round(1.9 ** power);
          const { edges, step } = bucketsOf({ from, to }, { most, least, zone, isOpen });
          expect(edges.length - 1).toBeLessThanOrEqual(most);
          expect(edges.at(-1)).toBe(to);
          if (isOpen) expect(from - (edges[0] ?? 0)).toBeLessThan(step + HOUR);
          expect(isOpen ? (edges[0] ?? to) <= from : edges[0] === from).toBe(true);
          expect(edges.every((edge, index) => index === 0 || edge > (edges[index - 1] ?? edge))).toBe(true);
          if (least > 0) expect(edges.slice(1, -1).every((edge) => edge % HOUR === 0)).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });
});
