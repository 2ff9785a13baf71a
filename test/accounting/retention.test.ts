import type pg from 'pg';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

import { createRetention } from '../../src/accounting/retention.ts';
import { createPool } from '../../src/database/client.ts';
import { createTestDatabase, type TestDatabase } from '../kit/database.ts';
import { waitFor } from './wait-for.ts';

const DAY_MS = 86_400_000;
const log = pino({ level: 'silent' });
let database: TestDatabase;
let pool: pg.Pool;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url, { max: 6, applicationName: 'retention-test' });
});

afterAll(async () => {
  await pool.end();
  await database.drop();
});

beforeEach(async () => {
  await pool.query('TRUNCATE request_log, request_snapshot, setting');
});

/** A row of the log and its snapshot, so many days old. */
async function logAt(...daysAgo: number[]): Promise<void> {
  for (const days of daysAgo) {
    const at = new Date(Date.now() - days * DAY_MS);
    await pool.query(
      `INSERT INTO request_log (id, at, tenant_id, key_id, provider_slug, operation, requested_model, model, baseline_model,
         status, http_status, duration_ms)
       VALUES (gen_random_uuid(), $1, gen_random_uuid(), gen_random_uuid(), '', '', '', '', '', '', 200, 1)`,
      [at],
    );
    await pool.query(
      `INSERT INTO request_snapshot (id, at, tenant_id, content) VALUES (gen_random_uuid(), $1, gen_random_uuid(), '')`,
      [at],
    );
  }
}

async function agesOf(table: 'request_log' | 'request_snapshot'): Promise<number[]> {
  const { rows } = await pool.query<{ at: Date }>(`SELECT at FROM ${table} ORDER BY at DESC`);
  return rows.map(({ at }) => Math.round((Date.now() - at.getTime()) / DAY_MS));
}

async function keep(value: unknown): Promise<void> {
  await pool.query(`INSERT INTO setting (key, value, updated_at) VALUES ('log', $1, now())`, [
    JSON.stringify(value),
  ]);
}

test('drops what is older than the settings say, also late rows that have no day of their own', async () => {
  await keep({ logRetentionDays: 10, promptRetentionHours: 48 });
  await logAt(0, 1, 9, 12, 400);
  await createRetention({ pool, log }).run();
  expect(await agesOf('request_log')).toEqual([0, 1, 9]);
  expect(await agesOf('request_snapshot')).toEqual([0, 1]);
});

test('drops the partition of a day as a whole', async () => {
  await pool.query(`CREATE TABLE request_log_p20260101 PARTITION OF request_log
    FOR VALUES FROM ('2026-01-01 00:00:00+00') TO ('2026-01-02 00:00:00+00')`);
  const outcome = await createRetention({ pool, log }).run();
  expect(outcome?.dropped).toEqual(['request_log_p20260101']);
});

test('makes the days ahead', async () => {
  const outcome = await createRetention({ pool, log, daysAhead: 9 }).run();
  const ninth = new Date(Date.now() + 9 * DAY_MS).toISOString().slice(0, 10).replaceAll('-', '');
  expect(outcome?.made).toContain(`request_log_p${ninth}`);
  expect(outcome?.made).toContain(`request_snapshot_p${ninth}`);
  expect((await createRetention({ pool, log, daysAhead: 9 }).run())?.made).toEqual([]);
});

test.each([
  { value: { logRetentionDays: 0 } },
  { value: { logRetentionDays: -5 } },
  { value: { logRetentionDays: '1' } },
  { value: [] },
  { value: 'x' },
])('a setting of $value deletes nothing that the default keeps', async ({ value }) => {
  await keep(value);
  await logAt(0, 80, 100);
  await createRetention({ pool, log }).run();
  expect(await agesOf('request_log')).toEqual([0, 80]);
});

test('is done by one process at a time', async () => {
  const other = await pool.connect();
  await other.query('BEGIN');
  await other.query(`SELECT pg_advisory_xact_lock(hashtextextended('prism_retention', 0))`);
  await logAt(100);
  expect(await createRetention({ pool, log }).run()).toBeNull();
  expect(await agesOf('request_log')).toEqual([100]);
  await other.query('ROLLBACK');
  other.release();
  expect(await createRetention({ pool, log }).run()).not.toBeNull();
  expect(await agesOf('request_log')).toEqual([]);
});

test('runs at start, then on its timer, and ends when told to', async () => {
  const retention = createRetention({ pool, log, intervalMs: 20 });
  await logAt(100);
  await retention.start();
  expect(await agesOf('request_log')).toEqual([]);
  await logAt(100);
  await waitFor('it runs again', async () => (await agesOf('request_log')).length === 0);
  await retention.stop();
});

test('a database that is away stops neither the start nor the timer', async () => {
  const dead = createPool('postgres://nobody@127.0.0.1:1/none', { max: 1, applicationName: 'dead' });
  const retention = createRetention({ pool: dead, log });
  await expect(retention.run()).rejects.toThrow('ECONNREFUSED');
  await retention.start();
  await retention.stop();
  await dead.end();
});
