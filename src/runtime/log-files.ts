import { join, resolve } from 'node:path';
import type { RequestRecord } from '../accounting/record.ts';
import type { Logger } from '../log.ts';
import type { FileLogging, LogConfig } from '../log-config.ts';
import { requestLine } from './request-line.ts';
import { openRollingFile, type RollingFile } from './rolling-file.ts';
import { systemTimers, type Timers } from './timers.ts';

/** Requests that may wait for their line; each may hold half a megabyte of prompt. */
const MAX_WAITING = 1_000;

export interface LogFilesDeps {
  /** Relative directories are below it. */
  readonly dataDir: string;
  /** In the names of the files: of two processes that share a directory, each has its own. */
  readonly pod: string;
  readonly tenantSlug: (tenantId: string) => string | null;
  readonly decrypt: (ciphertext: string, context: string) => string;
  /** Gives every line of the process log to `write`; null = no more. */
  readonly copyLog: (write: ((line: string) => void) | null) => void;
  readonly log: Logger;
  readonly timers?: Timers;
}

export interface LogFilesStatus {
  readonly enabled: boolean;
  /** Absolute; null while it is off. */
  readonly directory: string | null;
  /** Why nothing can be written; null = all is well. */
  readonly error: string | null;
  /** Since the start. */
  readonly linesDropped: number;
}

/**
 * Log files beside stdout, as the setting `log` wants them: `process-<pod>.<n>.log` has what stdout has,
 * `requests-<pod>.<n>.jsonl` one line a finished request. Two kinds, so that traffic does not push the warnings out.
 */
export interface LogFiles {
  /** Follows the settings; returns at once. */
  apply(config: LogConfig): void;
  /** True = `request` should be called. All that a request pays while files are off. */
  readonly wantsRequests: boolean;
  /** Written in a later turn: nobody waits for it. */
  request(record: RequestRecord): void;
  readonly status: LogFilesStatus;
  /** Ends the files; what was taken is written. */
  stop(): Promise<void>;
}

export function createLogFiles(deps: LogFilesDeps): LogFiles {
  const { log, timers = systemTimers } = deps;
  let settings: FileLogging | null = null;
  let withPrompts = false;
  let files: { readonly process: RollingFile; readonly requests: RollingFile } | null = null;
  let closing: Promise<void> = Promise.resolve();
  let droppedBefore = 0;
  let waiting: RequestRecord[] = [];
  let stopped = false;

  function open(wanted: FileLogging): void {
    const directory = resolve(deps.dataDir, wanted.directory);
    const file = (kind: string, extension: string): RollingFile =>
      openRollingFile({
        path: join(directory, `${kind}-${deps.pod}`),
        extension,
        maxSizeMb: wanted.maxSizeMb,
        maxFiles: wanted.maxFiles,
        after: closing,
        timers,
        onChange: (error) => {
          if (error === null) log.info({ kind, directory }, 'log files: written again');
          else log.error({ kind, directory, reason: error }, 'log files: cannot be written; trying on');
        },
      });
    files = { process: file('process', 'log'), requests: file('requests', 'jsonl') };
    deps.copyLog(files.process.write);
  }

  function close(): void {
    if (files === null) return;
    writeWaiting();
    const { process, requests } = files;
    deps.copyLog(null);
    files = null;
    droppedBefore += process.dropped + requests.dropped;
    closing = Promise.all([closing, process.close(), requests.close()]).then(() => undefined);
  }

  function writeWaiting(): void {
    const records = waiting;
    waiting = [];
    for (const record of records) {
      files?.requests.write(
        requestLine(record, { tenant: deps.tenantSlug(record.tenantId), snapshot: snapshotOf(record) }),
      );
    }
  }

  function snapshotOf({ id, snapshot }: RequestRecord): string | null {
    if (!withPrompts || snapshot === null) return null;
    try {
      return deps.decrypt(snapshot, `snapshot:${id}`);
    } catch (error) {
      log.error({ err: error, requestId: id }, 'log files: prompt and answer could not be read');
      return null;
    }
  }

  return {
    apply({ fileLogging, promptLogging }) {
      if (stopped) return;
      // Prompt logging is the master switch: what it does not catch is not there to be written.
      withPrompts = fileLogging.includePrompts && promptLogging;
      const wanted = fileLogging.enabled ? fileLogging : null;
      if (isSamePlace(settings, wanted)) return;
      settings = wanted;
      close();
      if (wanted !== null) open(wanted);
    },
    get wantsRequests() {
      return files !== null;
    },
    request(record) {
      if (waiting.length >= MAX_WAITING) {
        droppedBefore += 1;
        return;
      }
      if (waiting.length === 0) setImmediate(writeWaiting);
      waiting.push(record);
    },
    get status() {
      return {
        enabled: files !== null,
        directory: settings === null ? null : resolve(deps.dataDir, settings.directory),
        error: files?.process.error ?? files?.requests.error ?? null,
        linesDropped: droppedBefore + (files?.process.dropped ?? 0) + (files?.requests.dropped ?? 0),
      };
    },
    async stop() {
      stopped = true;
      close();
      await closing;
    },
  };
}

/** Whether the open files go on as they are; prompts may come and go. */
function isSamePlace(a: FileLogging | null, b: FileLogging | null): boolean {
  if (a === null || b === null) return a === b;
  return a.directory === b.directory && a.maxSizeMb === b.maxSizeMb && a.maxFiles === b.maxFiles;
}
