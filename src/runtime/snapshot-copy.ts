import { open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Logger } from '../log.ts';
import { flatRows, flattenRows, groupRows, type Rows } from './snapshot-rows.ts';
import type { Timers } from './timers.ts';

/** Changes within this time are written once. */
const WRITE_DELAY_MS = 2_000;

/** Count up when the rows change their shape: a copy of another version is not read. */
const FORMAT = 1;
const fileShape = z.object({ format: z.literal(FORMAT), savedAt: z.number(), rows: flatRows });

/**
 * The last good rows in the data directory (`snapshot.json`, 0600), to start from while PostgreSQL is down. Holds
 * ciphertext and key hashes, no secret in the clear.
 */
export interface SnapshotCopy {
  /** Null = there is none, or none that can be used; the second is logged. */
  read(): Promise<{ readonly rows: Rows; readonly savedAt: number } | null>;
  /** Writes soon; later rows replace those that still wait. A failure is logged and costs nothing else. */
  save(rows: Rows): void;
  /** Writes what still waits. */
  flush(): Promise<void>;
}

export function createSnapshotCopy(deps: {
  readonly directory: string;
  readonly log: Logger;
  readonly clock: () => number;
  readonly timers: Timers;
}): SnapshotCopy {
  const { directory, log, clock, timers } = deps;
  const path = join(directory, 'snapshot.json');
  let waiting: Rows | null = null;
  let cancel: (() => void) | null = null;
  let writing: Promise<void> = Promise.resolve();

  function flush(): Promise<void> {
    cancel?.();
    cancel = null;
    const rows = waiting;
    waiting = null;
    if (rows !== null) writing = writing.then(() => write(rows));
    return writing;
  }

  /** Whole or not at all: a reader, and a start after a crash, finds the old copy or the new one. */
  async function write(rows: Rows): Promise<void> {
    const draft = `${path}.${process.pid}.tmp`;
    try {
      const file = await open(draft, 'w', 0o600);
      try {
        await file.writeFile(JSON.stringify({ format: FORMAT, savedAt: clock(), rows: flattenRows(rows) }));
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(draft, path);
    } catch (error) {
      log.error({ err: error }, 'the copy of the settings could not be written; serving goes on');
      await rm(draft, { force: true }).catch(() => undefined);
    }
  }

  return {
    async read() {
      let text: string;
      try {
        text = await readFile(path, 'utf8');
      } catch (error) {
        if (!isMissing(error))
          log.error({ err: error }, 'the copy of the settings could not be read; ignored');
        return null;
      }
      try {
        const { rows, savedAt } = fileShape.parse(JSON.parse(text));
        return { rows: groupRows(rows), savedAt };
      } catch {
        // Without the error: it would quote what the file holds.
        log.error('the copy of the settings is damaged or of another version; ignored');
        return null;
      }
    },
    save(rows) {
      waiting = rows;
      cancel ??= timers.after(WRITE_DELAY_MS, () => void flush());
    },
    flush,
  };
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
