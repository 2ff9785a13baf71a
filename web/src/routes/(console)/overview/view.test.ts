import { describe, expect, it } from 'vitest';
import { relativeRange } from '#lib/range/range.ts';
import {
  beforeVariables,
  breakdownVariables,
  bucketLink,
  bucketsOf,
  happeningsOf,
  lengthBeside,
  logLink,
  readBreakdown,
  readOverview,
  unpricedOf,
  wholeHours,
  withParts,
} from './view.ts';

const BERLIN = 'Europe/Berlin';
const NOW = Date.parse('2026-11-23T13:05:30.000Z');
const read = (search: string) => readOverview(new URLSearchParams(search), NOW, BERLIN, true);

describe('the address of the overview', () => {
  it('is the last 24 hours by the hour when it says nothing', () => {
    const { range, variables } = read('');
    expect(range.key).toBe('24h');
    expect(variables).toMatchObject({ from: '2026-11-22T13:05:30.000Z', byDay: false, compareHours: false });
    expect(variables).not.toHaveProperty('to');
    expect(variables).not.toHaveProperty('tenantId');
  });

  it('asks for days of the calendar, and compares with as many before', () => {
    expect(read('range=30d&compare=1').variables).toMatchObject({
      days: 30,
      byDay: true,
      compareDays: true,
      beforeDays: 30,
      beforeTo: '2026-10-24T22:00:00.000Z',
    });
    expect(read('range=7d').variables).toMatchObject({ days: 7, byDay: false });
  });

  it('compares hours with whole hours', () => {
    const { variables } = read('from=2026-11-23T08:30:00Z&to=2026-11-23T10:15:00Z&compare=1&tenant=t1');
    expect(variables).toMatchObject({
      compareHours: true,
      beforeFrom: '2026-11-23T05:00:00.000Z',
      beforeTo: '2026-11-23T08:00:00.000Z',
      tenantId: 't1',
      audit: { from: '2026-11-23T08:30:00.000Z', to: '2026-11-23T10:15:00.000Z', tenantId: 't1' },
    });
  });

  it('is by the day where a custom range is long', () => {
    expect(read('from=2026-11-01T00:00:00Z&to=2026-11-20T00:00:00Z').variables.byDay).toBe(true);
  });
});

describe('ranges of less than whole hours', () => {
  it('say what is counted, for figures are by the hour', () => {
    expect(wholeHours(read('range=15m'), '2026-11-23T12:00:00.000Z')).toBe('23 Nov, 13:00 – now');
    const within = read('from=2026-11-23T08:20:00Z&to=2026-11-23T08:40:00Z');
    expect(wholeHours(within, '2026-11-23T08:00:00.000Z')).toBe('23 Nov, 09:00 – 23 Nov, 10:00');
    const whole = read('from=2026-11-23T08:00:00Z&to=2026-11-23T09:00:00Z');
    expect(wholeHours(whole, '2026-11-23T08:00:00.000Z')).toBe(null);
    expect(wholeHours(read('range=7d'), '2026-11-16T23:00:00.000Z')).toBe(null);
  });

  it('are compared by their length while the last hour is running', () => {
    const before = { from: '2026-11-23T10:00:00.000Z', to: '2026-11-23T12:00:00.000Z' };
    const now = { from: '2026-11-23T12:00:00.000Z', to: '2026-11-23T13:06:00.000Z' };
    expect(lengthBeside(read('range=1h'), now, before)).toBeCloseTo(0.55);
    expect(lengthBeside(read('range=7d'), now, before)).toBe(1);
    const past = read('from=2026-11-23T08:20:00Z&to=2026-11-23T09:40:00Z');
    const counted = { from: '2026-11-23T08:00:00.000Z', to: '2026-11-23T09:40:00.000Z' };
    expect(lengthBeside(past, counted, before)).toBe(1);
  });
});

