import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPool } from '../../src/database/client.ts';
import { buildSnapshot } from '../../src/runtime/build-snapshot.ts';
import type { ProviderViewDeps } from '../../src/runtime/provider-view.ts';
import { loadAll } from '../../src/runtime/snapshot-load.ts';
import { keepUnchanged } from '../../src/runtime/snapshot-rows.ts';
import { systemTimers } from '../../src/runtime/timers.ts';
import { createTestDatabase, type TestDatabase } from '../kit/database.ts';
import { catalogPrice, cipher, insertProvider, recordLog, registry } from './world.ts';

let database: TestDatabase;
let db: pg.Pool;

beforeAll(async () => {
  database = await createTestDatabase();
  db = createPool(database.url, { max: 2, applicationName: 'test' });
});
afterAll(async () => {
  await db.end();
  await database.drop();
});

test('a change of one tenant among a thousand with ten thousand keys rebuilds that tenant only', async () => {
  const provider = await insertProvider(db, { slug: 'p', apiKey: 'sk-1' });
  await db.query(
    `INSERT INTO provider_model (id, provider_id, model_id, name, updated_at)
       SELECT gen_random_uuid(), $1, 'm' || n, 'm', now() FROM generate_series(1, 300) n`,
    [provider],
  );
  await db.query(
    `INSERT INTO tenant (id, slug, name, updated_at)
       SELECT gen_random_uuid(), 't' || n, 't', now() FROM generate_series(1, 1000) n`,
  );
  await db.query(`INSERT INTO tenant_provider SELECT id, $1, 0 FROM tenant`, [provider]);
  await db.query(
    `INSERT INTO tenant_key (id, tenant_id, hash, prefix)
       SELECT gen_random_uuid(), t.id, encode(sha256((t.slug || n)::bytea), 'hex'), 'omp-'
         FROM tenant t, generate_series(1, 10) n`,
  );
  const deps: ProviderViewDeps = {
    registry,
    cipher,
    catalogPrice,
    catalogBenchmarks: () => new Map(),
    log: recordLog().log,
  };
  const source = { pool: db, timers: systemTimers };
  const rows = await loadAll(source, null);
  const whole = buildSnapshot(deps, rows, null);
  expect(whole.snapshot.keysByHash.size).toBe(10_000);
  const [tenant] = rows.tenants;
  if (tenant === undefined) throw new Error('no tenant');
  const [id, row] = tenant;
  const changed = new Map(rows.tenants).set(id, { ...row, tenant: { ...row.tenant, name: 'new' } });
  const next = buildSnapshot(deps, keepUnchanged(rows, { ...rows, tenants: changed }), whole);
  const rebuilt = [...next.snapshot.tenantsById].filter(
    ([key, view]) => whole.snapshot.tenantsById.get(key) !== view,
  );
  expect(rebuilt.map(([key, view]) => [key, view.name])).toEqual([[id, 'new']]);
});
