import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { compacted, logged, NOW, sketch } from '../domain/sketches.ts';
import { createWorld, type World } from '../domain/world.ts';

const MIGRATION = join(import.meta.dirname, '../../prisma/migrations/0007_usage_by_model/migration.sql');
/** What the migration does with sums that are there already. */
const BACKFILL = readFileSync(MIGRATION, 'utf8').split('-- What has been summed up so far.')[1] ?? '';

let world: World;

beforeAll(async () => {
  world = await createWorld();
  world.now.value = NOW;
});
afterAll(() => world.close());

it('gives an upgraded database the sums that one has which always had them', async () => {
  const { db } = world;
  const [sketches] = fc.sample(fc.array(sketch, { minLength: 300, maxLength: 300 }), { numRuns: 1, seed: 7 });
  await logged(db, sketches ?? []);
  await compacted(db, NOW);
  const read = async (): Promise<unknown> => [
    // The column is younger than the migration.
    await db.$queryRaw`SELECT (to_jsonb(s) - 'unpriced')::text AS row FROM usage_sum s WHERE kind = 'day_served' ORDER BY 1`,
    await db.$queryRaw`SELECT to_jsonb(l)::text AS row FROM usage_latency l WHERE kind = 'day_served' ORDER BY 1`,
  ];
  const always = await read();
  await db.$executeRaw`TRUNCATE usage_sum_day_served, usage_latency_day_served`;
  expect(await read()).toEqual([[], []]);
  for (const statement of BACKFILL.split(';\n').filter((text) => text.trim() !== ''))
    await db.$executeRawUnsafe(statement);
  expect(await read()).toEqual(always);
  expect(JSON.stringify(always).length).toBeGreaterThan(10_000);
});
