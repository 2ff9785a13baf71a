import { BUCKET_COUNT } from '../accounting/histogram.ts';
import { Prisma } from '../database/generated/prisma/client.ts';
import { DIMENSIONS, MEASURE_NAMES, MEASURES, type Dimension } from './usage-measures.ts';
import { daysOf } from './usage-period.ts';
import type { UsageQuery } from './usage-query.ts';
import {
  BUCKET_COLUMNS,
  SUM_COLUMNS,
  usageSource,
  type BucketColumn,
  type DimensionColumn,
  type SumColumn,
} from './usage-source.ts';

const DAY_MS = 86_400_000;

/**
 * One statement for any question. `summed` has the sums, `timed` the histograms, `people` the users, each by the same
 * keys from the smallest table that knows them; the latter two only where they are wanted. The answer is a row for the
 * total (place 0) and the page of groups (places from 1).
 */
export function usageStatement(query: UsageQuery, until: number): Prisma.Sql {
  const { groupBy, limit, offset } = query;
  const wanted = columnsOf(query);
  const days = groupBy.includes('day') ? daysOf(query.period) : [];
  const keys = groupBy.map((name) => `"${name}"`);
  const people = wanted.users ? [...keys.filter((name) => name !== '"user"'), '"user"'] : [];

  const ctes = [grouped('summed', query, until, days, wanted.sums, keys)];
  if (wanted.buckets.length > 0) ctes.push(grouped('timed', query, until, days, wanted.buckets, keys));
  if (wanted.users) ctes.push(grouped('people', query, until, days, ['requests'], people));

  const joined = [
    wanted.buckets.length > 0 ? ` JOIN timed ${on(keys)}` : '',
    wanted.users
      ? ` JOIN (SELECT ${list(keys)} ${countUsers} AS users FROM people ${by(keys)}) AS counted ${on(keys)}`
      : '',
  ].join('');
  const totals = [
    ` FROM (SELECT ${wanted.sums.map(addUp).join(', ')} FROM summed) AS s`,
    wanted.buckets.length > 0
      ? ` CROSS JOIN (SELECT ${wanted.buckets.map(addUp).join(', ')} FROM timed) AS t`
      : '',
    wanted.users ? ` CROSS JOIN (SELECT ${countUsers} AS users FROM people) AS p` : '',
  ].join('');
  const texts = groupBy.map((name) => `${textOf(name)} AS "${name}"`);
  const nulls = groupBy.map((name) => `NULL AS "${name}"`);

  return Prisma.sql`
    WITH ${Prisma.join(ctes, ', ')}, groups AS (
      SELECT ${Prisma.raw(`${list(keys)} ${measuresOf(query)} FROM summed${joined}`)} WHERE requests > 0
    ), page AS (
      SELECT *, row_number() OVER (ORDER BY ${Prisma.raw(orderOf(query))})::int AS place FROM groups
       ORDER BY place LIMIT ${limit} OFFSET ${offset}
    )
    SELECT ${Prisma.raw(`${list(nulls)} ${measuresOf(query)}`)}, 0 AS place,
           (SELECT count(*) FROM groups)::int AS "groupCount", (SELECT until FROM usage_compaction) AS until
           ${Prisma.raw(totals)}
    UNION ALL
    SELECT ${Prisma.raw(`${list(texts)} ${MEASURE_NAMES.map((name) => `"${name}"`).join(', ')}`)}, place, 0, NULL FROM page`;
}

interface Columns {
  readonly sums: readonly SumColumn[];
  readonly buckets: readonly BucketColumn[];
  readonly users: boolean;
}

function columnsOf({ measures }: UsageQuery): Columns {
  // Groups whose requests have all been taken back again are none.
  const needed = new Set<SumColumn | BucketColumn>(['requests']);
  for (const name of measures) for (const column of MEASURES[name].of) needed.add(column);
  return {
    sums: SUM_COLUMNS.filter((name) => needed.has(name)),
    buckets: BUCKET_COLUMNS.filter((name) => needed.has(name)),
    users: measures.has('uniqueUsers'),
  };
}

