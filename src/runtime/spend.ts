import type pg from 'pg';
import type { Logger } from '../log.ts';
import { systemTimers, type Timers } from './timers.ts';

/** What tenants have spent today (UTC), for budget guards: known to half a minute, over all processes. */
export interface SpendWatch {
  /** USD since the day began; 0 = nothing, or not known yet. */
  today(tenantId: string): number;
  stop(): void;
}

export interface SpendWatchDeps {
  readonly pool: pg.Pool;
  readonly log: Logger;
  /** The tenants that have a budget; while there are none, the database is not asked. */
  readonly watched: () => readonly string[];
  /** Unix ms. */
  readonly clock: () => number;
  readonly timers?: Timers;
}

const EVERY_MS = 30_000;
const DAY_MS = 86_400_000;

const SPENT = `
  SELECT tenant_id::text AS id, sum(actual_cost)::float8 AS usd
    FROM usage_hourly WHERE tenant_id = ANY($1::uuid[]) AND hour >= $2 GROUP BY tenant_id`;

/** Reads the rollups now and then. While the database is down the last figures stand, until the day is over. */
export function createSpendWatch(deps: SpendWatchDeps): SpendWatch {
  const { pool, log, watched, clock, timers = systemTimers } = deps;
  let spent: ReadonlyMap<string, number> = new Map();
  let day = 0;
  let cancel: (() => void) | null = null;
  let stopped = false;

  async function look(): Promise<void> {
    const today = Math.floor(clock() / DAY_MS);
    const ids = watched();
    try {
      if (ids.length > 0) {
        const { rows } = await pool.query<{ id: string; usd: number }>(SPENT, [
          ids,
          new Date(today * DAY_MS),
        ]);
        spent = new Map(rows.map(({ id, usd }) => [id, usd]));
        day = today;
      }
    } catch (error) {
      log.warn({ err: error }, 'budgets: what was spent today cannot be read');
    }
    if (!stopped) cancel = timers.after(EVERY_MS, () => void look());
  }

  cancel = timers.after(0, () => void look());
  return {
    today: (tenantId) => (day === Math.floor(clock() / DAY_MS) ? (spent.get(tenantId) ?? 0) : 0),
    stop() {
      stopped = true;
      cancel?.();
    },
  };
}
