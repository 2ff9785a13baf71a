import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';

interface Check {
  readonly name: string;
  /** A program of node_modules and its arguments. */
  readonly program: readonly string[];
  /** Relative to the checkout, which is the default. */
  readonly directory?: string;
}

/** What must hold for every commit, slowest first. That checked-in generated files are current, the launcher checks. */
const CHECKS: readonly Check[] = [
  { name: 'types', program: ['typescript/bin/tsc', '--noEmit'] },
  {
    name: 'types of the console',
    program: ['svelte-check/bin/svelte-check', '--workspace', 'web', '--fail-on-warnings'],
  },
  { name: 'lint', program: ['oxlint/bin/oxlint', '--type-aware', '--deny-warnings'] },
  { name: 'format', program: ['prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'] },
  { name: 'imports', program: ['dependency-cruiser/bin/dependency-cruiser.mjs', 'src', 'web/src'] },
];

const checkout = new URL('../..', import.meta.url);

/** Runs all checks, as many at once as there are processors. Exit code 1 when one fails. */
const waiting = [...CHECKS];
const passed: boolean[] = [];
await Promise.all(
  Array.from({ length: availableParallelism() }, async () => {
    for (let check = waiting.shift(); check; check = waiting.shift()) passed.push(await runCheck(check));
  }),
);
process.exitCode = passed.every(Boolean) ? 0 : 1;

async function runCheck({ name, program: [script = '', ...args], directory = '.' }: Check): Promise<boolean> {
  const started = performance.now();
  const child = spawn(process.execPath, [new URL(`node_modules/${script}`, checkout).pathname, ...args], {
    cwd: new URL(directory, checkout),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => output.push(chunk));
  const code = await new Promise<number | null>((resolve, reject) =>
    child.on('error', reject).on('close', resolve),
  );
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  process.stdout.write(`${code === 0 ? '✓' : '✗'} ${name} (${seconds} s)\n`);
  if (code !== 0) process.stdout.write(Buffer.concat(output));
  return code === 0;
}
