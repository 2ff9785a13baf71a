import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type pg from 'pg';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createPool } from '../../src/database/client.ts';
import { migrate, MigrationError } from '../../src/database/migrate.ts';
import { createTestDatabase, type TestDatabase } from '../kit/database.ts';
import { runNode } from '../kit/node-process.ts';

const MIGRATIONS = join(import.meta.dirname, '../../prisma/migrations');
const log = pino({ level: 'silent' });
let database: TestDatabase;
let pool: pg.Pool;
let directory: string;

beforeEach(async () => {
  database = await createTestDatabase({ empty: true });
  pool = createPool(database.url, { max: 2, applicationName: 'test' });
  directory = mkdtempSync(join(tmpdir(), 'prism-migrations-'));
  write('0001_init', 'CREATE TABLE one (id int)');
});
afterEach(async () => {
  await pool.end();
  await database.drop();
  rmSync(directory, { recursive: true });
});

function write(name: string, sql: string): void {
  mkdirSync(join(directory, name), { recursive: true });
  writeFileSync(join(directory, name, 'migration.sql'), sql);
}

/** `settings`: of the connection, "name=value". */
function run(settings?: string): Promise<{ applied: string[] }> {
  const url = new URL(database.url);
  if (settings !== undefined) url.searchParams.set('options', `-c ${settings}`);
  return migrate({ url: url.href, directory, log });
}

async function tables(): Promise<string[]> {
  const { rows } = await pool.query<{ tablename: string }>(
    `SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> '_prisma_migrations' ORDER BY 1`,
  );
  return rows.map((row) => row.tablename);
}

test('migrations are applied in the order of their names, and only once', async () => {
  write('0002_more', 'INSERT INTO one VALUES (1); CREATE TABLE two (id int)');
  expect(await run()).toEqual({ applied: ['0001_init', '0002_more'] });
  expect(await run()).toEqual({ applied: [] });
  write('0003_last', 'CREATE TABLE three (id int)');
  expect(await run()).toEqual({ applied: ['0003_last'] });
  expect(await tables()).toEqual(['one', 'three', 'two']);
});

test('one that fails leaves nothing behind, not even those before it', async () => {
  write('0002_bad', 'CREATE TABLE two (id int); SELECT 1/0');
  await expect(run()).rejects.toThrow('The migration 0002_bad failed: division by zero');
  expect(await tables()).toEqual([]);
  write('0002_bad', 'CREATE TABLE two (id int)');
  expect((await run()).applied).toHaveLength(2);
});

test('a migration that was edited after it was applied is refused', async () => {
  await run();
  write('0001_init', 'CREATE TABLE one (id bigint)');
  await expect(run()).rejects.toThrow(MigrationError);
  await expect(run()).rejects.toThrow('0001_init was changed after it was applied');
});

test('a database that is newer than the program is refused', async () => {
  write('0002_future', 'CREATE TABLE two (id int)');
  await run();
  rmSync(join(directory, '0002_future'), { recursive: true });
  await expect(run()).rejects.toThrow(
    'The database is newer than this program: it has the migration 0002_future',
  );
});

test('what another tool left half done is refused', async () => {
  await run();
  await pool.query(`UPDATE _prisma_migrations SET finished_at = NULL`);
  await expect(run()).rejects.toThrow('was begun by another tool and never finished');
});

test('where no tables may be made is said, and how they may', async () => {
  const refused = run('search_path=pg_catalog');
  await expect(refused).rejects.toThrow(MigrationError);
  await expect(refused).rejects.toThrow(/permission denied .* ALTER DATABASE prism_test_\w+ OWNER TO \w+\./);
});

test('a database that is up to date need not allow changes', async () => {
  await expect(run('default_transaction_read_only=on')).rejects.toThrow('read-only transaction');
  await run();
  expect(await run('default_transaction_read_only=on')).toEqual({ applied: [] });
});

test('four processes that start at once migrate exactly once', async () => {
  cpSync('prisma/migrations', directory, { recursive: true });
  const script = `
    import { migrate } from './src/database/migrate.ts';
    import { createLog } from './src/log.ts';
    const [url, directory] = process.argv.slice(1);
    const { applied } = await migrate({ url, directory, log: createLog('silent') });
    process.stdout.write(String(applied.length));
  `;
  const runs = await Promise.all([1, 2, 3, 4].map(() => runNode(['-e', script, database.url, directory])));
  const names = readdirSync(MIGRATIONS).filter((name) => !name.includes('.'));
  expect(runs.map((one) => one.stdout).toSorted()).toEqual(['0', '0', '0', String(names.length)]);
  const { rows } = await pool.query('SELECT migration_name, checksum FROM _prisma_migrations ORDER BY 1');
  expect(rows).toHaveLength(names.length);
  expect(rows[0]).toMatchObject({
    migration_name: '0001_init',
    checksum: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
});
