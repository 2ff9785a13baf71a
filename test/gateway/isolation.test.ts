/** Tenant B can do nothing with what is tenant A's, and a change of rights reaches every process within a second. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../kit/database.ts';
import { startTestPrism, until, type TestPrism, type TestTenant } from '../kit/prism.ts';
import { logOf } from '../kit/request-log.ts';
import { graphql, signIn } from './console.ts';
import { answer, startUpstream, type ScriptedUpstream } from './upstream.ts';

const messages = [{ role: 'user', content: 'Hello!' }];
let database: TestDatabase;
let prism: TestPrism;
/** Another process on the same database. */
let second: TestPrism;
let ofA: ScriptedUpstream;
let ofB: ScriptedUpstream;
let providerA: string;
let a: TestTenant;
let b: TestTenant;

beforeAll(async () => {
  database = await createTestDatabase();
  prism = await startTestPrism({ DATABASE_URL: database.url });
  second = await startTestPrism({ DATABASE_URL: database.url });
  ofA = await startUpstream(['only-a', 'both'], answer('From A.'));
  ofB = await startUpstream(['only-b', 'both'], answer('From B.'));
  const provider = (slug: string, { origin }: ScriptedUpstream) =>
    prism.provider({
      name: slug,
      slug,
      type: 'custom',
      config: { baseUrl: origin, auth: { type: 'bearer', apiKey: `key-of-${slug}` } },
    });
  providerA = await provider('provider-a', ofA);
  const providerB = await provider('provider-b', ofB);
  a = await prism.tenant('tenant-a', [providerA], { modelConfig: { aliases: { 'alias-a': 'only-a' } } });
  b = await prism.tenant('tenant-b', [providerB]);
});
afterAll(async () => {
  await second.stop();
  await prism.stop();
  await ofA.close();
  await ofB.close();
  await database.drop();
});

const bearer = ({ apiKey }: TestTenant) => ({ authorization: `Bearer ${apiKey}` });
const chat = (as: TestTenant, model: string, baseUrl = as.baseUrl) =>
  prism.gateway({ ...as, baseUrl }, '/chat/completions', { model, messages });
const onSecond = (tenant: TestTenant): string => `${second.url}/api/${tenant.slug}/v1`;

describe('tenant B', () => {
  it.each([
    ['GET', '/models'],
    ['GET', '/models/only-a'],
    ['POST', '/chat/completions'],
    ['POST', '/embeddings'],
  ])('cannot use %s %s under the slug of A', async (method, path) => {
    const response = await fetch(a.baseUrl + path, {
      method,
      headers: bearer(b),
      ...(method === 'POST' ? { body: JSON.stringify({ model: 'only-a', messages, input: 'x' }) } : {}),
    });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ error: { code: 'invalid_api_key' } });
  });

  it('is told the same about the slug of A as about one that nobody has', async () => {
    const ask = async (slug: string) => {
      const response = await chat(b, 'only-a', `${prism.url}/api/${slug}/v1`);
      return { status: response.status, body: await response.json() };
    };
    expect(await ask('tenant-a')).toEqual(await ask('nobody'));
  });

  it.each(['only-a', 'provider-a/only-a', 'provider-a/both', 'alias-a'])(
    'does not reach A’s %s, and is told the same as of a model that nobody has',
    async (model) => {
      ofA.received.length = 0;
      const response = await chat(b, model);
      expect(response.status).toBe(404);
      const text = await response.text();
      expect(text.replaceAll(model, 'x')).toBe(await (await chat(b, 'nothing')).text().then(asX('nothing')));
      expect(ofA.received).toHaveLength(0);
      expect(response.headers.get('x-prism-provider')).toBeNull();
    },
  );

  it('gets a model that both have from its own provider, with its own key', async () => {
    expect(await (await chat(b, 'both')).text()).toContain('From B.');
    expect(ofB.received.at(-1)?.headers.authorization).toBe('Bearer key-of-provider-b');
    expect(await (await chat(a, 'both')).text()).toContain('From A.');
    expect(ofA.received.at(-1)?.headers.authorization).toBe('Bearer key-of-provider-a');
  });

  it('sees none of A’s models in any list, and nothing of A’s provider in /health', async () => {
    for (const path of ['/models', '/models/public', '/health']) {
      const text = await (await fetch(b.baseUrl + path, { headers: bearer(b) })).text();
      expect(text).not.toMatch(/only-a|provider-a|alias-a/);
    }
    const one = await fetch(`${b.baseUrl}/models/only-a`, { headers: bearer(b) });
    expect(one.status).toBe(404);
  });

  it('has its own key name its tenant where the path does not', async () => {
    const list = async (path: string) => await (await fetch(prism.url + path, { headers: bearer(b) })).text();
    for (const base of ['/v1', '/api/v1']) {
      expect(await list(`${base}/models`)).toContain('only-b');
      expect(await list(`${base}/models/public`)).toContain('only-b');
      expect(JSON.parse(await list(`${base}/health`))).toMatchObject({ tenant: 'tenant-b' });
    }
    expect((await fetch(`${prism.url}/v1/health`)).status).toBe(404);
    expect((await fetch(`${prism.url}/v1/models/public`)).status).toBe(404);
  });

  it('’s people see no request of A, and those of A do', async () => {
    const response = await chat(a, 'only-a');
    const id = response.headers.get('x-request-id');
    await logOf(prism, id);
    const query = '{ requestLogs(first: 200) { edges { node { id tenantId } } } }';
    const rows = async (token: string) => {
      const { data } = await graphql(prism, query, {}, token);
      return data.requestLogs.edges.map((edge: { node: object }) => edge.node);
    };
    const outsider = await rows(await signIn(prism, 'TENANT_ADMIN', [b.id]));
    expect(outsider.filter((row: { tenantId: string }) => row.tenantId !== b.id)).toEqual([]);
    expect(await rows(await signIn(prism, 'TENANT_VIEWER', [a.id]))).toContainEqual({ id, tenantId: a.id });
  });
});

