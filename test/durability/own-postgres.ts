import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { findBinaries } from '../../src/database/embedded/binaries.ts';
import { EMBEDDED_NAME, ensureCluster } from '../../src/database/embedded/cluster.ts';
import { openHome } from '../../src/database/embedded/home.ts';
import { socketUrl } from '../../src/database/embedded/server.ts';
import { createLog } from '../../src/log.ts';

/** A PostgreSQL that nothing else uses and nobody starts again: it is there to be taken away. */
export interface OwnPostgres {
  /** An empty database; stays the same over restarts. */
  readonly url: string;
  /** `kill -9` of the server and all its processes: connections break, new ones are refused. */
  kill(): Promise<void>;
  /** Starts it again; resolves when it takes connections, its recovery included. */
  start(): Promise<void>;
  /** Stops all its processes as they are: connections hang, new ones are neither taken nor refused. */
  freeze(): void;
  thaw(): void;
  /** Ends it and removes everything. */
  remove(): Promise<void>;
}

/** No test looks at what a crash of the machine would leave, so nothing waits for the disk. */
const SETTINGS = ['fsync=off', 'listen_addresses=', 'max_connections=60', 'shared_buffers=32MB'];

export async function createOwnPostgres(): Promise<OwnPostgres> {
  const directory = mkdtempSync(join(tmpdir(), 'prism-own-postgres-'));
  const home = await openHome(directory, createLog('silent'));
  const binaries = await findBinaries(home.path, home.account);
  await ensureCluster(home, binaries, { sync: false });
  let server: ChildProcess | null = null;

  async function start(): Promise<void> {
    const output = openSync(join(directory, 'postgres.log'), 'a');
    const settings = [...SETTINGS, `unix_socket_directories=${home.run}`].flatMap((it) => ['-c', it]);
    const child = spawn(binaries.postgres, ['-D', home.data, ...settings], {
      cwd: '/',
      env: { LC_ALL: 'C' },
      stdio: ['ignore', output, output],
      ...home.account,
    });
    closeSync(output);
    server = child;
    const end = performance.now() + 60_000;
    while (!(await answers(socketUrl(home, 'postgres')))) {
      if (child.exitCode !== null || performance.now() > end) {
        throw new Error(`PostgreSQL: ${readFileSync(join(directory, 'postgres.log'), 'utf8').slice(-1_000)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  function signal(name: NodeJS.Signals): void {
    const pid = server?.pid;
    if (pid === undefined) return;
    // The postmaster first: it must not start another process meanwhile.
    sendTo(pid, name);
    for (const each of childrenOf(pid)) sendTo(each, name);
  }

  async function kill(): Promise<void> {
    const child = server;
    server = null;
    if (child?.pid === undefined) return;
    const ended = once(child, 'exit');
    const children = childrenOf(child.pid);
    sendTo(child.pid, 'SIGKILL');
    for (const each of children) sendTo(each, 'SIGKILL');
    await ended;
  }

  const killNow = (): void => signal('SIGKILL');
  // Not even a test that is broken off leaves one behind.
  process.once('exit', killNow);
  await start();
  await createDatabase(socketUrl(home, 'postgres'));
  return {
    url: socketUrl(home, EMBEDDED_NAME),
    kill,
    start,
    freeze: () => signal('SIGSTOP'),
    thaw: () => signal('SIGCONT'),
    async remove() {
      await kill();
      process.off('exit', killNow);
      for (const each of [home.run, home.path, directory]) rmSync(each, { recursive: true, force: true });
    },
  };
}

async function createDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`CREATE DATABASE ${EMBEDDED_NAME}`);
  await client.end();
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  return client.connect().then(
    () => client.end().then(() => true),
    () => false,
  );
}

function sendTo(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended by itself meanwhile.
  }
}

/** By /proc: PostgreSQL's processes have sessions of their own, so no group holds them together. */
function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => parentOf(name) === parent)
    .map(Number);
}

function parentOf(pid: string): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return null;
  }
}
