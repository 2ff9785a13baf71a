import { mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Another process owns the directory; the message names it. */
export class DataDirLockedError extends Error {
  override readonly name = 'DataDirLockedError';
}

/** Makes a directory that only we may enter, with its parents, and returns its real path. */
export function ensurePrivateDir(directory: string): string {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  return realpathSync(directory);
}

/** A process that was told to stop, or whose parent was killed, may need a moment to be gone. */
const WAIT_MS = 2_000;

export interface LockOptions {
  /** How long to wait for another owner to go; the process stands still meanwhile. Default 2,000. */
  readonly waitMs?: number;
  /** The directory that the message names, if that is another one. */
  readonly shownAs?: string;
}

/**
 * Takes a directory for this process alone, until `release()` or the end of the process.
 * Node has no file locks of its own, so SQLite's are used: the kernel drops them with the process,
 * however it ends, so there is nothing stale to clean up and a reused pid cannot be mistaken.
 * @throws DataDirLockedError when another process, or another caller of this one, holds it.
 */
export function lockDataDir(directory: string, options: LockOptions = {}): { release(): void } {
  const path = ensurePrivateDir(directory);
  const owner = join(path, 'owner.pid');
  const lock = new DatabaseSync(join(path, 'lock'), { timeout: options.waitMs ?? WAIT_MS });
  try {
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    if (!isBusy(error)) throw error;
    throw new DataDirLockedError(
      `Another Open Model Prism (pid ${readOwner(owner)}) already uses the data directory ${options.shownAs ?? path}. Stop it first, or set PRISM_DATA_DIR to another directory.`,
    );
  }
  writeFileSync(owner, `${process.pid}\n`, { mode: 0o600 });
  const release = () => {
    process.removeListener('exit', release);
    lock.close();
  };
  // Also keeps hold of the handle: a collected one would give the lock away.
  process.once('exit', release);
  return { release };
}

/** SQLITE_BUSY (5): see https://www.sqlite.org/rescode.html#busy. */
function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === 5;
}

/** Only for the message: the lock itself does not depend on this file. */
function readOwner(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim() || 'unknown';
  } catch {
    return 'unknown';
  }
}