const asX = (name: string) => (text: string) => text.replaceAll(name, 'x');

describe('on another process, within a second', { retry: 2 }, () => {
  let tenants = 0;
  let own: TestTenant;
  beforeEach(async () => {
    tenants += 1;
    own = await prism.tenant(`fleeting-${tenants}`, [providerA]);
    await expectOnSecond(200, null);
  });

  const admin = (method: string, path: string, body?: unknown) =>
    prism.rest(method, `/api/prism/admin${path}`, body);

  /** Asks the second process until it answers so; a second is what the contract allows. */
  async function expectOnSecond(status: number, code: string | null, model = 'only-a'): Promise<void> {
    let last: unknown = null;
    const matches = async (): Promise<boolean> => {
      const response = await chat(own, model, onSecond(own));
      const body = (await response.json()) as { error?: { code: string } };
      last = { status: response.status, code: body.error?.code ?? null };
      return response.status === status && (body.error?.code ?? null) === code;
    };
    await until(matches, 1_000).catch(() => undefined);
    expect(last).toEqual({ status, code });
  }
  const keyId = async (): Promise<string> => (await admin('GET', `/tenants/${own.id}/keys`)).body[0].id;

  it('a disabled key is refused, and an enabled one served again', async () => {
    const id = await keyId();
    await admin('PUT', `/tenants/${own.id}/keys/${id}`, { enabled: false });
    await expectOnSecond(401, 'key_disabled');
    await admin('PUT', `/tenants/${own.id}/keys/${id}`, { enabled: true });
    await expectOnSecond(200, null);
  });

  it('a rotated key is unknown, and the new one served', async () => {
    const { body } = await admin('POST', `/tenants/${own.id}/rotate-key`);
    await expectOnSecond(401, 'invalid_api_key');
    own = { ...own, apiKey: body.apiKey };
    await expectOnSecond(200, null);
  });

  it('a disabled tenant is refused, and its open paths are gone', async () => {
    await admin('PUT', `/tenants/${own.id}`, { active: false });
    await expectOnSecond(401, 'key_disabled');
    expect((await fetch(`${onSecond(own)}/health`)).status).toBe(404);
    expect((await fetch(`${onSecond(own)}/models/public`)).status).toBe(404);
  });

  it('a removed tenant is unknown', async () => {
    await admin('DELETE', `/tenants/${own.id}`);
    await expectOnSecond(401, 'invalid_api_key');
  });

  it('a new whitelist is obeyed, by requests and by lists', async () => {
    await admin('PUT', `/tenants/${own.id}/model-config`, { mode: 'whitelist', list: ['both'] });
    await expectOnSecond(403, null);
    await expectOnSecond(200, null, 'both');
    const list = await (await fetch(`${onSecond(own)}/models`, { headers: bearer(own) })).json();
    expect(list.data.map((it: { id: string }) => it.id)).toEqual(['both']);
    await admin('PUT', `/tenants/${own.id}/model-config`, { mode: 'whitelist', list: [] });
    await expectOnSecond(403, null, 'both');
  });

  it('a provider taken away serves no more', async () => {
    await admin('PUT', `/tenants/${own.id}`, { providerIds: [] });
    await expectOnSecond(404, 'model_not_found');
  });

  it('a new limit is enforced', async () => {
    await admin('PUT', `/tenants/${own.id}`, { rateLimit: { requestsPerMinute: 1, tokensPerMinute: 0 } });
    await expectOnSecond(429, 'rate_limit_exceeded');
  });
});
