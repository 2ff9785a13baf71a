import fc from 'fast-check';
import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { pgArray, type PgType } from '../../src/accounting/pg-array.ts';
import { createPool } from '../../src/database/client.ts';
import { createTestDatabase, type TestDatabase } from '../kit/database.ts';

let database: TestDatabase;
let pool: pg.Pool;

beforeAll(async () => {
  database = await createTestDatabase({ empty: true });
  pool = createPool(database.url, { max: 1, applicationName: 'pg-array-test' });
});

afterAll(async () => {
  await pool.end();
  await database.drop();
});

const text = fc
  .string({ unit: 'binary', maxLength: 300 })
  .map((any) => any.replaceAll('\0', '').toWellFormed());
const TYPES: readonly (readonly [
  type: PgType,
  values: fc.Arbitrary<string | number | boolean>,
  read: string,
])[] = [
  ['text', text, 'x'],
  ['jsonb', text.map((any) => JSON.stringify({ any })), "json_build_object('any', x->>'any')::text"],
  ['uuid', fc.uuid(), 'x::text'],
  ['int4', fc.integer(), 'x'],
  ['int8', fc.maxSafeInteger(), 'x::float8'],
  ['float8', fc.double({ noNaN: true, noDefaultInfinity: true }).map((any) => any + 0), 'x'],
  ['bool', fc.boolean(), 'x'],
  ['timestamptz', fc.integer({ min: -2e12, max: 8e12 }), '(extract(epoch FROM x) * 1000)::float8'],
];

test.each(TYPES)(
  'PostgreSQL reads an array of %s as it was given, nulls included',
  async (type, values, read) => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.option(values), { maxLength: 60 }), async (elements) => {
        const { rows } = await pool.query<{ x: unknown }>(
          `SELECT CASE WHEN x IS NOT NULL THEN ${read} END AS x FROM unnest($1::${type}[]) WITH ORDINALITY AS a(x, i) ORDER BY i`,
          [pgArray(type, elements)],
        );
        const normal = (value: unknown): unknown =>
          type === 'jsonb' && typeof value === 'string' ? JSON.parse(value) : value;
        expect(rows.map(({ x }) => normal(x))).toEqual(elements.map(normal));
      }),
      { numRuns: 40 },
    );
  },
);
