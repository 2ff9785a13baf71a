import { Prisma } from '../database/generated/prisma/client.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** What a rollup row is about, beside its time. */
export type DimensionColumn =
  'tenant_id' | 'key_id' | 'provider_slug' | 'model' | 'category' | 'cost_tier' | 'user_name';

/** What a rollup row counts. */
export const SUM_COLUMNS = [
  'requests',
  'errors',
  'aborted',
  'auto_routed',
  'input_tokens',
  'cached_tokens',
  'cache_write_tokens',
  'output_tokens',
  'reasoning_tokens',
  'actual_cost',
  'baseline_cost',
  'duration_ms',
  'unpriced',
] as const;
export type SumColumn = (typeof SUM_COLUMNS)[number];

/** Histograms; they lie in a table of their own. */
export const BUCKET_COLUMNS = ['duration_buckets', 'ttft_buckets'] as const;
export type BucketColumn = (typeof BUCKET_COLUMNS)[number];

/** The kinds of usage_sum and usage_latency with their dimensions, smallest first; the tenant is in all of them. */
const KINDS: Readonly<
  Record<'hour' | 'day', readonly (readonly [name: string, dimensions: readonly DimensionColumn[]])[]>
> = {
  hour: [
    ['hour_key', ['tenant_id', 'key_id']],
    ['hour_user', ['tenant_id', 'user_name']],
    ['hour_model', ['tenant_id', 'provider_slug', 'model', 'category', 'cost_tier']],
  ],
  day: [
    ['day_key', ['tenant_id', 'key_id']],
    ['day_user', ['tenant_id', 'user_name']],
    ['day_served', ['tenant_id', 'provider_slug', 'model']],
    ['day_model', ['tenant_id', 'provider_slug', 'model', 'category', 'cost_tier']],
    ['day_key_model', ['tenant_id', 'key_id', 'provider_slug', 'model']],
    ['day_user_model', ['tenant_id', 'user_name', 'provider_slug', 'model']],
    ['day_all', ['tenant_id', 'key_id', 'user_name', 'provider_slug', 'model', 'category', 'cost_tier']],
  ],
};

export interface SourceNeed {
  /** Unix ms, a whole hour. */
  readonly from: number;
  /** Unix ms, exclusive; the hour in which it lies counts in full. */
  readonly to: number;
  /** `day`: the hours of a UTC day may come as one row, at its noon. */
  readonly grain: 'hour' | 'day';
  /**
   * Where else than between UTC days the rows must be told apart (Unix ms, whole hours). With grain `day`, and not for
   * histograms: the hours on the other side of a cut than their day's noon come as rows of their own, and once more,
   * negative, at its noon. So a local day costs a row for each UTC day and a few hours.
   */
  readonly cuts?: readonly number[] | undefined;
  /** Those that are asked for or filtered by. */
  readonly dimensions: ReadonlySet<DimensionColumn>;
  readonly columns: readonly SumColumn[] | readonly BucketColumn[];
  /** Over the columns of `usage_hourly`; at least TRUE. */
  readonly where: Prisma.Sql;
}

interface Part {
  /** Null = `usage_hourly` itself. */
  readonly kind: string | null;
  readonly from: number;
  readonly to: number;
  /** Only these hours of it. */
  readonly hours?: readonly number[];
  /** Taken away from their day's noon. */
  readonly negative?: boolean;
}

/** Whether hours of these dimensions can be had without reading `usage_hourly`. */
export function hasHours(dimensions: ReadonlySet<DimensionColumn>): boolean {
  return kindOf('hour', dimensions) !== null;
}

/**
 * A FROM item that has every hour of the period exactly once, from the smallest tables that know the dimensions:
 * columns `at`, the dimensions and the sums. `until` is where the sums end (usage_compaction); the statement must
 * see it unchanged, for the sums of its day end there.
 */
export function usageSource(need: SourceNeed, until: number): Prisma.Sql {
  const sums = need.columns.some((name) => BUCKET_COLUMNS.some((one) => one === name))
    ? 'usage_latency'
    : 'usage_sum';
  const parts = partsOf(need, until).map((part) => {
    const [table, at] = part.kind === null ? ['usage_hourly', 'hour'] : [sums, 'at'];
    const columns = need.columns.map((name) => (part.negative ? `-${name} AS ${name}` : name));
    const selected = [`${timeOf(part, at)} AS at`, ...need.dimensions, ...columns].join(', ');
    const only = part.kind === null ? '' : `kind = '${part.kind}' AND`;
    const hours = part.hours
      ? Prisma.sql`${Prisma.raw(at)} = ANY(${part.hours.map((ms) => new Date(ms))}::timestamptz[]) AND`
      : Prisma.empty;
    return Prisma.sql`SELECT ${Prisma.raw(selected)} FROM ${Prisma.raw(table)}
      WHERE ${Prisma.raw(only)} ${hours} ${Prisma.raw(at)} >= ${new Date(part.from)}::timestamptz
        AND ${Prisma.raw(at)} < ${new Date(part.to)}::timestamptz AND ${need.where}`;
  });
  return Prisma.sql`(${Prisma.join(parts, ' UNION ALL ')}) AS source`;
}

function timeOf({ kind, negative }: Part, at: string): string {
  if (negative) return `date_trunc('day', ${at}, 'UTC') + INTERVAL '12 hours'`;
  return kind?.startsWith('day') ? `${at} + INTERVAL '12 hours'` : at;
}

function partsOf({ from, to, grain, dimensions, cuts = [] }: SourceNeed, until: number): Part[] {
  const hour = kindOf('hour', dimensions);
  const compact = Math.max(from, Math.min(to, until));
  // The sums of the day in which they end are those of its hours so far: all of them are wanted, or none.
  const days = {
    from: Math.ceil(from / DAY_MS) * DAY_MS,
    to: (to >= until ? Math.ceil(until / DAY_MS) : Math.floor(compact / DAY_MS)) * DAY_MS,
  };
  const moved = { kind: hour, from: days.from, to: Math.min(days.to, compact), hours: movedBy(cuts, days) };
  const parts: Part[] =
    grain === 'hour' || days.from >= days.to
      ? [{ kind: hour, from, to: compact }]
      : [
          { kind: hour, from, to: days.from },
          { kind: kindOf('day', dimensions), ...days },
          ...(moved.hours.length > 0 ? [moved, { ...moved, negative: true }] : []),
          { kind: hour, from: days.to, to: compact },
        ];
  parts.push({ kind: null, from: Math.max(from, until), to });
  return parts.filter((part) => part.from < part.to);
}

/** The hours between a cut and the end of its UTC day that is not beyond noon. */
function movedBy(cuts: readonly number[], days: { readonly from: number; readonly to: number }): number[] {
  return cuts.flatMap((at) => {
    const day = Math.floor(at / DAY_MS) * DAY_MS;
    if (at === day || day < days.from || day >= days.to) return [];
    const [from, to] = at <= day + DAY_MS / 2 ? [day, at] : [at, day + DAY_MS];
    return Array.from({ length: (to - from) / HOUR_MS }, (_, i) => from + i * HOUR_MS);
  });
}

function kindOf(grain: 'hour' | 'day', dimensions: ReadonlySet<DimensionColumn>): string | null {
  const found = KINDS[grain].find(([, known]) => [...dimensions].every((name) => known.includes(name)));
  return found?.[0] ?? null;
}
