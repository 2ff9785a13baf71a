/** Seed "Gateway API" and contract §2, row by row, over plain HTTP. */
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestPrism, until, type TestPrism, type TestTenant } from '../kit/prism.ts';
import { readStream } from '../kit/read-stream.ts';
import { logOf } from '../kit/request-log.ts';

let prism: TestPrism;
let providerId: string;
let tenant: TestTenant;
const messages = [{ role: 'user', content: 'Hello, how are you?' }];
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

beforeAll(async () => {
  prism = await startTestPrism();
  providerId = await prism.provider({ name: 'Simulator', type: 'simulator' });
  tenant = await prism.tenant('contract', [providerId]);
});
afterAll(() => prism.stop());

const chat = (body: object, to = tenant, headers = {}) =>
  prism.gateway(to, '/chat/completions', { model: 'sim-fast', messages, ...body }, headers);

describe('paths', () => {
  it.each(['/v1', '/api/v1'])('%s works with the key alone', async (base) => {
    const response = await fetch(`${prism.url}${base}/models`, { headers: bearer(tenant.apiKey) });
    expect(response.status).toBe(200);
  });

  it('a key of another tenant is not known on this slug', async () => {
    const other = await prism.tenant('elsewhere', [providerId]);
    const response = await fetch(`${tenant.baseUrl}/models`, { headers: bearer(other.apiKey) });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ error: { code: 'invalid_api_key' } });
  });

  it('an unknown slug is 401 with a key, and 404 where none is needed', async () => {
    const get = (path: string, headers = {}) => fetch(`${prism.url}/api/nobody/v1${path}`, { headers });
    expect((await get('/models', bearer(tenant.apiKey))).status).toBe(401);
    expect((await get('/models/public')).status).toBe(404);
    expect((await get('/health')).status).toBe(404);
  });

  it('no key is 401 missing_api_key', async () => {
    const response = await fetch(`${tenant.baseUrl}/models`);
    expect(response.status).toBe(401);
    expect(await response.json()).toEqual({
      error: {
        message: expect.any(String),
        type: 'authentication_error',
        code: 'missing_api_key',
        param: null,
      },
    });
  });

  it('a wrong method is 405 and a wrong path 404, in OpenAI’s shape', async () => {
    const method = await fetch(`${tenant.baseUrl}/chat/completions`, { headers: bearer(tenant.apiKey) });
    expect(method.status).toBe(405);
    const path = await prism.gateway(tenant, '/nothing', {});
    expect(path.status).toBe(404);
    expect(await path.json()).toMatchObject({ error: { type: 'invalid_request_error' } });
  });
});

