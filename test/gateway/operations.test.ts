/** What operators and browsers see of a process: metrics, request ids, methods and CORS. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startTestPrism, until, type TestPrism, type TestTenant } from '../kit/prism.ts';
import { logOf } from '../kit/request-log.ts';
import { answer, held, startUpstream, type ScriptedUpstream } from './upstream.ts';

const ORIGIN = 'https://app.example.com';
const TOKEN = 'a-token-for-metrics';
const messages = [{ role: 'user', content: 'Hello!' }];
let prism: TestPrism;
let tenant: TestTenant;
let upstream: ScriptedUpstream;

beforeAll(async () => {
  prism = await startTestPrism({
    METRICS_TOKEN: TOKEN,
    CORS_ORIGINS: `${ORIGIN},http://localhost:5173`,
  });
  upstream = await startUpstream(['scripted']);
  tenant = await prism.tenant('ops', await providers(prism));
});
afterAll(async () => {
  await prism.stop();
  await upstream.close();
});

const providers = async (on: TestPrism): Promise<string[]> => [
  await on.provider({ name: 'Simulator', slug: 'simulator', type: 'simulator' }),
  await on.provider({
    name: 'Scripted',
    slug: 'scripted',
    type: 'custom',
    config: { baseUrl: upstream.origin, auth: { type: 'none' } },
  }),
];
const bearer = (to = tenant) => ({ authorization: `Bearer ${to.apiKey}` });
const chat = (more: object = {}, to = tenant, headers = {}) =>
  prism.gateway(to, '/chat/completions', { model: 'sim-fast', messages, ...more }, headers);

async function metrics(): Promise<string> {
  const response = await fetch(`${prism.url}/metrics`, { headers: { authorization: `Bearer ${TOKEN}` } });
  expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  return await response.text();
}
/** The value of a series; null = there is none. */
const valueOf = (text: string, series: string): number | null => {
  const line = text.split('\n').find((it) => it.startsWith(`${series} `));
  return line === undefined ? null : Number(line.slice(series.length + 1));
};

