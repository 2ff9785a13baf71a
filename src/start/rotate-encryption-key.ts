import { renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DataDirLockedError } from '../database/data-dir-lock.ts';
import { createPrisma } from '../database/client.ts';
import { startEmbedded } from '../database/embedded.ts';
import { EmbeddedError } from '../database/embedded/embedded-error.ts';
import type { PrismaClient } from '../database/generated/prisma/client.ts';
import { migrate, MigrationError } from '../database/migrate.ts';
import { EnvError, loadEnv, parseEnv, type Env } from '../env.ts';
import { CipherError, createCipher } from '../identity/cipher.ts';
import { createLog } from '../log.ts';
import { countStale, reencryptCredentials, type Reencrypted } from './reencrypt.ts';
import { ENCRYPTION_KEY_FILE, generateSecret } from './secrets.ts';

// npm run rotate-encryption-key
//
// A running process knows the keys it was started with. So the new key must be known everywhere before
// anything is encrypted with it: where processes run on (a database of their own), the rotation has two
// steps, the same command for both.

const KEEP_OLD =
  'Keep the old key behind the new one until the prompts and answers stored so far have expired (promptRetentionHours); then it may go.';

try {
  await main(loadEnv());
} catch (error) {
  if (!isExpected(error)) throw error;
  print(error.message);
  process.exitCode = 1;
}

async function main(env: Env): Promise<void> {
  // With the embedded database nobody else can run: starting it takes the data directory's lock.
  const log = createLog('warn');
  const embedded = env.databaseUrl === null ? await startEmbedded({ dataDir: env.dataDir, log }) : null;
  const url = env.databaseUrl ?? embedded?.url ?? '';
  try {
    await migrate({ url, directory: resolve(import.meta.dirname, '../../prisma/migrations'), log });
    const db = createPrisma(url);
    try {
      await rotate(env, db, embedded !== null);
    } finally {
      await db.$disconnect();
    }
  } finally {
    await embedded?.stop();
  }
}

async function rotate(env: Env, db: PrismaClient, isAlone: boolean): Promise<void> {
  const isInFile = parseEnv().encryptionKeys === null;
  const cipher = createCipher(env.encryptionKeys);
  // The second step, or one that was interrupted: a new key is there, but not everything uses it.
  if ((await countStale(db, cipher)) > 0) return finish(await reencryptCredentials(db, cipher), isInFile);

  const keys = [generateSecret(), ...env.encryptionKeys];
  if (!isInFile) {
    print(
      'Step 1 of 2. Start every process again with this environment, then run this command again with it too:\n',
    );
    print(`  ENCRYPTION_KEY=${keys.join(',')}\n`);
    return;
  }
  saveKeys(env.dataDir, keys);
  print(`A new key is in ${join(env.dataDir, ENCRYPTION_KEY_FILE)}, the old one behind it.`);
  if (isAlone) return finish(await reencryptCredentials(db, createCipher(keys)), isInFile);
  print(
    'Step 1 of 2. Start every process again, each with this data directory, then run this command again.',
  );
}

function finish({ providers, ldap }: Reencrypted, isInFile: boolean): void {
  const whose = `${providers} provider${providers === 1 ? '' : 's'}${ldap ? ' and of the LDAP directory' : ''}`;
  print(`Done: the credentials of ${whose} are encrypted with the first key now.`);
  print(isInFile ? KEEP_OLD : `${KEEP_OLD} It is the second one in ENCRYPTION_KEY.`);
}

/** Never half written: without its key a database is lost. */
function saveKeys(dataDir: string, keys: readonly string[]): void {
  const file = join(dataDir, ENCRYPTION_KEY_FILE);
  writeFileSync(`${file}.new`, `${keys.join(',')}\n`, { mode: 0o600, flush: true });
  renameSync(`${file}.new`, file);
}

function isExpected(error: unknown): error is Error {
  return [EnvError, DataDirLockedError, EmbeddedError, MigrationError, CipherError].some(
    (kind) => error instanceof kind,
  );
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
