import { join } from 'node:path';
import pg from 'pg';
import type { Logger } from '../log.ts';
import { ensurePrivateDir, lockDataDir } from './data-dir-lock.ts';
import { findBinaries } from './embedded/binaries.ts';
import { EMBEDDED_NAME, ensureCluster } from './embedded/cluster.ts';
import { EmbeddedError } from './embedded/embedded-error.ts';
import { openHome } from './embedded/home.ts';
import { clearLeftBehind } from './embedded/left-behind.ts';
import { Server, socketUrl } from './embedded/server.ts';

export interface EmbeddedOptions {
  /** Holds the password, the log and, for an ordinary user, the cluster. Made when missing. */
  readonly dataDir: string;
  readonly log: Logger;
  /** PostgreSQL settings above ours; tests switch durability off. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface Embedded {
  /** For `pg` and Prisma; stays the same when the server is restarted. */
  readonly url: string;
  /** Where the cluster lies: in the data directory, or under /var/lib when root runs it. */
  readonly home: string;
  stop(): Promise<void>;
}

/**
 * Starts the PostgreSQL that came with the installation, makes its cluster and database the first time,
 * and keeps it running. It listens on a socket in a closed directory only, with a password.
 * @throws EmbeddedError (what is wrong, what to do) and DataDirLockedError.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  if (process.platform === 'win32') {
    throw new EmbeddedError('The embedded PostgreSQL needs Linux or macOS. Set DATABASE_URL.');
  }
  const { log, settings = {} } = options;
  const dataDir = ensurePrivateDir(options.dataDir);
  const home = await openHome(dataDir, log);
  // The home may lie elsewhere, and a copied data directory remembers the same one.
  const lock = lockDataDir(home.path, { shownAs: dataDir });
  try {
    const binaries = await findBinaries(home.path, home.account);
    await ensureCluster(home, binaries, { sync: settings['fsync'] !== 'off' });
    await clearLeftBehind(home, log);
    const server = new Server({ home, binaries, log, settings, logFile: join(dataDir, 'postgres.log') });
    await server.start();
    await ensureDatabase(socketUrl(home, 'postgres'));
    const stop = async () => {
      await server.stop();
      lock.release();
    };
    return { url: socketUrl(home, EMBEDDED_NAME), home: home.path, stop };
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function ensureDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [EMBEDDED_NAME]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${EMBEDDED_NAME}`);
  } finally {
    await client.end();
  }
}