describe('GET /v1/models/public and /v1/health', () => {
  it('needs no key and lists what the tenant may use', async () => {
    const own = await prism.tenant('listed', [providerId], {
      modelConfig: { mode: 'whitelist', list: ['sim-fast'] },
    });
    const response = await fetch(`${own.baseUrl}/models/public`);
    const body = (await response.json()) as { object: string; data: { id: string }[] };
    expect(body.object).toBe('list');
    expect(body.data.map((it) => it.id)).toEqual(['sim-fast']);
  });

  it('answers for each name that a completion takes, and for no other', async () => {
    const own = await prism.tenant('names', [providerId], {
      modelConfig: {
        mode: 'blacklist',
        list: ['sim-mini'],
        aliases: { quick: 'sim-fast', small: 'sim-mini' },
      },
    });
    for (const name of [
      'sim-fast',
      'quick',
      'simulator/sim-fast',
      encodeURIComponent('simulator/sim-fast'),
    ]) {
      const response = await fetch(`${own.baseUrl}/models/${name}`, { headers: bearer(own.apiKey) });
      expect([name, response.status]).toEqual([name, 200]);
      expect(await response.json()).toMatchObject({ id: decodeURIComponent(name), object: 'model' });
    }
    for (const name of ['sim-mini', 'small', 'simulator/sim-mini', 'other/sim-fast']) {
      const { status } = await fetch(`${own.baseUrl}/models/${name}`, { headers: bearer(own.apiKey) });
      expect([name, status]).toEqual([name, 404]);
    }
  });

  it('offers auto as any model, so that clients that know nothing else can ask for it', async () => {
    const listOf = async (slug: string, modelConfig: object): Promise<{ ids: string[]; one: number }> => {
      const own = await prism.tenant(slug, [providerId], { modelConfig });
      const response = await fetch(`${own.baseUrl}/models`, { headers: bearer(own.apiKey) });
      const { data } = (await response.json()) as { data: { id: string }[] };
      const { status } = await fetch(`${own.baseUrl}/models/auto`, { headers: bearer(own.apiKey) });
      return { ids: data.map(({ id }) => id), one: status };
    };
    const all = await listOf('auto-all', { mode: 'all' });
    expect([all.ids[0], all.ids.includes('sim-fast'), all.one]).toEqual(['auto', true, 200]);
    expect(await listOf('auto-named', { mode: 'whitelist', list: ['sim-fast', 'auto'] })).toEqual({
      ids: ['auto', 'sim-fast'],
      one: 200,
    });
    const without = await listOf('auto-banned', { mode: 'blacklist', list: ['auto'] });
    expect([without.ids.includes('auto'), without.one]).toEqual([false, 404]);
    expect(await listOf('auto-useless', { mode: 'whitelist', list: ['auto', 'sim-embedding'] })).toEqual({
      ids: ['sim-embedding'],
      one: 404,
    });
  });

  it('is 200 with the documented fields while providers are well', async () => {
    const response = await fetch(`${tenant.baseUrl}/health`);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      status: 'ok',
      tenant: 'contract',
      providers: [{ name: 'Simulator', status: 'ok', models: expect.any(Number) }],
      timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
    });
  });

  it('is 503 degraded when a provider cannot be reached, without its address', async () => {
    const dead = await prism.rest('POST', '/api/prism/admin/providers', {
      name: 'Dead',
      type: 'custom',
      config: { baseUrl: 'http://127.0.0.1:9', auth: { type: 'none' } },
    });
    const own = await prism.tenant('degraded', [dead.body.id]);
    const response = await fetch(`${own.baseUrl}/health`);
    expect(response.status).toBe(503);
    const text = await response.text();
    expect(JSON.parse(text)).toMatchObject({
      status: 'degraded',
      tenant: 'degraded',
      providers: [{ name: 'Dead', status: 'error', error: expect.any(String) }],
    });
    expect(text).not.toContain('127.0.0.1');
  });
});

describe('bodies', () => {
  it.each([
    ['no JSON', '{', null],
    ['no model', JSON.stringify({ messages }), 'model'],
    ['no messages', JSON.stringify({ model: 'sim-fast' }), 'messages'],
    [
      'a model twice',
      '{"model":"sim-fast","model":"sim-large","messages":[{"role":"user","content":"x"}]}',
      'model',
    ],
  ])('%s is 400 with param', async (_, body, param) => {
    const response = await prism.gateway(tenant, '/chat/completions', body);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      error: { type: 'invalid_request_error', code: null, param },
    });
  });

  it('more than 32 MB is 413', async () => {
    const response = await prism.gateway(tenant, '/chat/completions', new Uint8Array(33 * 1024 * 1024));
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ error: { type: 'invalid_request_error' } });
  });

  it('content may be parts, and unknown members pass', async () => {
    const response = await chat({
      messages: [{ role: 'user', content: [{ type: 'text', text: 'Hello!' }] }],
      some_future_member: { a: [1, 2.5, 'ü'] },
    });
    expect(response.status).toBe(200);
  });
});

