import { Prisma } from '../database/generated/prisma/client.ts';
import { bucketsOf, DAY_MS, type Buckets } from './request-log-buckets.ts';
import { cut, inSpan, readShape, type LogShape, type Span } from './request-log-counts.ts';
import {
  dimensionsAre,
  excludedDimensions,
  noneOf,
  requestIs,
  type RequestConditions,
  type RequestStatus,
} from './request-log-filter.ts';
import type { TimeZone } from './time-zone.ts';
import { hasHours, usageSource, type DimensionColumn } from './usage-source.ts';

const HOUR_MS = 3_600_000;

/** How many requests came in a stretch of time, and how many of them did not end well. */
export interface VolumeBucket {
  readonly from: Date;
  readonly to: Date;
  readonly requests: number;
  readonly errors: number;
  readonly aborted: number;
}

export interface VolumeWanted {
  /** Unix ms: an open end is here. */
  readonly now: number;
  readonly zone: TimeZone;
  /** At most so many buckets. */
  readonly most: number;
}

/** So many rows are looked at one by one, where the rollups would draw the same time nearly as well. */
const FEW_ROWS = 50_000;
/** … and so many where the rollups would draw next to nothing of it, or know too little. */
const MOST_ROWS = 1_000_000;
/** Fewer bars than these are next to nothing. */
const FEW_HOURS = 12;
/** Hours that are read from `usage_hourly` itself, where no smaller table knows what is asked for. */
const MOST_HOURS = 72;

type Reader = Pick<Prisma.TransactionClient, '$queryRaw'>;
type Counts = readonly [requests: number, errors: number, aborted: number];

/** Rows of sums over which the volume is added up. */
const COLUMNS = ['requests', 'errors', 'aborted', 'auto_routed'] as const;

/**
 * How many rows fit, over time; null = that would cost too much. What it costs depends on the hours and not on the rows
 * of the log: the rollups draw all times of more than a few hours, whatever the filter (but conversations, which they do
 * not know), and the log itself says only what is left of hours at the ends. Shorter times are drawn from the log, from
 * at most MOST_ROWS rows of it. The buckets add up to what the log's total says at the same moment.
 */
export async function readVolume(
  db: Reader,
  conditions: RequestConditions,
  { now, zone, most }: VolumeWanted,
): Promise<readonly VolumeBucket[] | null> {
  const shape = await readShape(db);
  // What came within this very millisecond is in it.
  const given = { from: conditions.from, to: Math.min(conditions.to, now + 1) };
  // An end that was not given is where the rows begin.
  const span = given.from > 0 ? given : { ...given, from: await firstRow(db, conditions, shape, given) };
  if (span.from >= span.to) return [];

  const isOfLog = conditions.sessionId !== null || conditions.ruleSet !== null;
  const wanted = { most, zone, isOpen: given.from === 0 };
  const fine = bucketsOf(span, { ...wanted, least: 0 });
  if (isOfLog) return await ofLog(db, conditions, fine);
  const mayLook = async (rows: number): Promise<boolean> =>
    (await roughly(db, conditions, shape, span)) <= rows;
  if (conditions.excluded.has('session_id')) {
    return (await mayLook(MOST_ROWS)) ? await ofLog(db, conditions, fine) : null;
  }
  const isBrief = (span.to - span.from) / HOUR_MS < FEW_HOURS;
  if (fine.step < HOUR_MS && (await mayLook(isBrief ? MOST_ROWS : FEW_ROWS))) {
    return await ofLog(db, conditions, fine);
  }
  const coarse = bucketsOf(span, { ...wanted, least: leastStep(conditions, span) });
  const found = await ofSums(db, conditions, shape, coarse);
  return found ?? ((await mayLook(MOST_ROWS)) ? await ofLog(db, conditions, coarse) : null);
}

/** Buckets as the log itself counts them. */
async function ofLog(
  db: Reader,
  conditions: RequestConditions,
  buckets: Buckets,
): Promise<readonly VolumeBucket[]> {
  const { edges } = buckets;
  const whole = { from: edges[0] ?? 0, to: edges.at(-1) ?? 0 };
  return asBuckets(buckets, [await countLog(db, conditions, edges, whole, 'request_log')]);
}

