// Plain JavaScript for the machine's own Node: installs, generates and builds what is missing or stale.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installAll, missingPackages } from './packages.mjs';
import { findNode, readOr, ROOT, runQuietly } from './runtime.mjs';

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
    run: installAll,
    isDone: () => missingPackages().length === 0,
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
    label: 'generating GraphQL types and the API document',
    inputs: [
      'codegen.ts',
      'src/graphql',
      'src/rest',
      'src/identity/policy.ts',
      'web/src/**.graphql',
      'prisma/schema.prisma',
      'package-lock.json',
    ],
    outputs: ['src/rest/generated/documents.ts', 'web/src/lib/generated/graphql.ts'],
    checkedIn: ['schema.graphql', 'openapi.json'],
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

/** What npm brings. */
export function install() {
  INSTALL.forEach(make);
}

/**
 * Everything that the types and the server need.
 * @returns {string[]} checked-in files that were stale and have been made anew
 */
export function generate() {
  return [...INSTALL, ...GENERATE].flatMap(make);
}

/** All of it, the console too. */
export function prepare() {
  generate();
  BUILD.forEach(make);
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

/**
 * @param {string[]} args
 * @param {Record<string, string>} extra environment
 */
function tool(args, extra) {
  runQuietly(findNode(), args, extra);
}

/** @param {string | Buffer} data */
function sha256(data) {
  return createHash('sha256').update(data).digest('hex');
}
