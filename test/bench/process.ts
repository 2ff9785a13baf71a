import { fork, spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A server under measurement. */
export interface Running {
  readonly pid: number;
  readonly origin: string;
  stop(): Promise<void>;
}

/** Forks a script that sends `{ port }` once it listens. */
export async function forkServer(script: URL, args: readonly string[] = []): Promise<Running> {
  const child = fork(script, [...args], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const port = await new Promise<number>((resolve, reject) => {
    child.once('message', (message) => {
      resolve(
        typeof message === 'object' && message !== null && 'port' in message ? Number(message.port) : 0,
      );
    });
    child.once('exit', (code) => reject(new Error(`${script.pathname} ended with ${code}`)));
  });
  return running(child, `http://127.0.0.1:${port}`);
}

/** Starts a program and waits until `ready` says so. */
export async function spawnServer(
  command: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env: Record<string, string>; readonly origin: string },
  ready: (origin: string) => Promise<boolean>,
): Promise<Running> {
  const child = spawn(command, args, {
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'ignore', 'inherit'],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  const end = performance.now() + 60_000;
  while (!(await ready(options.origin).catch(() => false))) {
    if (child.exitCode !== null) throw new Error(`${command} ${args.join(' ')} ended with ${child.exitCode}`);
    if (performance.now() > end) throw new Error(`${command} ${args.join(' ')} does not answer`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return running(child, options.origin);
}

function running(child: ChildProcess, origin: string): Running {
  return {
    pid: child.pid ?? 0,
    origin,
    stop: () =>
      new Promise((resolve) => {
        if (child.exitCode !== null) return resolve();
        child.once('exit', () => resolve());
        child.kill('SIGTERM');
      }),
  };
}

/** CPU time that the process has used so far, user and system, all threads, in µs (Linux: /proc, ticks of 10 ms). */
export function cpuMicros(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

/** Resident memory in MB. */
export function rssMb(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
}
