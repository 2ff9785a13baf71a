import type pg from 'pg';
import type { Logger } from '../log.ts';
import type { PodStats } from './pod-stats.ts';
import { systemTimers, type Timers } from './timers.ts';

const HEARTBEAT_MS = 5_000;
/** A database that is slower than this misses a beat; three of them, and the pod is shown as gone. */
const QUERY_TIMEOUT_MS = 4_000;
/** Who leaves does not wait long to say goodbye: its row ages out by itself. */
const GOODBYE_TIMEOUT_MS = 1_500;

/** Who this process is. */
export interface PodIdentity {
  /** A UUID of this process, not of the machine: a restart is another pod. */
  readonly id: string;
  readonly role: string;
  readonly host: string;
  readonly version: string;
}

export interface PodsDeps {
  readonly pod: PodIdentity;
  readonly pool: pg.Pool;
  /** Change notices: database/notify.ts. */
  readonly listen: (handlers: {
    readonly onNotice: (notice: { readonly noun: string; readonly id: string }) => void;
    readonly onConnected: () => void;
  }) => { stop(): Promise<void> };
  readonly stats: () => PodStats;
  /** Ms since the process started. */
  readonly uptimeMs: () => number;
  readonly log: Logger;
  readonly timers?: Timers;
}

/** This process's place in the table of all of them. */
export interface Pods {
  /** Resolves when an admin has asked this process to leave; never rejects. */
  readonly evicted: Promise<void>;
  /** Processes whose heartbeat was heard in the last 15 s, this one included; 0 while the database is down. */
  readonly up: number;
  readonly draining: boolean;
  /** Takes its place, and renews it every 5 s until `stop`; a database that is down is waited for. */
  start(): void;
  /** Shows from now on that it takes no more requests. */
  drain(): void;
  /** Leaves the table; a row that cannot be removed ages out. */
  stop(): Promise<void>;
}

/**
 * The heartbeat. It is by the database's clock, so that machines need not agree on the time; it brings back what
 * notices may have missed (an eviction), and clears away the rows of those that have been silent for an hour.
 */
export function createPods(deps: PodsDeps): Pods {
  const { pod, pool, log, timers = systemTimers } = deps;
  const evicted = Promise.withResolvers<void>();
  let isEvicted = false;
  let draining = false;
  let stopped = false;
  let failing = false;
  let up = 0;
  let beating: Promise<void> | null = null;
  let again = false;
  let cancel: (() => void) | null = null;
  let listener: { stop(): Promise<void> } | null = null;

  function evict(): void {
    if (isEvicted || stopped) return;
    isEvicted = true;
    log.warn({ podId: pod.id }, 'pods: this process was asked to leave');
    evicted.resolve();
  }

  /** One at a time; asked for meanwhile, one more follows. */
  function beatNow(): void {
    if (stopped) return;
    again = beating !== null;
    if (again) return;
    cancel?.();
    beating = beat().finally(() => {
      beating = null;
      if (again) beatNow();
      else if (!stopped) cancel = timers.after(HEARTBEAT_MS, beatNow);
    });
  }

  async function beat(): Promise<void> {
    try {
      const { rows } = await pool.query<{ evicted: boolean; up: number }>(
        timed(HEARTBEAT, QUERY_TIMEOUT_MS, [
          pod.id,
          pod.role,
          pod.host,
          pod.version,
          deps.uptimeMs() / 1000,
          draining,
          JSON.stringify(deps.stats()),
        ]),
      );
      up = rows[0]?.up ?? 0;
      if (failing) log.info('pods: heartbeats are heard again');
      failing = false;
      if (rows[0]?.evicted === true) evict();
    } catch (error) {
      up = 0;
      if (!failing) log.warn({ err: error }, 'pods: a heartbeat failed; trying on');
      failing = true;
    }
  }

  return {
    evicted: evicted.promise,
    get up() {
      return up;
    },
    get draining() {
      return draining;
    },
    start() {
      listener = deps.listen({
        onNotice: ({ noun, id }) => {
          if (noun === 'pod' && id === pod.id) evict();
        },
        // What was said while nobody listened stands in the row.
        onConnected: beatNow,
      });
      beatNow();
    },
    drain() {
      draining = true;
      if (listener !== null) beatNow();
    },
    async stop() {
      stopped = true;
      cancel?.();
      await listener?.stop();
      await beating;
      if (listener === null) return;
      await pool.query(timed('DELETE FROM pod WHERE id = $1', GOODBYE_TIMEOUT_MS, [pod.id])).catch(() => {
        log.info('pods: the row stays behind; it is not shown after a minute');
      });
    },
  };
}

/** pg takes the time limit of a query, but its types do not know it. */
function timed(text: string, ms: number, values: unknown[]): pg.QueryConfig & { query_timeout: number } {
  return { text, values, query_timeout: ms };
}

/** An evicted row is kept as long as the others, so that a process that was merely asleep finds its dismissal. */
const HEARTBEAT = `
  WITH beat AS (
    INSERT INTO pod (id, role, host, version, started_at, last_seen_at, draining, stats)
    VALUES ($1, $2, $3, $4, now() - make_interval(secs => $5), now(), $6, $7)
    ON CONFLICT (id) DO UPDATE
      SET last_seen_at = now(), draining = excluded.draining, stats = excluded.stats
    RETURNING evicted_at
  ), cleared AS (
    DELETE FROM pod WHERE last_seen_at < now() - interval '1 hour' AND id <> $1
  )
  SELECT (SELECT evicted_at IS NOT NULL FROM beat) AS evicted,
         1 + (SELECT count(*)::int FROM pod
               WHERE last_seen_at > now() - interval '15 seconds' AND id <> $1) AS up`;
