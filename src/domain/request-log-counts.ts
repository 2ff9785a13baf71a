import { Prisma, type PrismaClient } from '../database/generated/prisma/client.ts';
import { countOfSums, dimensionsAre, requestIs, type RequestConditions } from './request-log-filter.ts';
import type { HourOfLog } from './request-log-rows.ts';
import { hasHours, usageSource, type DimensionColumn } from './usage-source.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

type Reader = Pick<PrismaClient, '$queryRaw'>;

/** A span of time in Unix ms, the end not in it. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** What the rollups can say of a filter: its whole hours, and what is left at the ends for the log to say. */
export interface Cut {
  /** Empty (from = to) when the filter's time lies within an hour. */
  readonly hours: Span;
  /** Parts of hours; none of them empty. */
  readonly rests: readonly Span[];
}

export function cut({ from, to }: Span): Cut {
  const hours = { from: Math.ceil(from / HOUR_MS) * HOUR_MS, to: Math.floor(to / HOUR_MS) * HOUR_MS };
  if (hours.from >= hours.to) {
    const middle = Math.min(hours.from, to);
    const rests = [
      { from, to: middle },
      { from: middle, to },
    ].filter((span) => span.from < span.to);
    return { hours: { from: middle, to: middle }, rests };
  }
  const rests = [
    { from, to: hours.from },
    { from: hours.to, to },
  ];
  return { hours, rests: rests.filter((span) => span.from < span.to) };
}

/** What is there to count in; read once for each answer. */
export interface LogShape {
  /** Where the sums end. */
  readonly until: number;
  /** UTC days (Unix ms) that have a partition of their own, ascending. All rows of such a day are in it. */
  readonly days: readonly number[];
}

export async function readShape(db: Reader): Promise<LogShape> {
  const [row] = await db.$queryRaw<{ until: Date; days: string[] }[]>`
    SELECT until, array(SELECT right(relname, 8) FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
                         WHERE inhparent = 'request_log'::regclass AND relname ~ '_p[0-9]{8}$' ORDER BY 1) AS days
      FROM usage_compaction`;
  const days = (row?.days ?? []).map((day) =>
    Date.UTC(Number(day.slice(0, 4)), Number(day.slice(4, 6)) - 1, Number(day.slice(6))),
  );
  return { until: row?.until.getTime() ?? 0, days };
}

/**
 * How many rows fit, by UTC day; days without any are missing. Whole hours only. From the rollups where the log is
 * kept by days; rows that no day's partition was there for are counted themselves.
 */
export async function countDays(
  db: Reader,
  conditions: RequestConditions,
  hours: Span,
  shape: LogShape,
): Promise<Map<number, number>> {
  const { columns, count, unsure } = countOfSums(conditions);
  const dimensions = dimensionsOf(conditions, unsure);
  const counts = new Map<number, number>();
  const kept = within(hours, shape.days);
  if (kept !== null) {
    const where = dimensionsAre(conditions.dimensions);
    const source = usageSource({ ...kept, grain: 'day', dimensions, columns, where }, shape.until);
    const rows = await db.$queryRaw<{ day: Date; count: bigint; unsure: boolean }[]>`
      SELECT date_trunc('day', at, 'UTC') AS day, sum(${Prisma.raw(count)})::bigint AS count,
             bool_or(${Prisma.raw(unsure)}) AS unsure
        FROM ${source} GROUP BY 1`;
    const days = new Set(shape.days);
    for (const row of rows) {
      const day = row.day.getTime();
      if (!days.has(day)) continue;
      const exact = row.unsure
        ? await countRows(db, conditions, clip(hours, { from: day, to: day + DAY_MS }))
        : Number(row.count);
      if (exact > 0) counts.set(day, exact);
    }
  }
  for (const { hour, count: rows } of await countStray(db, conditions, hours)) {
    const day = Math.floor(hour / DAY_MS) * DAY_MS;
    counts.set(day, (counts.get(day) ?? 0) + rows);
  }
  return counts;
}

/** Rows of the log itself in a span. */
export async function countRows(db: Reader, conditions: RequestConditions, span: Span): Promise<number> {
  const [row] = await db.$queryRaw<{ count: bigint }[]>`
    SELECT count(*) AS count FROM request_log WHERE ${inSpan(span)} AND ${requestIs(conditions)}`;
  return Number(row?.count ?? 0);
}

export interface HourCount extends HourOfLog {
  /** Null = two conditions overlap somehow (countOfSums). */
  readonly count: number | null;
}

/** What fits of a tenant's hour, or whether that is not known. */
interface HourSum {
  readonly at: Date;
  readonly tenant_id: string;
  readonly count: bigint;
  readonly unsure: boolean;
}

/** The same hours by the rollups themselves, whose key has every dimension: few rows of them are looked at. */
async function sumHours(
  db: Reader,
  conditions: RequestConditions,
  hours: readonly HourSum[],
): Promise<HourSum[]> {
  const { count, unsure } = countOfSums(conditions);
  return await db.$queryRaw<HourSum[]>`
    SELECT pair_hour AS at, pair_tenant AS tenant_id, sum(count)::bigint AS count, bool_or(unsure) AS unsure
      FROM unnest(${hours.map(({ at }) => at)}::timestamptz[],
                  ${hours.map((one) => one.tenant_id)}::uuid[]) AS pair(pair_hour, pair_tenant)
     CROSS JOIN LATERAL (SELECT ${Prisma.raw(`${count} AS count, ${unsure} AS unsure`)} FROM usage_hourly
                          WHERE hour = pair_hour AND tenant_id = pair_tenant
                            AND ${dimensionsAre(conditions.dimensions)} OFFSET 0) AS found
     GROUP BY 1, 2`;
}

