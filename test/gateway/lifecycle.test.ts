/** The roles of a process, its health while the database comes and goes, and its end. */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProxy } from '../accounting/proxy.ts';
import { createTestDatabase, type TestDatabase } from '../kit/database.ts';
import { startTestPrism, until, type TestPrism, type TestTenant } from '../kit/prism.ts';
import { logOf } from '../kit/request-log.ts';
import { frame, held, startUpstream, type ScriptedUpstream } from './upstream.ts';

const messages = [{ role: 'user', content: 'Hello!' }];
let upstream: ScriptedUpstream;

beforeAll(async () => {
  upstream = await startUpstream(['scripted']);
});
afterAll(() => upstream.close());

const providers = async (on: TestPrism): Promise<string[]> => [
  await on.provider({ name: 'Simulator', slug: 'simulator', type: 'simulator' }),
  await on.provider({
    name: 'Scripted',
    slug: 'scripted',
    type: 'custom',
    config: { baseUrl: upstream.origin, auth: { type: 'none' } },
  }),
];
describe('PRISM_ROLE', () => {
  const started: TestPrism[] = [];
  let database: TestDatabase;
  let tenant: TestTenant;

  beforeAll(async () => {
    database = await createTestDatabase();
    const full = await startTestPrism({ DATABASE_URL: database.url });
    started.push(full);
    tenant = await full.tenant('ops', await providers(full));
  });
  afterAll(async () => {
    await Promise.all(started.map((it) => it.stop()));
    await database.drop();
  });
  const status = async (url: string, init?: RequestInit) => (await fetch(url, init)).status;

  it('worker: the gateway, /health and /metrics, and nothing else', async () => {
    const worker = await startTestPrism({ DATABASE_URL: database.url, PRISM_ROLE: 'worker' });
    started.push(worker);
    const there = { ...tenant, baseUrl: `${worker.url}/api/ops/v1` };
    const body = { model: 'sim-fast', messages };
    expect((await worker.gateway(there, '/chat/completions', body)).status).toBe(200);
    expect(await status(`${worker.url}/health`)).toBe(200);
    expect(await status(`${worker.url}/metrics`)).toBe(200);
    for (const path of [
      '/',
      '/graphql',
      '/api/prism/setup/status',
      '/api/prism/admin/tenants',
      '/api/tenant-portal/mine',
      '/tenants',
    ]) {
      expect(await status(worker.url + path)).toBe(404);
    }
  });

  it('control: everything but the gateway', async () => {
    const control = await startTestPrism({ DATABASE_URL: database.url, PRISM_ROLE: 'control' });
    started.push(control);
    expect((await control.rest('GET', '/api/prism/admin/tenants')).status).toBe(200);
    expect(await status(`${control.url}/health`)).toBe(200);
    for (const path of ['/api/ops/v1/models', '/v1/models', '/api/v1/models', '/api/ops/v1/health']) {
      const response = await fetch(control.url + path, {
        headers: { authorization: `Bearer ${tenant.apiKey}` },
      });
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ error: { type: 'invalid_request_error' } });
    }
  });
});

describe('GET /health', () => {
  it('is ok, then degraded but serving while the database is away, then ok again with nothing lost', async () => {
    const own = await createTestDatabase();
    const proxy = await createProxy(own.url);
    const there = await startTestPrism({ DATABASE_URL: proxy.url });
    const to = await there.tenant('survivor', await providers(there));
    const health = async () => {
      const response = await fetch(`${there.url}/health`);
      expect(response.status).toBe(200);
      return (await response.json()) as { status: string; database: string };
    };
    expect(await health()).toMatchObject({
      status: 'ok',
      database: 'ok',
      role: 'full',
      version: 'test',
      journal: { accepting: true },
    });
    await proxy.cut();
    await until(async () => (await health()).status === 'degraded');
    expect(await health()).toMatchObject({ status: 'degraded', database: 'error' });
    const response = await there.gateway(to, '/chat/completions', { model: 'sim-fast', messages });
    expect(response.status).toBe(200);
    await response.text();
    await proxy.mend();
    await until(async () => (await health()).status === 'ok');
    expect(await logOf(there, response.headers.get('x-request-id'))).toMatchObject({ status: 'success' });
    await there.stop();
    await proxy.cut();
    await own.drop();
  });
});

describe('stop()', () => {
  /** A process of its own, with requests that end when the test says. */
  async function start(drainSeconds: string) {
    const own = await createTestDatabase();
    const there = await startTestPrism({ DATABASE_URL: own.url, PRISM_DRAIN_SECONDS: drainSeconds });
    const to = await there.tenant('ending', await providers(there));
    return { own, there, to };
  }

  it('lets what runs come to its end, and takes nothing new', async () => {
    const { own, there, to } = await start('30');
    const endings: (() => void)[] = [];
    upstream.respond = held(endings);
    const body = { model: 'scripted', messages };
    const whole = there.gateway(to, '/chat/completions', body);
    const streamed = await there.gateway(to, '/chat/completions', { ...body, stream: true });
    await until(() => endings.length === 2);
    let stopped = false;
    const stopping = there.stop().then(() => (stopped = true));
    await until(async () => (await fetch(`${there.url}/health`).catch(() => null)) === null);
    expect(stopped).toBe(false);
    for (const end of endings) end();
    expect(await (await whole).text()).toContain('At last.');
    const text = await streamed.text();
    expect(text).toContain('upon');
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
    await stopping;
    const rows = await logged(own);
    expect(rows).toEqual([{ status: 'success' }, { status: 'success' }]);
    await own.drop();
  });

  it('cuts what takes too long, and logs it as aborted with what was used', async () => {
    const { own, there, to } = await start('0');
    upstream.respond = (res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.write(frame('scripted', { role: 'assistant', content: 'Once upon a time' }));
    };
    const response = await there.gateway(to, '/chat/completions', {
      model: 'scripted',
      messages,
      stream: true,
    });
    const reading = response.text().then(
      () => 'ended',
      () => 'cut',
    );
    await there.stop();
    expect(await reading).toBe('cut');
    expect(await logged(own)).toEqual([{ status: 'aborted' }]);
    await until(() => upstream.received.at(-1)?.outcome === 'aborted');
    await own.drop();
  });
});

async function logged({ url }: TestDatabase): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query('SELECT status FROM request_log ORDER BY id');
  await client.end();
  return rows;
}
