import type { RequestLog } from '../database/generated/prisma/client.ts';
import { Prisma, type PrismaClient } from '../database/generated/prisma/client.ts';
import type { TenantScope } from './live-filter.ts';
import { parseSnapshot, type Given, type Place, type Seen } from './live-position.ts';

/** A row of the log and the transaction that wrote it. */
export interface LiveRow {
  readonly row: RequestLog;
  readonly xid: number;
}

export function placeOf({ row }: LiveRow): Place {
  return { at: row.at.getTime(), id: row.id };
}

/** Which rows somebody has missed. */
export interface Missed {
  /** Unix ms: none is older. */
  readonly from: number;
  readonly given: readonly Given[];
  /** What there is to be had now; the rest will come by itself. */
  readonly until: readonly Given[];
  /** Where the last page ended. */
  readonly after: Place | null;
  readonly tenants: TenantScope;
  readonly where: readonly Prisma.Sql[];
  readonly limit: number;
}

/** A page may hold few rows or none and not be the last: so many of the log are looked at for each, whatever fits. */
export interface MissedPage {
  readonly rows: readonly LiveRow[];
  /** Where to go on; null = there is no more. */
  readonly next: Place | null;
}

/** Rows of the log that one page looks at: some 20 ms. Of several tenants, each has so many looked at before they are sorted. */
const LOOK_AT = 5_000;
const LOOK_AT_EACH = 1_000;

/** Reads rows of the log for live subscribers. Throws when the database does not answer. */
export interface LiveReader {
  /** What the database shows now. */
  snapshot(): Promise<Seen>;
  /** Rows by id, arrived from `from` to `to` (Unix ms), in no order, and what the database shows; null = no row. */
  byIds(
    ids: readonly string[],
    from: number,
    to: number,
  ): Promise<{ readonly rows: readonly LiveRow[]; readonly shown: Seen | null }>;
  /** In the order of the log; page by page, so that whoever reads on pays for each row once, and may stop in between. */
  missed(page: Missed): Promise<MissedPage>;
}

export function createLiveReader(db: Pick<PrismaClient, '$queryRaw'>): LiveReader {
  async function snapshot(): Promise<Seen> {
    const [row] = await db.$queryRaw<{ shown: string }[]>`SELECT pg_current_snapshot()::text AS shown`;
    return parseSnapshot(row?.shown ?? '');
  }

  return {
    snapshot,
    async byIds(ids, from, to) {
      const rows = await db.$queryRaw<RawRow[]>`
        SELECT ${COLUMNS}, r.xmin::text AS xid, pg_current_snapshot()::text AS shown
          FROM request_log r
         WHERE r.id = ANY(${[...ids]}::uuid[])
           AND r.at BETWEEN ${new Date(from)}::timestamptz AND ${new Date(to)}::timestamptz`;
      const [first] = rows;
      if (first === undefined) return { rows: [], shown: null };
      const shown = parseSnapshot(first.shown);
      return { rows: rows.map((raw) => asLiveRow(raw, (xid) => fullXid(xid, shown.below))), shown };
    },
    async missed({ from, given, until, after, tenants, where, limit }) {
      if (tenants !== 'all' && tenants.length === 0) return { rows: [], next: null };
      const most = tenants === 'all' || tenants.length === 1 ? LOOK_AT : LOOK_AT_EACH;
      const conditions = [
        Prisma.sql`(${Prisma.join(until.map(isGiven), ' OR ')})`,
        ...given.map((one) => Prisma.sql`NOT (${isGiven(one)})`),
        ...where,
      ];
      const found = await db.$queryRaw<MissedRow[]>`
        SELECT * FROM (
          SELECT ${COLUMNS}, r.xid::text AS xid, '' AS shown, (${Prisma.join(conditions, ' AND ')}) AS fits,
                 row_number() OVER (ORDER BY r.at, r.id)::int AS number
            FROM (${lookAt(from, after, tenants, most)}) r
        ) AS looked
         WHERE fits OR number = ${most} ORDER BY at, id LIMIT ${limit}`;
      const last = found.at(-1);
      const isLast = last === undefined || (found.length < limit && last.number < most);
      return {
        rows: found.flatMap(({ fits, number: _number, ...raw }) =>
          fits ? [asLiveRow(raw, (xid) => xid)] : [],
        ),
        next: isLast ? null : { at: last.at.getTime(), id: last.id },
      };
    },
  };
}

