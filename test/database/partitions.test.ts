import type pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createPool } from '../../src/database/client.ts';
import { createTestDatabase, type TestDatabase } from '../kit/database.ts';

const DAY_MS = 86_400_000;
let database: TestDatabase;
let pool: pg.Pool;

beforeEach(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url, { max: 8, applicationName: 'test' });
});
afterEach(async () => {
  await pool.end();
  await database.drop();
});

function dayName(offset: number): string {
  return new Date(Date.now() + offset * DAY_MS).toISOString().slice(0, 10).replaceAll('-', '');
}

async function column(sql: string): Promise<unknown[]> {
  return (await pool.query<unknown[]>({ text: sql, rowMode: 'array' })).rows.map((row) => row[0]);
}

async function insertLog(at: string): Promise<void> {
  await pool.query(
    `INSERT INTO request_log (id, at, tenant_id, key_id, provider_slug, operation, requested_model, model,
       baseline_model, status, http_status, duration_ms)
     VALUES (gen_random_uuid(), ${at}, gen_random_uuid(), gen_random_uuid(), 'p', 'chat', 'm', 'm', 'm', 'success', 200, 1)`,
  );
}

async function insertSnapshot(at: string): Promise<void> {
  await pool.query(
    `INSERT INTO request_snapshot (id, at, tenant_id, content) VALUES (gen_random_uuid(), ${at}, gen_random_uuid(), 'x')`,
  );
}

/** Rows as partition: count. */
async function counts(table: string): Promise<Record<string, number>> {
  const { rows } = await pool.query<{ part: string; count: number }>(
    `SELECT tableoid::regclass::text AS part, count(*)::int AS count FROM ${table} GROUP BY 1`,
  );
  return Object.fromEntries(rows.map((row) => [row.part, row.count]));
}

test('partitions reach from yesterday to as many days ahead as asked, and making them again makes none', async () => {
  const made = await column('SELECT prism_ensure_partitions(9)');
  expect(made).toEqual(
    ['request_log', 'request_snapshot'].flatMap((table) => [8, 9].map((day) => `${table}_p${dayName(day)}`)),
  );
  expect(await column('SELECT prism_ensure_partitions(9)')).toEqual([]);
  await insertLog(`now() - interval '1 day'`);
  await insertLog(`now() + interval '9 days'`);
  expect(await counts('request_log')).toEqual({
    [`request_log_p${dayName(-1)}`]: 1,
    [`request_log_p${dayName(9)}`]: 1,
  });
});

test('eight processes that make partitions at once make each of them once', async () => {
  const made = await Promise.all(
    Array.from({ length: 8 }, () => column('SELECT prism_ensure_partitions(12)')),
  );
  expect(made.flat().length).toBe(10);
});

test('a day has the bounds of UTC, whatever the time zone of the session', async () => {
  await pool.query(`SET TIME ZONE 'Asia/Tokyo'; SELECT prism_ensure_partitions(8)`);
  const [bound] = await column(
    `SELECT pg_get_expr(relpartbound, oid) FROM pg_class WHERE relname = 'request_log_p${dayName(8)}'`,
  );
  await pool.query('RESET TIME ZONE');
  await pool.query('DELETE FROM request_log');
  const midnight = `${new Date(Date.now() + 8 * DAY_MS).toISOString().slice(0, 10)} 00:00:00+00`;
  await insertLog(`'${midnight}'`);
  expect(bound).toContain('FOR VALUES FROM');
  expect(await counts('request_log')).toEqual({ [`request_log_p${dayName(8)}`]: 1 });
});

test('no row is refused, and one that waited for its partition moves into it', async () => {
  await insertLog(`now() - interval '400 days'`);
  await insertLog(`now() + interval '10 days'`);
  expect(await counts('request_log')).toEqual({ request_log_default: 2 });
  await column('SELECT prism_ensure_partitions(10)');
  expect(await counts('request_log')).toEqual({ request_log_default: 1, [`request_log_p${dayName(10)}`]: 1 });
});

test('retention drops whole days of the log and deletes late rows of days long gone', async () => {
  await pool.query(
    `CREATE TABLE request_log_p20240101 PARTITION OF request_log FOR VALUES FROM ('2024-01-01+00') TO ('2024-01-02+00')`,
  );
  await insertLog(`'2024-01-01 12:00+00'`);
  await insertLog(`'2024-01-05 12:00+00'`);
  await insertLog('now()');
  expect(await column('SELECT prism_drop_partitions(90, 24)')).toEqual(['request_log_p20240101']);
  expect(await counts('request_log')).toEqual({ [`request_log_p${dayName(0)}`]: 1 });
});

test('a log partition is kept to the end of its last day', async () => {
  await insertLog(`now() - interval '1 day'`);
  expect(await column('SELECT prism_drop_partitions(1, 24)')).toEqual([]);
  expect(await column('SELECT prism_drop_partitions(0, 24)')).toEqual([`request_log_p${dayName(-1)}`]);
});

test('snapshots end by the hour, not by the day', async () => {
  await insertSnapshot(`now() - interval '61 minutes'`);
  await insertSnapshot(`now() - interval '59 minutes'`);
  await column('SELECT prism_drop_partitions(90, 1)');
  expect(await column("SELECT now() - at < interval '1 hour' FROM request_snapshot")).toEqual([true]);
});

test('without a limit everything is kept', async () => {
  await insertLog(`now() - interval '400 days'`);
  await insertSnapshot(`now() - interval '400 days'`);
  expect(await column('SELECT prism_drop_partitions(NULL, NULL)')).toEqual([]);
  expect(await counts('request_log')).toEqual({ request_log_default: 1 });
  expect(await counts('request_snapshot')).toEqual({ request_snapshot_default: 1 });
});

test('a partition that someone reads is left for the next time', async () => {
  const reader = await pool.connect();
  await reader.query(`BEGIN; SELECT count(*) FROM request_log_p${dayName(-1)}`);
  try {
    expect(await column('SELECT prism_drop_partitions(0, 24)')).toEqual([]);
  } finally {
    await reader.query('COMMIT');
    reader.release();
  }
  expect(await column('SELECT prism_drop_partitions(0, 24)')).toEqual([`request_log_p${dayName(-1)}`]);
});
