import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensurePrivateDir } from '../database/data-dir-lock.ts';

/** Files of the data directory that hold what is generated when the environment names no secret. */
export const JWT_SECRET_FILE = 'jwt-secret';
export const ENCRYPTION_KEY_FILE = 'encryption-key';

/** 256 bits, as 43 characters. */
export function generateSecret(): string {
  return randomBytes(32).toString('base64url');
}

/**
 * Reads a secret of the data directory, made the first time (mode 600). Processes that start together
 * get the same one. Throws what the file system says when it may not.
 */
export function readOrMakeSecret(dataDir: string, name: string): string {
  const file = join(ensurePrivateDir(dataDir), name);
  const found = readSecret(file);
  if (found !== null) return found;
  // Written whole under another name and then linked: nobody ever reads half a secret.
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, `${generateSecret()}\n`, { mode: 0o600 });
  try {
    linkSync(draft, file);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  return readFileSync(file, 'utf8').trim();
}

function readSecret(file: string): string | null {
  try {
    return readFileSync(file, 'utf8').trim() || null;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null;
    throw error;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
