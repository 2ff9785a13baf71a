import { z } from 'zod';
import {
  Prisma,
  type PrismaClient,
  type RequestLog as RequestRow,
} from '../database/generated/prisma/client.ts';
import type { Actor } from '../identity/actor.ts';
import { authorize } from '../identity/policy.ts';
import { createAtOnce } from './at-once.ts';
import { boundDecisions } from './request-log-decided.ts';
import {
  countDays,
  countHours,
  countRows,
  cut,
  readShape,
  type HourCount,
  type LogShape,
} from './request-log-counts.ts';
import {
  isBeyondSums,
  requestConditions,
  type RequestConditions,
  type RequestFilter,
} from './request-log-filter.ts';
import {
  readCounted,
  readRow,
  readRows,
  readTop,
  type HourOfLog,
  type Place,
  type RequestOrder,
} from './request-log-rows.ts';
import { readVolume, type VolumeBucket } from './request-log-volume.ts';
import { timeZone } from './time-zone.ts';
import { badInput, validate } from './validate.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export const MAX_PAGE = 200;
const DEFAULT_PAGE = 50;
/** What is read at a time of an export: some 2 MB. */
const BATCH = 2_000;
/** Of one user at a time, in one process: each holds a batch in memory for as long as its reader takes. */
export const MOST_EXPORTS = 4;

export interface RequestPage {
  readonly requests: readonly RequestRow[];
  readonly total: number;
  /** From 1. */
  readonly page: number;
  /** At least 1. */
  readonly pages: number;
}

/** Null and missing are the same. */
export interface PageInput {
  /** From 1, which is the default. */
  readonly page?: number | null | undefined;
  /** At most MAX_PAGE; default 50. */
  readonly limit?: number | null | undefined;
}

export interface SliceInput {
  /** Only older ones. */
  readonly after?: Place | undefined;
  /** Only newer ones. */
  readonly before?: Place | undefined;
  /** From the other end: oldest first. */
  readonly inverted?: boolean | undefined;
  readonly limit: number;
}

export interface TopInput {
  readonly by: RequestOrder;
  /** At most MAX_PAGE. */
  readonly limit: number;
}

/** Null and missing are the same. */
export interface VolumeInput {
  /** Of the IANA database; UTC when missing. */
  readonly timeZone?: string | null | undefined;
  /** At most so many buckets; at most MAX_BUCKETS, which is the default. */
  readonly most?: number | null | undefined;
}
export const MAX_BUCKETS = 60;

/** Longer times are not sorted: all of their rows have to be looked at. */
export const TOP_DAYS = 31;

/**
 * The log, newest first, as far as the actor may see it; another tenant's id → not_found. The rollups say in which
 * hours the rows are, so a page costs the same wherever it lies and however few rows fit.
 */
export interface RequestLogReader {
  /** A page by its number, with the exact total of the same moment. A page behind the last one is empty. */
  page(actor: Actor, filter: RequestFilter, at: PageInput): Promise<RequestPage>;
  /** How many there are. */
  total(actor: Actor, filter: RequestFilter): Promise<number>;
  /** Rows next to a place, which stay where they are whatever comes. */
  slice(actor: Actor, filter: RequestFilter, input: SliceInput): Promise<RequestRow[]>;
  /** The topmost of a time of at most TOP_DAYS; of equals the newest first. */
  top(actor: Actor, filter: RequestFilter, input: TopInput): Promise<RequestRow[]>;
  /** How many there are over time; null = it would cost too much. Empty = none fits, and the filter has no begin. */
  volume(actor: Actor, filter: RequestFilter, input: VolumeInput): Promise<readonly VolumeBucket[] | null>;
  find(actor: Actor, id: string): Promise<RequestRow | null>;
  /**
   * All that fit, in batches of one size: what is kept in memory does not depend on how many there are. What comes to
   * the log after the start may or may not be among them. The policy is checked at once, not with the first batch; that
   * may throw too_many_attempts.
   */
  batches(actor: Actor, filter: RequestFilter): AsyncGenerator<readonly RequestRow[], void, undefined>;
}