/**
 * The hours of some UTC days that have rows, or may have, newest first, with their tenants. Where the sums by hour do
 * not know all that the filter asks for, they are asked with a wider one, and the rollups themselves for what they found.
 */
export async function countHours(
  db: Reader,
  conditions: RequestConditions,
  days: readonly number[],
  hours: Span,
  shape: LogShape,
): Promise<HourCount[]> {
  const { columns, count, unsure } = countOfSums(conditions);
  const asked = dimensionsOf(conditions, unsure);
  const known = hasHours(asked) ? conditions.dimensions : guideOf(conditions.dimensions);
  const found = new Map<number, { tenantIds: Set<string>; count: number | null }>();
  const note = (hour: number, tenantId: string, rows: number | null): void => {
    const entry = found.get(hour) ?? { tenantIds: new Set(), count: 0 };
    entry.tenantIds.add(tenantId);
    entry.count = rows === null || entry.count === null ? null : entry.count + rows;
    found.set(hour, entry);
  };
  const kept = days.filter((day) => shape.days.includes(day));
  const span = within(hours, kept);
  if (span !== null) {
    const where = dimensionsAre(known);
    const dimensions = hasHours(asked) ? asked : new Set<DimensionColumn>([...known.keys(), 'tenant_id']);
    const source = usageSource({ ...span, grain: 'hour', dimensions, columns, where }, shape.until);
    const rows = await db.$queryRaw<HourSum[]>`
      SELECT at, tenant_id, sum(${Prisma.raw(count)})::bigint AS count, bool_or(${Prisma.raw(unsure)}) AS unsure
        FROM ${source} WHERE date_trunc('day', at, 'UTC') = ANY(${kept.map((day) => new Date(day))}::timestamptz[])
       GROUP BY 1, 2`;
    const possible = rows.filter((row) => row.count > 0n || row.unsure);
    const sums = hasHours(asked) ? possible : await sumHours(db, conditions, possible);
    for (const row of sums) note(row.at.getTime(), row.tenant_id, row.unsure ? null : Number(row.count));
  }
  for (const { hour, tenantId, count: rows } of await countStray(db, conditions, hours)) {
    if (days.includes(Math.floor(hour / DAY_MS) * DAY_MS)) note(hour, tenantId, rows);
  }
  return [...found]
    .map(([hour, { tenantIds, count: rows }]) => ({ hour, tenantIds: [...tenantIds], count: rows }))
    .toSorted((a, b) => b.hour - a.hour);
}

function dimensionsOf({ dimensions }: RequestConditions, unsure: string): Set<DimensionColumn> {
  const names = new Set<DimensionColumn>([...dimensions.keys(), 'tenant_id']);
  // Rows of one category are all routed, or none of them is: then both counts together are known.
  if (unsure !== 'FALSE') names.add('category');
  return names;
}

/** Rows outside the days' partitions: of days that were dropped, or long before the first start. */
async function countStray(db: Reader, conditions: RequestConditions, hours: Span) {
  if (hours.from >= hours.to) return [];
  const rows = await db.$queryRaw<{ hour: Date; tenant_id: string; count: bigint }[]>`
    SELECT date_trunc('hour', at, 'UTC') AS hour, tenant_id, count(*) AS count FROM request_log_default
     WHERE ${inSpan(hours)} AND ${requestIs(conditions)} GROUP BY 1, 2`;
  return rows.map((row) => ({
    hour: row.hour.getTime(),
    tenantId: row.tenant_id,
    count: Number(row.count),
  }));
}

/** The dimensions that the sums by hour can answer together, the one with the fewest rows first. */
function guideOf(dimensions: RequestConditions['dimensions']): RequestConditions['dimensions'] {
  const first = (['user_name', 'key_id'] as const).find((name) => dimensions.has(name));
  const names = new Set<DimensionColumn>(
    first ? ['tenant_id', first] : ['tenant_id', 'provider_slug', 'model', 'category'],
  );
  return new Map([...dimensions].filter(([name]) => names.has(name)));
}

/** The part of a span that lies in the days; null = none. */
function within(span: Span, days: readonly number[]): Span | null {
  const first = days.at(0);
  const last = days.at(-1);
  if (first === undefined || last === undefined) return null;
  const clipped = clip(span, { from: Math.min(first, last), to: Math.max(first, last) + DAY_MS });
  return clipped.from < clipped.to ? clipped : null;
}

function clip(a: Span, b: Span): Span {
  return { from: Math.max(a.from, b.from), to: Math.min(a.to, b.to) };
}

export function inSpan({ from, to }: Span): Prisma.Sql {
  return Prisma.sql`at >= ${new Date(from)}::timestamptz AND at < ${new Date(to)}::timestamptz`;
}
