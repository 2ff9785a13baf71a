import { spawn, spawnSync, type ChildProcess, type SpawnOptions } from 'node:child_process';

/** An ordinary user that every system has. */
export const NOBODY = { uid: 65_534, gid: 65_534 } as const;

/** Whether we may become that user and it may run this checkout; root's own is often closed. */
export function nobodyCanRun(): boolean {
  return (
    process.getuid?.() === 0 && spawnSync(process.execPath, ['-e', 'import "pino"'], NOBODY).status === 0
  );
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A child process whose output is kept. */
export interface NodeProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Everything it has printed so far, to both. */
  output(): string;
  /** Resolves with the match as soon as its output has it; rejects when it ends before. */
  printed(pattern: RegExp): Promise<RegExpExecArray>;
}

/** Starts a program with this Node, from the checkout unless `cwd` says otherwise. */
export function startNode(args: readonly string[], options: SpawnOptions = {}): NodeProcess {
  return startProcess(process.execPath, args, options);
}

export function startProcess(
  command: string,
  args: readonly string[],
  options: SpawnOptions = {},
): NodeProcess {
  const { env = process.env } = options;
  // vitest.config.ts: what others have compiled; of no effect but speed, whatever environment is tested.
  const { NODE_COMPILE_CACHE } = process.env;
  const child = spawn(command, args, {
    ...options,
    env: { ...(NODE_COMPILE_CACHE === undefined ? {} : { NODE_COMPILE_CACHE }), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const texts = { stdout: '', stderr: '' };
  const watchers = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      texts[name] += text;
      for (const watch of watchers) watch();
    });
  }
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, ...texts }));
  });
  const output = () => texts.stdout + texts.stderr;
  const printed = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const watch = () => {
        const match = pattern.exec(output());
        if (match) resolve(match);
      };
      watchers.add(watch);
      watch();
      ended.then(
        ({ code }) => reject(new Error(`ended with ${code} and never printed ${pattern}:\n${output()}`)),
        reject,
      );
    });
  return { child, ended, output, printed };
}

/** Runs a program to its end. */
export function runNode(args: readonly string[], options: SpawnOptions = {}): Promise<Ended> {
  return startNode(args, options).ended;
}