/**
 * The next `most` rows of the log after a place. The comparison of rows lets PostgreSQL begin in the index; "=" lets it
 * read a tenant's rows in their order, where a list would have all of them sorted.
 */
function lookAt(from: number, after: Place | null, tenants: TenantScope, most: number): Prisma.Sql {
  const rows = (condition: Prisma.Sql): Prisma.Sql => Prisma.sql`
    SELECT l.*, ${FULL_XID} AS xid FROM request_log l
     WHERE l.at >= ${new Date(Math.max(from, after?.at ?? from))}::timestamptz
       AND ${after === null ? Prisma.sql`TRUE` : isAfter(after)} AND ${condition}
     ORDER BY l.at, l.id LIMIT ${most}`;
  if (tenants === 'all') return rows(Prisma.sql`TRUE`);
  if (tenants.length === 1) return rows(Prisma.sql`l.tenant_id = ${tenants[0]}::uuid`);
  return Prisma.sql`
    SELECT found.* FROM unnest(${[...tenants]}::uuid[]) AS scope(id)
     CROSS JOIN LATERAL (${rows(Prisma.sql`l.tenant_id = scope.id`)}) AS found
     ORDER BY found.at, found.id LIMIT ${most}`;
}

interface MissedRow extends RawRow {
  readonly fits: boolean;
  /** Its number among those that were looked at, from 1. */
  readonly number: number;
}

interface RawRow extends RequestLog {
  readonly xid: string;
  readonly shown: string;
}

function asLiveRow({ xid, shown: _shown, ...row }: RawRow, full: (xid: number) => number): LiveRow {
  return { row, xid: full(Number(xid)) };
}

/** In a row, ids of transactions have 32 bits; elsewhere they have 64. */
const EPOCH = 2 ** 32;

/** `next`: the first id that had not been given away. */
function fullXid(short: number, next: number): number {
  const full = next - (next % EPOCH) + short;
  return full >= next ? full - EPOCH : full;
}

/** The same in SQL. */
const NEXT = '(SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint)';
const FULL = `(l.xmin::text::bigint + ${NEXT} - ${NEXT} % ${EPOCH})`;
const FULL_XID = Prisma.raw(`${FULL} - CASE WHEN ${FULL} >= ${NEXT} THEN ${EPOCH} ELSE 0 END`);

function isGiven({ seen, upTo }: Given): Prisma.Sql {
  return upTo === null ? isCovered(seen) : Prisma.sql`(${isCovered(seen)} AND ${isUpTo(upTo)})`;
}

function isCovered({ below, except, also }: Seen): Prisma.Sql {
  return Prisma.sql`(r.xid < ${below}::bigint AND r.xid <> ALL(${[...except]}::bigint[])
    OR r.xid = ANY(${[...also]}::bigint[]))`;
}

function isUpTo({ at, id }: Place): Prisma.Sql {
  return Prisma.sql`(r.at, r.id) <= (${new Date(at)}::timestamptz, ${id}::uuid)`;
}

function isAfter({ at, id }: Place): Prisma.Sql {
  return Prisma.sql`(l.at, l.id) > (${new Date(at)}::timestamptz, ${id}::uuid)`;
}

/** Every column under the name that Prisma gives it: `tenant_id AS "tenantId"`. */
const COLUMNS = Prisma.raw(
  Object.values(Prisma.RequestLogScalarFieldEnum)
    .map((name) => `r.${name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)} AS "${name}"`)
    .join(', '),
);
