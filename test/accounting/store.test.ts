import type pg from 'pg';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';

import { PendingLines } from '../../src/accounting/journal-line.ts';
import { RequestLines } from '../../src/accounting/request-lines.ts';
import { createStore } from '../../src/accounting/store.ts';
import { createPool } from '../../src/database/client.ts';
import { createTestDatabase, type TestDatabase } from '../kit/database.ts';
import { record } from './records.ts';

let database: TestDatabase;
let pool: pg.Pool;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url, { max: 1, applicationName: 'store-test' });
});

afterAll(async () => {
  await pool.end();
  await database.drop();
});

/** The first line is one that PostgreSQL refuses; something else stands between it and the large rest. */
function refusedAtOnce(): RequestLines {
  const pending = new PendingLines();
  const large = 'x'.repeat(1 << 20);
  pending.add({ kind: 'request', request: record({ tenantId: 'bad' }) });
  pending.add({ kind: 'request', request: record() });
  for (let i = 0; i < 32; i += 1) pending.add({ kind: 'request', request: record({ snapshot: large }) });
  const bytes = pending.take();
  const first = bytes.indexOf('\n') + 1;
  return new RequestLines(bytes, [0, first, bytes.indexOf('\n', first) + 1, bytes.length]);
}

test('lines that are refused while most of them still wait to be sent end neither process nor connection', async () => {
  const uncaught = vi.fn();
  process.on('uncaughtException', uncaught);
  onTestFinished(() => void process.off('uncaughtException', uncaught));
  const store = createStore(pool);
  for (let round = 0; round < 3; round += 1) {
    await expect(store.requests(refusedAtOnce(), new Map())).rejects.toThrow('type uuid');
  }
  const good = new PendingLines();
  good.add({ kind: 'request', request: record() });
  const bytes = good.take();
  const stored = await store.requests(new RequestLines(bytes, [0, bytes.length]), new Map());
  expect(stored.count).toBe(1);
  expect(uncaught).not.toHaveBeenCalled();
});
