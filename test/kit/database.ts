import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';

export interface TestDatabase {
  /** For `createPool`, `createPrisma`, `listen` or as DATABASE_URL of a child process. */
  readonly url: string;
  /** Ends every connection that is left and removes the database. */
  drop(): Promise<void>;
}

/**
 * A fresh, migrated database of a test's own, in some 30 ms. One for each file is the rule:
 *
 * ```ts
 * let database: TestDatabase;
 * beforeAll(async () => { database = await createTestDatabase(); });
 * afterAll(() => database.drop());
 * ```
 *
 * With `{ empty: true }` it is not migrated.
 */
export async function createTestDatabase({ empty = false } = {}): Promise<TestDatabase> {
  const server = inject('postgresUrl');
  const name = `prism_test_${randomBytes(6).toString('hex')}`;
  await runSql(server, `CREATE DATABASE ${name}${empty ? '' : ` TEMPLATE ${inject('templateName')}`}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => runSql(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

async function runSql(server: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
