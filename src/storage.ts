import { resolve } from 'node:path';
import type pg from 'pg';
import { createPool } from './database/client.ts';
import { startEmbedded, type Embedded } from './database/embedded.ts';
import { migrate, MigrationError } from './database/migrate.ts';
import type { Env } from './env.ts';
import type { Logger } from './log.ts';
import type { Undo } from './undo.ts';

export interface Storage {
  readonly databaseUrl: string;
  /** For all but the console, which has connections of its own. */
  readonly pool: pg.Pool;
}

/**
 * A part of the composition root: the database, embedded where no other is named, migrated where it can be reached.
 *
 * @throws EmbeddedError, MigrationError
 */
export async function openStorage(env: Env, log: Logger, undo: Undo[]): Promise<Storage> {
  const embedded = env.databaseUrl === null ? await startEmbedded({ dataDir: env.dataDir, log }) : null;
  if (embedded !== null) undo.push(() => embedded.stop());
  const databaseUrl = env.databaseUrl ?? databaseOf(embedded);
  await migrateOrWait(databaseUrl, log, undo);
  const pool = createPool(databaseUrl, { max: 6, applicationName: 'prism' });
  pool.on('error', (error) => {
    // The end does not wait for the sockets: a server that stops right behind it still says so to some of them.
    if (!pool.ending) log.warn({ err: error }, 'database: an idle connection was lost');
  });
  undo.push(() => pool.end());
  return { databaseUrl, pool };
}

/** A ping that hangs must not hold one of the few connections; pg takes the time limit, but its types do not know it. */
const PING: pg.QueryConfig & { query_timeout: number } = { text: 'SELECT 1', query_timeout: 1_500 };

/** Rejects where the database does not answer in time. */
export async function ping(pool: pg.Pool): Promise<void> {
  await pool.query(PING);
}

function databaseOf(embedded: Embedded | null): string {
  if (embedded === null) throw new Error('no database');
  return embedded.url;
}

const MIGRATION_RETRY_MS = 5_000;

/**
 * Migrates before anything reads. Where the database cannot be reached the start goes on: the gateway may have a
 * copy to serve from, and the migration is made as soon as the database is back.
 */
async function migrateOrWait(url: string, log: Logger, undo: Undo[]): Promise<void> {
  const directory = resolve(import.meta.dirname, '../prisma/migrations');
  try {
    const { applied } = await migrate({ url, directory, log });
    if (applied.length > 0) log.info({ applied }, 'database: migrated');
  } catch (error) {
    if (error instanceof MigrationError) throw error;
    log.error({ err: error }, 'database: cannot be reached; the migration waits for it');
    const timer = setTimeout(
      () =>
        void migrateOrWait(url, log, undo).catch((failure: unknown) => {
          log.fatal({ err: failure }, 'database: the migration failed');
        }),
      MIGRATION_RETRY_MS,
    );
    timer.unref();
    undo.push(() => clearTimeout(timer));
  }
}
