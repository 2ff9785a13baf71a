/** A process that was started with another ENCRYPTION_KEY than the one that encrypted the credentials of providers. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../kit/database.ts';
import { startTestPrism, until, type TestPrism, type TestTenant } from '../kit/prism.ts';
import { logOf } from '../kit/request-log.ts';
import { answer, startUpstream, type ScriptedUpstream } from './upstream.ts';

const KEYS = { right: 'r1ght-Km2xVbN4kRt9wPzLs0YhJc6uDf1', wrong: 'wr0ng-Jc6uDf1EaXq7Gm2xVbN4kRt9wPz' };
const SECRET = 'sk-upstream-0123456789abcdef';
const messages = [{ role: 'user', content: 'Hello!' }];

let database: TestDatabase;
let upstreams: ScriptedUpstream[];
/** The process that can read them, and the one that cannot. */
let right: TestPrism;
let wrong: TestPrism;
let sealed: string;
let open: string;
/** Its only provider is the sealed one; it has both; it may use but one model, and that one is the sealed one's. */
let alone: TestTenant;
let both: TestTenant;
let narrow: TestTenant;

const at = (prism: TestPrism, tenant: TestTenant): TestTenant => ({
  ...tenant,
  baseUrl: `${prism.url}/api/${tenant.slug}/v1`,
});
const chat = (tenant: TestTenant, model: string, more = {}) =>
  wrong.gateway(at(wrong, tenant), '/chat/completions', { model, messages, ...more });

// An answer is what the test asserts of it.
// oxlint-disable-next-line typescript/no-explicit-any
async function get(url: string, key = ''): Promise<{ status: number; body: any }> {
  const response = await fetch(url, { headers: key === '' ? {} : { authorization: `Bearer ${key}` } });
  return { status: response.status, body: await response.json() };
}

beforeAll(async () => {
  database = await createTestDatabase();
  upstreams = [
    await startUpstream(['only', 'shared', 'text-embedding-only'], answer('From the sealed one.')),
    await startUpstream(['shared'], answer('From the open one.')),
  ];
  right = await startTestPrism({ DATABASE_URL: database.url, ENCRYPTION_KEY: KEYS.right });
  const add = (slug: string, index: number, auth: object) =>
    right.provider({
      name: slug,
      slug,
      type: 'custom',
      config: { baseUrl: upstreams[index]?.origin, auth },
    });
  sealed = await add('sealed', 0, { type: 'bearer', apiKey: SECRET });
  open = await add('open', 1, { type: 'none' });
  const modelConfig = { mode: 'all', aliases: { nick: 'only' } };
  alone = await right.tenant('alone', [sealed], { modelConfig });
  both = await right.tenant('both', [sealed, open], { modelConfig });
  narrow = await right.tenant('narrow', [sealed, open], {
    modelConfig: { mode: 'whitelist', list: ['sealed/only'] },
  });
  wrong = await startTestPrism({ DATABASE_URL: database.url, ENCRYPTION_KEY: KEYS.wrong });
});
afterAll(async () => {
  await Promise.all([right.stop(), wrong.stop()]);
  await Promise.all(upstreams.map((it) => it.close()));
  await database.drop();
});

describe('a model that only a provider with unreadable credentials has', () => {
  it.each([
    ['its id', 'only', {}],
    ['its id, streamed', 'only', { stream: true }],
    ['an alias', 'nick', {}],
    ['the name with its provider', 'sealed/only', {}],
  ])('is 503 in OpenAI’s shape, asked for by %s', async (_, model, more) => {
    for (const tenant of [alone, both]) {
      const response = await chat(tenant, model, more);
      expect([response.status, response.headers.get('content-type')]).toEqual([503, 'application/json']);
      const text = await response.text();
      expect(JSON.parse(text)).toEqual({
        error: {
          message: expect.stringMatching(`^The model '${model}' .*configuration of the gateway`),
          type: 'provider_error',
          code: null,
          param: null,
        },
      });
      for (const secret of [SECRET, KEYS.right, KEYS.wrong]) expect(text).not.toContain(secret);
      expect(await logOf(wrong, response.headers.get('x-request-id'))).toMatchObject({
        status: 'error',
        http_status: 503,
        attempts: 0,
      });
    }
  });

  it('is 503 for embeddings, too, and where everything is routed', async () => {
    const embeddings = await wrong.gateway(at(wrong, alone), '/embeddings', {
      model: 'text-embedding-only',
      input: 'x',
    });
    expect(embeddings.status).toBe(503);
    const forced = await right.tenant('forced', [sealed], { routing: { forced: 'all' } });
    await until(async () => (await chat(forced, 'only')).status !== 401);
    for (const model of ['auto', 'only', 'sealed/only']) expect((await chat(forced, model)).status).toBe(503);
    const mixed = await right.tenant('mixed', [sealed, open], { routing: { forced: 'all' } });
    await until(async () => (await chat(mixed, 'shared')).status === 200);
    // A provider that the client has named is not routed away from.
    expect((await chat(mixed, 'sealed/shared')).status).toBe(503);
  });

  it('is served by the process that can read them', async () => {
    const response = await right.gateway(alone, '/chat/completions', { model: 'only', messages });
    expect(response.status).toBe(200);
    expect(upstreams[0]?.received.at(-1)?.headers.authorization).toBe(`Bearer ${SECRET}`);
  });

  it('is no reason to say so of what does not exist, or of what the policy forbids', async () => {
    for (const model of ['nobody-has-it', 'sealed/nobody-has-it', 'open/only']) {
      const response = await chat(both, model);
      expect([model, response.status]).toEqual([model, 404]);
    }
    expect((await chat(narrow, 'only')).status).toBe(503);
    for (const model of ['shared', 'text-embedding-only', 'open/shared'])
      expect([model, (await chat(narrow, model)).status]).toEqual([model, 403]);
  });
});

