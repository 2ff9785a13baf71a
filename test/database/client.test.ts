import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createPool, createPrisma } from '../../src/database/client.ts';
import { createTestDatabase, type TestDatabase } from '../kit/database.ts';

const SOON = 60_000;

let database: TestDatabase;
beforeEach(async () => (database = await createTestDatabase()));
afterEach(() => database.drop());

// An error event that nobody takes ends a process; here it would fail the run.
test('a connection that breaks, idle or in use, costs its query and nothing else', async () => {
  const pool = createPool(database.url, { max: 3, applicationName: 'to-be-cut' });
  const other = createPool(database.url, { max: 1, applicationName: 'test' });
  const cut = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'to-be-cut' AND datname = current_database()`;
  const inUse = await pool.connect();
  await inUse.query('BEGIN');
  await pool.query('SELECT 1');
  const running = pool.query('SELECT pg_sleep(60)').then(() => 'done', String);
  await vi.waitFor(async () => expect((await other.query(cut)).rowCount).toBe(2), SOON);
  expect(await running).toContain('terminating connection');
  await vi.waitFor(() => expect(inUse.query('SELECT 1')).rejects.toThrow('not queryable'), SOON);
  inUse.release(true);
  expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  await pool.end();
  await other.end();
});

test('Prisma survives the same', async () => {
  const prisma = createPrisma(database.url);
  const other = createPool(database.url, { max: 1, applicationName: 'test' });
  await prisma.tenant.count();
  await other.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'prism-domain' AND datname = current_database()`,
  );
  await vi.waitFor(async () => expect(await prisma.tenant.count()).toBe(0), SOON);
  await prisma.$disconnect();
  await other.end();
});
