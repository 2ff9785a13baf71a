// Plain JavaScript for the machine's own Node: what package-lock.json names, in node_modules.
import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { findNode, LaunchError, readOr, ROOT, runQuietly } from './runtime.mjs';

/**
 * npm leaves out, without a word, optional packages (our tools' native parts) that do not fit the Node it
 * runs on. The first pass brings the Node that they fit.
 */
export function installAll() {
  npm(process.execPath);
  if (missingPackages().length > 0) npm(findNode());
  const missing = missingPackages();
  if (missing.length === 0) return;
  throw new LaunchError(
    `npm ci could not install ${missing.join(', ')}. Is the registry reachable? Then run this again.`,
  );
}

/** What package-lock.json names for this platform and node_modules does not hold, or not at that version. */
export function missingPackages() {
  const wanted = readPackages('package-lock.json');
  const present = readPackages('node_modules/.package-lock.json');
  return Object.entries(wanted)
    .filter(([path, entry]) => path !== '' && isForHere(entry) && present[path]?.version !== entry.version)
    .map(([path]) => path.replace(/^.*node_modules\//, ''));
}

/**
 * An optional package that names no platform belongs to another optional one, which may be left out.
 * @param {Package} entry
 */
function isForHere({ optional, os, cpu, libc }) {
  if (!optional) return true;
  if (os === undefined && cpu === undefined) return false;
  return fits(os, process.platform) && fits(cpu, process.arch) && fits(libc, libcOfSystem());
}

/**
 * As npm reads `os`, `cpu` and `libc`: one of those named, and none of those named with "!".
 * @param {string | string[] | undefined} rule
 * @param {string} value
 */
function fits(rule, value) {
  const names = rule === undefined ? [] : [rule].flat();
  const allowed = names.filter((name) => !name.startsWith('!'));
  return !names.includes(`!${value}`) && (allowed.length === 0 || allowed.includes(value));
}

function libcOfSystem() {
  return existsSync('/lib/ld-musl-x86_64.so.1') || existsSync('/lib/ld-musl-aarch64.so.1') ? 'musl' : 'glibc';
}

/**
 * @typedef {{ version?: string, optional?: boolean, os?: string | string[], cpu?: string | string[], libc?: string | string[] }} Package
 */

/**
 * @param {string} file
 * @returns {Record<string, Package>}
 */
function readPackages(file) {
  const lock = /** @type {{ packages?: ReturnType<typeof readPackages> }} */ (
    JSON.parse(readOr(join(ROOT, file), '{}'))
  );
  return lock.packages ?? {};
}

/**
 * Runs `npm ci` on a given Node.
 * @param {string} node
 */
function npm(node) {
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  // Inside an npm script, npm says which npm it is; the shell's may be another one, or none.
  const script = process.env['npm_execpath'];
  if (script && /\.c?js$/.test(script)) runQuietly(node, [script, ...args], {});
  else runQuietly('npm', args, { PATH: `${dirname(node)}${delimiter}${process.env['PATH'] ?? ''}` });
}