/** Buckets as the rollups count them, and the log what is left of hours; null = two conditions overlap in the rollups. */
async function ofSums(
  db: Reader,
  conditions: RequestConditions,
  shape: LogShape,
  buckets: Buckets,
): Promise<readonly VolumeBucket[] | null> {
  const { edges, step } = buckets;
  const { hours, rests } = cut({ from: edges[0] ?? 0, to: edges.at(-1) ?? 0 });
  const sums = await sumUp(db, conditions, shape, hours, {
    // A day's sums stand at its noon, which today may be still to come.
    key: Prisma.sql`LEAST(width_bucket(at, ${moments(edges)}), ${edges.length - 1}::int) - 1`,
    grain: step < DAY_MS ? 'hour' : 'day',
    cuts: edges.slice(1, -1),
  });
  if (sums.some(({ unsure }) => unsure)) return null;
  const parts = [
    new Map(sums.map((row) => [row.key, countsOf(row, conditions)] as const)),
    // Rows of days without a partition of their own.
    await countLog(db, conditions, edges, hours, 'request_log_default'),
  ];
  for (const rest of rests) parts.push(await countLog(db, conditions, edges, rest, 'request_log'));
  return asBuckets(buckets, parts);
}

interface SumRow {
  readonly key: number;
  readonly requests: bigint;
  readonly errors: bigint;
  readonly aborted: bigint;
  readonly unsure: boolean;
}

/** Sums of whole hours, of the days that the log still has. */
async function sumUp(
  db: Reader,
  conditions: RequestConditions,
  { until, days }: LogShape,
  hours: Span,
  { key, grain, cuts }: { key: Prisma.Sql; grain: 'hour' | 'day'; cuts: readonly number[] },
): Promise<readonly SumRow[]> {
  const [first, last] = [days.at(0), days.at(-1)];
  if (first === undefined || last === undefined) return [];
  const span = { from: Math.max(hours.from, first), to: Math.min(hours.to, last + DAY_MS) };
  if (span.from >= span.to) return [];
  const { dimensions, autoRouted } = conditions;
  const excluded = excludedDimensions(conditions);
  const where = Prisma.sql`${dimensionsAre(dimensions)} AND ${noneOf(excluded)}`;
  const inside = cuts.filter((at) => at > span.from && at < span.to);
  const source = usageSource(
    { ...span, grain, cuts: inside, dimensions: dimensionsOf(conditions), columns: COLUMNS, where },
    until,
  );
  // Of one category all rows are routed, or none is: only where both are has a row of sums too little to say.
  const routed = { all: 'TRUE', yes: 'auto_routed = requests', no: 'auto_routed = 0' };
  const fits = Prisma.raw(routed[autoRouted === null ? 'all' : autoRouted ? 'yes' : 'no']);
  const unsure = Prisma.raw(autoRouted === null ? 'FALSE' : 'auto_routed <> 0 AND auto_routed <> requests');
  return await db.$queryRaw<SumRow[]>`
    SELECT ${key} AS key, coalesce(sum(requests) FILTER (WHERE ${fits}), 0)::bigint AS requests,
           coalesce(sum(errors) FILTER (WHERE ${fits}), 0)::bigint AS errors,
           coalesce(sum(aborted) FILTER (WHERE ${fits}), 0)::bigint AS aborted, bool_or(${unsure}) AS unsure
      FROM ${source}
     WHERE date_trunc('day', at, 'UTC') = ANY(${moments(days)}) GROUP BY 1`;
}

function dimensionsOf(conditions: RequestConditions): Set<DimensionColumn> {
  const names = new Set<DimensionColumn>([
    ...conditions.dimensions.keys(),
    ...excludedDimensions(conditions).keys(),
    'tenant_id',
  ]);
  if (conditions.autoRouted !== null) names.add('category');
  return names;
}

/** Where no small table has hours, longer times are drawn by the day. */
function leastStep(conditions: RequestConditions, { from, to }: Span): number {
  const isCheap = hasHours(dimensionsOf(conditions)) || to - from <= MOST_HOURS * HOUR_MS;
  return isCheap ? HOUR_MS : DAY_MS;
}

