import { once } from 'node:events';
import { chownSync, mkdtempSync, readdirSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createTestDatabase } from '../kit/database.ts';
import { NOBODY, nobodyCanRun, type NodeProcess } from '../kit/node-process.ts';
import {
  clearAway,
  health,
  isAlive,
  serverPid,
  startMain,
  startNpm,
  untilRunning,
  type Program,
} from './program.ts';

/** A machine may be so busy that the database answers the first look late: hence polled. */
const HEALTHY = { status: 'ok', database: 'ok' };
let dataDir: string;
let started: NodeProcess[];

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'prism-start-'));
  started = [];
});
afterEach(() => clearAway(started, dataDir));

function main(env: Record<string, string> = {}, user = {}): NodeProcess {
  const node = startMain({ PRISM_DATA_DIR: dataDir, ...env }, user);
  started.push(node);
  return node;
}

function run(env: Record<string, string> = {}, user = {}): Promise<Program> {
  return untilRunning(main(env, user));
}

/** Kills PostgreSQL and answers its pid. */
function killServer(): number {
  const pid = serverPid(dataDir);
  if (pid === null) throw new Error('no PostgreSQL runs');
  process.kill(pid, 'SIGKILL');
  return pid;
}

async function end(program: NodeProcess, signal: NodeJS.Signals): Promise<number | null> {
  program.child.kill(signal);
  return (await program.ended).code;
}

describe('with the embedded database', () => {
  test('SIGTERM and SIGINT stop it with exit code 0, and PostgreSQL with it', async () => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      const program = await run();
      await expect.poll(() => health(program.url)).toMatchObject(HEALTHY);
      const server = serverPid(dataDir);
      expect(await end(program, signal)).toBe(0);
      expect(server !== null && isAlive(server)).toBe(false);
    }
  });

  test('a second start on the same data is healthy', async () => {
    await end(await run(), 'SIGTERM');
    const second = await run();
    await expect.poll(() => health(second.url)).toMatchObject(HEALTHY);
  });

  test('after kill -9 of Node, and after kill -9 of Node and PostgreSQL, the next start recovers by itself', async () => {
    const first = await run();
    await end(first, 'SIGKILL');
    const second = await run();
    await expect.poll(() => health(second.url)).toMatchObject(HEALTHY);
    await end(second, 'SIGKILL');
    killServer();
    const third = await run();
    await expect.poll(() => health(third.url)).toMatchObject(HEALTHY);
  });

  test('after kill -9 of PostgreSQL it stays up and is healthy again', async () => {
    const { url } = await run();
    const server = killServer();
    await vi.waitFor(
      async () => {
        expect(serverPid(dataDir)).not.toBe(server);
        await expect.poll(() => health(url)).toMatchObject(HEALTHY);
      },
      { timeout: 40_000, interval: 100 },
    );
  });

  test('a second start on the same data directory names the first, ends with 1 and leaves it unharmed', async () => {
    const first = await run();
    const { code, stderr } = await main().ended;
    expect(code).toBe(1);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toContain(`(pid ${first.child.pid}) already uses the data directory ${dataDir}`);
    await expect.poll(() => health(first.url)).toMatchObject(HEALTHY);
  });

  test.runIf(nobodyCanRun())('an ordinary user starts it too', async () => {
    chownSync(dataDir, NOBODY.uid, NOBODY.gid);
    const { url } = await run({}, NOBODY);
    await expect.poll(() => health(url)).toMatchObject(HEALTHY);
  });
});

test('a taken port is said in one line, and nothing is left running', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  const { code, stderr } = await main({ PORT: String(port) }).ended;
  taken.close();
  expect(code).toBe(1);
  expect(stderr.trim()).toMatch(new RegExp(`^.*port ${port} on 127\\.0\\.0\\.1 is taken.*$`));
  expect(serverPid(dataDir)).toBe(null);
});

test('an address that does not lead anywhere is said with the variable that holds it', async () => {
  const nobody = { DATABASE_URL: 'postgres://user:hidden@127.0.0.1:1/prism' };
  const database = await main(nobody).ended;
  expect(database.code).toBe(1);
  expect(database.stderr).toMatch(/^.*127\.0\.0\.1:1\b.*Check DATABASE_URL.*\n$/);
  expect(database.stderr).not.toContain('hidden');
  const host = await main({ HOST: 'nobody.invalid' }).ended;
  expect(host.stderr).toMatch(/^.*nobody\.invalid is no name.*Set HOST\.\n$/);
  expect(serverPid(dataDir)).toBe(null);
});

test('everything that is wrong with the environment is said at once, before anything is started', async () => {
  const { code, stderr, stdout } = await main({ PORT: 'x', PRISM_ROLE: 'boss', JWT_SECRET: 'changeme' })
    .ended;
  expect(code).toBe(1);
  expect(stdout).toBe('');
  expect(
    stderr
      .trim()
      .split('\n')
      .map((line) => line.trim().split(' ')[0]),
  ).toEqual(['The', 'PORT', 'JWT_SECRET', 'PRISM_ROLE']);
});

test('production with a database of its own refuses to make up secrets', async () => {
  const { code, stderr } = await main({ NODE_ENV: 'production', DATABASE_URL: 'postgres://127.0.0.1/prism' })
    .ended;
  expect(code).toBe(1);
  expect(stderr).toContain('JWT_SECRET is required');
  expect(stderr).toContain('ENCRYPTION_KEY is required');
});

test('three processes that start at once on an empty database migrate it once and all serve', async () => {
  const database = await createTestDatabase({ empty: true });
  const programs = await Promise.all([1, 2, 3].map(() => run({ DATABASE_URL: database.url })));
  for (const { url } of programs) await expect.poll(() => health(url)).toMatchObject(HEALTHY);
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const { rows } = await client.query<{ migration_name: string }>(
    'SELECT migration_name FROM _prisma_migrations ORDER BY 1',
  );
  await client.end();
  expect(rows.map((row) => row.migration_name)).toEqual(
    readdirSync('prisma/migrations')
      .filter((name) => /^\d/.test(name))
      .toSorted(),
  );
  await Promise.all(programs.map((program) => end(program, 'SIGTERM')));
  await database.drop();
});

test('the first admin’s password is hashed at full cost', async () => {
  const database = await createTestDatabase();
  const program = await run({ DATABASE_URL: database.url });
  const { status } = await fetch(`${program.url}/api/prism/setup/admin`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: 'admin', password: 'correct horse battery' }),
  });
  expect(status).toBe(201);
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const { rows } = await client.query<{ password_hash: string }>('SELECT password_hash FROM app_user');
  await client.end();
  expect(rows).toEqual([{ password_hash: expect.stringMatching(/^\$scrypt\$ln=15,r=8,p=3\$/) }]);
  await end(program, 'SIGTERM');
  await database.drop();
});

describe('npm start', () => {
  function npm(): NodeProcess {
    const node = startNpm({ PRISM_DATA_DIR: dataDir });
    started.push(node);
    return node;
  }

  test('passes SIGTERM on, waits for the end and has its exit code', async () => {
    const program = await untilRunning(npm());
    expect(await end(program, 'SIGTERM')).toBe(0);
    await expect(health(program.url)).rejects.toThrow('fetch failed');
    expect(serverPid(dataDir)).toBe(null);
  });

  test('kill -9 of npm takes the program with it, and the next start is not in its way', async () => {
    const first = await untilRunning(npm());
    await end(first, 'SIGKILL');
    const second = await untilRunning(npm());
    await expect.poll(() => health(second.url)).toMatchObject(HEALTHY);
    await end(second, 'SIGTERM');
  });
});
