import type pg from 'pg';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createPool } from '../../src/database/client.ts';
import { listen, type ChangeNotice } from '../../src/database/notify.ts';
import { createTestDatabase, type TestDatabase } from '../kit/database.ts';

const SOON = 60_000;

let database: TestDatabase;
let pool: pg.Pool;
let listener: { stop(): Promise<void> };
let notices: ChangeNotice[];
let connects: number;

beforeEach(async () => {
  database = await createTestDatabase({ empty: true });
  pool = createPool(database.url, { max: 2, applicationName: 'test' });
  notices = [];
  connects = 0;
  listener = listen({
    url: database.url,
    log: pino({ level: 'silent' }),
    onNotice: (notice) => notices.push(notice),
    onConnected: () => (connects += 1),
  });
  await vi.waitFor(() => expect(connects).toBe(1), SOON);
});
afterEach(async () => {
  await listener.stop();
  await pool.end();
  await database.drop();
});

async function send(payload: unknown): Promise<void> {
  const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
  await pool.query(`SELECT pg_notify('prism_changed', $1)`, [text]);
}

test('a notice arrives as it was sent', async () => {
  await send({ noun: 'tenant', id: '1' });
  await vi.waitFor(() => expect(notices).toEqual([{ noun: 'tenant', id: '1' }]), SOON);
});

test('what is no notice is ignored, and the next one still arrives', async () => {
  await send('no json');
  await send({ noun: 'weather', id: '1' });
  await send({ noun: 'provider', id: '2' });
  await vi.waitFor(() => expect(notices).toEqual([{ noun: 'provider', id: '2' }]), SOON);
});

test('a cut connection is made again, and says so, every time', async () => {
  for (let cut = 1; cut <= 3; cut += 1) {
    await pool.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'prism-listen' AND datname = current_database()`,
    );
    await vi.waitFor(() => expect(connects).toBe(1 + cut), SOON);
  }
  await send({ noun: 'setting', id: 'log' });
  await vi.waitFor(() => expect(notices).toEqual([{ noun: 'setting', id: 'log' }]), SOON);
});

test('after stop nothing is heard and no connection is left', async () => {
  await listener.stop();
  await send({ noun: 'tenant', id: '1' });
  await vi.waitFor(async () => {
    const { rowCount } = await pool.query(
      `SELECT FROM pg_stat_activity WHERE application_name = 'prism-listen' AND datname = current_database()`,
    );
    expect(rowCount).toBe(0);
  }, SOON);
  expect(notices).toEqual([]);
});
