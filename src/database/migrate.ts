import { randomUUID, hash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { repeatTransaction, type RepeatDeps } from './repeat-transaction.ts';

/** The oldest PostgreSQL that the SQL runs on, as `server_version_num` counts. */
const OLDEST_SERVER = 150_000;

/** A server that neither answers nor refuses is as good as down. What comes later may wait for another process. */
const ANSWER_TIMEOUT_MS = 5_000;

/** Prisma's own bookkeeping table, so that its tools can read what was applied. */
const BOOKS = `
  CREATE TABLE "_prisma_migrations" (
    "id" VARCHAR(36) PRIMARY KEY,
    "checksum" VARCHAR(64) NOT NULL,
    "finished_at" TIMESTAMPTZ,
    "migration_name" VARCHAR(255) NOT NULL,
    "logs" TEXT,
    "rolled_back_at" TIMESTAMPTZ,
    "started_at" TIMESTAMPTZ NOT NULL DEFAULT now(),
    "applied_steps_count" INTEGER NOT NULL DEFAULT 0
  )`;

/** One folder of the directory: its name, its SQL and the SHA-256 of that. */
interface Migration {
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

interface AppliedRow {
  readonly migration_name: string;
  readonly checksum: string;
  readonly finished_at: Date | null;
}

export interface MigrateOptions extends RepeatDeps {
  readonly url: string;
  /** Holds `<name>/migration.sql`, applied in the order of the names. */
  readonly directory: string;
}

/** The database does not fit the migrations; the message says why and what to do. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';
}

/**
 * Brings the database up to date: all missing migrations in one transaction, under a lock that makes
 * processes starting together wait for the first. Either all of them are applied, or none. Processes of the version
 * before may write meanwhile: after a deadlock with one of them, or what passes like it, all is tried again.
 * @throws MigrationError when an applied migration was edited, when the database is newer than this
 * directory, when a migration of another tool is left half done, when the user of the URL may not make
 * tables, or when PostgreSQL is older than 15.
 */
export async function migrate({ url, directory, ...deps }: MigrateOptions): Promise<{ applied: string[] }> {
  const migrations = await readMigrations(directory);
  const client = new pg.Client({
    connectionString: url,
    application_name: 'prism-migrate',
    connectionTimeoutMillis: ANSWER_TIMEOUT_MS,
  });
  client.on('error', () => undefined); // A lost connection already rejects the running query.
  await client.connect();
  try {
    await requireServer(client);
    const applied = await repeatTransaction(() => applyAll(client, migrations), deps);
    for (const migration of applied) deps.log.info({ migration }, 'migration applied');
    return { applied };
  } finally {
    await client.end();
  }
}

async function readMigrations(directory: string): Promise<Migration[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  names.sort((a, b) => (a < b ? -1 : 1));
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(join(directory, name, 'migration.sql'), 'utf8');
      return { name, sql, checksum: hash('sha256', sql) };
    }),
  );
}

async function requireServer(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ number: number; version: string }>(
    `SELECT current_setting('server_version_num')::int AS number, current_setting('server_version') AS version`,
  );
  const server = rows[0];
  if (server && server.number >= OLDEST_SERVER) return;
  throw new MigrationError(`PostgreSQL ${server?.version ?? 'unknown'} is too old: 15 or newer is needed.`);
}

async function applyAll(client: pg.Client, migrations: readonly Migration[]): Promise<string[]> {
  await client.query('BEGIN');
  try {
    // Held to the end of the transaction, so a pooler between us and PostgreSQL does no harm.
    await client.query(`SELECT pg_advisory_xact_lock(hashtextextended('prism_migrate', 0))`);
    await openBooks(client);
    const pending = unapplied(migrations, await readApplied(client));
    for (const migration of pending) await applyOne(client, migration);
    await client.query('COMMIT');
    return pending.map((migration) => migration.name);
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined); // The first error is the one that tells.
    throw error;
  }
}

const INSUFFICIENT_PRIVILEGE = '42501';

/** A database that has them is not written to: if it is up to date, it need not allow that. */
async function openBooks(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ open: boolean; database: string; role: string }>(
    `SELECT to_regclass('"_prisma_migrations"') IS NOT NULL AS open,
            quote_ident(current_database()) AS database, quote_ident(current_user) AS role`,
  );
  if (rows[0]?.open === true) return;
  try {
    await client.query(BOOKS);
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || error.code !== INSUFFICIENT_PRIVILEGE) throw error;
    // Since 15, PostgreSQL lets nobody but a database's owner make tables in it.
    const { database = '', role = '' } = rows[0] ?? {};
    throw new MigrationError(
      `The database ${database} refuses to hold tables of ${role}: ${error.message}. Let it belong to them: ALTER DATABASE ${database} OWNER TO ${role}.`,
      { cause: error },
    );
  }
}

async function readApplied(client: pg.Client): Promise<AppliedRow[]> {
  const { rows } = await client.query<AppliedRow>(
    `SELECT migration_name, checksum, finished_at FROM "_prisma_migrations" WHERE rolled_back_at IS NULL`,
  );
  return rows;
}

function unapplied(migrations: readonly Migration[], applied: readonly AppliedRow[]): Migration[] {
  const known = new Map(migrations.map((migration) => [migration.name, migration]));
  for (const row of applied) {
    const migration = known.get(row.migration_name);
    if (!migration) {
      throw new MigrationError(
        `The database is newer than this program: it has the migration ${row.migration_name}. Start the version that made it, or a later one.`,
      );
    }
    if (row.finished_at === null) {
      throw new MigrationError(
        `The migration ${row.migration_name} was begun by another tool and never finished. Repair the database by hand or restore a backup.`,
      );
    }
    if (row.checksum !== migration.checksum) {
      throw new MigrationError(
        `The migration ${row.migration_name} was changed after it was applied. Put its file back as it was and write a new migration.`,
      );
    }
  }
  const done = new Set(applied.map((row) => row.migration_name));
  return migrations.filter((migration) => !done.has(migration.name));
}

async function applyOne(client: pg.Client, migration: Migration): Promise<void> {
  const started = new Date();
  try {
    await client.query(migration.sql);
  } catch (error) {
    throw new MigrationError(`The migration ${migration.name} failed: ${reason(error)}`, { cause: error });
  }
  await client.query(
    `INSERT INTO "_prisma_migrations" (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
     VALUES ($1, $2, $3, $4, clock_timestamp(), 1)`,
    [randomUUID(), migration.checksum, migration.name, started],
  );
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