const pageInput = z.strictObject({
  page: z
    .int()
    .min(1)
    .max(2 ** 31 - 1)
    .nullish(),
  limit: z.int().min(1).max(MAX_PAGE).nullish(),
});
const volumeInput = z.strictObject({
  timeZone: z.string().nullish(),
  most: z.int().min(1).max(MAX_BUCKETS).nullish(),
});
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function createRequestLog({
  db,
  clock = () => new Date(),
}: {
  readonly db: PrismaClient;
  readonly clock?: () => Date;
}): RequestLogReader {
  const exports = createAtOnce(MOST_EXPORTS, 'exports');

  function conditionsFor(actor: Actor, filter: RequestFilter): RequestConditions {
    authorize(actor, 'requestLog.read');
    return requestConditions(actor, filter);
  }

  /** The same for what is read at once: decisions only as far as they can be looked at. */
  async function readyFor(actor: Actor, filter: RequestFilter): Promise<RequestConditions> {
    return await boundDecisions(db, conditionsFor(actor, filter));
  }

  /** Several statements that see the same moment. */
  function atOnce<T>(work: (tx: Prisma.TransactionClient) => Promise<T>): Promise<T> {
    return db.$transaction(work, { isolationLevel: Prisma.TransactionIsolationLevel.RepeatableRead });
  }

  return {
    async page(actor, filter, at) {
      const conditions = await readyFor(actor, filter);
      const { page: given, limit: size } = validate(pageInput, at);
      const limit = size ?? DEFAULT_PAGE;
      const page = given ?? 1;
      const offset = (page - 1) * limit;
      const answer = (requests: readonly RequestRow[], total: number): RequestPage => ({
        requests,
        total,
        page,
        pages: Math.max(1, Math.ceil(total / limit)),
      });
      if (isBeyondSums(conditions)) {
        const { rows, total } = await readCounted(db, conditions, { limit, offset });
        return answer(rows, total ?? (offset === 0 ? 0 : await countRows(db, conditions, conditions)));
      }
      return await atOnce(async (tx) => {
        const look = await lookAt(tx, conditions);
        const { total } = look;
        return answer(offset < total ? await readPage(tx, conditions, look, offset, limit) : [], total);
      });
    },

    async total(actor, filter) {
      const conditions = await readyFor(actor, filter);
      if (isBeyondSums(conditions)) return await countRows(db, conditions, conditions);
      return (await atOnce((tx) => lookAt(tx, conditions))).total;
    },

    async slice(actor, filter, { limit, ...place }) {
      const conditions = narrowed(await readyFor(actor, filter), place);
      if (isBeyondSums(conditions)) return await readRows(db, conditions, { ...place, hours: null, limit });
      return await atOnce(async (tx) => {
        const hours = await hoursOfSlice(tx, conditions, { limit, ...place });
        return await readRows(tx, conditions, { ...place, hours, limit });
      });
    },

    async top(actor, filter, { by, limit }) {
      const conditions = await readyFor(actor, filter);
      const until = Math.min(conditions.to, clock().getTime());
      // An hour more: of the days of a calendar one may have 25.
      if (until - conditions.from > TOP_DAYS * DAY_MS + HOUR_MS) {
        throw badInput([{ path: 'filter.from', message: `must lie at most ${TOP_DAYS} days before "to"` }]);
      }
      return await readTop(db, conditions, by, limit);
    },

    async volume(actor, filter, input) {
      const conditions = await readyFor(actor, filter);
      const { timeZone: zone, most } = validate(volumeInput, input);
      const wanted = {
        now: clock().getTime(),
        zone: timeZone(zone ?? 'UTC'),
        most: most ?? MAX_BUCKETS,
      };
      return await atOnce((tx) => readVolume(tx, conditions, wanted));
    },

    async find(actor, id) {
      const conditions = conditionsFor(actor, {});
      return UUID.test(id) ? await readRow(db, conditions, id) : null;
    },

    batches(actor, filter) {
      const batches = readBatches(db, conditionsFor(actor, filter));
      return actor.kind === 'user' ? exports.of(actor.id, batches) : batches;
    },
  };
}

/** What is known of the rows that fit before any of them is read. */
interface Look {
  readonly shape: LogShape;
  readonly total: number;
  /** Rows by UTC day, newest first. */
  readonly days: readonly DayRows[];
  /** Rows of the hours of which only a part is meant. */
  readonly rests: ReadonlyMap<number, number>;
}
type DayRows = readonly [day: number, rows: number];

async function lookAt(tx: Prisma.TransactionClient, conditions: RequestConditions): Promise<Look> {
  const shape = await readShape(tx);
  const rests = new Map<number, number>();
  const { hours, rests: spans } = cut(conditions);
  const counts = await countDays(tx, conditions, hours, shape);
  for (const span of spans) {
    const rows = await countRows(tx, conditions, span);
    rests.set(hourOf(span.from), rows);
    counts.set(dayOf(span.from), (counts.get(dayOf(span.from)) ?? 0) + rows);
  }
  const days = [...counts].filter(([, rows]) => rows > 0).toSorted(([a], [b]) => b - a);
  return { shape, total: days.reduce((sum, [, rows]) => sum + rows, 0), days, rests };
}

async function readPage(
  tx: Prisma.TransactionClient,
  conditions: RequestConditions,
  { shape, days, rests }: Look,
  offset: number,
  limit: number,
): Promise<readonly RequestRow[]> {
  const inDays = pick(days, ([, rows]) => rows, offset, limit);
  const found = await hoursIn(tx, conditions, daysOf(inDays.picked), shape);
  const hours = found.map((one) => ({ ...one, count: rests.get(one.hour) ?? one.count }));
  const inHours = hours.every(({ count }) => count !== null)
    ? pick(hours, ({ count }) => count ?? 0, inDays.offset, limit)
    : { picked: hours, offset: inDays.offset };
  return await readRows(tx, conditions, { hours: inHours.picked, limit, offset: inHours.offset });
}

