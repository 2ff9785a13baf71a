// The npm scripts' only door, in plain JavaScript for whatever Node the machine has (18 or newer): brings
// the checkout up to date, then hands over to the Node that npm installed.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { generate, install, prepare } from './prepare.mjs';
import { findNode, LaunchError, ROOT } from './runtime.mjs';

const [command = '', ...rest] = process.argv.slice(2);

const VITE = 'node_modules/vite/bin/vite.js';
/** Signals this close together are one wish to stop. */
const SAME_SIGNAL_MS = 1_000;
const VITEST = 'node_modules/vitest/vitest.mjs';
/** Builds the console meanwhile. */
const CHECK = 'src/start/check.ts';
/** How many tests passed and failed, for continuous integration. */
const REPORT = 'node_modules/.cache/prism/tests.json';

/** Each command brings up to date what it needs and names the programs to run, one after the other or at once. */
const COMMANDS = {
  start: () => {
    prepare();
    return runAll([['src/main.ts', ...rest]]);
  },
  demo: () => {
    prepare();
    return runAll([['src/main.ts', '--demo', ...rest]]);
  },
  dev: () => {
    generate();
    return runTogether([
      ['--watch', 'src/main.ts', ...rest],
      [VITE, 'dev', 'web'],
    ]);
  },
  check: () => {
    generateCommitted();
    return runAll([[CHECK, ...rest]]);
  },
  test: async () => {
    // With arguments (a file, a name) only those tests are wanted.
    if (rest.length > 0) {
      prepare();
      return runAll([[VITEST, 'run', ...rest]]);
    }
    generateCommitted();
    const checked = await runAll([[CHECK]]);
    const tested = await runAll([
      [VITEST, 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${REPORT}`],
    ]);
    return checked || tested;
  },
  run: () => {
    generate();
    return runAll([rest]);
  },
  install: () => {
    install();
    return Promise.resolve(0);
  },
  generate: () => {
    generate();
    return Promise.resolve(0);
  },
  build: () => {
    prepare();
    return Promise.resolve(0);
  },
};

/** What is generated and checked in must have been current: another machine starts from that. */
function generateCommitted() {
  const stale = generate();
  if (stale.length === 0) return;
  throw new LaunchError(
    `${stale.join(', ')} was out of date. It has been made anew; commit it and run this again.`,
  );
}

/**
 * Runs programs one after the other, as far as they succeed.
 * @param {string[][]} programs
 */
async function runAll(programs) {
  for (const args of programs) {
    const code = await start(args).ended;
    if (code !== 0) return code;
  }
  return 0;
}

/**
 * Runs programs at once; the first that ends takes the others with it.
 * @param {string[][]} programs
 */
async function runTogether(programs) {
  const running = programs.map((args) => start(args));
  const code = await Promise.race(running.map((program) => program.ended));
  for (const program of running) program.kill('SIGTERM');
  await Promise.all(running.map((program) => program.ended));
  return code;
}

/** @param {string[]} args */
function start(args) {
  const follow = ['--import', new URL('./follow.mjs', import.meta.url).href];
  const child = spawn(findNode(), [...follow, ...args], { cwd: ROOT, stdio: 'inherit' });
  let forwardedAt = -Infinity;
  /** @param {NodeJS.Signals} signal */
  const forward = (signal) => {
    // In a terminal, Ctrl-C reaches the program by itself.
    if (signal === 'SIGINT' && process.stdin.isTTY) return;
    // Sent to a whole process group, one signal comes twice: to us, and once more by npm.
    if (performance.now() - forwardedAt < SAME_SIGNAL_MS) return;
    forwardedAt = performance.now();
    child.kill(signal);
  };
  /** @type {NodeJS.Signals[]} */
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, forward);
  /** @type {Promise<number>} */
  const ended = new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      for (const each of signals) process.removeListener(each, forward);
      resolve(code ?? 128 + constants.signals[signal ?? 'SIGKILL']);
    });
  });
  return { ended, kill: (/** @type {NodeJS.Signals} */ signal) => child.kill(signal) };
}

try {
  const chosen = Object.entries(COMMANDS).find(([name]) => name === command)?.[1];
  if (!chosen)
    throw new LaunchError(`"${command}" is no command; there are ${Object.keys(COMMANDS).join(', ')}.`);
  // Started by hand we may outlive our shell, as any program may; npm has no business without us.
  if (process.env['npm_lifecycle_event']) await import('./follow.mjs');
  process.exitCode = await chosen();
} catch (error) {
  if (!(error instanceof LaunchError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
