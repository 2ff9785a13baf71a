import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { Logger } from '../../log.ts';
import type { Binaries } from './binaries.ts';
import { EMBEDDED_NAME } from './cluster.ts';
import { EmbeddedError } from './embedded-error.ts';
import type { Home } from './home.ts';

const READY_POLL_MS = 20;
const FIRST_RESTART_MS = 100;
const LAST_RESTART_MS = 5_000;
/** How long server processes of a killed postmaster may take to notice that and go. */
const OLD_PROCESSES_MS = 30_000;
const FAST_STOP_MS = 20_000;
const LONGEST_LOG_BYTES = 5_000_000;

/** A sidecar's share of the machine. No replication, so the smallest write-ahead log; no network. */
const SETTINGS = {
  listen_addresses: '',
  unix_socket_permissions: '0700',
  max_connections: '100',
  shared_buffers: '128MB',
  // Sums by many groups stay in memory.
  work_mem: '16MB',
  wal_level: 'minimal',
  max_wal_senders: '0',
  wal_compression: 'on',
  random_page_cost: '1.1',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_line_prefix: '%m ',
} as const;

export interface ServerOptions {
  readonly home: Home;
  readonly binaries: Binaries;
  /** PostgreSQL's own log; an old one is kept beside it as `.1`. */
  readonly logFile: string;
  readonly log: Logger;
  /** Above ours, for tests. */
  readonly settings: Readonly<Record<string, string>>;
}

/** How to reach a database of the cluster, by its socket. */
export function socketUrl(home: Home, database: string): string {
  const query = new URLSearchParams({ host: home.run });
  return `postgres://${EMBEDDED_NAME}:${home.password}@localhost/${database}?${query}`;
}

/** PostgreSQL as a child that is started again, with back-off, whenever it ends before `stop()`. */
export class Server {
  readonly #options: ServerOptions;
  readonly #stopping = new AbortController();
  #child: ChildProcess | null = null;
  #running: Promise<void> = Promise.resolve();

  constructor(options: ServerOptions) {
    this.#options = options;
  }

  /** Resolves when it takes connections. @throws EmbeddedError with the end of its log when it does not come up. */
  async start(): Promise<void> {
    const until = Date.now() + OLD_PROCESSES_MS;
    process.once('exit', this.#interrupt);
    while (!(await this.#launch())) {
      const reason = this.#lastWords();
      if (!reason.includes('shared memory block') || Date.now() > until) {
        process.removeListener('exit', this.#interrupt);
        throw new EmbeddedError(
          `The embedded PostgreSQL did not start. Its log (${this.#options.logFile}) ends with:\n${reason}`,
        );
      }
      await delay(FIRST_RESTART_MS);
    }
    this.#running = this.#supervise();
  }

  /** Fast shutdown: connections are cut, everything committed is on disk. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    const child = this.#child;
    const impatient = setTimeout(() => child?.kill('SIGQUIT'), FAST_STOP_MS);
    this.#interrupt();
    await this.#running;
    clearTimeout(impatient);
    process.removeListener('exit', this.#interrupt);
  }

  readonly #interrupt = (): void => {
    this.#child?.kill('SIGINT');
  };

  /** Ends only after `stop()`, with the server. */
  async #supervise(): Promise<void> {
    const { log } = this.#options;
    const { signal } = this.#stopping;
    let wait = FIRST_RESTART_MS;
    for (;;) {
      if (this.#child) await ended(this.#child);
      if (signal.aborted) return;
      log.error({ retryInMs: wait }, 'the embedded PostgreSQL ended by itself; starting it again');
      await delay(wait, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      const isUp = await this.#launch();
      wait = isUp ? FIRST_RESTART_MS : Math.min(wait * 2, LAST_RESTART_MS);
    }
  }

  /** False when it ended before it took connections. However long a recovery takes, it is waited for. */
  async #launch(): Promise<boolean> {
    // Known at once: a stop may come while it is still on its way up.
    const child = (this.#child = this.#spawn());
    const readiness = new AbortController();
    const isUp = await Promise.race([this.#answers(readiness.signal), ended(child).then(() => false)]);
    readiness.abort();
    return isUp;
  }

  #spawn(): ChildProcess {
    const { home, binaries, logFile, settings } = this.#options;
    keepLogShort(logFile);
    const output = openSync(logFile, 'a', 0o600);
    const flags = Object.entries({ ...SETTINGS, unix_socket_directories: home.run, ...settings });
    try {
      return spawn(
        binaries.postgres,
        ['-D', home.data, ...flags.flatMap(([key, value]) => ['-c', `${key}=${value}`])],
        {
          cwd: '/',
          env: { LC_ALL: 'C' },
          stdio: ['ignore', output, output],
          // A session of its own: Ctrl-C in the terminal is for us, who drain first and then stop it.
          detached: true,
          ...home.account,
        },
      );
    } finally {
      closeSync(output);
    }
  }

  async #answers(signal: AbortSignal): Promise<boolean> {
    while (!signal.aborted) {
      const client = new pg.Client({ connectionString: socketUrl(this.#options.home, 'postgres') });
      try {
        await client.connect();
        await client.end();
        return true;
      } catch (error) {
        // 28…: it answers, and refuses us. Any other failure is that of a server that is not there yet.
        if (error instanceof pg.DatabaseError && error.code?.startsWith('28')) return true;
        await delay(READY_POLL_MS);
      }
    }
    return false;
  }

  #lastWords(): string {
    return readFileSync(this.#options.logFile, 'utf8').trim().split('\n').slice(-5).join('\n');
  }
}

/** Whether by exit or because it could not be spawned at all. */
async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  await once(child, 'exit').catch(() => undefined);
}

function keepLogShort(path: string): void {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size > LONGEST_LOG_BYTES) renameSync(path, join(`${path}.1`));
}
