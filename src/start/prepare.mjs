// Plain JavaScript for the machine's own Node: installs, generates and builds what is missing or stale.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findNode, LaunchError, ROOT, sha256 } from './runtime.mjs';

const BIN = join(ROOT, 'node_modules/.bin');
const STAMPS = join(ROOT, 'node_modules/.cache/prism');
/** Never an input: what is generated, built or installed. */
const NOT_INPUT = new Set(['node_modules', 'build', '.svelte-kit', 'generated']);

/**
 * One thing to be made out of others. It is made again when the content of an input has changed or an
 * output is gone.
 * @typedef {object} Step
 * @property {string} name
 * @property {string} label what the user reads while it runs
 * @property {readonly string[]} inputs files and folders; `folder/**.x` = only files that end in .x
 * @property {readonly string[]} outputs
 * @property {readonly string[]} [checkedIn] outputs that stand in the repository
 * @property {() => void} run
 * @property {() => boolean} [isDone] whether someone else has made it already
 */

/** @type {readonly Step[]} */
const INSTALL = [
  {
    name: 'install',
    label: 'installing dependencies',
    inputs: ['package-lock.json'],
    outputs: ['node_modules/.package-lock.json'],
    run: () => npm('ci', '--no-audit', '--no-fund', '--loglevel=error'),
    isDone: hasLockedPackages,
  },
];

/** @type {readonly Step[]} */
const GENERATE = [
  {
    name: 'prisma',
    label: 'generating the database client',
    inputs: ['prisma/schema.prisma', 'prisma.config.ts', 'package-lock.json'],
    outputs: ['src/database/generated/prisma/client.ts', 'src/database/generated/pothos/prisma-types.ts'],
    // Any existing file will do as the engine: generating needs none, and so none is downloaded.
    run: () =>
      tool(['node_modules/prisma/build/index.js', 'generate'], {
        PRISMA_SCHEMA_ENGINE_BINARY: fileURLToPath(import.meta.url),
        CHECKPOINT_DISABLE: '1',
        PRISMA_HIDE_UPDATE_MESSAGE: '1',
      }),
  },
  {
    name: 'graphql',
    label: 'generating GraphQL types',
    inputs: [
      'codegen.ts',
      'src/graphql',
      'src/rest/**.graphql',
      'web/src/**.graphql',
      'prisma/schema.prisma',
      'package-lock.json',
    ],
    outputs: ['src/rest/generated/documents.ts', 'web/src/lib/generated/graphql.ts'],
    checkedIn: ['schema.graphql'],
    run: () => tool(['codegen.ts'], {}),
  },
];

/** @type {readonly Step[]} */
const BUILD = [
  {
    name: 'web',
    label: 'building the console',
    inputs: ['web', 'schema.graphql', 'package-lock.json'],
    outputs: ['web/build/index.html'],
    run: () => tool(['node_modules/vite/bin/vite.js', 'build', 'web', '--logLevel', 'warn'], {}),
  },
];

/** Everything that the types and the server need. */
export function generate() {
  [...INSTALL, ...GENERATE].forEach(make);
}

/**
 * All of it, the console too.
 * @returns {string[]} checked-in files that were stale and have been made anew
 */
export function prepare() {
  return [...INSTALL, ...GENERATE, ...BUILD].flatMap(make);
}

/** @param {Step} step */
function make(step) {
  const { name, label, inputs, outputs, checkedIn = [] } = step;
  const stamp = join(STAMPS, name);
  const fingerprint = fingerprintOf([...inputs, ...checkedIn]);
  const isThere = [...outputs, ...checkedIn].every((output) => existsSync(join(ROOT, output)));
  if (isThere && readOr(stamp, '') === fingerprint) return [];
  const before = checkedIn.map((file) => fingerprintOf([file]));
  if (!step.isDone?.()) {
    const started = Date.now();
    process.stderr.write(`» ${label} …\n`);
    rmSync(stamp, { force: true });
    step.run();
    process.stderr.write(`» ${label}: done in ${((Date.now() - started) / 1000).toFixed(1)} s\n`);
  }
  mkdirSync(STAMPS, { recursive: true });
  writeFileSync(stamp, fingerprintOf([...inputs, ...checkedIn]));
  return checkedIn.filter((file, index) => fingerprintOf([file]) !== before[index]);
}

/**
 * Of names and contents, so that a clone or a checkout that changed nothing but times costs nothing.
 * @param {readonly string[]} inputs
 */
function fingerprintOf(inputs) {
  const parts = [];
  for (const input of inputs) {
    const [path = '', ending = ''] = input.split('/**');
    for (const file of filesOf(path).filter((name) => name.endsWith(ending))) {
      parts.push(file, sha256(readFileSync(join(ROOT, file))));
    }
  }
  return sha256(parts.join('\n'));
}

/**
 * @param {string} path
 * @returns {string[]}
 */
function filesOf(path) {
  const full = join(ROOT, path);
  if (!existsSync(full)) return [];
  if (!statSync(full).isDirectory()) return [path];
  return readdirSync(full)
    .filter((name) => !NOT_INPUT.has(name) && !name.endsWith('.test.ts'))
    .sort()
    .flatMap((name) => filesOf(`${path}/${name}`));
}

/** Whether node_modules holds every package at the version that package-lock.json names. */
function hasLockedPackages() {
  const wanted = readPackages('package-lock.json');
  const present = readPackages('node_modules/.package-lock.json');
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '' || entry.optional) return true;
    return present[path]?.version === entry.version;
  });
}

/**
 * @param {string} file
 * @returns {Record<string, { version?: string, optional?: boolean }>}
 */
function readPackages(file) {
  const lock = /** @type {{ packages?: ReturnType<typeof readPackages> }} */ (
    JSON.parse(readOr(join(ROOT, file), '{}'))
  );
  return lock.packages ?? {};
}

/**
 * @param {string} file
 * @param {string} fallback
 */
function readOr(file, fallback) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return fallback;
  }
}

/** @param {string[]} args */
function npm(...args) {
  // Inside an npm script, npm says which npm it is; the shell's may be another one, or none.
  const script = process.env['npm_execpath'];
  if (script && /\.c?js$/.test(script)) run(process.execPath, [script, ...args], {});
  else run('npm', args, {});
}

/**
 * @param {string[]} args
 * @param {Record<string, string>} extra environment
 */
function tool(args, extra) {
  run(findNode(), args, extra);
}

/**
 * @param {string} command
 * @param {string[]} args
 * @param {Record<string, string>} extra environment
 */
function run(command, args, extra) {
  // What it prints is wanted only when it fails; stdout stays free for the program's own lines.
  const { status, signal, stdout, stderr, error } = spawnSync(command, args, {
    cwd: ROOT,
    // As npm would: some tools look for their own parts there.
    env: { ...process.env, PATH: `${BIN}${delimiter}${process.env['PATH'] ?? ''}`, ...extra },
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (status === 0) return;
  process.stderr.write(`${stdout ?? ''}${stderr ?? ''}`);
  const outcome = error?.message ?? (signal ? `ended by ${signal}` : `exit code ${status}`);
  throw new LaunchError(`${[command, ...args].join(' ')} failed: ${outcome}`);
}
