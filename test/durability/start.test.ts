import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { until } from '../kit/prism.ts';
import { createApplication, type Application } from './application.ts';
import { faults, openLedger, type Ledger } from './ledger.ts';
import { signUp, type OperatedTenant, type Operator } from './operator.ts';
import { createOwnPostgres, type OwnPostgres } from './own-postgres.ts';
import { healthOf, metricOf, startProduct, type Product } from './product.ts';
import { driveLanes } from './traffic.ts';

let postgres: OwnPostgres;
let dataDir: string;
let product: Product;
let ledger: Ledger;
let operator: Operator;
let tenant: OperatedTenant;
let application: Application;

beforeEach(async () => {
  postgres = await createOwnPostgres();
  ledger = openLedger(postgres.url);
  dataDir = mkdtempSync(join(tmpdir(), 'prism-start-'));
  product = await start();
  operator = await signUp(() => product.origin);
  const provider = await operator.provider({ name: 'Simulator', slug: 'sim', type: 'simulator' });
  tenant = await operator.tenant('acme', [provider]);
  application = createApplication({ origin: product.origin, ...tenant });
});
afterEach(async () => {
  application.close();
  await product.kill();
  await ledger.close();
  await postgres.remove();
  rmSync(dataDir, { recursive: true, force: true });
});

const start = (): Promise<Product> => startProduct({ databaseUrl: postgres.url, dataDir });

const chat = (model: string, stream: boolean, tokens: number) => ({
  body: { model, stream, messages: [{ role: 'user', content: `[[tokens ${tokens}]] ${stream}` }] },
});

/** What waits for the database, of all processes that ever ran on this data directory. */
function journalFiles(): string[] {
  return readdirSync(join(dataDir, 'journal'), { recursive: true, encoding: 'utf8' });
}

test.each([
  ['refuses', () => postgres.kill(), () => postgres.start()],
  ['hangs', () => postgres.freeze(), () => postgres.thaw()],
] as const)(
  'a start while PostgreSQL %s serves from the copy in the data directory, and catches up later',
  async (_, takeAway, bringBack) => {
    await product.stop();
    await takeAway();

    product = await start();
    application.close();
    application = createApplication({ origin: product.origin, ...tenant });
    expect(await healthOf(product.origin)).toMatchObject({
      http: 200,
      status: 'degraded',
      database: 'error',
    });
    const seen = await Promise.all(
      [false, true].map((stream) => application.ask(chat('sim-fast', stream, 10))),
    );
    for (const answer of seen) expect(answer).toMatchObject({ status: 200, complete: true });
    expect((await healthOf(product.origin)).waiting).toBe(2);
    await expect(operator.call('GET', '/admin/tenants')).rejects.toThrow(/: 503 /);

    await bringBack();
    await until(async () => (await healthOf(product.origin)).waiting === 0);
    expect(faults(await ledger.rows(), seen)).toEqual([]);
    expect(await ledger.differences()).toEqual([]);
    await operator.call('PUT', `/admin/tenants/${tenant.id}`, {
      modelConfig: { mode: 'all', list: [], aliases: { later: 'sim-fast' } },
    });
    await until(async () => (await application.ask(chat('later', false, 10))).status === 200);
  },
  60_000,
);

test('a start after kill -9 of both the process and PostgreSQL has lost nothing', async () => {
  const running = driveLanes(100, (lane, turn) =>
    application.ask(chat(lane % 4 < 2 ? 'sim-fast' : 'sim-mini', lane % 2 === 1, 20 + (turn % 10))),
  );
  const complete = () => running.seen.filter((answer) => answer.complete);
  // Some of it is committed, some waits in the journal.
  await until(async () => (await ledger.rows()).length > 0 && complete().length > 300);
  await Promise.all([postgres.kill(), product.kill()]);
  await running.stop();

  await postgres.start();
  product = await start();
  await until(async () => (await healthOf(product.origin)).waiting === 0);
  expect(faults(await ledger.rows(), complete()).slice(0, 20)).toEqual([]);
  expect(await ledger.differences()).toEqual([]);
});

test('SIGTERM in mid-traffic: every running request ends as if nothing had happened, then it exits with 0', async () => {
  const running = Array.from({ length: 100 }, (_, lane) =>
    application.ask(chat('sim-chat', lane % 2 === 1, 180 + lane)),
  );
  await until(async () => (await metricOf(product.origin, 'prism_active_requests')) === 100);
  const ended = product.stop();
  const seen = await Promise.all(running);
  expect(seen.filter((answer) => answer.status !== 200 || !answer.complete)).toEqual([]);

  const { code, stderr } = await ended;
  expect(code).toBe(0);
  expect(stderr).toBe('');
  expect(journalFiles()).toEqual([]);
  const rows = await ledger.rows();
  expect(rows.length).toBe(100);
  expect(faults(rows, seen)).toEqual([]);
  expect(await ledger.differences()).toEqual([]);
});

test('a SIGTERM while it drains for long cuts what is left, and what was cut is in the log as well', async () => {
  await product.stop();
  product = await startProduct({ databaseUrl: postgres.url, dataDir, env: { PRISM_DRAIN_SECONDS: '1' } });
  application.close();
  application = createApplication({ origin: product.origin, ...tenant });
  const running = [false, true].map((stream) => application.ask(chat('sim-chat', stream, 4_000)));
  await until(async () => (await metricOf(product.origin, 'prism_active_requests')) === 2);
  const { code } = await product.stop();
  expect(code).toBe(0);
  for (const answer of await Promise.all(running)) expect(answer.complete).toBe(false);
  expect((await ledger.rows()).map(({ status }) => status)).toEqual(['aborted', 'aborted']);
  expect(await ledger.differences()).toEqual([]);
  expect(journalFiles()).toEqual([]);
});
