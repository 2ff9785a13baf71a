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
  /** `day`: the hours of a UTC day may come as one row, at its first hour. */
  readonly grain: 'hour' | 'day';
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
  const names = [...need.dimensions, ...need.columns].map((name) => `, ${name}`).join('');
  const sums = need.columns.some((name) => BUCKET_COLUMNS.some((one) => one === name))
    ? 'usage_latency'
    : 'usage_sum';
  const parts = partsOf(need, until).map(({ kind, from, to }) => {
    const [table, at] = kind === null ? ['usage_hourly', 'hour'] : [sums, 'at'];
    const only = kind === null ? Prisma.empty : Prisma.raw(`kind = '${kind}' AND`);
    return Prisma.sql`SELECT ${Prisma.raw(`${at} AS at${names}`)} FROM ${Prisma.raw(table)}
      WHERE ${only} ${Prisma.raw(at)} >= ${new Date(from)}::timestamptz
        AND ${Prisma.raw(at)} < ${new Date(to)}::timestamptz AND ${need.where}`;
  });
  return Prisma.sql`(${Prisma.join(parts, ' UNION ALL ')}) AS source`;
}

function partsOf({ from, to, grain, dimensions }: SourceNeed, until: number): Part[] {
  const hour = kindOf('hour', dimensions);
  const compact = Math.max(from, Math.min(to, until));
  // The sums of the day in which they end are those of its hours so far: all of them are wanted, or none.
  const days = {
    from: Math.ceil(from / DAY_MS) * DAY_MS,
    to: (to >= until ? Math.ceil(until / DAY_MS) : Math.floor(compact / DAY_MS)) * DAY_MS,
  };
  const parts: Part[] =
    grain === 'hour' || days.from >= days.to
      ? [{ kind: hour, from, to: compact }]
      : [
          { kind: hour, from, to: days.from },
          { kind: kindOf('day', dimensions), ...days },
          { kind: hour, from: days.to, to: compact },
        ];
  parts.push({ kind: null, from: Math.max(from, until), to });
  return parts.filter((part) => part.from < part.to);
}

function kindOf(grain: 'hour' | 'day', dimensions: ReadonlySet<DimensionColumn>): string | null {
  const found = KINDS[grain].find(([, known]) => [...dimensions].every((name) => known.includes(name)));
  return found?.[0] ?? null;
}
