import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApiTable } from '../../src/rest/docs.ts';
import { startTestPrism, type TestPrism, type TestTenant } from '../kit/prism.ts';

let prism: TestPrism;
let tenant: TestTenant;
beforeAll(async () => {
  prism = await startTestPrism();
  const provider = await prism.provider({ name: 'Simulator', type: 'simulator' });
  tenant = await prism.tenant('documented', [provider], {
    modelConfig: { mode: 'blacklist', list: ['sim-large'] },
  });
});
afterAll(() => prism.stop());

const document = createApiTable().document();
const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);

/** What the document says against an answer's body: nothing, if it is as it says. */
function problems(path: string, method: string, status: number, body: unknown): unknown {
  const schema =
    document.paths[path]?.[method]?.responses[String(status)]?.content['application/json']?.schema;
  if (schema === undefined) return `the document has no ${status} for ${method} ${path}`;
  const check = ajv.compile({ ...schema, components: document.components });
  check(body);
  return check.errors ?? [];
}

const CHAT = { model: 'sim-chat', messages: [{ role: 'user', content: 'Hello!' }] };

// API reference, "Gateway API" and "Global Endpoints"
describe('what is documented by hand is what is answered:', () => {
  const key = () => ({ authorization: `Bearer ${tenant.apiKey}`, 'content-type': 'application/json' });
  const post = (body: unknown) => ({ method: 'POST', body: JSON.stringify(body) });

  it.each([
    ['/chat/completions', 200, post(CHAT), true],
    ['/chat/completions', 400, post({ model: 'sim-chat' }), true],
    ['/chat/completions', 401, post(CHAT), false],
    ['/chat/completions', 403, post({ ...CHAT, model: 'sim-large' }), true],
    ['/chat/completions', 404, post({ ...CHAT, model: 'nobody' }), true],
    ['/chat/completions', 429, post({ ...CHAT, model: 'sim-error-429' }), true],
    ['/chat/completions', 503, post({ ...CHAT, model: 'sim-error-500' }), true],
    ['/embeddings', 200, post({ model: 'sim-embedding', input: 'The quick brown fox' }), true],
    ['/embeddings', 401, post({ model: 'sim-embedding', input: 'x' }), false],
    ['/models', 200, {}, true],
    ['/models', 401, {}, false],
    ['/models/{model}', 200, {}, true],
    ['/models/public', 200, {}, false],
    ['/health', 200, {}, false],
  ] as const)('%s with %i', async (path, status, init, signedIn) => {
    const { 'content-type': type, authorization } = key();
    const response = await fetch(tenant.baseUrl + path.replace('{model}', 'sim-chat'), {
      ...init,
      headers: { 'content-type': type, ...(signedIn ? { authorization } : {}) },
    });
    const body: unknown = await response.json();
    expect([response.status, status === 200 ? null : body]).toEqual([status, status === 200 ? null : body]);
    const method = 'method' in init ? 'post' : 'get';
    expect(problems(`/api/{slug}/v1${path}`, method, status, body)).toEqual([]);
  });

  it.each(['/models/public', '/health'])('%s with 404', async (path) => {
    const response = await fetch(`${prism.url}/api/nobody/v1${path}`);
    expect(response.status).toBe(404);
    expect(problems(`/api/{slug}/v1${path}`, 'get', 404, await response.json())).toEqual([]);
  });

  it('a stream and its end', async () => {
    const response = await prism.gateway(tenant, '/chat/completions', { ...CHAT, stream: true });
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    expect(await response.text()).toMatch(/data: \[DONE\]\n\n$/);
  });

  it('/health, /metrics and /graphql', async () => {
    const health = await prism.rest('GET', '/health', undefined, '');
    expect(problems('/health', 'get', 200, health.body)).toEqual([]);
    const metrics = await fetch(`${prism.url}/metrics`);
    expect([metrics.status, metrics.headers.get('content-type')]).toEqual([
      200,
      expect.stringContaining('text/plain'),
    ]);
    const answer = await prism.rest('POST', '/graphql', { query: '{ me { username } }' });
    expect(problems('/graphql', 'post', 200, answer.body)).toEqual([]);
  });
});

describe('an address that is none', () => {
  it.each(['/api', '/api/', '/api/nosuch', '/api/documented/v2/models', '/api/prism/nosuch'])(
    '%s answers 404 with a request id',
    async (path) => {
      const response = await fetch(prism.url + path);
      expect([response.status, response.headers.get('x-request-id')]).toEqual([
        404,
        expect.stringMatching(/^[0-9a-f-]{36}$/),
      ]);
    },
  );
});
