// Plain JavaScript for the machine's own Node (18 or newer): finds the Node that the program needs.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout. */
export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

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

/** @param {string | Buffer} data */
export function sha256(data) {
  return createHash('sha256').update(data).digest('hex');
}