/** How many rows there are at most, all parts of hours included; those that nobody has summed up are none. */
async function roughly(
  db: Reader,
  conditions: RequestConditions,
  shape: LogShape,
  { from, to }: Span,
): Promise<number> {
  const hours = {
    from: Math.floor(from / HOUR_MS) * HOUR_MS,
    to: Math.ceil(to / HOUR_MS) * HOUR_MS,
  };
  const asked = { key: Prisma.sql`0`, grain: 'day', cuts: [] } as const;
  const [row] = await sumUp(db, { ...conditions, autoRouted: null }, shape, hours, asked);
  return Number(row?.requests ?? 0);
}

async function countLog(
  db: Reader,
  conditions: RequestConditions,
  edges: readonly number[],
  span: Span,
  table: 'request_log' | 'request_log_default',
): Promise<ReadonlyMap<number, Counts>> {
  if (span.from >= span.to) return new Map();
  const rows = await db.$queryRaw<Omit<SumRow, 'unsure'>[]>`
    SELECT width_bucket(at, ${moments(edges)}) - 1 AS key, count(*) AS requests,
           count(*) FILTER (WHERE status = 'error') AS errors,
           count(*) FILTER (WHERE status = 'aborted') AS aborted
      FROM ${Prisma.raw(table)} WHERE ${inSpan(span)} AND ${requestIs(conditions)} GROUP BY 1`;
  return new Map(
    rows.map((row) => [row.key, [Number(row.requests), Number(row.errors), Number(row.aborted)] as const]),
  );
}

/** Of a row of sums, what ended as the filter says. */
function countsOf(row: SumRow, { status, excluded }: RequestConditions): Counts {
  const without = excluded.get('status') ?? [];
  const isWanted = (one: RequestStatus): boolean =>
    (status === null || status === one) && !without.includes(one);
  const [errors, aborted] = [Number(row.errors), Number(row.aborted)];
  const success = Number(row.requests) - errors - aborted;
  const wanted = {
    success: isWanted('success') ? success : 0,
    errors: isWanted('error') ? errors : 0,
    aborted: isWanted('aborted') ? aborted : 0,
  };
  return [wanted.success + wanted.errors + wanted.aborted, wanted.errors, wanted.aborted];
}

function asBuckets(
  { edges }: Buckets,
  parts: readonly ReadonlyMap<number, Counts>[],
): readonly VolumeBucket[] {
  return edges.slice(0, -1).map((from, index) => {
    const counts = parts.map((part) => part.get(index) ?? ([0, 0, 0] as const));
    const sum = (at: 0 | 1 | 2): number => counts.reduce((all, one) => all + one[at], 0);
    return {
      from: new Date(from),
      to: new Date(edges[index + 1] ?? from),
      requests: sum(0),
      errors: sum(1),
      aborted: sum(2),
    };
  });
}

/** When the first row that fits came; no row = the end. The rollups say on which day to look. */
async function firstRow(
  db: Reader,
  conditions: RequestConditions,
  shape: LogShape,
  { to }: Span,
): Promise<number> {
  const oldest = async (from: number, until: number, table: string): Promise<number> => {
    const [row] = await db.$queryRaw<{ at: Date }[]>`
      SELECT at FROM ${Prisma.raw(table)} WHERE ${inSpan({ from, to: until })} AND ${requestIs(conditions)}
       ORDER BY at LIMIT 1`;
    return row?.at.getTime() ?? to;
  };
  if (conditions.sessionId !== null || conditions.ruleSet !== null) return await oldest(0, to, 'request_log');
  const asked = {
    key: Prisma.sql`floor(extract(epoch FROM at) / 86400)::int`,
    grain: 'day',
    cuts: [],
  } as const;
  const whole = { from: 0, to: Math.ceil(to / HOUR_MS) * HOUR_MS };
  const days = await sumUp(db, conditions, shape, whole, asked);
  const kept = days.filter((row) => row.unsure || countsOf(row, conditions)[0] > 0).map(({ key }) => key);
  const begin = kept.length === 0 ? to : Math.min(...kept) * DAY_MS;
  const first = begin >= to ? to : await oldest(begin, Math.min(to, begin + DAY_MS), 'request_log');
  return Math.min(first, await oldest(0, to, 'request_log_default'));
}

function moments(edges: readonly number[]): Prisma.Sql {
  return Prisma.sql`${edges.map((ms) => new Date(ms))}::timestamptz[]`;
}
