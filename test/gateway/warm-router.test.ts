import pg from 'pg';
import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { warmUp } from '../../src/router.ts';
import { createTestDatabase, type TestDatabase } from '../kit/database.ts';
import { createSilentLog } from '../kit/silent-log.ts';

const log = createSilentLog();
let database: TestDatabase;
let pool: pg.Pool;
beforeAll(async () => {
  database = await createTestDatabase();
  pool = new pg.Pool({ connectionString: database.url, max: 1 });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

async function loads(from: pg.Pool = pool): Promise<number> {
  let count = 0;
  await warmUp({ pool: from, log, classifier: { load: () => (count += 1) } });
  return count;
}

async function ask(days: number, routed: boolean): Promise<void> {
  await pool.query(
    `INSERT INTO request_log (id, at, tenant_id, key_id, provider_slug, operation, requested_model, model,
       baseline_model, auto_routed, status, http_status, duration_ms)
     VALUES ($1, now() - make_interval(days => $2), $1, $1, 'p', 'chat', 'm', 'm', 'm', $3, 'success', 200, 1)`,
    [uuidv7(), days, routed],
  );
}

it('reads the weights after a start only where requests have been routed of late', async () => {
  expect(await loads()).toBe(0);
  await ask(1, false);
  await ask(8, true);
  expect(await loads()).toBe(0);
  await ask(1, true);
  expect(await loads()).toBe(1);
});

it('does without where the database is away', async () => {
  const away = new pg.Pool({ connectionString: 'postgres://nobody@127.0.0.1:9/nothing' });
  expect(await loads(away)).toBe(0);
  await away.end();
});
