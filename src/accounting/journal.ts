import fs from 'node:fs';
import path from 'node:path';

import { uuidv7 } from 'uuidv7';

import { AppError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { Backlog, type BacklogDepth } from './backlog.ts';
import { PendingLines } from './journal-line.ts';
import { beat, createOwnDirectory, disown, HEARTBEAT_MS, orphans } from './journal-owner.ts';
import { createQuarantine, type Quarantine } from './quarantine.ts';
import type { JournalEntry, JournalSink } from './record.ts';
import { createSegmentWriter } from './segment-writer.ts';
import { findSegments, Segment } from './segment.ts';

export interface JournalOptions {
  /** The journal lives in `<dataDir>/journal/<process>/`. */
  readonly dataDir: string;
  /** True = every write reaches the disk before its answer goes out: survives a power loss, costs a disk's latency. */
  readonly fsync: boolean;
  /** Bytes that may wait for the database; default 1 GiB. */
  readonly maxBytes?: number | undefined;
  /** A new file is begun after so many bytes; default 16 MiB. */
  readonly segmentBytes?: number | undefined;
  readonly log: Logger;
  /** Unix ms; default Date.now. */
  readonly now?: (() => number) | undefined;
}

export interface Journal extends JournalSink {
  /**
   * False = a request that begins now may find no place for its record (backlog at 95 % of its limit, or the last
   * write failed less than a second ago): answer 503 before doing any work.
   */
  accepting(): boolean;
  /** For the gauges. */
  depth(): BacklogDepth;
  /** What the drain takes from … */
  readonly backlog: Backlog;
  /** … and where it puts what cannot be stored. */
  readonly quarantine: Quarantine;
  /** Takes over what dead processes left behind; runs by itself at open and every ten seconds. Returns how many. */
  adopt(): Promise<number>;
  /** Writes what waits, ends the heartbeat and gives the directory up. Nothing may be appended afterwards. */
  close(): Promise<void>;
}

type Written = (error: Error | null) => void;

const ACCEPT_UP_TO = 0.95;
const RETRY_AFTER_FAILURE_MS = 1_000;

/**
 * Opens this process's journal: append-only files of checksummed lines, one write(2) for each turn of the event
 * loop. What was written survives the death of the process: the next one to open a journal in the same `dataDir`
 * (or a living neighbour) adopts it. Two living processes never share a file.
 */
export async function openJournal(options: JournalOptions): Promise<Journal> {
  const { log, fsync, maxBytes = 1 << 30, segmentBytes = 16 << 20, now = Date.now } = options;
  const root = path.join(options.dataDir, 'journal');
  fs.mkdirSync(root, { recursive: true, mode: 0o700 });
  const processId = uuidv7();
  let directory = createOwnDirectory(root, processId);
  const backlog = new Backlog(root);
  const writer = createSegmentWriter({ directory: () => directory, backlog, fsync, segmentBytes, log, now });

  const pending = new PendingLines();
  let waiting: Written[] = [];
  let failedAt = -Infinity;
  let full = false;
  let closed = false;

  function append(entry: JournalEntry, written: Written): void {
    if (closed) return refuse(written, 'The request journal is closed.');
    if (full && backlog.bytes < maxBytes) {
      full = false;
      log.info('the request journal has room again');
    }
    if (backlog.bytes + pending.bytes >= maxBytes) {
      if (!full) log.error({ ...depth(), maxBytes }, 'the request journal is full: is the database down?');
      full = true;
      return refuse(written, 'The request journal is full.');
    }
    if (waiting.length === 0) setImmediate(flush);
    pending.add(entry);
    waiting.push(written);
  }

  function flush(): void {
    const callbacks = waiting;
    const bytes = pending.take();
    waiting = [];
    if (callbacks.length === 0) return;
    let failure: Error | null = null;
    try {
      writer.write(bytes, callbacks.length);
    } catch (error) {
      failure = error instanceof Error ? error : new Error(String(error));
      failedAt = now();
      log.error({ err: failure, entries: callbacks.length }, 'the request journal cannot be written');
    }
    for (const written of callbacks) settle(written, failure);
    if (failure === null) backlog.grew();
  }

  /** One callback that throws must not keep the others' answers from their clients. */
  function settle(written: Written, failure: Error | null): void {
    try {
      written(failure);
    } catch (error) {
      log.error({ err: error }, 'a request could not be finished after its record was written');
    }
  }

  function refuse(written: Written, message: string): void {
    const error = new AppError('unavailable', message, { retryAfterMs: RETRY_AFTER_FAILURE_MS });
    setImmediate(settle, written, error);
  }

  function depth(): BacklogDepth {
    return backlog.depth(now());
  }

  async function adopt(): Promise<number> {
    let adopted = 0;
    for (const orphan of orphans(root, now())) {
      const claimed = path.join(directory, path.basename(orphan));
      try {
        fs.renameSync(orphan, claimed);
      } catch (error) {
        log.debug({ err: error, orphan }, 'another process adopts this journal');
        continue;
      }
      disown(claimed);
      const segments = await findSegments(claimed);
      for (const segment of segments) backlog.add(await Segment.load(segment)); // one by one: each needs a buffer
      if (segments.length === 0) fs.rmSync(claimed, { recursive: true });
      else log.info({ orphan, segments: segments.length }, 'took over the journal of a process that is gone');
      adopted += 1;
    }
    await backlog.sweep();
    return adopted;
  }

  function heartbeat(): void {
    try {
      if (!beat(directory, now())) {
        // We were taken for dead (paused longer than a silent process may be). What we wrote is in good hands.
        log.error(
          { directory },
          'the journal directory was taken over by another process; a new one is begun',
        );
        writer.close();
        directory = createOwnDirectory(root, uuidv7());
      }
    } catch (error) {
      log.error({ err: error }, 'the journal directory is not to be had; trying again');
    }
    adopt().catch((error: unknown) =>
      log.error({ err: error }, 'journals of dead processes cannot be taken over'),
    );
  }

  await adopt();
  const timer = setInterval(heartbeat, HEARTBEAT_MS).unref();

  return {
    append,
    depth,
    backlog,
    quarantine: createQuarantine({ file: path.join(root, `${processId}.corrupt`), log, now }),
    adopt,
    // A clock that was put back must not keep everybody out until it has caught up.
    accepting: () =>
      !closed &&
      backlog.bytes < maxBytes * ACCEPT_UP_TO &&
      Math.abs(now() - failedAt) >= RETRY_AFTER_FAILURE_MS,
    async close() {
      if (closed) return;
      closed = true;
      clearInterval(timer);
      flush();
      writer.close();
      await backlog.sweep();
      disown(directory);
      await fs.promises.rmdir(directory).catch(() => undefined); // not empty: the next process takes it over
    },
  };
}
