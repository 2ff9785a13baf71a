import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { rssMb } from '../bench/process.ts';
import { until } from '../kit/prism.ts';
import { createApplication, type Application } from './application.ts';
import { faults, openLedger, type Ledger } from './ledger.ts';
import { signUp, type OperatedTenant, type Operator } from './operator.ts';
import { createOwnPostgres, type OwnPostgres } from './own-postgres.ts';
import { createPartition, type Partition } from './partition.ts';
import { healthOf, startProduct, type Product } from './product.ts';
import { driveAtRate, quantileMs } from './traffic.ts';

/** `PRISM_OUTAGE_SECONDS=20` for the full length, and for the outage after which time-outs must run out. */
const OUTAGE_SECONDS = Number(process.env['PRISM_OUTAGE_SECONDS'] ?? 5);
const IS_LONG = OUTAGE_SECONDS >= 20;
const REQUESTS_PER_SECOND = 80;
/** On a busy machine; without an outage it is a few ms. */
const WORST_P99_MS = 1_000;
const HEALTH_MS = 2_000;
const MOST_GROWTH_MB = 100;

let postgres: OwnPostgres;
let network: Partition;
let dataDir: string;
let product: Product;
let ledger: Ledger;
let operator: Operator;
let tenant: OperatedTenant;
let application: Application;

beforeEach(async () => {
  postgres = await createOwnPostgres();
  network = await createPartition(postgres.url);
  ledger = openLedger(postgres.url);
  dataDir = mkdtempSync(join(tmpdir(), 'prism-outage-'));
});
afterEach(async () => {
  application.close();
  await product.kill();
  await ledger.close();
  network.close();
  await postgres.remove();
  rmSync(dataDir, { recursive: true, force: true });
});

interface Outage {
  readonly name: string;
  /** How the product reaches its database. */
  readonly url: () => string;
  readonly begin: () => Promise<void> | void;
  readonly end: () => Promise<void> | void;
  /** Until a change is served, counted from its commit. */
  readonly changeMs: number;
  /** Until all is in the database. */
  readonly drainMs: number;
  readonly onlyLong: boolean;
}

const OUTAGES: readonly Outage[] = [
  {
    name: 'killed: connections break and are refused',
    url: () => postgres.url,
    begin: () => postgres.kill(),
    end: () => postgres.start(),
    changeMs: 6_000,
    drainMs: 15_000,
    onlyLong: false,
  },
  {
    name: 'frozen: connections hang',
    url: () => postgres.url,
    begin: () => postgres.freeze(),
    end: () => postgres.thaw(),
    changeMs: 6_000,
    drainMs: 15_000,
    onlyLong: false,
  },
  {
    name: 'parted from us: what hangs never comes back',
    url: () => network.url,
    begin: () => network.part(),
    end: () => network.heal(),
    changeMs: 30_000,
    drainMs: 45_000,
    onlyLong: true,
  },
];

describe.each(OUTAGES.filter(({ onlyLong }) => IS_LONG || !onlyLong))('PostgreSQL $name', (outage) => {
  test(
    'no client notices, nothing is lost, and changes are served again',
    { timeout: (OUTAGE_SECONDS + 120) * 1_000, retry: 2 },
    async () => {
      await start(outage.url());
      const traffic = driveAtRate(REQUESTS_PER_SECOND, ask);
      await until(() => traffic.seen.length > 50, 60_000);
      const rssBefore = rssMb(product.pid);

      await outage.begin();
      await watchHealthWhileDown();
      const rssAfter = rssMb(product.pid);
      await outage.end();

      const committedMs = await changeAlias();
      const changeMs = await untilAliasServes();
      await traffic.stop();
      const drainMs = await untilDrained(outage.drainMs);
      const fast = traffic.seen.filter(({ model }) => model === 'sim-fast');
      if (IS_LONG)
        console.log(
          `${outage.name}: ${traffic.seen.length} requests, p50 ${quantileMs(fast, 0.5).toFixed(0)} ms, p99 ${quantileMs(fast, 0.99).toFixed(0)} ms, ` +
            `RSS ${rssBefore.toFixed(0)} → ${rssAfter.toFixed(0)} MB, change committed after ${committedMs.toFixed(0)} ms, served ${changeMs.toFixed(0)} ms later, drained after ${drainMs.toFixed(0)} ms`,
        );

      expect(traffic.seen.filter((it) => it.status !== 200 || !it.complete)).toEqual([]);
      expect(quantileMs(fast, 0.99)).toBeLessThan(WORST_P99_MS);
      expect(rssAfter - rssBefore).toBeLessThan(MOST_GROWTH_MB);
      expect(changeMs).toBeLessThan(outage.changeMs);
      expect(faults(await ledger.rows(), traffic.seen).slice(0, 20)).toEqual([]);
      expect(await ledger.differences()).toEqual([]);
      expect(product.output()).not.toMatch(/"level":60/);
    },
  );
});

async function start(databaseUrl: string): Promise<void> {
  product = await startProduct({ databaseUrl, dataDir });
  operator = await signUp(() => product.origin);
  const provider = await operator.provider({ name: 'Simulator', slug: 'sim', type: 'simulator' });
  tenant = await operator.tenant('acme', [provider]);
  application = createApplication({ origin: product.origin, ...tenant });
}

function ask(turn: number) {
  return application.ask({
    body: {
      model: turn % 8 === 7 ? 'sim-mini' : 'sim-fast',
      stream: turn % 2 === 1,
      user: `user-${turn % 3}`,
      messages: [{ role: 'user', content: `[[tokens 40]] ${turn}` }],
    },
  });
}

async function watchHealthWhileDown(): Promise<void> {
  const end = performance.now() + OUTAGE_SECONDS * 1_000;
  const told: string[] = [];
  while (performance.now() < end) {
    const askedAt = performance.now();
    const { http, status, database } = await healthOf(product.origin);
    expect(http).toBe(200);
    expect(performance.now() - askedAt, 'ms that /health took').toBeLessThan(HEALTH_MS);
    told.push(`${status}, database ${database}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  // The first answers may still be those of a second ago.
  expect(new Set(told.slice(told.length >> 1))).toEqual(new Set(['degraded, database error']));
}

/** Repeats a change, as a person would, until the console has its database again. Answers how long that took. */
async function changeAlias(): Promise<number> {
  const startedAt = performance.now();
  const change = () =>
    operator
      .call('PUT', `/admin/tenants/${tenant.id}`, {
        modelConfig: { mode: 'all', list: [], aliases: { recovered: 'sim-fast' } },
      })
      .then(
        () => true,
        () => false,
      );
  await until(change, 60_000);
  return performance.now() - startedAt;
}

async function untilAliasServes(): Promise<number> {
  const startedAt = performance.now();
  const works = async () => {
    const { status } = await application.ask({
      body: { model: 'recovered', messages: [{ role: 'user', content: 'x' }] },
    });
    return status === 200;
  };
  await until(works, 60_000);
  return performance.now() - startedAt;
}

async function untilDrained(ms: number): Promise<number> {
  const startedAt = performance.now();
  await until(async () => (await healthOf(product.origin)).waiting === 0, ms);
  return performance.now() - startedAt;
}