/** Hours, in the order of reading, that are sure to hold as many rows as are wanted, or all that there are. */
async function hoursOfSlice(
  tx: Prisma.TransactionClient,
  conditions: RequestConditions,
  { limit, after, before, inverted = false }: SliceInput,
): Promise<readonly HourOfLog[]> {
  const shape = await readShape(tx);
  const { hours } = cut(conditions);
  // Of the hours in which a cursor lies, some rows are on its other side: they are looked at, but not counted on.
  const whole = {
    from: Math.max(hours.from, before ? hourOf(before.at.getTime()) + HOUR_MS : hours.from),
    to: Math.min(hours.to, after ? hourOf(after.at.getTime()) : hours.to),
  };
  const counts = await countDays(tx, conditions, whole, shape);
  for (const end of [conditions.from, conditions.to - 1]) {
    counts.set(dayOf(end), counts.get(dayOf(end)) ?? 0);
  }
  const days = [...counts].toSorted(([a], [b]) => (inverted ? a - b : b - a));
  const picked = pick(days, ([, rows]) => rows, 0, limit, true).picked;
  const found = await hoursIn(tx, conditions, daysOf(picked), shape);
  const inOrder = found
    .map((one) => (one.hour >= whole.from && one.hour < whole.to ? one : { ...one, count: 0 }))
    .toSorted((a, b) => (inverted ? a.hour - b.hour : b.hour - a.hour));
  return inOrder.every(({ count }) => count !== null)
    ? pick(inOrder, ({ count }) => count ?? 0, 0, limit, true).picked
    : inOrder;
}

async function* readBatches(
  db: PrismaClient,
  asked: RequestConditions,
): AsyncGenerator<readonly RequestRow[], void, undefined> {
  const conditions = await boundDecisions(db, asked);
  if (isBeyondSums(conditions)) {
    yield* inBatches((after) => readRows(db, conditions, { hours: null, after, limit: BATCH }));
    return;
  }
  const shape = await readShape(db);
  const { hours: whole, rests } = cut(conditions);
  const counts = await countDays(db, conditions, whole, shape);
  const days = new Set([...counts.keys(), ...rests.map(({ from }) => dayOf(from))]);
  for (const day of [...days].toSorted((a, b) => b - a)) {
    const hours = await hoursIn(db, conditions, [day], shape);
    yield* inBatches((after) => {
      const left = after ? hours.filter(({ hour }) => hour <= after.at.getTime()) : hours;
      return readRows(db, conditions, { hours: left, after, limit: BATCH });
    });
  }
}

async function* inBatches(
  read: (after: Place | undefined) => Promise<RequestRow[]>,
): AsyncGenerator<readonly RequestRow[], void, undefined> {
  for (let after: Place | undefined; ;) {
    const rows = await read(after);
    if (rows.length > 0) yield rows;
    after = rows.at(-1);
    if (rows.length < BATCH) return;
  }
}

/** The hours of the days that have rows, or may have; also those of which only a part is meant. */
function hoursIn(
  tx: Prisma.TransactionClient,
  conditions: RequestConditions,
  days: readonly number[],
  shape: LogShape,
): Promise<HourCount[]> {
  const wide = { from: hourOf(conditions.from), to: hourOf(conditions.to + HOUR_MS - 1) };
  return countHours(tx, conditions, days, wide, shape);
}

/** The filter without what lies on the other side of a place, to the millisecond. */
function narrowed(
  conditions: RequestConditions,
  { after, before }: Omit<SliceInput, 'limit'>,
): RequestConditions {
  const from = Math.max(conditions.from, before?.at.getTime() ?? conditions.from);
  const to = Math.min(conditions.to, (after?.at.getTime() ?? conditions.to) + 1);
  return { ...conditions, from: Math.min(from, to), to };
}

function daysOf(days: readonly DayRows[]): number[] {
  return days.map(([day]) => day);
}

function hourOf(ms: number): number {
  return Math.floor(ms / HOUR_MS) * HOUR_MS;
}

function dayOf(ms: number): number {
  return Math.floor(ms / DAY_MS) * DAY_MS;
}

/**
 * Of a list in order, the items that rows `offset` to `offset + limit` are in, and the offset among those. `empty`:
 * also items without rows, if they come before the end.
 */
function pick<Item>(
  items: readonly Item[],
  rowsOf: (item: Item) => number,
  offset: number,
  limit: number,
  empty = false,
): { picked: Item[]; offset: number } {
  const picked: Item[] = [];
  let before = 0;
  let reached = 0;
  for (const item of items) {
    const rows = rowsOf(item);
    if (reached + rows > offset || empty) picked.push(item);
    else before += rows;
    reached += rows;
    if (reached >= offset + limit) break;
  }
  return { picked, offset: offset - before };
}
