import { describe, expect, it } from 'vitest';
import { costLines, restOf } from './cost.ts';
import { outcomeWords, ownTime, readTrace, stagesOf } from './trace.ts';

const TRACE = readTrace({
  plannedMs: 2,
  attempts: [
    { provider: 'a', model: 'm', startMs: 2, durationMs: 98, outcome: 'http_503' },
    { provider: 'b', model: 'm', startMs: 101, durationMs: 399, outcome: 'ok' },
  ],
  rates: [2_500_000, 1_250_000, 2_500_000, 10_000_000, 10_000_000],
  window: 128_000,
});

describe('a trace', () => {
  it('is read with the prices of its time', () => {
    expect(TRACE.prices).toEqual({ input: 2.5, cached: 1.25, cacheWrite: 2.5, output: 10, reasoning: 10 });
    expect(TRACE.window).toBe(128_000);
    expect(readTrace(null)).toEqual({
      plannedMs: null,
      attempts: [],
      prices: null,
      window: null,
      routing: null,
    });
    expect(readTrace({ attempts: [{}, 3], rates: ['x'] })).toMatchObject({ attempts: [], prices: null });
  });

  it('falls into stages, the attempt that answered into waiting and streaming', () => {
    const stages = stagesOf({ durationMs: 502, ttftMs: 250, streamed: true }, TRACE);
    expect(stages.map(({ label, kind, startMs, endMs }) => [label, kind, startMs, endMs])).toEqual([
      ['Sign-in and plan', 'own', 0, 2],
      ['a/m', 'failed', 2, 100],
      ['b/m', 'waiting', 101, 250],
      ['Stream', 'answering', 250, 500],
      ['To the client', 'own', 500, 502],
    ]);
    expect(ownTime({ durationMs: 502, ttftMs: 250, streamed: true }, TRACE)).toBe(5);
  });

  it('of a request that reached nobody is ours alone', () => {
    const times = { durationMs: 1, ttftMs: null, streamed: false };
    expect(stagesOf(times, readTrace({ plannedMs: 1, attempts: [] }))).toHaveLength(1);
    expect(ownTime(times, readTrace({ plannedMs: 1, attempts: [] }))).toBe(1);
    expect(ownTime(times, readTrace(null))).toBeNull();
  });

  it('says what became of an attempt', () => {
    expect(['http_429', 'breaker_open', 'new_thing'].map(outcomeWords)).toEqual([
      'answered 429',
      'not asked: it had failed too often',
      'new thing',
    ]);
  });
});

describe('the cost of a request', () => {
  const usage = {
    inputTokens: 1000,
    cachedTokens: 400,
    cacheWriteTokens: 100,
    outputTokens: 200,
    reasoningTokens: 50,
  };

  it('is the sum of classes that do not overlap', () => {
    const lines = costLines(usage, TRACE.prices);
    expect(lines.map(({ label, tokens }) => [label, tokens])).toEqual([
      ['Input', 500],
      ['Cached input', 400],
      ['Written to the cache', 100],
      ['Output', 150],
      ['Reasoning', 50],
    ]);
    expect(lines.reduce((sum, { cost }) => sum + (cost ?? 0), 0)).toBeCloseTo(0.004, 12);
    expect(restOf(lines, 0.004)).toBe(0);
    expect(restOf(lines, 0.005)).toBeCloseTo(0.001, 12);
  });

  it('shows tokens alone where no price of that time is known', () => {
    const lines = costLines({ ...usage, cachedTokens: 0, cacheWriteTokens: 0, reasoningTokens: 0 }, null);
    expect(lines).toEqual([
      { label: 'Input', tokens: 1000, price: null, cost: null },
      { label: 'Output', tokens: 200, price: null, cost: null },
    ]);
    expect(restOf(lines, 1)).toBe(0);
  });
});
