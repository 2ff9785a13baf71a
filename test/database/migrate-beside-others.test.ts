/** Migrations while somebody else works in the same database: what PostgreSQL ends for the other's sake is repeated. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { migrate, MigrationError } from '../../src/database/migrate.ts';
import { createTestDatabase, type TestDatabase } from '../kit/database.ts';
import { recordLog } from '../runtime/world.ts';

const MIGRATIONS = join(import.meta.dirname, '../../prisma/migrations');
const UNPRICED = '0008_unpriced_requests';

let database: TestDatabase;
let directory: string;
let clients: pg.Client[];
let pauses: number[];
let lines: ReturnType<typeof recordLog>['lines'];
let log: ReturnType<typeof recordLog>['log'];

beforeEach(async () => {
  database = await createTestDatabase({ empty: true });
  directory = mkdtempSync(join(tmpdir(), 'prism-migrations-'));
  clients = [];
  pauses = [];
  ({ lines, log } = recordLog());
});
afterEach(async () => {
  await Promise.all(clients.map((client) => client.end()));
  await database.drop();
  rmSync(directory, { recursive: true });
});

async function connect(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: database.url });
  clients.push(client);
  await client.connect();
  return client;
}

function write(name: string, sql: string): void {
  mkdirSync(join(directory, name), { recursive: true });
  writeFileSync(join(directory, name, 'migration.sql'), sql);
}

/** With a setting of PostgreSQL for the migrating session; pauses are not waited for, but `during` is. */
function run(setting = '', during: (pause: number) => unknown = () => undefined) {
  const url = new URL(database.url);
  if (setting !== '') url.searchParams.set('options', `-c ${setting}`);
  const pause = async (ms: number): Promise<void> => {
    pauses.push(ms);
    await during(pauses.length);
  };
  return migrate({ url: url.href, directory, log, random: () => 0, pause });
}

/** Resolves when so many sessions wait for a lock on the table (or a row of it). */
async function untilWaiting(watcher: pg.Client, table: string, sessions: number): Promise<void> {
  await expect
    .poll(
      async () => {
        const { rows } = await watcher.query(
          `SELECT DISTINCT pid FROM pg_locks AS waiting WHERE NOT granted AND (relation = $1::regclass
             OR EXISTS (SELECT FROM pg_locks AS held WHERE held.pid = waiting.pid AND held.granted
                           AND held.relation = $1::regclass AND waiting.locktype = 'transactionid'))`,
          [table],
        );
        return rows.length;
      },
      { timeout: 60_000 },
    )
    .toBe(sessions);
}

const warnings = () =>
  lines.filter((line) => line.level === 40).map(({ reason, attempt }) => ({ reason, attempt }));

test('a deadlock with a process of the version before is no failed start', async () => {
  for (const name of await readdir(MIGRATIONS)) {
    if (name < UNPRICED) cpSync(join(MIGRATIONS, name), join(directory, name), { recursive: true });
  }
  await run();
  cpSync(join(MIGRATIONS, UNPRICED), join(directory, UNPRICED), { recursive: true });

  const [gate, other, watcher] = [await connect(), await connect(), await connect()];
  await gate.query('BEGIN; LOCK TABLE usage_hourly');
  // Of the two that are going to wait for each other, this one never looks whether they do.
  await other.query(`SET deadlock_timeout = '1h'`);
  await other.query('BEGIN; LOCK TABLE usage_sum IN ROW EXCLUSIVE MODE');
  const migrated = run();
  await untilWaiting(watcher, 'usage_hourly', 1);
  const written = other.query('LOCK TABLE usage_hourly IN ROW EXCLUSIVE MODE; COMMIT');
  await untilWaiting(watcher, 'usage_hourly', 2);
  // The migration gets this table and waits for the other one, whose owner waits for this.
  await gate.query('COMMIT');

  expect(await migrated).toEqual({ applied: [UNPRICED] });
  await written;
  expect(warnings()).toEqual([{ reason: 'deadlock', attempt: 1 }]);
  expect(pauses).toEqual([125]);
  await watcher.query('SELECT h.unpriced, s.unpriced FROM usage_hourly h, usage_sum s');
  expect(lines.filter((line) => line['migration'] === UNPRICED)).toHaveLength(1);
});

test('a row that was changed meanwhile is no failed start', async () => {
  write('0001_init', 'CREATE TABLE one (id int); INSERT INTO one VALUES (1)');
  await run();
  write('0002_more', 'UPDATE one SET id = id + 10');
  const [other, watcher] = [await connect(), await connect()];
  await other.query('BEGIN; UPDATE one SET id = id + 100');
  const migrated = run('default_transaction_isolation=serializable');
  await untilWaiting(watcher, 'one', 1);
  await other.query('COMMIT');
  expect(await migrated).toEqual({ applied: ['0002_more'] });
  expect(warnings()).toEqual([{ reason: 'serialization failure', attempt: 1 }]);
  expect((await watcher.query('SELECT id FROM one')).rows).toEqual([{ id: 111 }]);
});

test('a lock that is given back in time is waited for', async () => {
  write('0001_init', 'CREATE TABLE one (id int)');
  await run();
  write('0002_more', 'CREATE TABLE two (id int); ALTER TABLE one ADD COLUMN more int');
  const other = await connect();
  await other.query('BEGIN; LOCK TABLE one');
  const applied = await run('lock_timeout=10ms', (pause) => pause === 2 && other.query('COMMIT'));
  expect(applied).toEqual({ applied: ['0002_more'] });
  expect(warnings()).toEqual([
    { reason: 'lock timeout', attempt: 1 },
    { reason: 'lock timeout', attempt: 2 },
  ]);
});

test('one that is never given back ends it after six times, with nothing left behind', async () => {
  write('0001_init', 'CREATE TABLE one (id int)');
  await run();
  write('0002_more', 'CREATE TABLE two (id int); ALTER TABLE one ADD COLUMN more int');
  const other = await connect();
  await other.query('BEGIN; LOCK TABLE one');
  const failed = run('lock_timeout=10ms');
  await expect(failed).rejects.toThrow(MigrationError);
  await expect(failed).rejects.toThrow(
    'The migration 0002_more failed: canceling statement due to lock timeout',
  );
  expect(pauses).toEqual([125, 250, 500, 1_000, 2_000]);
  const { rows } = await other.query(`SELECT to_regclass('two') AS two`);
  expect(rows).toEqual([{ two: null }]);
});

test('any other error is told at once', async () => {
  write('0001_bad', 'SELECT 1/0');
  await expect(run()).rejects.toThrow('The migration 0001_bad failed: division by zero');
  expect([pauses, warnings()]).toEqual([[], []]);
});
