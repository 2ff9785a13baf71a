import { rankColor, type Series } from '#lib/charts/series.ts';
import type { OverviewBeforeFragment, OverviewPointFragment } from '#lib/generated/graphql.ts';

type Points = readonly OverviewPointFragment[];
type Before = readonly OverviewBeforeFragment[] | null;

/** The charts of the overview. Colours are fixed: one for each class of token, one hue for all percentiles. */
export function seriesOf(points: Points, before: Before): Readonly<Record<ChartName, readonly Series[]>> {
  return {
    cost: [
      {
        ...named('baseline', 'Baseline', 'var(--series-other)', 'area'),
        values: hasBaseline(points) ? points.map(({ baselineCost }) => baselineCost) : [],
      },
      { ...named('cost', 'Cost', rankColor(0), 'line'), values: points.map(({ actualCost }) => actualCost) },
      ...past('Cost before', points, before, ({ actualCost }) => actualCost),
    ].filter(({ values }) => values.length > 0),
    requests: [
      { ...named('failed', 'Failed', rankColor(1), 'stack'), values: points.map(({ errors }) => errors) },
      { ...named('aborted', 'Aborted', rankColor(4), 'stack'), values: points.map(({ aborted }) => aborted) },
      {
        ...named('answered', 'Answered', rankColor(0), 'stack'),
        values: points.map(({ requests, errors, aborted }) => requests - errors - aborted),
      },
      ...past('Requests before', points, before, ({ requests }) => requests),
    ],
    tokens: [
      {
        ...named('input', 'Input', rankColor(0), 'stack'),
        values: points.map(({ inputTokens, cachedTokens, cacheWriteTokens }) =>
          Math.max(0, inputTokens - cachedTokens - cacheWriteTokens),
        ),
      },
      {
        ...named('output', 'Output', rankColor(1), 'stack'),
        values: points.map(({ outputTokens, reasoningTokens }) =>
          Math.max(0, outputTokens - reasoningTokens),
        ),
      },
      {
        ...named('cached', 'Cached input', rankColor(2), 'stack'),
        values: points.map(({ cachedTokens }) => cachedTokens),
      },
      ...used('written', 'Cache write', rankColor(3), points, ({ cacheWriteTokens }) => cacheWriteTokens),
      ...used('reasoning', 'Reasoning', rankColor(4), points, ({ reasoningTokens }) => reasoningTokens),
    ],
    duration: [
      percentile(
        'p99',
        99,
        points.map(({ p99DurationMs }) => p99DurationMs),
      ),
      percentile(
        'p95',
        95,
        points.map(({ p95DurationMs }) => p95DurationMs),
      ),
      percentile(
        'p50',
        50,
        points.map(({ p50DurationMs }) => p50DurationMs),
      ),
      ...past('p95 before', points, before, ({ p95DurationMs }) => p95DurationMs),
    ],
    ttft: [
      percentile(
        'p99',
        99,
        points.map(({ p99TtftMs }) => p99TtftMs),
      ),
      percentile(
        'p95',
        95,
        points.map(({ p95TtftMs }) => p95TtftMs),
      ),
      percentile(
        'p50',
        50,
        points.map(({ p50TtftMs }) => p50TtftMs),
      ),
      ...past('p95 before', points, before, ({ p95TtftMs }) => p95TtftMs),
    ],
  };
}
export type ChartName = 'cost' | 'requests' | 'tokens' | 'duration' | 'ttft';

/** Without a baseline model, baseline and cost are the same: nothing to draw twice. */
function hasBaseline(points: Points): boolean {
  return points.some(({ actualCost, baselineCost }) => baselineCost !== actualCost);
}

function named(key: string, label: string, color: string, kind: Series['kind']) {
  return { key, label, color, kind };
}

/** Darker is worse. */
function percentile(key: string, p: 50 | 95 | 99, values: Series['values']): Series {
  return { ...named(key, key, `var(--percentile-${p})`, 'line'), values };
}

/** A class of tokens that nobody uses needs no colour. */
function used(
  key: string,
  label: string,
  color: string,
  points: Points,
  valueOf: (point: OverviewPointFragment) => number,
): Series[] {
  const values = points.map(valueOf);
  return values.some((value) => value > 0) ? [{ ...named(key, label, color, 'stack'), values }] : [];
}

/** The period before, bucket beside bucket; it may have one more or fewer where the clock was changed. */
function past(
  label: string,
  points: Points,
  before: Before,
  valueOf: (point: OverviewBeforeFragment) => number | null,
): Series[] {
  if (before === null) return [];
  const values = points.map((_, index) => {
    const point = before[index];
    return point === undefined ? null : valueOf(point);
  });
  return [{ ...named('before', label, 'var(--series-other)', 'past'), values }];
}
