import { setImmediate as nextTurn } from 'node:timers/promises';

import type pg from 'pg';

import type { Logger } from '../log.ts';
import type { Backlog, SegmentEnd } from './backlog.ts';
import { readBatch, type Batch, type WindowLine } from './batch.ts';
import { createBell } from './bell.ts';
import type { Quarantine } from './quarantine.ts';
import type { RequestLines } from './request-lines.ts';
import { createStore, isContentError, type KeyUses } from './store.ts';

export interface DrainOptions {
  readonly journal: { readonly backlog: Backlog; readonly quarantine: Quarantine };
  /** One connection at a time is used. */
  readonly pool: pg.Pool;
  readonly log: Logger;
  /** Lines for one transaction; default 4,000. */
  readonly batchRows?: number | undefined;
  /**
   * How long the first line of a small batch waits for more; default 50 ms. At 7,000 requests/s on two processors these
   * are 350 lines, which keep PostgreSQL busy for 9 ms, and the slowest percent of the answers takes 6 to 9 ms. With 200
   * ms it is busy for 30 at a time, in which whoever shares the processors with it waits: 13 to 28 ms. Fewer lines at a
   * time cost more than they gain: with 250 it takes a quarter of the requests/s that can be served.
   */
  readonly lingerMs?: number | undefined;
  /** 0 ≤ x < 1, for the jitter of the back-off; default Math.random. */
  readonly random?: (() => number) | undefined;
}

export interface Drain {
  /** Begins to move the journal into the database, until `stop`. */
  start(): void;
  /**
   * Resolves when all that was appended before is in the database. Rejects with the error of the next try that
   * fails; nothing is lost then, the journal keeps it and the drain goes on trying.
   */
  flush(): Promise<void>;
  /** Ends after the batch that is under way. */
  stop(): Promise<void>;
  /** Since the start, for the metrics. */
  readonly stats: Readonly<DrainStats>;
}

export interface DrainStats {
  /** Rows that were new to the log. */
  rows: number;
  batches: number;
  /** Tries that failed because of the database; each is repeated. */
  failures: number;
  /** Last lines cut off by a crash; their clients never saw an answer end. */
  torn: number;
}

