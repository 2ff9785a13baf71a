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
  /** In the order of the log. */
  missed(page: Missed): Promise<readonly LiveRow[]>;
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
      const conditions = [
        Prisma.sql`r.at >= ${new Date(from)}::timestamptz`,
        ...(after === null ? [] : [Prisma.sql`NOT (${isUpTo(after)})`]),
        Prisma.sql`(${Prisma.join(until.map(isGiven), ' OR ')})`,
        ...given.map((one) => Prisma.sql`NOT (${isGiven(one)})`),
        ...(tenants === 'all' ? [] : [Prisma.sql`r.tenant_id = ANY(${[...tenants]}::uuid[])`]),
        ...where,
      ];
      const rows = await db.$queryRaw<RawRow[]>`
        SELECT ${COLUMNS}, r.xid::text AS xid, '' AS shown
          FROM (SELECT l.*, ${FULL_XID} AS xid FROM request_log l) r
         WHERE ${Prisma.join(conditions, ' AND ')}
         ORDER BY r.at, r.id
         LIMIT ${limit}`;
      return rows.map((raw) => asLiveRow(raw, (xid) => xid));
    },
  };
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

/** Every column under the name that Prisma gives it: `tenant_id AS "tenantId"`. */
const COLUMNS = Prisma.raw(
  Object.values(Prisma.RequestLogScalarFieldEnum)
    .map((name) => `r.${name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)} AS "${name}"`)
    .join(', '),
);
