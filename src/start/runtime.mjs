// Plain JavaScript for the machine's own Node (18 or newer): finds the Node that the program needs.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout. */
export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

const BIN = join(ROOT, 'node_modules/.bin');

/** The major version that runs our TypeScript as it is. */
const NEEDED_MAJOR = 24;

/** The launcher has failed in a way that one line explains. */
export class LaunchError extends Error {}

/**
 * The Node that runs the program: the one that npm installed for this platform, else this one if it is
 * new enough.
 * @returns {string}
 */
export function findNode() {
  try {
    const manifest = createRequire(join(ROOT, 'package.json')).resolve(
      `node-${process.platform}-${process.arch}/package.json`,
    );
    const installed = join(dirname(manifest), 'bin', 'node');
    if (existsSync(installed)) return installed;
  } catch {
    // npm has no such package for this platform.
  }
  const major = Number(process.versions.node.split('.')[0]);
  if (major >= NEEDED_MAJOR) return process.execPath;
  throw new LaunchError(
    `Node ${NEEDED_MAJOR} is needed and npm has none for ${process.platform}-${process.arch}; this is Node ${process.versions.node}. Install Node ${NEEDED_MAJOR} or newer.`,
  );
}

/**
 * A file's text; `fallback` when it cannot be read.
 * @param {string} file
 * @param {string} fallback
 */
export function readOr(file, fallback) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return fallback;
  }
}

/**
 * Runs a program to its end, as npm would: with the tools of node_modules in its path.
 * @param {string} command
 * @param {string[]} args
 * @param {Record<string, string>} extra environment
 */
export function runQuietly(command, args, extra) {
  // What it prints is wanted only when it fails; stdout stays free for the program's own lines.
  const { status, signal, stdout, stderr, error } = spawnSync(command, args, {
    cwd: ROOT,
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