/** A common table expression: the columns by the keys. */
function grouped(
  name: string,
  query: UsageQuery,
  until: number,
  days: readonly { readonly start: number }[],
  columns: readonly SumColumn[] | readonly BucketColumn[],
  keys: readonly string[],
): Prisma.Sql {
  const { period, groupBy, filter, named } = query;
  const dimensions = new Set<DimensionColumn>([...filter.keys(), ...named]);
  for (const one of groupBy) if (DIMENSIONS[one] !== null) dimensions.add(DIMENSIONS[one]);
  if (keys.includes('"user"')) dimensions.add('user_name');
  const cuts = days.map(({ start }) => start).slice(1);
  const isHistogram = columns.some((one) => BUCKET_COLUMNS.some((bucket) => bucket === one));
  const within = cuts.filter((at) => at % DAY_MS !== 0).map((at) => Math.floor(at / DAY_MS));
  // A histogram is not taken away from another, and a day in which a zone jumped is not cut twice.
  const byHour = within.length > 0 && (isHistogram || new Set(within).size < within.length);
  const grain = groupBy.includes('hour') || byHour ? 'hour' : 'day';
  const source = usageSource(
    { ...period, grain, cuts, dimensions, columns, where: conditions(query) },
    until,
  );
  const selected = keys.map((key) => Prisma.sql`${keyOf(key, days)} AS ${Prisma.raw(key)}`);
  return Prisma.sql`${Prisma.raw(name)} AS MATERIALIZED (
    SELECT ${selected.length > 0 ? Prisma.sql`${Prisma.join(selected, ', ')},` : Prisma.empty}
           ${Prisma.raw(columns.map(addUp).join(', '))}
      FROM ${source} ${Prisma.raw(by(keys.map((_, i) => String(i + 1))))})`;
}

const countUsers = `count(DISTINCT "user") FILTER (WHERE "user" <> '' AND requests > 0)`;

/** Counts stay bigint, which adds up faster than numeric; a histogram is added up element by element, for the same reason. */
function addUp(column: SumColumn | BucketColumn): string {
  if (column === 'actual_cost' || column === 'baseline_cost')
    return `coalesce(sum(${column}), 0) AS ${column}`;
  if (column !== 'duration_buckets' && column !== 'ttft_buckets')
    return `coalesce(sum(${column}), 0)::bigint AS ${column}`;
  const sums = Array.from({ length: BUCKET_COUNT }, (_, i) => `coalesce(sum(${column}[${i + 1}]), 0)`);
  return `ARRAY[${sums.join(', ')}]::bigint[] AS ${column}`;
}

/** Those that were not asked for are NULL. Floats: the doors give out JSON numbers. */
function measuresOf({ measures }: UsageQuery): string {
  return MEASURE_NAMES.map(
    (name) => `(${measures.has(name) ? MEASURES[name].sql : 'NULL'})::float8 AS "${name}"`,
  ).join(', ');
}

/** NULLs (no duration was measured) come last; groups that are equal come in the order of their dimensions. */
function orderOf({ orderBy, groupBy }: UsageQuery): string {
  const wanted = orderBy.map(
    ({ by: name, descending }) => `"${name}" ${descending ? 'DESC' : 'ASC'} NULLS LAST`,
  );
  return [...wanted, ...groupBy.map((name) => `"${name}"`)].join(', ') || 'TRUE';
}

function keyOf(key: string, days: readonly { readonly start: number }[]): Prisma.Sql {
  if (key === '"hour"') return Prisma.sql`at`;
  // The day's number: its date is worked out here, so that no calendar but ours matters.
  if (key === '"day"')
    return Prisma.sql`width_bucket(at, ${days.map(({ start }) => new Date(start))}::timestamptz[])`;
  return Prisma.raw(COLUMN_OF_KEY.get(key) ?? '');
}

const COLUMN_OF_KEY: ReadonlyMap<string, string> = new Map(
  Object.entries(DIMENSIONS).map(([name, column]) => [`"${name}"`, column ?? '']),
);

/** Unix ms for hours: a text that no setting of the session changes. */
function textOf(name: Dimension): string {
  return name === 'hour' ? `(extract(epoch FROM "hour") * 1000)::bigint::text` : `"${name}"::text`;
}

function conditions({ filter, named }: UsageQuery): Prisma.Sql {
  const all = [...filter].map(([column, values]) => {
    const type = column.endsWith('_id') ? 'uuid[]' : 'text[]';
    return Prisma.sql`${Prisma.raw(column)} = ANY(${[...values]}::${Prisma.raw(type)})`;
  });
  for (const column of named) all.push(Prisma.raw(`${column} <> ''`));
  return all.length > 0 ? Prisma.join(all, ' AND ') : Prisma.sql`TRUE`;
}

function list(names: readonly string[]): string {
  return names.map((name) => `${name}, `).join('');
}

function by(names: readonly string[]): string {
  return names.length > 0 ? `GROUP BY ${names.join(', ')}` : '';
}

function on(keys: readonly string[]): string {
  return keys.length > 0 ? `USING (${keys.join(', ')})` : 'ON TRUE';
}
