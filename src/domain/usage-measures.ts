import { BUCKET_BOUNDS } from '../accounting/histogram.ts';
import type { BucketColumn, DimensionColumn, SumColumn } from './usage-source.ts';

/**
 * What usage can be grouped by, and the column; `day` and `hour` are made of the time. With MEASURES the only place
 * where a name from outside becomes SQL.
 */
export const DIMENSIONS = {
  day: null,
  hour: null,
  model: 'model',
  provider: 'provider_slug',
  category: 'category',
  tier: 'cost_tier',
  tenant: 'tenant_id',
  user: 'user_name',
  key: 'key_id',
} as const satisfies Record<string, DimensionColumn | null>;
export type Dimension = keyof typeof DIMENSIONS;

interface MeasureRow {
  /** Over the sums of a group. */
  readonly sql: string;
  /** The sums or histograms that it is made of. None: the users are counted. */
  readonly of: readonly (SumColumn | BucketColumn)[];
}

const sum = (column: SumColumn): MeasureRow => ({ sql: column, of: [column] });
const share = (part: SumColumn, whole: SumColumn): MeasureRow => ({
  sql: `coalesce(${part}::float8 / nullif(${whole}, 0), 0)`,
  of: [part, whole],
});
const percentile = (column: BucketColumn, p: number): MeasureRow => ({
  sql: `prism_percentile(${column}, ARRAY[${BUCKET_BOUNDS.join(', ')}], ${p})`,
  of: [column],
});

/** Costs in USD, durations in ms, shares from 0 to 1 (0 where there is nothing to share). */
export const MEASURES = {
  requests: sum('requests'),
  errors: sum('errors'),
  aborted: sum('aborted'),
  autoRouted: sum('auto_routed'),
  inputTokens: sum('input_tokens'),
  cachedTokens: sum('cached_tokens'),
  cacheWriteTokens: sum('cache_write_tokens'),
  outputTokens: sum('output_tokens'),
  reasoningTokens: sum('reasoning_tokens'),
  actualCost: sum('actual_cost'),
  baselineCost: sum('baseline_cost'),
  saved: { sql: 'baseline_cost - actual_cost', of: ['baseline_cost', 'actual_cost'] },
  errorRate: share('errors', 'requests'),
  cachedShare: share('cached_tokens', 'input_tokens'),
  avgDurationMs: share('duration_ms', 'requests'),
  p50DurationMs: percentile('duration_buckets', 0.5),
  p95DurationMs: percentile('duration_buckets', 0.95),
  p99DurationMs: percentile('duration_buckets', 0.99),
  p50TtftMs: percentile('ttft_buckets', 0.5),
  p95TtftMs: percentile('ttft_buckets', 0.95),
  p99TtftMs: percentile('ttft_buckets', 0.99),
  uniqueUsers: { sql: 'users', of: [] },
  unpriced: sum('unpriced'),
} as const satisfies Record<string, MeasureRow>;
export type Measure = keyof typeof MEASURES;

/** Null = not asked for; of percentiles also: nothing was measured. */
export type Measures = { readonly [M in Measure]: number | null };

export const DIMENSION_NAMES = Object.keys(DIMENSIONS) as readonly Dimension[];
export const MEASURE_NAMES = Object.keys(MEASURES) as readonly Measure[];
