/**
 * `npm run bench:data`: ten million requests in the log, and how long everything that reads them takes, through HTTP,
 * sign-in and all. Needs 15 GB of disk for a while. Arguments: --rows=N, --days=N, --runs=N (of each question),
 * --database=URL (an empty database, or one that this has filled before: then nothing is generated), --without-export.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';

import { pino } from 'pino';

import { createPool, createPrisma } from '../../src/database/client.ts';
import { startEmbedded } from '../../src/database/embedded.ts';
import { migrate } from '../../src/database/migrate.ts';
import { createUsageCompaction } from '../../src/domain/usage-compaction.ts';
import { fill, SHAPE } from './data-fill.ts';
import { askedOf, type Question } from './data-questions.ts';
import { median, quantile } from './load.ts';
import { rssMb, spawnServer } from './process.ts';
import { freePort } from './targets.ts';

const argument = (name: string): string | undefined =>
  process.argv.find((it) => it.startsWith(`--${name}=`))?.slice(name.length + 3);
const rows = Number(argument('rows') ?? 10_000_000);
const days = Number(argument('days') ?? 90);
const runs = Number(argument('runs') ?? 25);
const TARGET_MS = 100;
const ROOT = join(import.meta.dirname, '../..');

const log = pino({ level: 'warn' });
const dataDir = mkdtempSync(join(tmpdir(), 'prism-bench-data-'));
const given = argument('database');
// What is generated may be lost; reading is what is measured, with the settings that the product ships with.
const careless = { fsync: 'off', synchronous_commit: 'off', max_wal_size: '4GB' };
const embedded = given === undefined ? await startEmbedded({ dataDir, log, settings: careless }) : null;
const databaseUrl = given ?? embedded?.url ?? '';

try {
  await migrate({ url: databaseUrl, directory: join(ROOT, 'prisma/migrations'), log });
  await prepare();
  await measure();
} finally {
  await embedded?.stop();
  rmSync(dataDir, { recursive: true, force: true });
  if (embedded !== null) rmSync(embedded.home, { recursive: true, force: true });
}

async function prepare(): Promise<void> {
  const pool = createPool(databaseUrl, { max: 1, applicationName: 'bench' });
  pool.options.query_timeout = undefined;
  const { rows: before } = await pool.query<{ some: boolean }>(
    'SELECT EXISTS (SELECT FROM request_log) AS some',
  );
  if (before[0]?.some !== true) {
    const start = performance.now();
    await fill({ pool, rows, days, now: new Date(), onDay: (day, count) => note(`${day}: ${count} rows`) });
    note(`generated in ${seconds(start)} s`);
  }
  const db = createPrisma(databaseUrl);
  const start = performance.now();
  await createUsageCompaction({ db, clock: () => new Date(), log }).run();
  note(`summed up in ${seconds(start)} s`);
  await db.$disconnect();
  await pool.query('VACUUM (ANALYZE) usage_sum');
  await pool.query('VACUUM (ANALYZE) usage_latency');
  await pool.end();
}

async function measure(): Promise<void> {
  const origin = `http://127.0.0.1:${await freePort()}`;
  const server = await spawnServer(
    process.execPath,
    [join(ROOT, 'src/main.ts')],
    {
      origin,
      env: {
        PORT: new URL(origin).port,
        DATABASE_URL: databaseUrl,
        PRISM_DATA_DIR: join(dataDir, 'product'),
        LOG_LEVEL: 'error',
      },
    },
    async (url) => (await fetch(`${url}/health`)).ok,
  );
  try {
    const token = await signIn(origin);
    await describeData();
    await askAll(origin, token);
    if (!process.argv.includes('--without-export')) await exportAll(origin, token, server.pid);
  } finally {
    await server.stop();
  }
}

async function signIn(origin: string): Promise<string> {
  const admin = { username: 'bench', password: 'bench bench bench' };
  const post = (path: string): Promise<Response> =>
    fetch(`${origin}/api/prism${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(admin),
    });
  await post('/setup/admin');
  const answer = (await (await post('/auth/login')).json()) as { token: string };
  return answer.token;
}

async function describeData(): Promise<void> {
  const pool = createPool(databaseUrl, { max: 1, applicationName: 'bench' });
  const { rows: found } = await pool.query<Record<string, string>>(
    `SELECT (SELECT count(*) FROM request_log) AS requests,
       (SELECT reltuples::bigint FROM pg_class WHERE relname = 'usage_hourly') AS hourly,
       pg_size_pretty(pg_database_size(current_database())) AS size, current_setting('server_version') AS server`,
  );
  await pool.end();
  const { requests, hourly, size, server } = found[0] ?? {};
  print(
    `Machine: ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GB, load ${loadavg()[0]?.toFixed(1)}; ` +
      `Node ${process.version}, PostgreSQL ${server}; ${new Date().toISOString().slice(0, 10)}`,
  );
  print(
    `Data: ${requests} requests in ${days} days; ${hourly} hourly rollups; ${SHAPE.tenants} tenants, ` +
      `${SHAPE.tenants * SHAPE.usersPerTenant} users, ${SHAPE.models} models; ${size}.\n`,
  );
}

async function askAll(origin: string, token: string): Promise<void> {
  const ask = async (question: Question): Promise<unknown> => {
    const response = await fetch(`${origin}${question.path}`, {
      method: question.body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(question.body === undefined ? {} : { body: JSON.stringify(question.body) }),
    });
    const text = await response.text();
    const answer: unknown = JSON.parse(text);
    const failed = typeof answer === 'object' && answer !== null && 'errors' in answer;
    if (!response.ok || failed) throw new Error(`${question.name}: ${response.status} ${text.slice(0, 300)}`);
    return answer;
  };
  const questions = await askedOf(ask);
  const times = new Map<Question, number[]>(questions.map((question) => [question, []]));
  for (const question of questions) await ask(question);
  // In rounds, so that a bad moment of the machine does not fall on one question alone.
  for (let round = 0; round < runs; round += 1) {
    for (const [question, into] of times) {
      const start = performance.now();
      await ask(question);
      into.push(performance.now() - start);
    }
  }
  print(`| question (${runs} runs each, one at a time) | p50 ms | p95 ms | |\n|---|---|---|---|`);
  for (const [{ name }, all] of times) {
    const p95 = quantile(Float64Array.from(all).toSorted(), 0.95);
    print(`| ${name} | ${median(all).toFixed(1)} | ${p95.toFixed(1)} | ${p95 > TARGET_MS ? 'slow' : ''} |`);
  }
  print('');
}

/** Reads all of it as fast as it comes, and throws it away. What grows with the rows would show from quarter to quarter. */
async function exportAll(origin: string, token: string, pid: number): Promise<void> {
  for (const format of ['csv', 'jsonl']) {
    const before = rssMb(pid);
    const start = performance.now();
    const response = await fetch(`${origin}/api/prism/admin/dashboard/requests/export?format=${format}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const most: number[] = [];
    let bytes = 0;
    let lines = 0;
    const timer = setInterval(() => {
      const quarter = Math.min(3, Math.floor((lines / rows) * 4));
      most[quarter] = Math.max(most[quarter] ?? 0, rssMb(pid));
    }, 200);
    for await (const chunk of response.body ?? []) {
      bytes += chunk.length;
      for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) lines += 1;
    }
    clearInterval(timer);
    print(
      `Export of ${lines} lines (${format}, ${(bytes / 2 ** 20).toFixed(0)} MB) in ${seconds(start)} s; RSS ` +
        `${before.toFixed(0)} MB before, at most ${most.map((mb) => mb.toFixed(0)).join(', ')} MB in its four quarters.`,
    );
  }
}

function seconds(start: number): string {
  return ((performance.now() - start) / 1_000).toFixed(0);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** What goes on meanwhile; not part of the result. */
function note(line: string): void {
  process.stderr.write(`${line}\n`);
}