describe('a model that another provider has as well', () => {
  it('is served by that one, also by routing, but not where the unreadable one is asked for', async () => {
    for (const model of ['shared', 'open/shared', 'auto']) {
      const response = await chat(both, model);
      expect([model, response.status, response.headers.get('x-prism-provider')]).toEqual([
        model,
        200,
        'open',
      ]);
      expect(await response.text()).toContain('From the open one.');
    }
    expect((await chat(both, 'sealed/shared')).status).toBe(503);
  });
});

it('the list of models is the one of the process that can read them, and so is each model', async () => {
  for (const tenant of [alone, both, narrow]) {
    const here = await get(`${at(wrong, tenant).baseUrl}/models`, tenant.apiKey);
    const there = await get(`${tenant.baseUrl}/models`, tenant.apiKey);
    expect(here.body.data.map((it: { id: string }) => it.id)).toEqual(
      there.body.data.map((it: { id: string }) => it.id),
    );
    expect(here.body.data.length).toBeGreaterThan(0);
    for (const name of ['auto', 'only', 'nick', 'sealed/only', 'shared', 'none']) {
      const one = (prism: TestPrism) => get(`${at(prism, tenant).baseUrl}/models/${name}`, tenant.apiKey);
      expect([name, (await one(wrong)).status]).toEqual([name, (await one(right)).status]);
    }
  }
});

describe('who looks after it', () => {
  it('sees it in /health, which stays 200: what can be served is served', async () => {
    const health = await get(`${wrong.url}/health`);
    expect(health).toMatchObject({
      status: 200,
      body: { status: 'degraded', database: 'ok', reason: expect.stringContaining('ENCRYPTION_KEY') },
    });
    expect((await get(`${right.url}/health`)).body).toMatchObject({ status: 'ok' });
    expect((await get(`${right.url}/health`)).body).not.toHaveProperty('reason');
    for (const secret of [SECRET, KEYS.right, KEYS.wrong])
      expect(JSON.stringify(health)).not.toContain(secret);
  });

  it('sees it in the tenant’s health, beside the providers that are well', async () => {
    expect(await get(`${wrong.url}/api/both/v1/health`)).toMatchObject({
      status: 503,
      body: {
        status: 'degraded',
        providers: [
          { name: 'open', status: 'ok', models: 1 },
          { name: 'sealed', status: 'error', error: expect.stringContaining('credentials') },
        ],
      },
    });
  });

  it('sees it in the console without a check, though another process is well with it', async () => {
    await expect
      .poll(
        async () => {
          const { body } = await wrong.rest('GET', '/api/prism/admin/system/overview');
          return body.providers.find((it: { id: string }) => it.id === sealed);
        },
        { timeout: 60_000 },
      )
      .toMatchObject({ status: 'error', error: expect.stringContaining('credentials') });
  });

  it('mends it by entering the credentials again, without a restart', async () => {
    const auth = { type: 'bearer', apiKey: 'sk-given-again' };
    const { status } = await wrong.rest('PUT', `/api/prism/admin/providers/${sealed}`, { config: { auth } });
    expect(status).toBe(200);
    await until(async () => (await chat(alone, 'only')).status === 200);
    expect(upstreams[0]?.received.at(-1)?.headers.authorization).toBe('Bearer sk-given-again');
    expect((await get(`${wrong.url}/health`)).body).toMatchObject({ status: 'ok' });
    expect((await get(`${wrong.url}/api/both/v1/health`)).status).toBe(200);
    // Now it is the other process that has the wrong key.
    await until(async () => (await get(`${right.url}/health`)).body.status === 'degraded');
    const response = await right.gateway(alone, '/chat/completions', { model: 'only', messages });
    expect(response.status).toBe(503);
  });
});
