import { spawn } from 'node:child_process';
import { chown, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Binaries } from './binaries.ts';
import { EmbeddedError } from './embedded-error.ts';
import type { Home } from './home.ts';

/** The one role and the one database of an embedded cluster. */
export const EMBEDDED_NAME = 'prism';

export interface ClusterOptions {
  /** False = a new cluster may be lost with the machine; for tests. */
  readonly sync: boolean;
}

/** Makes the cluster unless it is there. One that a crash left half made is thrown away first. */
export async function ensureCluster(home: Home, binaries: Binaries, options: ClusterOptions): Promise<void> {
  const major = await readFile(join(home.data, 'PG_VERSION'), 'utf8').catch(() => null);
  if (major === null) return makeCluster(home, binaries, options);
  if (major.trim() === binaries.major) return;
  throw new EmbeddedError(
    `The database in ${home.data} was made by PostgreSQL ${major.trim()}, this program brings ${binaries.major}. Dump it with the old version and load it into a new data directory.`,
  );
}

async function makeCluster(home: Home, { initdb }: Binaries, { sync }: ClusterOptions): Promise<void> {
  await clearHalfMade(home);
  // A name of its own: the initdb of a killed start may still be writing to another one.
  const half = join(home.path, `half-${process.pid}`);
  const passwordFile = join(home.path, `initdb-password-${process.pid}`);
  await writeFile(passwordFile, home.password, { mode: 0o600 });
  if (home.account) await chown(passwordFile, home.account.uid, home.account.gid);
  try {
    await run(home, initdb, [
      `--pgdata=${half}`,
      `--username=${EMBEDDED_NAME}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--data-checksums',
      ...(sync ? [] : ['--no-sync']),
    ]);
  } finally {
    await rm(passwordFile, { force: true });
  }
  await rename(half, home.data);
}

async function clearHalfMade(home: Home): Promise<void> {
  const names = await readdir(home.path);
  for (const name of names.filter((one) => /^(half|initdb-password)-/.test(one))) {
    // One that is being written to cannot always be removed; it goes the next time.
    await rm(join(home.path, name), { recursive: true, force: true }).catch(() => undefined);
  }
}

function run(home: Home, command: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: '/',
      env: { LC_ALL: 'C' },
      stdio: ['ignore', 'ignore', 'pipe'],
      ...home.account,
    });
    let complaint = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve();
      else
        reject(new EmbeddedError(`initdb could not make the database in ${home.path}: ${complaint.trim()}`));
    });
  });
}