describe('streams', () => {
  it('follow the SSE format to data: [DONE]', async () => {
    const response = await chat({ stream: true });
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    const text = await response.text();
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
  });

  it('that break tell so in a frame and end without [DONE]; nobody answers a second time', async () => {
    const own = await prism.tenant('breaks', [providerId]);
    for (const model of ['sim-stream-error', 'sim-break']) {
      const { frames, text } = await readStream(await chat({ stream: true, model }, own));
      expect(text).not.toContain('[DONE]');
      expect(frames.at(-1)).toMatchObject({ error: { message: expect.any(String), type: 'provider_error' } });
      expect(
        frames.filter((frame) => frame.choices?.[0]?.delta?.role === 'assistant').length,
      ).toBeLessThanOrEqual(1);
    }
  });

  it('without [DONE] from the provider still end properly', async () => {
    const { frames, text } = await readStream(await chat({ stream: true, model: 'sim-no-done' }));
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
    expect(frames.at(-1)).toHaveProperty('cost_info');
  });

  it('without usage are estimated, and the log says so', async () => {
    const response = await chat({ stream: true, model: 'sim-no-usage' });
    const { frames } = await readStream(response);
    expect(frames.at(-1)?.cost_info.output_tokens).toBeGreaterThan(0);
    const row = await logOf(prism, response.headers.get('x-request-id'));
    expect(row).toMatchObject({ usage_estimated: true, status: 'success' });
  });

  it('are aborted upstream when the client leaves, and logged as aborted with what was used', async () => {
    const controller = new AbortController();
    const response = await fetch(`${tenant.baseUrl}/chat/completions`, {
      method: 'POST',
      headers: bearer(tenant.apiKey),
      body: JSON.stringify({ model: 'sim-chat', messages, stream: true }),
      signal: controller.signal,
    });
    await response.body?.getReader().read();
    controller.abort();
    const row = await logOf(prism, response.headers.get('x-request-id'));
    expect(row).toMatchObject({ status: 'aborted', streamed: true, usage_estimated: true });
    expect(row.input_tokens).toBeGreaterThan(0);
    expect(Number(row.actual_cost)).toBeGreaterThan(0);
  });
});

describe('context overflow', () => {
  const prompt = (words: number) => [{ role: 'user', content: 'word '.repeat(words) }];
  let healthy: TestTenant;

  beforeAll(async () => {
    // The simulator's broken models would be candidates too.
    const list = ['sim-overflow', 'sim-mini', 'sim-fast'];
    healthy = await prism.tenant('healthy', [providerId], { modelConfig: { mode: 'whitelist', list } });
  });

  it('moves to a larger model, says so, and learns the window', async () => {
    const response = await chat({ model: 'sim-overflow', messages: prompt(800) }, healthy);
    expect(response.status).toBe(200);
    const body = (await response.json()) as { context_fallback: { fallback_model: string } };
    expect(body).toMatchObject({
      context_fallback: {
        original_model: 'sim-overflow',
        fallback_model: expect.any(String),
        reason: 'context_overflow',
      },
    });
    expect(response.headers.get('x-prism-model')).toBe(body.context_fallback.fallback_model);
    const row = await logOf(prism, response.headers.get('x-request-id'));
    expect(row).toMatchObject({ attempts: 2, context_fallback: true, baseline_model: 'sim-overflow' });
    expect(row.trace.attempts).toMatchObject([{ outcome: 'context_overflow' }, { outcome: 'ok' }]);
    await until(async () => {
      const { body: models } = await prism.rest('GET', '/api/prism/admin/providers/models/all');
      return (
        models.find((it: { modelId: string }) => it.modelId === 'sim-overflow')?.learnedContextWindow === 512
      );
    });
    await until(async () => {
      const again = await chat({ model: 'sim-overflow', messages: prompt(800) }, healthy);
      const next = await logOf(prism, again.headers.get('x-request-id'));
      return next.attempts === 1;
    });
  });

  it('is foreseen where the prompt is far too long, so that nobody pays for the attempt', async () => {
    const response = await chat({ model: 'sim-mini', messages: prompt(60_000) }, healthy);
    expect(await response.json()).toMatchObject({ context_fallback: { original_model: 'sim-mini' } });
    const row = await logOf(prism, response.headers.get('x-request-id'));
    expect(row).toMatchObject({ attempts: 1, context_fallback: true });
  });

  it('is the provider’s 400 where nothing larger is allowed', async () => {
    const own = await prism.tenant('small-only', [providerId], {
      modelConfig: { mode: 'whitelist', list: ['sim-overflow'] },
    });
    const response = await chat(
      { model: 'sim-overflow', messages: [{ role: 'user', content: 'word '.repeat(20_000) }] },
      own,
    );
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      error: { type: 'invalid_request_error', code: 'context_length_exceeded' },
    });
  });
});

