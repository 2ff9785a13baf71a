import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from '../../log.ts';

const POLL_MS = 50;
/** Fast shutdown first, then one that leaves recovery to the next start, then no more asking. */
const ENDINGS = [
  { signal: 'SIGINT', waitMs: 20_000 },
  { signal: 'SIGQUIT', waitMs: 5_000 },
  { signal: 'SIGKILL', waitMs: 5_000 },
] as const;

/** Where a cluster is and where it can be spoken to. */
export interface ClusterPlace {
  /** The cluster itself (PGDATA). */
  readonly data: string;
  /** Holds the socket; nobody but PostgreSQL's own user and root may enter. */
  readonly run: string;
}

/**
 * Ends a PostgreSQL that outlived its Node, and makes sure that stale files do not stop the next one.
 * A dead pid needs nothing: PostgreSQL sees that by itself. A pid that some other program has by now
 * does (after a restart of a container that is the rule).
 */
export async function clearLeftBehind(home: ClusterPlace, log: Logger): Promise<void> {
  const pidFile = join(home.data, 'postmaster.pid');
  const pid = pidIn(pidFile);
  if (pid !== null && runsCluster(pid, home.data)) {
    log.warn({ pid }, 'an embedded PostgreSQL was left running; stopping it');
    await end(pid, home.data);
  } else if (pid !== null && isAlive(pid)) {
    // Not removed, only given our own pid, which PostgreSQL takes for stale in its parent: the rest of
    // the file lets it see whether old server processes still hold the shared memory.
    const [, ...rest] = readFileSync(pidFile, 'utf8').split('\n');
    writeFileSync(pidFile, [process.pid, ...rest].join('\n'));
  }
  const socket = join(home.run, '.s.PGSQL.5432');
  const socketPid = pidIn(`${socket}.lock`);
  if (socketPid === null || runsCluster(socketPid, home.data)) return;
  rmSync(socket, { force: true });
  rmSync(`${socket}.lock`, { force: true });
}

/** The pid in the first line. A postmaster that runs in single-user mode writes it negated. */
function pidIn(file: string): number | null {
  try {
    const pid = Math.abs(Number.parseInt(readFileSync(file, 'utf8'), 10));
    return pid > 0 ? pid : null;
  } catch {
    return null;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Whether the process is a postmaster that was started on exactly this cluster. */
function runsCluster(pid: number, data: string): boolean {
  return /(^|\/)postgres$/.test(commandLine(pid)[0] ?? '') && commandLine(pid).includes(data);
}

function commandLine(pid: number): string[] {
  if (process.platform === 'linux') {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    } catch {
      return [];
    }
  }
  const { stdout } = spawnSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
  return stdout.trim().split(' ');
}

async function end(pid: number, data: string): Promise<void> {
  for (const { signal, waitMs } of ENDINGS) {
    process.kill(pid, signal);
    const until = Date.now() + waitMs;
    while (runsCluster(pid, data) && Date.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    if (!runsCluster(pid, data)) return;
  }
}
