import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { startNode, startProcess, type NodeProcess } from '../kit/node-process.ts';

export interface Program extends NodeProcess {
  readonly url: string;
}

const RUNNING = /running at (http:\S+)/;

/** The environment of a program of which only this is known. */
export function bareEnv(env: Readonly<Record<string, string>>): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: process.env['HOME'] ?? '/',
    PORT: '0',
    LOG_LEVEL: 'warn',
    ...env,
  };
}

/** src/main.ts as a child process, not waited for. */
export function startMain(
  env: Readonly<Record<string, string>>,
  user: { uid?: number; gid?: number } = {},
): NodeProcess {
  return startNode(['src/main.ts'], { env: bareEnv(env), ...user });
}

/** `npm start`, as a user types it. */
export function startNpm(env: Readonly<Record<string, string>>): NodeProcess {
  return startProcess('npm', ['start'], { env: bareEnv(env) });
}

/** Waits for the line with the address. */
export async function untilRunning(node: NodeProcess): Promise<Program> {
  const [, url = ''] = await node.printed(RUNNING);
  return { ...node, url };
}

export async function health(url: string): Promise<unknown> {
  return (await fetch(`${url}/health`)).json();
}

/** Where the cluster of a data directory lies. */
export function homeOf(dataDir: string): string {
  const note = join(dataDir, 'postgres-home');
  return existsSync(note) ? readFileSync(note, 'utf8').trim() : join(dataDir, 'postgres');
}

/** The embedded PostgreSQL's process; null = none. */
export function serverPid(dataDir: string): number | null {
  const file = join(homeOf(dataDir), 'data', 'postmaster.pid');
  return existsSync(file) ? Number.parseInt(readFileSync(file, 'utf8'), 10) : null;
}

/** Ends what is left of a program and removes all that it made. */
export async function clearAway(programs: readonly NodeProcess[], dataDir: string): Promise<void> {
  for (const { child, ended } of programs) {
    child.kill('SIGKILL');
    await ended;
  }
  const pid = serverPid(dataDir);
  if (pid !== null && isAlive(pid)) process.kill(pid, 'SIGKILL');
  rmSync(homeOf(dataDir), { recursive: true, force: true, maxRetries: 5 });
  rmSync(dataDir, { recursive: true, force: true });
}

export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
