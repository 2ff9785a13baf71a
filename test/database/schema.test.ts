import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPool } from '../../src/database/client.ts';
import { createTestDatabase, type TestDatabase } from '../kit/database.ts';
import { readPrismaSchema } from './prisma-schema.ts';

const schema = readPrismaSchema('prisma/schema.prisma');
let database: TestDatabase;
let pool: pg.Pool;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url, { max: 2, applicationName: 'test' });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

async function rows<Row extends pg.QueryResultRow>(sql: string, values: unknown[] = []): Promise<Row[]> {
  return (await pool.query<Row>(sql, values)).rows;
}

/** Columns, in order, of all indexes of a table that are of the kind. */
async function indexes(table: string, condition: string): Promise<string[]> {
  const found = await rows<{ columns: string }>(
    `SELECT string_agg(pg_get_indexdef(i.indexrelid, k.position::int, true)
              || CASE WHEN i.indoption[k.position - 1] & 1 = 1 THEN ' DESC' ELSE '' END, ',' ORDER BY k.position) AS columns
     FROM pg_index i, generate_series(1, i.indnkeyatts) AS k(position)
     WHERE i.indrelid = $1::regclass AND i.indpred IS NULL AND ${condition}
     GROUP BY i.indexrelid`,
    [table],
  );
  return found.map((row) => row.columns).toSorted();
}

describe('the migrated database is the one of schema.prisma', () => {
  test('there are no other tables', async () => {
    const found = await rows<{ name: string }>(
      `SELECT relname AS name FROM pg_class
       WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
         AND relname <> '_prisma_migrations'`,
    );
    expect(found.map((row) => row.name).toSorted()).toEqual(
      schema.tables.map((table) => table.name).toSorted(),
    );
  });

  test('enums have the same values in the same order', async () => {
    const found = await rows<{ name: string; values: string[] }>(
      `SELECT t.typname AS name, array_agg(e.enumlabel::text ORDER BY e.enumsortorder) AS values
       FROM pg_type t JOIN pg_enum e ON e.enumtypid = t.oid GROUP BY 1`,
    );
    expect(Object.fromEntries(found.map((row) => [row.name, row.values]))).toEqual(schema.enums);
  });

  test.each(schema.tables)('$name has the same columns, types and keys', async (table) => {
    const found = await rows<{ column: string; type: string; nullable: boolean }>(
      `SELECT attname AS column, replace(format_type(atttypid, atttypmod), '"', '') AS type, NOT attnotnull AS nullable
       FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
      [table.name],
    );
    expect(found).toEqual(table.columns);
    expect(await indexes(table.name, 'i.indisprimary')).toEqual([table.primaryKey.join(',')]);
    expect(await indexes(table.name, 'NOT i.indisunique')).toEqual(table.indexes.toSorted());
    expect(await indexes(table.name, 'i.indisunique AND NOT i.indisprimary')).toEqual(
      table.uniques.toSorted(),
    );
  });
});

describe('the audit trail is append-only', () => {
  beforeAll(async () => {
    await pool.query(
      `INSERT INTO audit_entry (id, actor_name, action, target_type, target_id)
       VALUES ('019a0000-0000-7000-8000-000000000001', 'alice', 'tenant.update', 'tenant', 't')`,
    );
  });

  test.each([
    ['update', `UPDATE audit_entry SET actor_name = 'mallory'`],
    ['delete', 'DELETE FROM audit_entry'],
    ['truncate', 'TRUNCATE audit_entry'],
    [
      'update as a replica',
      `SET session_replication_role = replica; UPDATE audit_entry SET actor_name = 'mallory'`,
    ],
  ])('%s is refused', async (_name, sql) => {
    // To be a replica takes a superuser in the first place.
    await expect(pool.query(sql)).rejects.toThrow(
      /^(audit_entry is append-only|permission denied to set parameter "session_replication_role"$)/,
    );
    expect(await rows('SELECT actor_name FROM audit_entry')).toEqual([{ actor_name: 'alice' }]);
  });
});
