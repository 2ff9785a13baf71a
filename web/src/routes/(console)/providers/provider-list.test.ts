import { describe, expect, it } from 'vitest';
import { countdown, hoursOf, linesOf, lookOf, periodStart, readPeriod } from './provider-list.ts';

const NOW = Date.parse('2026-11-23T10:20:30Z');
const provider = {
  id: 'p',
  slug: 'one',
  name: 'One',
  type: 'custom',
  active: true,
  status: 'CONNECTED',
  statusMessage: null,
  lastCheckedAt: '2026-11-23T09:00:00.000Z',
} as const;
const state = {
  status: 'CONNECTED',
  error: null,
  since: '2026-11-23T08:00:00.000Z',
  circuitOpenUntil: null,
  lastTrafficAt: null,
  models: 3,
} as const;

describe('how a provider is', () => {
  it('is what is known now, before what the last check said', () => {
    expect(lookOf(provider, undefined, NOW)).toMatchObject({
      word: 'Connected',
      since: provider.lastCheckedAt,
    });
    const failing = { ...state, status: 'ERROR', error: 'Timed out' } as const;
    expect(lookOf(provider, failing, NOW)).toMatchObject({
      kind: 'error',
      word: 'Failing',
      cause: 'Timed out',
      since: state.since,
    });
  });

  it('tells who is left alone from who was switched off', () => {
    const open = {
      ...state,
      status: 'ERROR',
      error: 'Timed out',
      circuitOpenUntil: '2026-11-23T10:20:42Z',
    } as const;
    const look = lookOf(provider, open, NOW);
    expect([look.word, look.cause, countdown(look.until ?? '', NOW)]).toEqual([
      'Left alone',
      'Timed out',
      'in 12 s',
    ]);
    expect(lookOf(provider, open, NOW + 60_000).word).toBe('Failing');
    expect(lookOf({ ...provider, active: false }, open, NOW)).toMatchObject({ kind: 'off', until: null });
    expect(countdown('2026-11-23T10:20:30Z', NOW)).toBe('now');
  });
});

describe('the hours of a strip', () => {
  it('are all there, also those without requests', () => {
    const hours = hoursOf([{ hour: '2026-11-23T09:00:00.000Z', requests: 5, errors: 1 }], NOW, 3);
    expect(hours).toEqual([
      { at: '2026-11-23T08:00:00.000Z', requests: 0, errors: 0 },
      { at: '2026-11-23T09:00:00.000Z', requests: 5, errors: 1 },
      { at: '2026-11-23T10:00:00.000Z', requests: 0, errors: 0 },
    ]);
  });
});

it('puts state and usage beside each provider', () => {
  const usage = {
    provider: 'one',
    requests: 4,
    errors: 1,
    errorRate: 0.25,
    p95DurationMs: 100,
    p95TtftMs: 50,
    actualCost: 0.5,
  };
  const hour = { provider: 'one', hour: '2026-11-23T10:00:00.000Z', requests: 4, errors: 1 };
  const other = { ...provider, id: 'q', slug: 'two' };
  const lines = linesOf(
    [provider, other],
    [{ id: 'p', ...state }],
    { usage: { groups: [usage] }, hours: { groups: [hour] } },
    NOW,
  );
  expect(
    lines.map((line) => [line.state?.models, line.usage?.requests, line.hours.at(-1)?.requests]),
  ).toEqual([
    [3, 4, 4],
    [undefined, undefined, 0],
  ]);
});

it('reads the period, and begins it at an hour, or at a midnight', () => {
  expect([readPeriod(null), readPeriod('7d'), readPeriod('nonsense')]).toEqual(['24h', '7d', '24h']);
  expect(periodStart('24h', NOW, 'Europe/Berlin')).toBe('2026-11-22T11:00:00.000Z');
  expect(periodStart('7d', NOW, 'Europe/Berlin')).toBe('2026-11-16T23:00:00.000Z');
});
