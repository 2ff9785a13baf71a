/**
 * How fast the journal drains into PostgreSQL, rollups included: `node test/bench/drain.ts [rows]`.
 * Uses DATABASE_URL (an empty, migrated database), else an embedded PostgreSQL with its normal durability.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';

import { pino } from 'pino';

import { createDrain } from '../../src/accounting/drain.ts';
import { openJournal, type Journal } from '../../src/accounting/journal.ts';
import { createPool } from '../../src/database/client.ts';
import { startEmbedded } from '../../src/database/embedded.ts';
import { migrate } from '../../src/database/migrate.ts';
import { record } from '../accounting/records.ts';

const ROWS = Number(process.argv[2] ?? 100_000);
const TENANTS = 20;
const MODELS = 8;
const USERS = 10;

const log = pino({ level: 'warn' });
const dataDir = mkdtempSync(join(tmpdir(), 'prism-bench-'));
const given = process.env['DATABASE_URL'];
const embedded = given === undefined ? await startEmbedded({ dataDir, log }) : null;
const url = given ?? embedded?.url ?? '';

try {
  if (embedded !== null) await migrate({ url, directory: 'prisma/migrations', log });
  const pool = createPool(url, { max: 4, applicationName: 'bench' });
  const journal = await openJournal({ dataDir, fsync: false, log });

  const appended = await timed(() => fill(journal, ROWS));
  console.log(
    `journal: ${(appended.wallUs / ROWS).toFixed(1)} µs an entry (${Math.round(journal.depth().bytes / ROWS)} bytes)`,
  );

  const drain = createDrain({ journal, pool, log });
  const lag = monitorEventLoopDelay({ resolution: 1 });
  lag.enable();
  drain.start();
  const drained = await timed(() => drain.flush());
  console.log(
    `drain: ${Math.round((ROWS / drained.wallUs) * 1e6)} rows/s, ${(drained.cpuUs / ROWS).toFixed(1)} µs of our CPU a row, ` +
      `${drain.stats.batches} batches, event loop held up ${(lag.percentile(99) / 1e6).toFixed(1)} ms p99, ${(lag.max / 1e6).toFixed(1)} ms at most`,
  );
  const { rows } = await pool.query(
    'SELECT (SELECT count(*) FROM request_log) AS rows, (SELECT count(*) FROM usage_hourly) AS sums, (SELECT sum(requests) FROM usage_hourly) AS counted',
  );
  console.log(rows[0]);
  console.log((globalThis as any).T);await drain.stop();
  await journal.close();
  await pool.end();
} finally {
  await embedded?.stop();
  rmSync(dataDir, { recursive: true, force: true });
  if (embedded !== null) rmSync(embedded.home, { recursive: true, force: true });
}

async function fill(journal: Journal, rows: number): Promise<void> {
  for (let done = 0; done < rows; done += 16) {
    const turn = Promise.withResolvers<void>();
    for (let i = done; i < Math.min(rows, done + 16); i += 1) {
      const request = record({
        tenantId: `0198c5b0-0000-7000-8000-0000000000${10 + (i % TENANTS)}`,
        model: `model-${Math.trunc(i / TENANTS) % MODELS}`,
        userName: `user-${Math.trunc(i / 7) % USERS}@example.com`,
        durationMs: (i * 37) % 20_000,
      });
      journal.append({ kind: 'request', request }, (error) =>
        error === null ? turn.resolve() : turn.reject(error),
      );
    }
    await turn.promise;
  }
}

async function timed(work: () => Promise<void>): Promise<{ wallUs: number; cpuUs: number }> {
  const cpu = process.cpuUsage();
  const start = performance.now();
  await work();
  const used = process.cpuUsage(cpu);
  return { wallUs: (performance.now() - start) * 1_000, cpuUs: used.user + used.system };
}
