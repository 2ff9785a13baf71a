/**
 * `npm run bench:console`: how soon the built console can be used in Chromium, served by the real server with a log of
 * some traffic: the sign-in page, and the overview with a session, each opened in a browser that knows nothing of it
 * yet; the overview once more with its files at hand. Server, database and browser share the machine.
 * Arguments: --runs=N (of each), --rows=N (requests in the log), --days=N, --slowdown=N (of the browser's processor).
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import type { Browser } from 'playwright-core';
import { createPool, createPrisma } from '../../src/database/client.ts';
import { startEmbedded } from '../../src/database/embedded.ts';
import { migrate } from '../../src/database/migrate.ts';
import { createUsageCompaction } from '../../src/domain/usage-compaction.ts';
import { launch } from '../web/browser.ts';
import { setUp, signIn } from '../web/ready.ts';
import { openCold, type Opening } from './console-page.ts';
import { fill } from './data-fill.ts';
import { median } from './load.ts';
import { spawnServer } from './process.ts';
import { freePort } from './targets.ts';

const argument = (name: string): string | undefined =>
  process.argv.find((it) => it.startsWith(`--${name}=`))?.slice(name.length + 3);
const runs = Number(argument('runs') ?? 9);
const rows = Number(argument('rows') ?? 200_000);
const days = Number(argument('days') ?? 30);
const slowdown = Number(argument('slowdown') ?? 1);
const ROOT = join(import.meta.dirname, '../..');

const LOGIN = { 'the fields': `document.querySelector('input[type=password]:enabled') !== null` };
const OVERVIEW = {
  figures: `document.querySelectorAll('[aria-label=Figures] .value').length === 5`,
  charts: `document.querySelectorAll('figure canvas').length === 5`,
  breakdown: `document.querySelector('table tbody tr') !== null`,
};

if (!existsSync(join(ROOT, 'web/build/index.html')))
  throw new Error('The console is not built: npm run build');
const log = pino({ level: 'warn' });
const dataDir = mkdtempSync(join(tmpdir(), 'prism-bench-console-'));
const embedded = await startEmbedded({ dataDir, log, settings: { fsync: 'off', synchronous_commit: 'off' } });
try {
  await migrate({ url: embedded.url, directory: join(ROOT, 'prisma/migrations'), log });
  await prepare();
  await measure();
} finally {
  await embedded.stop();
  rmSync(dataDir, { recursive: true, force: true });
  rmSync(embedded.home, { recursive: true, force: true });
}

async function prepare(): Promise<void> {
  const pool = createPool(embedded.url, { max: 1, applicationName: 'bench' });
  pool.options.query_timeout = undefined;
  await fill({ pool, rows, days, now: new Date(), onDay: () => undefined });
  const db = createPrisma(embedded.url);
  await createUsageCompaction({ db, clock: () => new Date(), log }).run();
  await db.$disconnect();
  await pool.query('VACUUM (ANALYZE)');
  await pool.end();
}

async function measure(): Promise<void> {
  const origin = `http://127.0.0.1:${await freePort()}`;
  const env = {
    PORT: new URL(origin).port,
    DATABASE_URL: embedded.url,
    LOG_LEVEL: 'error',
  };
  const server = await spawnServer(
    process.execPath,
    [join(ROOT, 'src/main.ts')],
    { origin, env: { ...env, PRISM_DATA_DIR: join(dataDir, 'product') } },
    async (url) => (await fetch(`${url}/health`)).ok,
  );
  const browser = await launch();
  try {
    await setUp(origin);
    describe(browser);
    await openAll(browser, origin);
  } finally {
    await browser.close();
    await server.stop();
  }
}

function describe(browser: Browser): void {
  print(
    `Machine: ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GB, ` +
      `load ${loadavg()[0]?.toFixed(1)}; Node ${process.version}, Chromium ${browser.version()} without a screen or ` +
      `GPU; ${new Date().toISOString().slice(0, 10)}`,
  );
  print(
    `${rows} requests in ${days} days; window of 1440 × 900; medians of ${runs} openings, the slowest in brackets; ` +
      `${slowdown === 1 ? 'nothing is slowed down' : `the browser’s processor ${slowdown} times slower`}. ` +
      'Server, database and browser share the machine.\n',
  );
}

async function openAll(browser: Browser, origin: string): Promise<void> {
  const context = await browser.newContext({ baseURL: origin });
  await signIn(await context.newPage(), origin);
  const cookies = await context.cookies();
  await context.close();
  const cases = {
    'sign-in page': () => openCold(browser, origin, '/login', LOGIN, { slowdown }),
    overview: () => openCold(browser, origin, '/', OVERVIEW, { slowdown, cookies }),
    'overview, again': () => openCold(browser, origin, '/', OVERVIEW, { slowdown, cookies, again: true }),
  };
  const openings = new Map(Object.keys(cases).map((name): [string, Opening[]] => [name, []]));
  // In rounds, so that a bad moment of the machine does not fall on one page alone; the first one warms the server up.
  for (let round = 0; round <= runs; round += 1) {
    for (const [name, open] of Object.entries(cases)) {
      const opening = await open();
      if (round > 0) openings.get(name)?.push(opening);
    }
  }
  for (const [name, list] of openings) report(name, list);
}

function report(name: string, list: readonly Opening[]): void {
  const of = (read: (opening: Opening) => number, digits = 0): string => {
    const values = list.map(read);
    return `${median(values).toFixed(digits)} (${Math.max(...values).toFixed(digits)})`;
  };
  const lines = [
    ...Object.keys(list[0]?.shown ?? {}).map((what) => [
      `${what} shown, ms`,
      of(({ shown }) => shown[what] ?? 0),
    ]),
    ['interactive, ms', of(({ interactive }) => interactive)],
    ['long tasks', of(({ longTasks }) => longTasks)],
    ['the longest, ms', of(({ longestTask }) => longestTask)],
    ['main thread, ms of CPU', of(({ busy }) => busy)],
    ['layout shift', of(({ shift }) => shift, 3)],
    ['requests', of(({ requests }) => requests)],
    ['KB of scripts', of(({ scriptBytes }) => scriptBytes / 1024, 1)],
    ['KB in all', of(({ bytes }) => bytes / 1024, 1)],
  ];
  print(`${name}\n${lines.map(([what = '', value = '']) => `  ${what.padEnd(26)}${value}`).join('\n')}\n`);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
