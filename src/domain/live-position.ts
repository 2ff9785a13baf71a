import { z } from 'zod';
import { AppError } from '../errors.ts';

/**
 * A set of PostgreSQL transactions, all those that a snapshot shows and some more. Which rows somebody has been given
 * is told by the transactions that wrote them: requests are logged when they end, so `at` says nothing about which of
 * two came first, and a row that comes late may be older than all that went before.
 */
export interface Seen {
  /** All transactions with a smaller id … */
  readonly below: number;
  /** … but these, … */
  readonly except: readonly number[];
  /** … and these. */
  readonly also: readonly number[];
}

/** Place of a request in the log: by arrival, then id. */
export interface Place {
  /** Unix ms. */
  readonly at: number;
  readonly id: string;
}

/** Rows that have been given: those of `seen`, up to a place; null = all of them. */
export interface Given {
  readonly seen: Seen;
  readonly upTo: Place | null;
}

/** How far a stream has come: the same for each process, so that any of them can go on. */
export interface Position {
  /** Unix ms: no row that is still to come is older. */
  readonly from: number;
  /** What has been given is what any of these covers. */
  readonly given: readonly Given[];
}

export const NOTHING: Seen = { below: 0, except: [], also: [] };
export const EVERYTHING: Seen = { below: Number.MAX_SAFE_INTEGER, except: [], also: [] };

/** Requests that end later than this after their arrival may be missing when a stream is taken up again. */
export const LONGEST_REQUEST_MS = 15 * 60_000;
/** Older cursors are refused: whoever was away that long reads `requestLogs`. */
export const OLDEST_CURSOR_MS = 24 * 60 * 60_000;

export function covers({ below, except, also }: Seen, xid: number): boolean {
  return xid < below ? !except.includes(xid) : also.includes(xid);
}

/** Whether `outer` covers all that `inner` covers. */
export function contains(outer: Seen, inner: Seen): boolean {
  return (
    outer.below >= inner.below &&
    inner.also.every((xid) => covers(outer, xid)) &&
    outer.except.every((xid) => !covers(inner, xid))
  );
}

/** What a snapshot shows: `pg_current_snapshot()` as text, "xmin:xmax:xip,xip". */
export function parseSnapshot(text: string): Seen {
  const [, below = '', running = ''] = text.split(':');
  return { below: Number(below), except: running === '' ? [] : running.split(',').map(Number), also: [] };
}

/** `seen` with these transactions added. */
export function including(seen: Seen, xids: Iterable<number>): Seen {
  const { below, except, also } = seen;
  const given = new Set([...xids].filter((xid) => !covers(seen, xid)));
  return {
    below,
    except: except.filter((xid) => !given.has(xid)),
    also: [...also, ...[...given].filter((xid) => xid >= below)],
  };
}

/** `seen` without these transactions. */
export function excluding({ below, except, also }: Seen, xids: readonly number[]): Seen {
  const gone = new Set(xids);
  return {
    below,
    except: [...except, ...xids.filter((xid) => xid < below && !except.includes(xid))],
    also: also.filter((xid) => !gone.has(xid)),
  };
}

/** `seen`, written shorter with the help of a later snapshot, all of whose rows have been given by now. */
export function shortened(seen: Seen, later: Seen): Seen {
  const { below, also } = seen;
  return {
    below: Math.max(below, later.below),
    // What was still running then and has been given since is no exception any more.
    except: later.except.filter((xid) => !covers(seen, xid)),
    also: also.filter((xid) => xid >= later.below),
  };
}

export function compare(a: Place, b: Place): number {
  return a.at - b.at || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

/** `position` after the rows between it and `until` have been given up to a place. */
export function advanced({ from, given }: Position, until: readonly Given[], upTo: Place): Position {
  // What had been given up to an earlier place is part of it.
  const kept = given.filter((one) => one.upTo === null || compare(one.upTo, upTo) > 0);
  return {
    from,
    given: [...kept, ...until.map((one) => ({ seen: one.seen, upTo: earlier(one.upTo, upTo) }))],
  };
}

function earlier(a: Place | null, b: Place): Place {
  return a === null || compare(a, b) > 0 ? b : a;
}

const CURSOR = /^[\w-]{1,8000}$/;
const PAGE_CURSOR = /^(\d{1,15})\/([0-9a-f-]{36})$/;
const MOST_XIDS = 1_000;

const count = z.int().min(0);
/** The last moment that a Date knows. */
const moment = count.max(8.64e15);
const uuid = z.string().regex(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
const xids = z.array(z.int()).max(MOST_XIDS);
/** Short names and offsets: a cursor travels with each event. */
const schema = z.strictObject({
  f: moment,
  g: z
    .array(z.tuple([count, xids, xids, z.tuple([moment, uuid]).nullable()]))
    .min(1)
    .max(8),
});

/** The position as an opaque text for clients. */
export function encode({ from, given }: Position): string {
  const g = given.map(({ seen: { below, except, also }, upTo }) => [
    below,
    except.map((xid) => below - xid),
    also.map((xid) => xid - below),
    upTo === null ? null : [upTo.at, upTo.id],
  ]);
  return Buffer.from(JSON.stringify({ f: from, g })).toString('base64url');
}

/**
 * The position that a cursor stands for: one of an event, or one of a page of `requestLogs`, after which come the
 * requests that arrived later. Throws AppError bad_input.
 */
export function decode(cursor: string, now: number): Position {
  const position = parsed(CURSOR.test(cursor) ? Buffer.from(cursor, 'base64url').toString() : '');
  if (position === null) {
    throw refusal('is no cursor of requestLogged or requestLogs', 'must be a cursor that was given out');
  }
  if (position.from < now - LONGEST_REQUEST_MS - OLDEST_CURSOR_MS) {
    throw refusal(
      'is older than a day; read requestLogs for what has been since',
      'must be less than a day old',
    );
  }
  return position;
}

function parsed(text: string): Position | null {
  const [, at, id = ''] = PAGE_CURSOR.exec(text) ?? [];
  if (at !== undefined) {
    const place = { at: Number(at), id };
    const from = Math.max(0, place.at - LONGEST_REQUEST_MS);
    return uuid.safeParse(id).success ? { from, given: [{ seen: EVERYTHING, upTo: place }] } : null;
  }
  const result = schema.safeParse(jsonOf(text));
  if (!result.success) return null;
  const given = result.data.g.map(([below, except, also, upTo]): Given => ({
    seen: { below, except: except.map((gap) => below - gap), also: also.map((gap) => below + gap) },
    upTo: upTo === null ? null : { at: upTo[0], id: upTo[1] },
  }));
  return { from: result.data.f, given };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function refusal(is: string, must: string): AppError {
  return new AppError('bad_input', `"after" ${is}.`, { fields: [{ path: 'after', message: must }] });
}