describe('the log', () => {
  it('has one exact row for a request, with who asked', async () => {
    const response = await chat({ user: 'from-body' }, tenant, { 'x-user': 'jane', 'x-session-id': 's-1' });
    const body = (await response.json()) as { usage: { prompt_tokens: number; completion_tokens: number } };
    const row = await logOf(prism, response.headers.get('x-request-id'));
    expect(row).toMatchObject({
      status: 'success',
      http_status: 200,
      operation: 'chat',
      requested_model: 'sim-fast',
      model: 'sim-fast',
      provider_slug: 'simulator',
      user_name: 'jane',
      session_id: 's-1',
      input_tokens: body.usage.prompt_tokens,
      output_tokens: body.usage.completion_tokens,
      usage_estimated: false,
      priced: true,
    });
    expect(row.actual_cost).toBe(
      ((body.usage.prompt_tokens * 1 + body.usage.completion_tokens * 4) / 1e6).toFixed(12),
    );
  });

  it.each([
    ['x-user', Buffer.from('Jürgen 李').toString('latin1')],
    ['x-openwebui-user-name', 'J%C3%BCrgen %E6%9D%8E'],
  ])('names who asked as %s was meant', async (header, value) => {
    const response = await chat({}, tenant, { [header]: value });
    const row = await logOf(prism, response.headers.get('x-request-id'));
    expect(row).toMatchObject({ user_name: 'Jürgen 李' });
  });

  it('has embeddings too', async () => {
    const response = await prism.gateway(tenant, '/embeddings', { model: 'sim-embedding', input: 'fox' });
    const row = await logOf(prism, response.headers.get('x-request-id'));
    expect(row).toMatchObject({ operation: 'embeddings', status: 'success', output_tokens: 0 });
  });

  it('has failures, with what the client was told', async () => {
    const own = await prism.tenant('failures', [providerId]);
    const response = await chat({ model: 'sim-error-400' }, own);
    const row = await logOf(prism, response.headers.get('x-request-id'));
    expect(row).toMatchObject({
      status: 'error',
      http_status: 400,
      error_type: 'invalid_request_error',
      actual_cost: '0.000000000000',
    });
  });
});

describe('hostile clients', () => {
  it('a client that sends half a body and leaves does no harm', async () => {
    const port = Number(new URL(prism.url).port);
    await new Promise<void>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.write(
          `POST /api/contract/v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${tenant.apiKey}\r\ncontent-length: 1000\r\n\r\n{"model":`,
          () => socket.destroy(),
        );
      });
      socket.once('close', () => resolve());
    });
    expect((await chat({})).status).toBe(200);
  });

  it('header names and values of any kind are answered', async () => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const req = httpRequest(
        `${tenant.baseUrl}/chat/completions`,
        { method: 'POST', headers: { authorization: 'bearer   ' } },
        (res) => {
          res.resume();
          resolve(res.statusCode);
        },
      );
      req.once('error', reject);
      req.end('{}');
    });
    expect(status).toBe(401);
  });
});
