import type { EventEmitter } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { transport } from 'pino';
import { createLineQueue, type LineQueue } from './line-queue.ts';
import type { Timers } from './timers.ts';

const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 30_000;
/** Lines that wait while the file is opened, or while the thread is behind: as much as the thread itself takes. */
const MAX_WAITING_CHARS = 4 * 1024 * 1024;
const CLOSE_TIMEOUT_MS = 2_000;

export interface RollingFileOptions {
  /** The first is `<path>.1.<extension>`. Made with its parents, for this user alone. */
  readonly path: string;
  readonly extension: string;
  readonly maxSizeMb: number;
  /** At least 2. */
  readonly maxFiles: number;
  /** What has to be over before it is opened: the closing of the file that had this name. */
  readonly after: Promise<void>;
  readonly timers: Timers;
  /** Called when writing begins to fail (with the reason) and when it works again (null). */
  readonly onChange: (error: string | null) => void;
}

/** A file that is written by a thread of its own. Never throws, never waits for the disk. */
export interface RollingFile {
  /** `line` has its line break. Dropped and counted where the disk cannot keep up or cannot be written. */
  write(line: string): void;
  readonly error: string | null;
  /** Lines that were dropped; those that a broken thread had taken are not known. */
  readonly dropped: number;
  /** Writes what was taken, for 2 s at most. */
  close(): Promise<void>;
}

/**
 * pino's transport for rolling files (pino-roll) with what it lacks: it ends with its first error, so it is opened
 * again, with pauses of 1 to 30 s, until it can write.
 */
export function openRollingFile(options: RollingFileOptions): RollingFile {
  const { path, timers, onChange } = options;
  const queue = createLineQueue();
  let stream: Stream | null = null;
  let error: string | null = null;
  let dropped = 0;
  let isProven = false;
  let retryMs = FIRST_RETRY_MS;
  let cancelRetry: (() => void) | null = null;
  let closed = false;
  let opening: Promise<void> = options.after.then(open);

  async function open(): Promise<void> {
    if (closed && queue.isEmpty) return;
    try {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    } catch (reason) {
      fail(reason);
      return;
    }
    const opened = startTransport(options);
    isProven = false;
    stream = opened;
    opened.on('error', (reason: unknown) => {
      if (stream === opened) fail(reason);
    });
    opened.on('drain', () => pass(opened));
    pass(opened);
  }

  /** Hands on what waits, as much as the thread takes. */
  function pass(to: Stream): void {
    while (stream === to && !to.writableNeedDrain) {
      const line = queue.take();
      if (line === undefined) return;
      to.write(line);
      if (!isProven) prove(to);
    }
  }

  function fail(reason: unknown): void {
    stream = null;
    dropped += queue.clear();
    const text = textOf(reason);
    if (error === null && !closed) onChange(text);
    error = text;
    if (closed) return;
    cancelRetry = timers.after(retryMs, () => {
      opening = open();
    });
    retryMs = Math.min(retryMs * 2, LAST_RETRY_MS);
  }

  /** Only what has reached the disk shows that it can be written again. */
  function prove(opened: Stream): void {
    isProven = true;
    opened.flush((failure) => {
      if (failure !== undefined || stream !== opened) return;
      retryMs = FIRST_RETRY_MS;
      if (error !== null && !closed) onChange(null);
      error = null;
    });
  }

  return {
    get error() {
      return error;
    },
    get dropped() {
      return dropped;
    },
    write(line) {
      if (queue.chars > MAX_WAITING_CHARS || (stream === null && error !== null)) {
        dropped += 1;
        return;
      }
      queue.add(line);
      if (stream !== null) pass(stream);
    },
    async close() {
      closed = true;
      cancelRetry?.();
      await opening;
      if (stream !== null) await endOf(stream, queue, timers);
    },
  };
}

/** What is used of thread-stream. */
interface Stream extends EventEmitter {
  readonly writableNeedDrain: boolean;
  write(line: string): boolean;
  flush(done: (error?: Error) => void): void;
  end(): void;
}

function startTransport({ path, extension, maxSizeMb, maxFiles }: RollingFileOptions): Stream {
  const stream: EventEmitter = transport({
    target: 'pino-roll',
    options: {
      // What follows the last dot is taken for the extension, so there has to be one.
      file: `${path}.${extension}`,
      size: `${maxSizeMb}m`,
      // Beside the current file; those of earlier starts count, too.
      limit: { count: maxFiles - 1, removeOtherLogFiles: true },
      // Prompts may stand in it.
      mode: 0o600,
      // Written at once all the same; but with 0, a flush would not wait for the disk.
      minLength: 1,
    },
  });
  if (!isStream(stream)) throw new Error('pino.transport is not what it was');
  return stream;
}

/** Its types know half of its members. */
function isStream(stream: EventEmitter): stream is Stream {
  return (
    'writableNeedDrain' in stream &&
    'write' in stream &&
    'end' in stream &&
    'flush' in stream &&
    typeof stream.flush === 'function'
  );
}

/** `end` stands still until the thread has written all; after a flush that is nothing. A thread that hangs is left. */
function endOf(stream: Stream, queue: LineQueue, timers: Timers): Promise<void> {
  return new Promise((resolve) => {
    const cancel = timers.after(CLOSE_TIMEOUT_MS, resolve);
    stream.on('error', () => resolve());
    stream.once('close', () => {
      cancel();
      resolve();
    });
    const end = (): void => {
      stream.flush((failure) => {
        if (failure !== undefined) resolve();
        else if (queue.isEmpty) stream.end();
        else setImmediate(end);
      });
    };
    end();
  });
}

function textOf(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}
