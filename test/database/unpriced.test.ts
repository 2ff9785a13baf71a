import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { compacted, logged, NOW, sketch } from '../domain/sketches.ts';
import { createWorld, type World } from '../domain/world.ts';

const MIGRATION = join(import.meta.dirname, '../../prisma/migrations/0008_unpriced_requests/migration.sql');
/** What the migration does with sums that are there already. */
const BACKFILL = readFileSync(MIGRATION, 'utf8').split('-- Of what the log still has')[1] ?? '';

let world: World;

beforeAll(async () => {
  world = await createWorld();
  world.now.value = NOW;
});
afterAll(() => world.close());

it('an upgraded database counts requests without a price as one does that always has', async () => {
  const { db } = world;
  const [sketches = []] = fc.sample(fc.array(sketch, { minLength: 300, maxLength: 300 }), {
    numRuns: 1,
    seed: 8,
  });
  await logged(db, sketches);
  // Some hours are in the sums already, others are not.
  await compacted(db, new Date(NOW.getTime() - 36 * 3_600_000));
  const read = async (): Promise<unknown> => [
    await db.$queryRaw`SELECT to_jsonb(u)::text AS row FROM usage_hourly u ORDER BY 1`,
    await db.$queryRaw`SELECT to_jsonb(s)::text AS row FROM usage_sum s ORDER BY 1`,
  ];
  const always = await read();
  await db.$executeRaw`ALTER TABLE usage_hourly DISABLE TRIGGER USER`;
  await db.$executeRaw`UPDATE usage_hourly SET unpriced = 0`;
  await db.$executeRaw`ALTER TABLE usage_hourly ENABLE TRIGGER USER`;
  await db.$executeRaw`UPDATE usage_sum SET unpriced = 0`;
  expect(await read()).not.toEqual(always);
  await db.$executeRawUnsafe(BACKFILL.slice(BACKFILL.indexOf('\n')));
  expect(await read()).toEqual(always);
  const [sums] = await db.$queryRaw<{ hourly: number; summed: number }[]>`
    SELECT (SELECT sum(unpriced) FROM usage_hourly)::int AS hourly,
           (SELECT sum(unpriced) FROM usage_sum WHERE kind = 'day_all')::int AS summed`;
  expect(sums?.summed).toBeGreaterThan(20);
  expect(sums?.hourly).toBeGreaterThan(sums?.summed ?? Infinity);
});
