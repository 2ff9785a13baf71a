import { describe, expect, it } from 'vitest';
import type { OverviewPointFragment } from '#lib/generated/graphql.ts';
import { seriesOf } from './chart-series.ts';

const POINT: OverviewPointFragment = {
  requests: 10,
  errors: 2,
  aborted: 1,
  inputTokens: 100,
  cachedTokens: 30,
  cacheWriteTokens: 0,
  outputTokens: 50,
  reasoningTokens: 20,
  actualCost: 1,
  baselineCost: 3,
  p50DurationMs: 10,
  p95DurationMs: 20,
  p99DurationMs: 30,
  p50TtftMs: null,
  p95TtftMs: null,
  p99TtftMs: null,
};

describe('the charts of the overview', () => {
  it('cut tokens and requests into parts that add up', () => {
    const { tokens, requests } = seriesOf([POINT], null);
    expect(tokens.map(({ key, values: [value] }) => [key, value])).toEqual([
      ['input', 70],
      ['output', 30],
      ['cached', 30],
      ['reasoning', 20],
    ]);
    expect(tokens.reduce((sum, { values: [value] }) => sum + (value ?? 0), 0)).toBe(150);
    expect(requests.reduce((sum, { values: [value] }) => sum + (value ?? 0), 0)).toBe(10);
  });

  it('draw a baseline only where there is one, and gaps where nothing was measured', () => {
    expect(seriesOf([POINT], null).cost.map(({ key }) => key)).toEqual(['baseline', 'cost']);
    expect(seriesOf([{ ...POINT, baselineCost: 1 }], null).cost.map(({ key }) => key)).toEqual(['cost']);
    expect(seriesOf([POINT], null).ttft[0]?.values).toEqual([null]);
  });

  it('lay the period before under this one', () => {
    const before = [{ requests: 4, actualCost: 0.5, p95DurationMs: 7, p95TtftMs: null }];
    const { cost } = seriesOf([POINT, POINT], before);
    expect(cost.at(-1)).toMatchObject({ kind: 'past', values: [0.5, null] });
  });
});
