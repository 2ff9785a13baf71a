import { describe, expect, it } from 'vitest';
import { absoluteRange, EVERYTHING, parseTyped, rangeParams, readRange, relativeRange } from './range.ts';

const BERLIN = 'Europe/Berlin';
const NOW = Date.parse('2026-11-23T13:05:30.000Z');

describe('a range in an address', () => {
  it('is the fallback when it is missing or not one', () => {
    expect(readRange(new URLSearchParams(), NOW, BERLIN).key).toBe('24h');
    expect(readRange(new URLSearchParams('range=yesterdayish'), NOW, BERLIN, '7d').key).toBe('7d');
    expect(readRange(new URLSearchParams('range='), NOW, BERLIN)).toEqual(EVERYTHING);
    expect(readRange(new URLSearchParams(), NOW, BERLIN, '')).toEqual(EVERYTHING);
  });

  it('reaches back from now to the millisecond, by hours and minutes', () => {
    expect(readRange(new URLSearchParams('range=24h'), NOW, BERLIN)).toEqual({
      key: '24h',
      from: '2026-11-22T13:05:30.000Z',
      to: null,
      days: null,
      label: 'Last 24 hours',
    });
    expect(relativeRange('1h', NOW, BERLIN)?.label).toBe('Last hour');
    expect(relativeRange('90m', NOW, BERLIN)?.from).toBe('2026-11-23T11:35:30.000Z');
  });

  it('begins at the zone’s midnight by days, today included', () => {
    expect(relativeRange('7d', NOW, BERLIN)).toMatchObject({
      from: '2026-11-16T23:00:00.000Z',
      days: 7,
      label: 'Last 7 days',
    });
    expect(relativeRange('1d', NOW, BERLIN)).toMatchObject({
      from: '2026-11-22T23:00:00.000Z',
      label: 'Today',
    });
    expect(relativeRange('2w', NOW, 'UTC')).toMatchObject({ from: '2026-11-10T00:00:00.000Z', days: 14 });
    expect(relativeRange('mtd', NOW, BERLIN)).toMatchObject({ from: '2026-10-31T23:00:00.000Z', days: 23 });
  });

  it('knows days of 23 and 25 hours', () => {
    const after = Date.parse('2026-10-26T12:00:00Z');
    // Summer time ended on the 25th: its midnight was at 22:00 UTC, the 26th’s at 23:00.
    expect(relativeRange('2d', after, BERLIN)?.from).toBe('2026-10-24T22:00:00.000Z');
    expect(relativeRange('1d', after, BERLIN)?.from).toBe('2026-10-25T23:00:00.000Z');
  });

  it('is the whole of yesterday, of whatever length it was', () => {
    expect(readRange(new URLSearchParams('range=yesterday'), NOW, BERLIN)).toEqual({
      key: 'yesterday',
      from: '2026-11-21T23:00:00.000Z',
      to: '2026-11-22T23:00:00.000Z',
      days: null,
      label: 'Yesterday',
    });
    const after = Date.parse('2026-10-26T12:00:00Z');
    expect(relativeRange('yesterday', after, BERLIN)).toMatchObject({
      from: '2026-10-24T22:00:00.000Z',
      to: '2026-10-25T23:00:00.000Z',
    });
  });

  it('is two moments, which must be moments in order', () => {
    const search = new URLSearchParams({ from: '2026-11-20T08:00:00.000Z', to: '2026-11-20T20:00:00.000Z' });
    const range = readRange(search, NOW, BERLIN);
    expect(range).toMatchObject({ key: 'custom', label: '20 Nov, 09:00 – 20 Nov, 21:00' });
    expect(readRange(new URLSearchParams('from=2026-11-20T08:00:00Z'), NOW, BERLIN).label).toBe(
      '20 Nov, 09:00 – now',
    );
    for (const wrong of [
      'from=2026-11-20',
      'from=x&to=y',
      'from=2026-11-20T08:00:00Z&to=2026-11-19T08:00:00Z',
    ])
      expect(readRange(new URLSearchParams(wrong), NOW, BERLIN).key).toBe('24h');
  });

  it('goes back into the address as it came', () => {
    for (const search of [
      'range=7d',
      'range=mtd',
      'range=yesterday',
      'from=2026-11-20T08:00:00.000Z&to=2026-11-20T20:00:00.000Z',
    ]) {
      const parts = rangeParams(readRange(new URLSearchParams(search), NOW, BERLIN));
      const kept = Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== ''));
      expect(kept).toEqual(Object.fromEntries(new URLSearchParams(search)));
    }
    expect(rangeParams(absoluteRange(NOW, null, 'UTC'))).toEqual({
      range: '',
      from: '2026-11-23T13:05:30.000Z',
      to: '',
    });
  });
});

it('understands what people type', () => {
  expect(
    ['last 3 h', '3h', 'Last 90 min', '2 weeks', 'last hour', 'today', 'Yesterday', 'this month'].map(
      parseTyped,
    ),
  ).toEqual(['3h', '3h', '90m', '2w', '1h', '1d', 'yesterday', 'mtd']);
  expect(['', 'soon', '0 h', 'last 999999 w', '3 months'].map(parseTyped)).toEqual([
    null,
    null,
    null,
    null,
    null,
  ]);
});
