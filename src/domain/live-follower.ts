import { z } from 'zod';
import type { Notices } from '../database/notify.ts';
import type { Logger } from '../log.ts';
import type { LiveEvent } from './live-bus.ts';
import {
  compare,
  covers,
  encode,
  excluding,
  including,
  LONGEST_REQUEST_MS,
  NOTHING,
  shortened,
  type Given,
  type Place,
  type Position,
  type Seen,
} from './live-position.ts';
import type { LiveReader, LiveRow } from './live-reader.ts';

export interface LogFollowerDeps {
  readonly reader: LiveReader;
  readonly notices: Pick<Notices, 'subscribe'>;
  /** Unix ms. */
  readonly clock: () => number;
  /** Runs `run` once after `ms`; the answer cancels it. */
  readonly after: (ms: number, run: () => void) => () => void;
  readonly log: Logger;
}

/** Follows the log by the notices of the drains. */
export interface LogFollower {
  /** Rejects when the database does not answer. */
  readonly started: Promise<void>;
  /** What has been told, or was there before. */
  position(): Position;
  stop(): void;
}

/** A transaction is told of in several notices, which come together; they are answered by one query. */
const COALESCE_MS = 5;
/** Rows of one query. */
const MOST_ROWS = 1_000;
/** Beyond this the ids are forgotten, and the log is searched for what is new. */
const MOST_WAITING = 10_000;
/** So old must a snapshot be for the notices of all that it shows to have come. */
const SETTLED_MS = 3_000;
const SNAPSHOT_EVERY_MS = 500;
const RETRY_MS = 1_000;

/** As the drain writes it. */
const noticeSchema = z.object({ from: z.number(), to: z.number(), ids: z.array(z.uuid()).min(1) });
type LoggedNotice = z.infer<typeof noticeSchema>;

export function followLog(deps: LogFollowerDeps, tell: (event: LiveEvent) => void): LogFollower {
  const { reader, clock, log } = deps;
  let seen: Seen = NOTHING;
  /** What the database showed when reading began: notices of these rows come late, and are of no concern. */
  let before: Seen = NOTHING;
  /** While the log is searched: how far. */
  let search: Given | null = null;
  let waiting: LoggedNotice[] = [];
  let waitingRows = 0;
  let mustSearch = false;
  let readAt = clock();
  let snapshots: { readonly at: number; readonly shown: Seen }[] = [];
  let state: 'starting' | 'idle' | 'busy' | 'stopped' = 'starting';
  let cancel: (() => void) | null = null;

  const listener = deps.notices.subscribe({
    onLogged: (payload) => {
      const notice = parseNotice(payload);
      if (notice === null)
        return log.warn({ payload: payload.slice(0, 200) }, 'live: a notice is not understood');
      waiting.push(notice);
      waitingRows += notice.ids.length;
      if (waitingRows > MOST_WAITING) searchInstead();
      wake(COALESCE_MS);
    },
    // Notices may have been missed.
    onConnected: () => {
      searchInstead();
      wake(COALESCE_MS);
    },
  });

  function searchInstead(): void {
    mustSearch = true;
    waiting = [];
    waitingRows = 0;
  }

  async function start(): Promise<void> {
    before = seen = await reader.snapshot();
    readAt = clock();
    if (state !== 'starting') return;
    state = 'idle';
    if (mustSearch || waiting.length > 0) wake(COALESCE_MS);
  }

  function wake(ms: number): void {
    if (state !== 'idle') return;
    cancel?.();
    cancel = deps.after(ms, () => void work());
  }

  async function work(): Promise<void> {
    state = 'busy';
    let pause = COALESCE_MS;
    try {
      while (mustSearch || waiting.length > 0) {
        if (mustSearch) await searchLog();
        else await readWaiting();
        if (isStopped()) return;
      }
    } catch (error) {
      if (isStopped()) return;
      log.warn({ err: error }, 'live: the log cannot be read; subscribers wait');
      searchInstead();
      pause = RETRY_MS;
    }
    state = 'idle';
    if (mustSearch) wake(pause);
  }

  async function readWaiting(): Promise<void> {
    const notices = waiting;
    waiting = [];
    waitingRows = 0;
    const ids = notices.flatMap((notice) => notice.ids);
    const from = Math.min(...notices.map((notice) => notice.from));
    const to = Math.max(...notices.map((notice) => notice.to));
    const found: LiveRow[] = [];
    for (let start = 0; start < ids.length; start += MOST_ROWS) {
      const { rows, shown } = await reader.byIds(ids.slice(start, start + MOST_ROWS), from, to);
      if (isStopped()) return;
      found.push(...rows.filter(({ xid }) => !covers(before, xid)));
      if (shown !== null) keep(shown);
    }
    readAt = clock();
    const group = including(
      NOTHING,
      found.map(({ xid }) => xid),
    );
    // A transaction whose notices came in two parts: its rows are given as those of this part are.
    const given: Given[] = [{ seen: excluding(seen, group.also), upTo: null }];
    publish(found.toSorted(byPlace), given, group);
    seen = including(seen, group.also);
    shorten();
  }

  /** What is in the log and has not been told: slower than by ids, but it finds what no notice spoke of. */
  async function searchLog(): Promise<void> {
    mustSearch = false;
    const all = await reader.snapshot();
    const until: Given[] = [{ seen: all, upTo: null }];
    const from = readAt - LONGEST_REQUEST_MS;
    const given: Given[] = [{ seen, upTo: null }];
    let rows: readonly LiveRow[];
    do {
      const after: Place | null = search?.upTo ?? null;
      rows = await reader.missed({ from, given, until, after, tenants: 'all', where: [], limit: MOST_ROWS });
      if (isStopped()) return;
      publish(rows, given, all);
      const last = rows.at(-1);
      if (last !== undefined) search = { seen: all, upTo: placeOf(last) };
    } while (rows.length === MOST_ROWS);
    before = seen = all;
    search = null;
    snapshots = [];
    readAt = clock();
  }

  function publish(rows: readonly LiveRow[], given: readonly Given[], group: Seen): void {
    const from = readAt - LONGEST_REQUEST_MS;
    for (const found of rows) {
      let cursor: string | null = null;
      const position = () => encode({ from, given: [...given, { seen: group, upTo: placeOf(found) }] });
      tell({ row: found.row, cursor: () => (cursor ??= position()) });
    }
  }

  function keep(shown: Seen): void {
    const at = clock();
    if (at - (snapshots.at(-1)?.at ?? 0) >= SNAPSHOT_EVERY_MS) snapshots.push({ at, shown });
  }

  function shorten(): void {
    const settled = snapshots.findLastIndex(({ at }) => at <= clock() - SETTLED_MS);
    const snapshot = snapshots[settled];
    if (snapshot === undefined || waiting.length > 0) return;
    seen = shortened(seen, snapshot.shown);
    snapshots = snapshots.slice(settled + 1);
  }

  function isStopped(): boolean {
    return state === 'stopped';
  }

  return {
    started: start(),
    position: () => ({
      from: readAt - LONGEST_REQUEST_MS,
      given: [{ seen, upTo: null }, ...(search === null ? [] : [search])],
    }),
    stop() {
      state = 'stopped';
      cancel?.();
      void listener.stop();
    },
  };
}

function placeOf({ row }: LiveRow): Place {
  return { at: row.at.getTime(), id: row.id };
}

function byPlace(a: LiveRow, b: LiveRow): number {
  return compare(placeOf(a), placeOf(b));
}

function parseNotice(payload: string): LoggedNotice | null {
  try {
    return noticeSchema.parse(JSON.parse(payload));
  } catch {
    return null;
  }
}
