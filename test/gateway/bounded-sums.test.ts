import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MOST_USERS, OTHER_USERS } from '../../src/accounting/bound-users.ts';
import { startTestPrism, type TestPrism, type TestTenant } from '../kit/prism.ts';
import { logOf } from '../kit/request-log.ts';

const REQUESTS = MOST_USERS + 100;
const AT_ONCE = 50;

let prism: TestPrism;
let tenant: TestTenant;
let strict: TestTenant;
let client: pg.Client;
beforeAll(async () => {
  prism = await startTestPrism();
  const provider = await prism.provider({ name: 'Simulator', type: 'simulator' });
  tenant = await prism.tenant('made-up', [provider]);
  strict = await prism.tenant('strict', [provider], {
    modelConfig: { mode: 'whitelist', list: ['sim-fast'], aliases: { grand: 'sim-large' } },
  });
  client = new pg.Client({ connectionString: prism.databaseUrl });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await prism.stop();
});

async function ask(of: TestTenant, model: string, user = '') {
  const body = { model, messages: [{ role: 'user', content: 'Hi' }] };
  const response = await prism.gateway(of, '/chat/completions', body, user === '' ? {} : { 'x-user': user });
  await response.text();
  return { status: response.status, id: response.headers.get('x-request-id') };
}

describe('what a client makes up', () => {
  it('makes few sums, and stays in the log', async () => {
    for (let start = 0; start < REQUESTS; start += AT_ONCE) {
      const numbers = Array.from({ length: Math.min(AT_ONCE, REQUESTS - start) }, (_, at) => start + at);
      const answers = await Promise.all(numbers.map((it) => ask(tenant, `made-up-${it}`, `user-${it}`)));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([404]));
    }
    await prism.prism.flush();
    const { rows: sums } = await client.query(
      `SELECT max(rows)::int AS rows, sum(requests)::int AS requests, array_agg(DISTINCT model) AS models FROM (
         SELECT model, requests, count(*) OVER (PARTITION BY hour) AS rows FROM usage_hourly WHERE tenant_id = $1) AS u`,
      [tenant.id],
    );
    expect(sums).toEqual([{ rows: expect.any(Number), requests: REQUESTS, models: [''] }]);
    expect(sums[0].rows).toBeLessThanOrEqual(MOST_USERS + 1);
    const { rows: logged } = await client.query(
      `SELECT count(DISTINCT requested_model)::int AS models, count(DISTINCT coalesce(trace->>'user', user_name))::int AS users
         FROM request_log WHERE tenant_id = $1`,
      [tenant.id],
    );
    expect(logged).toEqual([{ models: REQUESTS, users: REQUESTS }]);
    const { rows: others } = await client.query(
      `SELECT sum(requests)::int AS sums, (SELECT count(*)::int FROM request_log WHERE user_name = $1) AS log
         FROM usage_hourly WHERE user_name = $1`,
      [OTHER_USERS],
    );
    expect(others[0].sums).toBe(others[0].log);
  });

  it.each([
    ['sim-large', 403, 'sim-large'],
    ['simulator/sim-large', 403, 'sim-large'],
    ['grand', 403, 'sim-large'],
    ['nothing of the kind', 403, ''],
    ['sim-fast', 200, 'sim-fast'],
  ])('is told from what there is: %s', async (requested, status, model) => {
    const answer = await ask(strict, requested);
    expect(answer.status).toBe(status);
    expect(await logOf(prism, answer.id)).toMatchObject({ requested_model: requested, model });
  });
});
