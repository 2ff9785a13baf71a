import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Notices } from '../database/notify.ts';
import type { Logger } from '../log.ts';
import type { LiveEvent } from './live-bus.ts';
import {
  advanced,
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
import { placeOf, type LiveReader, type LiveRow, type MissedPage } from './live-reader.ts';
import { parseLoggedNotice, type LoggedNotice } from './logged-notice.ts';

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
/** Rows that are told in one turn. */
const SLICE = 100;
const PATIENCE_MS = 200;
const PATIENCE_EVERY_MS = 2_000;
const PAUSE_MS = 10;

/** Who is told. */
export interface Audience {
  tell(event: LiveEvent): void;
  /** Whether somebody is about to be dropped for taking less than there is. */
  isBehind(): boolean;
}

export function followLog(deps: LogFollowerDeps, audience: Audience): LogFollower {
  const { reader, clock, log } = deps;
  let seen: Seen = NOTHING;
  /** What the database showed when reading began: notices of these rows come late, and are of no concern. */
  let before: Seen = NOTHING;
  /** What has been told; while rows are given out, up to which of them. */
  let told: readonly Given[] = [];
  let patientAt = Number.NEGATIVE_INFINITY;
  let waiting: LoggedNotice[] = [];
  let waitingRows = 0;
  let mustSearch = false;
  let readAt = clock();
  let snapshots: { readonly at: number; readonly shown: Seen }[] = [];
  let state: 'starting' | 'idle' | 'busy' | 'stopped' = 'starting';
  let cancel: (() => void) | null = null;

  const listener = deps.notices.subscribe({
    onLogged: (payload) => {
      const notice = parseLoggedNotice(payload);
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
    told = [{ seen, upTo: null }];
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
    await publish(
      found.toSorted((one, other) => compare(placeOf(one), placeOf(other))),
      given,
      group,
    );
    seen = including(seen, group.also);
    told = [{ seen, upTo: null }];
    shorten();
  }

  /** What is in the log and has not been told: slower than by ids, but it finds what no notice spoke of. */
  async function searchLog(): Promise<void> {
    mustSearch = false;
    const all = await reader.snapshot();
    const until: Given[] = [{ seen: all, upTo: null }];
    const from = readAt - LONGEST_REQUEST_MS;
    // A search that broke off has told some of it. This one begins anew: meanwhile, rows may have come before its place.
    const given = told;
    let after: Place | null = null;
    do {
      const page: MissedPage = await reader.missed({
        from,
        given,
        until,
        after,
        tenants: 'all',
        where: [],
        limit: MOST_ROWS,
      });
      if (isStopped()) return;
      await publish(page.rows, given, all);
      after = page.next;
    } while (after !== null);
    before = seen = all;
    told = [{ seen, upTo: null }];
    snapshots = [];
    readAt = clock();
  }

  /** Some at a time, so that those who keep up find the time to. */
  async function publish(rows: readonly LiveRow[], given: readonly Given[], group: Seen): Promise<void> {
    const from = readAt - LONGEST_REQUEST_MS;
    for (let start = 0; start < rows.length && !isStopped(); start += SLICE) {
      for (const found of rows.slice(start, start + SLICE)) {
        const position = advanced({ from, given }, [{ seen: group, upTo: null }], placeOf(found));
        told = position.given;
        let cursor: string | null = null;
        audience.tell({ ...found, position, cursor: () => (cursor ??= encode(position)) });
      }
      await nextTurn();
      await bePatient();
    }
  }

  /** Now and then those who are behind are waited for, but not for long: one who has stopped must not stop the others. */
  async function bePatient(): Promise<void> {
    if (!audience.isBehind() || clock() - patientAt < PATIENCE_EVERY_MS) return;
    patientAt = clock();
    for (let waited = 0; waited < PATIENCE_MS && audience.isBehind() && !isStopped(); waited += PAUSE_MS) {
      await new Promise<void>((resolve) => deps.after(PAUSE_MS, resolve));
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
      given: told,
    }),
    stop() {
      state = 'stopped';
      cancel?.();
      void listener.stop();
    },
  };
}