describe('GET /metrics', () => {
  it.each([undefined, 'Bearer nonsense', `Basic ${TOKEN}`, `Bearer ${TOKEN}x`])(
    'is closed to %s',
    async (value) => {
      const headers = value === undefined ? {} : { authorization: value };
      const response = await fetch(`${prism.url}/metrics`, { headers });
      expect(response.status).toBe(401);
      expect(await response.text()).not.toContain('prism_requests_total');
    },
  );

  it('counts requests, tokens and money by tenant, provider and model, as the log has them', async () => {
    const own = await prism.tenant('counted', [...tenantProviders()], {
      rateLimit: { requestsPerMinute: 4, tokensPerMinute: 0 },
    });
    const rows: Record<string, unknown>[] = [];
    for (const more of [{}, { stream: true }, { model: 'sim-error-400' }, { model: 'sim-error-401' }]) {
      const response = await chat(more, own);
      await response.text();
      rows.push(await logOf(prism, response.headers.get('x-request-id')));
    }
    expect((await chat({}, own)).status).toBe(429);
    const text = await metrics();
    const labels = 'tenant="counted",provider="simulator",model="sim-fast",operation="chat"';
    expect(valueOf(text, `prism_requests_total{${labels},status="success"}`)).toBe(2);
    const sum = (column: string) => rows.slice(0, 2).reduce((total, row) => total + Number(row[column]), 0);
    expect(valueOf(text, `prism_tokens_total{${labels},class="input"}`)).toBe(sum('input_tokens'));
    expect(valueOf(text, `prism_tokens_total{${labels},class="output"}`)).toBe(sum('output_tokens'));
    expect(valueOf(text, `prism_cost_usd_total{${labels}}`)).toBeCloseTo(sum('actual_cost'), 12);
    expect(valueOf(text, `prism_request_duration_seconds_count{${labels}}`)).toBe(2);
    expect(valueOf(text, `prism_request_duration_seconds_bucket{${labels},le="+Inf"}`)).toBe(2);
    expect(valueOf(text, `prism_time_to_first_token_seconds_count{${labels}}`)).toBe(2);
    const failed = labels.replace('sim-fast', 'sim-error-400');
    expect(valueOf(text, `prism_requests_total{${failed},status="error"}`)).toBe(1);
    expect(valueOf(text, 'prism_limiter_rejections_total{tenant="counted",reason="requests"}')).toBe(1);
    expect(
      valueOf(text, 'prism_upstream_errors_total{provider="simulator",outcome="credentials"}'),
    ).toBeGreaterThan(0);
    expect(valueOf(text, 'prism_journal_failures_total')).toBe(0);
    expect(valueOf(text, 'prism_drain_rows_total')).toBeGreaterThanOrEqual(rows.length);
    expect(valueOf(text, 'prism_drain_batches_total')).toBeGreaterThan(0);
    for (const trouble of ['drain_failures', 'journal_torn', 'journal_quarantined']) {
      expect(valueOf(text, `prism_${trouble}_total`)).toBe(0);
    }
    for (const gauge of ['journal_entries', 'journal_bytes', 'snapshot_age_seconds', 'limiter_degraded']) {
      expect(valueOf(text, `prism_${gauge}`)).toBeGreaterThanOrEqual(0);
    }
    expect(text).toContain('nodejs_eventloop_lag_seconds');
  });

  it('is text that Prometheus reads, each series once', async () => {
    await chat();
    const lines = (await metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    for (const line of lines) {
      expect(line).toMatch(
        /^[a-z_:][a-z0-9_:]*(\{([a-z_]+="(\\.|[^"\\])*",?)+\})? (-?[\d.e+-]+|[+-]Inf|NaN)$/i,
      );
    }
    const series = lines.map((line) => line.slice(0, line.lastIndexOf(' ')));
    expect(new Set(series).size).toBe(series.length);
  });

  it('has no label that a client can make up', async () => {
    await chat({ model: 'made-up', user: 'made-up' }, tenant, {
      'x-user': 'made-up',
      'x-session-id': 'made-up',
    });
    const before = (await metrics()).match(/^prism_requests_total/gm)?.length;
    for (let i = 0; i < 20; i += 1) {
      expect((await chat({ model: `made-up-${i}`, user: `made-up-${i}` })).status).toBe(404);
    }
    const text = await metrics();
    expect(text).not.toContain('made-up');
    expect(text.match(/^prism_requests_total/gm)?.length).toBe(before);
  });

  it('tells what is under way', async () => {
    const endings: (() => void)[] = [];
    upstream.respond = held(endings);
    const response = await chat({ model: 'scripted', stream: true });
    expect(valueOf(await metrics(), 'prism_active_streams')).toBe(1);
    const waiting = chat({ model: 'scripted' });
    await until(async () => valueOf(await metrics(), 'prism_active_requests') === 1);
    await until(() => endings.length === 2);
    for (const end of endings) end();
    await Promise.all([response.text(), (await waiting).text()]);
    await until(async () => valueOf(await metrics(), 'prism_active_streams') === 0);
    expect(valueOf(await metrics(), 'prism_active_requests')).toBe(0);
    upstream.respond = answer('Hi');
  });
});

const tenantProviders = (): readonly string[] => {
  const view = prism.prism.snapshot().tenantsBySlug.get('ops');
  return view?.providers.map((it) => it.id) ?? [];
};

describe('x-request-id', () => {
  it('is on every answer of the gateway, new each time, and names the log row', async () => {
    const limited = await prism.tenant('once', [...tenantProviders()], {
      rateLimit: { requestsPerMinute: 1, tokensPerMinute: 0 },
      modelConfig: { mode: 'blacklist', list: ['sim-cache'] },
    });
    const get = (path: string, headers = {}) => fetch(tenant.baseUrl + path, { headers });
    const answers: [number, Response][] = [
      [200, await chat()],
      [200, await chat({ stream: true })],
      [400, await chat({ messages: [] })],
      [401, await chat({}, { ...tenant, apiKey: 'omp-nobody' })],
      [401, await get('/models')],
      [403, await chat({ model: 'sim-cache' }, limited)],
      [404, await chat({ model: 'nothing' })],
      [404, await get('/nothing', bearer())],
      [405, await get('/chat/completions', bearer())],
      [413, await prism.gateway(tenant, '/chat/completions', new Uint8Array(33 * 1024 * 1024))],
      [429, await chat({}, limited)],
      [503, await chat({ model: 'sim-error-401' })],
      [200, await chat({ model: 'sim-no-usage' })],
      [200, await get('/models', bearer())],
      [200, await get('/models/public')],
      [200, await get('/models/sim-fast', bearer())],
      [200, await get('/health')],
    ];
    const ids = answers.map(([, response]) => response.headers.get('x-request-id'));
    expect(answers.map(([, { status }]) => status)).toEqual(answers.map(([status]) => status));
    for (const id of ids)
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(new Set(ids).size).toBe(ids.length);
    await Promise.all(answers.map(([, response]) => response.text()));
    for (const index of [0, 1, 2, 5, 6, 9, 11]) {
      expect((await logOf(prism, ids[index] ?? null)).http_status).toBe(answers[index]?.[0]);
    }
  });
});

describe('a fault of ours', () => {
  it('ends the one request that it hits, which names itself in the answer, and nothing else', async () => {
    const fault = vi.spyOn(prism.prism.journal, 'append').mockImplementation(() => {
      throw new Error('a fault that nobody thought of');
    });
    const whole = await chat();
    expect(whole.status).toBe(500);
    expect(whole.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(await whole.json()).toEqual({
      error: {
        message: expect.not.stringContaining('nobody thought of'),
        type: 'server_error',
        code: 'internal',
        param: null,
      },
    });
    await expect((await chat({ stream: true })).text()).rejects.toThrow('terminated');
    fault.mockRestore();
    expect((await chat()).status).toBe(200);
    await until(async () => valueOf(await metrics(), 'prism_active_requests') === 0);
    expect(valueOf(await metrics(), 'prism_active_streams')).toBe(0);
  });
});

describe('methods', () => {
  it('HEAD is GET without a body', async () => {
    // What a provider did last is what /v1/health goes by.
    for (const model of ['sim-fast', 'scripted']) expect((await chat({ model })).status).toBe(200);
    for (const path of [`${tenant.baseUrl}/models`, `${tenant.baseUrl}/health`, `${prism.url}/health`]) {
      const get = await fetch(path, { headers: bearer() });
      const head = await fetch(path, { method: 'HEAD', headers: bearer() });
      expect(head.status).toBe(200);
      expect(head.headers.get('content-type')).toBe(get.headers.get('content-type'));
      expect(Number(head.headers.get('content-length'))).toBeGreaterThan(0);
      expect(await head.text()).toBe('');
    }
  });

  it.each([
    ['DELETE', '/models', 'GET'],
    ['OPTIONS', '/chat/completions', 'POST'],
    ['HEAD', '/chat/completions', 'POST'],
    ['PUT', '/embeddings', 'POST'],
  ])('%s %s is 405 and says what would be right', async (method, path, allow) => {
    const response = await fetch(tenant.baseUrl + path, { method, headers: bearer() });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe(allow);
  });
});

describe('CORS', () => {
  const preflight = (origin: string) =>
    fetch(`${tenant.baseUrl}/chat/completions`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,x-stainless-lang',
      },
    });

  it('lets a page of a configured origin ask, stream and read our headers', async () => {
    const asked = await preflight(ORIGIN);
    expect(asked.status).toBe(204);
    expect(asked.headers.get('access-control-allow-origin')).toBe(ORIGIN);
    expect(asked.headers.get('access-control-allow-methods')).toContain('POST');
    expect(asked.headers.get('access-control-allow-headers')).toContain('x-stainless-lang');
    expect(asked.headers.get('vary')).toContain('origin');
    for (const stream of [false, true]) {
      const response = await chat({ stream }, tenant, { origin: ORIGIN });
      expect(response.headers.get('access-control-allow-origin')).toBe(ORIGIN);
      expect(response.headers.get('access-control-expose-headers')).toContain('x-request-id');
      expect(await response.text()).toContain('cost_info');
    }
  });

  it('lets it read errors, too', async () => {
    const response = await chat({}, { ...tenant, apiKey: 'omp-nobody' }, { origin: ORIGIN });
    expect(response.status).toBe(401);
    expect(response.headers.get('access-control-allow-origin')).toBe(ORIGIN);
  });

  it.each(['https://evil.example.com', `${ORIGIN}.evil.com`, 'null', 'http://app.example.com'])(
    'says nothing to %s, and never speaks of credentials',
    async (origin) => {
      for (const response of [await preflight(origin), await chat({}, tenant, { origin })]) {
        expect(response.headers.get('access-control-allow-origin')).toBeNull();
        expect(response.headers.get('access-control-allow-credentials')).toBeNull();
      }
      expect((await preflight(ORIGIN)).headers.get('access-control-allow-credentials')).toBeNull();
    },
  );
});
