import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';

interface Check {
  readonly name: string;
  /** A file of the checkout and its arguments. */
  readonly program: readonly string[];
  /** It reads types of the console that its build makes. */
  readonly needsBuild?: boolean;
}

/** No check, but it takes as long as one, and one processor. */
const BUILD: Check = { name: 'the console is built', program: ['src/start/launch.mjs', 'build'] };

/** What must hold for every commit, slowest first. That checked-in generated files are current, the launcher checks. */
const CHECKS: readonly Check[] = [
  { name: 'types', program: ['node_modules/typescript/bin/tsc', '--noEmit'] },
  {
    name: 'types of the console',
    program: ['node_modules/svelte-check/bin/svelte-check', '--workspace', 'web', '--fail-on-warnings'],
    needsBuild: true,
  },
  {
    name: 'format',
    program: ['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'],
  },
  {
    name: 'lint',
    program: ['node_modules/oxlint/bin/oxlint', '--type-aware', '--deny-warnings'],
    needsBuild: true,
  },
  {
    name: 'imports',
    program: ['node_modules/dependency-cruiser/bin/dependency-cruiser.mjs', 'src', 'web/src'],
  },
];

const checkout = new URL('../..', import.meta.url);

/** Builds the console and runs all checks, as many at once as there are processors. Exit code 1 when one fails. */
const waiting = [...CHECKS];
const built = runCheck(BUILD);
const passed: boolean[] = [];
await Promise.all(
  Array.from({ length: availableParallelism() }, async (_, processor) => {
    if (processor === 0) passed.push(await built);
    for (let check = waiting.shift(); check; check = waiting.shift()) {
      passed.push((!check.needsBuild || (await built)) && (await runCheck(check)));
    }
  }),
);
process.exitCode = passed.every(Boolean) ? 0 : 1;

async function runCheck({ name, program: [script = '', ...args] }: Check): Promise<boolean> {
  const started = performance.now();
  const child = spawn(process.execPath, [new URL(script, checkout).pathname, ...args], {
    cwd: checkout,
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
