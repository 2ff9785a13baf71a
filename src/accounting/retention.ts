import type pg from 'pg';

import type { Logger } from '../log.ts';

export interface RetentionOptions {
  readonly pool: pg.Pool;
  readonly log: Logger;
  /** Default: every hour. */
  readonly intervalMs?: number | undefined;
  /** Days whose partitions are made ahead; default 7. */
  readonly daysAhead?: number | undefined;
}

export interface Retention {
  /** Runs once and then on the timer. Resolves after the first run; never rejects: a failed run is logged and repeated. */
  start(): Promise<void>;
  /** Ends the timer and waits for the run that is under way. */
  stop(): Promise<void>;
  /** One run; null = another process is at it. Throws what PostgreSQL says. */
  run(): Promise<RetentionOutcome | null>;
}

export interface RetentionOutcome {
  /** Names of the partitions. */
  readonly made: readonly string[];
  readonly dropped: readonly string[];
}

/** How long rows are kept; the `log` setting. */
interface Limits {
  readonly logRetentionDays: number;
  readonly promptRetentionHours: number;
}

const HOUR_MS = 3_600_000;
/** After a failed run. */
const RETRY_MS = 60_000;
const DEFAULTS: Limits = { logRetentionDays: 90, promptRetentionHours: 24 };

/** Makes the log's daily partitions ahead of time and drops those past retention; one process at a time. */
export function createRetention(options: RetentionOptions): Retention {
  const { pool, log, intervalMs = HOUR_MS, daysAhead = 7 } = options;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  let stopped = false;

  async function run(): Promise<RetentionOutcome | null> {
    const client = await pool.connect();
    const ignore = (): void => undefined; // a connection that breaks between statements fails the next one
    client.on('error', ignore);
    let failed = true;
    try {
      await client.query('BEGIN');
      const outcome = (await isAlone(client)) ? await work(client) : null;
      await client.query('COMMIT');
      failed = false;
      return outcome;
    } finally {
      client.off('error', ignore);
      client.release(failed);
    }
  }

  async function work(client: pg.PoolClient): Promise<RetentionOutcome> {
    const made = await names(client, 'SELECT prism_ensure_partitions($1::int) AS name', [daysAhead]);
    const setting = await client.query<{ value: unknown }>(`SELECT value FROM setting WHERE key = 'log'`);
    const limits = limitsOf(setting.rows[0]?.value);
    // Partitions are dropped with a lock that stops all readers: it must not be held while more are made.
    await client.query('COMMIT; BEGIN');
    const dropped = (await isAlone(client))
      ? await names(client, 'SELECT prism_drop_partitions($1::int, $2::int) AS name', [
          limits.logRetentionDays,
          limits.promptRetentionHours,
        ])
      : [];
    return { made, dropped };
  }

  function limitsOf(value: unknown): Limits {
    const stored: Partial<Record<keyof Limits, unknown>> =
      typeof value === 'object' && value !== null ? value : {};
    return {
      logRetentionDays: limitOf('logRetentionDays', stored.logRetentionDays),
      promptRetentionHours: limitOf('promptRetentionHours', stored.promptRetentionHours),
    };
  }

  /** What is no whole number above 0 must never delete anything that the default would keep. */
  function limitOf(name: keyof Limits, value: unknown): number {
    if (value === undefined) return DEFAULTS[name];
    if (typeof value === 'number' && Number.isInteger(value) && value > 0) return value;
    log.warn({ setting: `log.${name}`, value }, 'retention: not a whole number above 0; the default is used');
    return DEFAULTS[name];
  }

  async function runOnTimer(): Promise<void> {
    let nextMs = intervalMs;
    try {
      const outcome = await run();
      if (outcome !== null && outcome.made.length + outcome.dropped.length > 0)
        log.info(outcome, 'retention: done');
    } catch (error) {
      nextMs = Math.min(RETRY_MS, intervalMs);
      log.warn({ err: error, nextMs }, 'retention: failed and will be tried again');
    }
    if (stopped) return;
    timer = setTimeout(() => {
      running = runOnTimer();
    }, nextMs).unref();
  }

  return {
    run,
    async start() {
      running = runOnTimer();
      await running;
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}

/** Takes the lock of the retention for this transaction, if nobody holds it. */
async function isAlone(client: pg.PoolClient): Promise<boolean> {
  const { rows } = await client.query<{ alone: boolean }>(
    `SELECT pg_try_advisory_xact_lock(hashtextextended('prism_retention', 0)) AS alone`,
  );
  return rows[0]?.alone ?? false;
}

async function names(client: pg.PoolClient, text: string, values: readonly number[]): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(text, [...values]);
  return rows.map((row) => row.name);
}