describe('links to the log', () => {
  it('choose what the figures count: from the begin of the hour, or whole days', () => {
    expect(logLink(read(''), '2026-11-22T13:00:00.000Z', { status: 'ERROR' })).toBe(
      '/requests?from=2026-11-22T13%3A00%3A00.000Z&status=ERROR',
    );
    expect(logLink(read('range=7d&tenant=t1'), 'unused', { category: '' })).toBe(
      '/requests?range=7d&tenant=t1&category=',
    );
    expect(
      logLink(read('from=2026-11-23T08:30:00Z&to=2026-11-23T10:15:00Z'), '2026-11-23T08:00:00.000Z'),
    ).toBe('/requests?from=2026-11-23T08%3A00%3A00.000Z&to=2026-11-23T11%3A00%3A00.000Z');
    expect(bucketLink('t1', { from: 0, to: 3_600_000 })).toBe(
      '/requests?from=1970-01-01T00%3A00%3A00.000Z&to=1970-01-01T01%3A00%3A00.000Z&tenant=t1',
    );
  });
});

it('changes parts of its own address and leaves the others', () => {
  const search = new URLSearchParams('range=7d&by=user');
  expect(withParts(search, { range: '', sort: 'p95' })).toBe('?by=user&sort=p95');
  expect(search.toString()).toBe('range=7d&by=user');
});

it('knows when a local day begins and ends', () => {
  const [short, hour] = bucketsOf([{ day: '2026-10-25' }, { hour: '2026-10-25T10:00:00.000Z' }], BERLIN);
  expect(((short?.to ?? 0) - (short?.from ?? 0)) / 3_600_000).toBe(25);
  expect(((hour?.to ?? 0) - (hour?.from ?? 0)) / 3_600_000).toBe(1);
});

it('shows changes, not sign-ins', () => {
  const node = (action: string, targetType: string) => ({
    node: { at: '2026-11-23T10:00:00.000Z', actorName: 'ann', action, targetType },
  });
  const edges = [
    node('session.login', 'user'),
    node('provider.check', 'provider'),
    node('model.update', 'model'),
  ];
  expect(happeningsOf({ edges })).toEqual([
    { at: Date.parse('2026-11-23T10:00:00Z'), label: 'ann: model.update' },
  ]);
  expect(happeningsOf(undefined)).toEqual([]);
});

it('counts what cost nothing although it was used', () => {
  const model = (name: string, actualCost: number, inputTokens: number) => ({
    model: name,
    requests: 3,
    inputTokens,
    outputTokens: 0,
    actualCost,
  });
  expect(unpricedOf([model('free', 0, 5), model('failed', 0, 0), model('paid', 1, 5)])).toEqual({
    requests: 3,
    models: ['free'],
  });
});

it('reads a breakdown, whatever the address says', () => {
  const view = readBreakdown(new URLSearchParams('by=constructor&sort=toString'));
  expect(view).toEqual({ by: 'model', sort: 'cost', all: false });
  const range = relativeRange('7d', NOW, BERLIN);
  if (range === null) throw new Error('no range');
  const { variables } = read('range=7d&tenant=t1');
  expect(
    breakdownVariables({ by: 'key', sort: 'p95', all: true }, { range, tenant: 't1', variables }, true),
  ).toEqual({
    groupBy: ['KEY', 'TENANT'],
    filter: { tenantIds: ['t1'] },
    orderBy: [{ by: 'P95_DURATION_MS' }, { by: 'REQUESTS' }],
    first: 200,
    days: 7,
    timeZone: BERLIN,
    withKeys: true,
  });
});

it('asks for the breakdown of the period before: days before days, a day before yesterday', () => {
  const chosen = { by: 'user', sort: 'p95', all: false } as const;
  const before = (search: string) => {
    const { tenant, variables } = read(search);
    return beforeVariables(chosen, { tenant, variables });
  };
  expect(before('range=7d&tenant=t1')).toEqual({
    groupBy: ['USER'],
    filter: { tenantIds: ['t1'] },
    orderBy: [{ by: 'ACTUAL_COST' }],
    first: 500,
    days: 7,
    to: '2026-11-16T23:00:00.000Z',
    timeZone: BERLIN,
    withKeys: false,
  });
  const { from, to } = before('range=yesterday');
  expect([from, to]).toEqual(['2026-11-20T23:00:00.000Z', '2026-11-21T23:00:00.000Z']);
});