interface Flush {
  readonly upTo: readonly SegmentEnd[];
  resolve(): void;
  reject(error: unknown): void;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;

/**
 * Moves the journal into PostgreSQL: batch after batch, oldest first, each in one transaction, from the files and not
 * from memory; the next batch is read while PostgreSQL works on the last. While the database is down it tries again,
 * for ever, with growing pauses. A line that PostgreSQL refuses for its contents is found by halving the batch, and
 * put aside.
 */
export function createDrain(options: DrainOptions): Drain {
  const { journal, pool, log, batchRows = 4_000, lingerMs = 50, random = Math.random } = options;
  const { backlog, quarantine } = journal;
  const store = createStore(pool);
  const stats: DrainStats = { rows: 0, batches: 0, failures: 0, torn: 0 };
  const bell = createBell();
  const flushes = new Set<Flush>();
  /** Since the last batch that was stored. */
  let failures = 0;
  let missedKeys: KeyUses = new Map();
  let running: Promise<void> | null = null;
  let stopped = false;

  async function run(): Promise<void> {
    while (!stopped) {
      try {
        await bell.wait(null, () => stopped || flushes.size > 0 || backlog.next() !== null);
        await bell.wait(lingerMs, () => stopped || isUrgent(null));
        await drainAll();
        settleFlushes();
      } catch (error) {
        failures += 1;
        stats.failures += 1;
        for (const flush of flushes) flush.reject(error);
        flushes.clear();
        const pauseMs =
          Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failures - 1)) * (0.5 + random() / 2);
        log.warn(
          { err: error, pauseMs, failures },
          'the journal cannot be drained; it is kept and tried again',
        );
        await bell.wait(pauseMs, () => stopped || flushes.size > 0);
      }
    }
  }

  async function drainAll(): Promise<void> {
    let batch = await nextBatch(null);
    while (batch !== null) {
      const ahead = nextBatch(batch);
      ahead.catch(() => undefined); // awaited below, unless `finish` fails first: then it is read again
      await finish(batch);
      batch = stopped ? null : await ahead;
    }
  }

  /** What follows `last`; null = nothing, or so little that it may wait for more. */
  async function nextBatch(last: Batch | null): Promise<Batch | null> {
    const position = positionAfter(last);
    if (position === null || (last !== null && !isUrgent(last))) return null;
    const { segment, from } = position;
    try {
      return await readBatch(segment, from, batchRows);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
        backlog.drop(segment);
        log.error(
          { segment: segment.path },
          'a journal file is gone: taken over by another process, or deleted',
        );
      }
      throw error;
    }
  }

  function positionAfter(last: Batch | null): { segment: Batch['segment']; from: number } | null {
    if (last !== null && last.end < last.segment.size) return { segment: last.segment, from: last.end };
    const segment = backlog.next(last?.segment);
    return segment === null ? null : { segment, from: segment.offset };
  }

  /** Whether what follows `last` should not wait: a full batch, a segment that is complete, or somebody waits for it. */
  function isUrgent(last: Batch | null): boolean {
    const position = positionAfter(last);
    if (position === null || flushes.size > 0 || !position.segment.open) return true;
    const done = position.segment === last?.segment ? last.lines : 0;
    return position.segment.entries - done >= batchRows;
  }

  async function finish(batch: Batch): Promise<void> {
    const { segment, end } = batch;
    for (const { bytes, reason } of batch.bad) await quarantine.put(bytes, segment.path, reason);
    if (batch.torn > 0) {
      log.warn({ segment: segment.path, bytes: batch.torn }, 'the last line is cut off and skipped');
      stats.torn += 1;
    }
    await storeOrPart(batch.requests, segment.path);
    for (const line of batch.windows) await learn(line, segment.path);
    await backlog.commit(segment, end, batch.lines);
    failures = 0;
    settleFlushes();
  }

  /** Stores lines in one transaction; where their contents make that impossible, in two halves, down to one line. */
  async function storeOrPart(lines: RequestLines, source: string): Promise<void> {
    if (lines.count === 0) return;
    try {
      await storeTogether(lines);
    } catch (error) {
      if (!isContentError(error)) throw error;
      const [only] = lines.pieces;
      if (lines.count === 1 && only !== undefined) {
        await quarantine.put(only.subarray(0, -1), source, String(error));
        return;
      }
      const middle = lines.count >>> 1;
      await storeOrPart(lines.slice(0, middle), source);
      await storeOrPart(lines.slice(middle, lines.count), source);
    }
  }

  async function storeTogether(lines: RequestLines): Promise<void> {
    const stored = await store.requests(lines, missedKeys);
    missedKeys = new Map([...stored.missedKeys].filter(([id]) => !missedKeys.has(id)));
    stats.batches += 1;
    stats.rows += stored.count;
  }

  async function learn(line: WindowLine, source: string): Promise<void> {
    try {
      await store.window(line.window);
    } catch (error) {
      if (!isContentError(error)) throw error;
      await quarantine.put(line.bytes, source, String(error));
    }
  }

  function settleFlushes(): void {
    for (const flush of flushes) {
      if (!flush.upTo.every((end) => backlog.passed(end))) continue;
      flushes.delete(flush);
      flush.resolve();
    }
  }

  return {
    stats,
    start() {
      if (running !== null) return;
      backlog.onGrowth(() => bell.ring());
      running = run();
    },
    async flush() {
      await nextTurn(); // the journal writes what was appended in this turn first
      const done = Promise.withResolvers<void>();
      flushes.add({ upTo: backlog.ends(), resolve: done.resolve, reject: done.reject });
      bell.ring();
      await done.promise;
    },
    async stop() {
      stopped = true;
      bell.ring();
      await running;
      for (const flush of flushes) flush.reject(new Error('the drain was stopped'));
      flushes.clear();
    },
  };
}
