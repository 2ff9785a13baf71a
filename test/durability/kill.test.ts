import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SEGMENT_SUFFIX } from '../../src/accounting/segment.ts';
import { createTestDatabase, type TestDatabase } from '../kit/database.ts';
import { until } from '../kit/prism.ts';
import { createApplication, type Seen } from './application.ts';
import { faults, openLedger, type Ledger } from './ledger.ts';
import { signUp, type OperatedTenant } from './operator.ts';
import { healthOf, startProduct, type Product } from './product.ts';
import { driveLanes, type Traffic } from './traffic.ts';

/** Clients at the same time; every second one streams. */
const CLIENTS = 200;
/** Fast ones end all the time, paced ones are in the middle whenever the process dies, the last two are refused. */
const MODELS = ['sim-fast', 'sim-mini', 'sim-chat', 'sim-fast', 'sim-error-400', 'no-such-model'];

let database: TestDatabase;
let dataDir: string;
let product: Product;
let ledger: Ledger;
let tenant: OperatedTenant;

beforeEach(async () => {
  database = await createTestDatabase();
  dataDir = mkdtempSync(join(tmpdir(), 'prism-kill-'));
  ledger = openLedger(database.url);
  product = await start();
  const operator = await signUp(() => product.origin);
  const provider = await operator.provider({ name: 'Simulator', slug: 'sim', type: 'simulator' });
  tenant = await operator.tenant('acme', [provider]);
});
afterEach(async () => {
  await product.kill();
  await ledger.close();
  await database.drop();
  rmSync(dataDir, { recursive: true, force: true });
});

const start = (): Promise<Product> => startProduct({ databaseUrl: database.url, dataDir });

/** 200 clients until the process dies under them. */
function traffic(round: string): Traffic & { complete(): Seen[] } {
  const application = createApplication({ origin: product.origin, ...tenant });
  const running = driveLanes(CLIENTS, (lane, turn) =>
    application.ask({
      body: {
        model: MODELS[(lane >> 1) % MODELS.length],
        stream: lane % 2 === 1,
        user: `user-${lane % 3}`,
        messages: [{ role: 'user', content: `[[tokens ${20 + (lane % 40)}]] ${round} ${lane} ${turn}` }],
      },
    }),
  );
  return {
    seen: running.seen,
    get running() {
      return running.running;
    },
    async stop() {
      await running.stop();
      application.close();
    },
    complete: () => running.seen.filter((answer) => answer.complete),
  };
}

/** Kills the process in mid-traffic as soon as `moment` has come, and starts it again. Answers what was seen whole. */
async function killAt(
  round: string,
  moment: (running: Traffic) => boolean | Promise<boolean>,
): Promise<Seen[]> {
  const running = traffic(round);
  await until(() => moment(running));
  expect(running.running, 'clients that were waiting when it died').toBeGreaterThan(CLIENTS * 0.9);
  await product.kill();
  await running.stop();
  product = await start();
  return running.complete();
}

const drained = (): Promise<void> => until(async () => (await healthOf(product.origin)).waiting === 0);

async function expectBooksBalance(seen: readonly Seen[]): Promise<void> {
  await drained();
  expect(faults(await ledger.rows(), seen).slice(0, 20)).toEqual([]);
  expect(await ledger.differences()).toEqual([]);
}

test('what 200 clients saw whole is in the log once after kill -9 at any moment, and the sums are right', async () => {
  const seen: Seen[] = [];
  for (const answers of [1, 200, 1_000]) {
    seen.push(...(await killAt(`after-${answers}`, ({ seen: { length } }) => length >= answers)));
  }
  // While the drain is at it: the journal is never empty under this load.
  const listener = new pg.Client({ connectionString: database.url });
  await listener.connect();
  await listener.query('LISTEN prism_logged');
  let told = 0;
  listener.on('notification', () => (told += 1));
  seen.push(...(await killAt('batch', () => told >= 2)));
  await listener.end();

  // Some of each; how many, depends on the machine.
  const kinds = (streamed: boolean) => seen.filter((it) => it.streamed === streamed && it.status === 200);
  expect(kinds(true).length).toBeGreaterThan(20);
  expect(kinds(false).length).toBeGreaterThan(20);
  expect(seen.filter((it) => it.status === 400 || it.status === 404).length).toBeGreaterThan(20);
  await expectBooksBalance(seen);
  expect(product.output()).not.toMatch(/"level":(50|60)/);
});

test('kill -9 in the middle of a drain’s transaction leaves nothing of it, and nothing twice', async () => {
  const blocker = new pg.Client({ connectionString: database.url });
  await blocker.connect();
  await blocker.query(`
    CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_advisory_xact_lock(7); RETURN NEW; END';
    CREATE TRIGGER wait BEFORE INSERT ON usage_hourly FOR EACH ROW EXECUTE FUNCTION wait();
    SELECT pg_advisory_lock(7)`);
  const waits = `SELECT FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event = 'advisory' AND query LIKE '%INSERT INTO request_log%'`;
  // The rows are inserted, their sums are not, nothing is committed.
  const seen = await killAt('in-transaction', async () => (await ledger.query(waits)).length > 0);
  await blocker.query('SELECT pg_advisory_unlock(7); DROP TRIGGER wait ON usage_hourly');
  await blocker.end();
  expect(seen.length).toBeGreaterThan(0);
  await expectBooksBalance(seen);
});

test('kill -9 between a drain’s commit and its note of that costs a replay, not a row twice', async () => {
  const running = traffic('replay');
  await until(() => running.complete().length >= 100);
  await running.stop();
  await drained();
  await product.kill();
  const before = await ledger.rows();
  const journal = join(dataDir, 'journal');
  const notes = readdirSync(journal, { recursive: true, encoding: 'utf8' }).filter((it) =>
    it.endsWith('.offset'),
  );
  expect(notes.length).toBeGreaterThan(0);
  for (const note of notes) rmSync(join(journal, note));
  product = await start();
  await expectBooksBalance(running.complete());
  expect((await ledger.rows()).length).toBe(before.length);
  expect(
    readdirSync(journal, { recursive: true, encoding: 'utf8' }).filter((it) => it.endsWith(SEGMENT_SUFFIX)),
  ).toEqual([]);
});
