import type { PrismaClient } from '../database/generated/prisma/client.ts';
import type { Logger } from '../log.ts';

export interface UsageCompactionDeps {
  readonly db: PrismaClient;
  readonly clock: () => Date;
  readonly log: Logger;
  /** Default: every five minutes. */
  readonly intervalMs?: number | undefined;
}

/**
 * Keeps usage_sum near the present. Dashboards are exact without it, too: it only makes them quick. Any number of
 * processes may run it; they take turns.
 */
export interface UsageCompaction {
  /** Runs now and then on the timer. A failed run is logged and repeated. */
  start(): void;
  /** Ends the timer and waits for the run that is under way. */
  stop(): Promise<void>;
  /** One run: sums up all hours that are over. Throws what PostgreSQL says. */
  run(): Promise<void>;
}

const INTERVAL_MS = 5 * 60_000;
/** After the end of an hour: what is still on its way comes cheaper before the hour is summed up. */
const SETTLED_MS = 15 * 60_000;

export function createUsageCompaction(deps: UsageCompactionDeps): UsageCompaction {
  const { db, clock, log, intervalMs = INTERVAL_MS } = deps;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  let stopped = false;

  async function run(): Promise<void> {
    const settled = new Date(clock().getTime() - SETTLED_MS);
    for (let before = -1; !stopped;) {
      // A step at a time, for those who write wait meanwhile.
      const [row] = await db.$queryRaw<{ until: Date }[]>`
        SELECT prism_compact_usage(${settled}::timestamptz) AS until`;
      const until = row?.until.getTime() ?? before;
      if (until === before) return;
      before = until;
    }
  }

  async function runOnTimer(): Promise<void> {
    try {
      await run();
    } catch (error) {
      log.warn(
        { err: error },
        'usage: the sums are behind; dashboards are right but slower until they catch up',
      );
    }
    if (stopped) return;
    timer = setTimeout(() => {
      running = runOnTimer();
    }, intervalMs).unref();
  }

  return {
    run,
    start() {
      running = runOnTimer();
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
