import type Anthropic from '@anthropic-ai/sdk';
import { describe, expect, it } from 'vitest';
import type { Endpoint, JsonObject, UpstreamRequest, UpstreamResponse } from '../adapter.ts';
import { callOf, endpointOf } from '../conversations.case-call.ts';
import { anthropic } from './adapter.ts';

const ORIGIN = 'https://api.anthropic.com';

async function asked(more: Partial<Endpoint>, json: JsonObject = {}): Promise<UpstreamRequest> {
  const call = callOf({ model: 'claude-opus-5-5', messages: [{ role: 'user', content: 'Hi' }], ...json });
  return await anthropic.chat(endpointOf(ORIGIN, more), call);
}

describe('where a request goes', () => {
  it.each<[string, Partial<Endpoint>, string]>([
    ['the default', {}, '/v1/messages'],
    ['a base URL that ends in /v1', { basePath: '/v1' }, '/v1/messages'],
    ['a proxy', { basePath: '/proxy/anthropic' }, '/proxy/anthropic/v1/messages'],
    ['a proxy with its own version', { basePath: '/proxy/v1', apiPath: '/v1' }, '/proxy/v1/messages'],
    ['a path that discovery found', { apiPath: '' }, '/messages'],
  ])('%s', async (_name, more, path) => {
    expect(await asked(more)).toMatchObject({ method: 'POST', origin: ORIGIN, path });
  });

  it('signs in with the key, as a token, or not at all', async () => {
    expect((await asked({})).headers).toEqual({
      'x-api-key': 'key-of-the-provider',
      'anthropic-version': '2023-06-01',
      'accept-encoding': 'identity',
      'user-agent': 'open-model-prism',
      'content-type': 'application/json',
      accept: 'application/json',
    });
    const bearer = (await asked({ authType: 'bearer' })).headers;
    expect(bearer['authorization']).toBe('Bearer key-of-the-provider');
    expect(bearer['x-api-key']).toBeUndefined();
    expect(JSON.stringify((await asked({ authType: 'none' })).headers)).not.toContain('key-of-the-provider');
  });

  it('asks for betas in a header and for events when it streams', async () => {
    const request = await asked(
      {},
      { stream: true, betas: ['context-1m-2025-08-07', 'mcp-client-2025-11-20'] },
    );
    expect(request.headers).toMatchObject({
      'anthropic-beta': 'context-1m-2025-08-07,mcp-client-2025-11-20',
      accept: 'text/event-stream',
    });
    expect(JSON.parse(String(request.body))).not.toHaveProperty('betas');
  });
});

describe('errors', () => {
  const fail = (status: number, type: string, message: string, headers = {}) =>
    anthropic.readError(
      status,
      headers,
      Buffer.from(JSON.stringify({ type: 'error', error: { type, message } })),
    );

  it.each<[string, number, string, string, object]>([
    [
      'an overflow',
      400,
      'invalid_request_error',
      'prompt is too long: 210000 tokens > 200000 maximum',
      { kind: 'context_overflow', contextWindow: 200_000, isRetryable: false },
    ],
    [
      'an overflow together with max_tokens',
      400,
      'invalid_request_error',
      'input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000, decrease input length or `max_tokens` and try again',
      { kind: 'context_overflow', contextWindow: 200_000 },
    ],
    [
      'an overflow without figures',
      413,
      'request_too_large',
      'Prompt is too long',
      { kind: 'context_overflow', contextWindow: null },
    ],
    [
      'a parameter',
      400,
      'invalid_request_error',
      'max_tokens: 99999 > 64000',
      { kind: 'rejected', param: 'max_tokens', upstreamCode: 'invalid_request_error' },
    ],
    [
      "a message, under the client's name",
      400,
      'invalid_request_error',
      'messages.1.content.0.text: cannot be empty',
      { kind: 'rejected', param: 'messages' },
    ],
    [
      "a stop sequence, under the client's name",
      400,
      'invalid_request_error',
      'stop_sequences: each must contain non-whitespace',
      { param: 'stop' },
    ],
    [
      'an account without credit, although it says 400',
      400,
      'invalid_request_error',
      'Your credit balance is too low to access the Anthropic API.',
      { kind: 'credentials', isRetryable: true },
    ],
    ['a bill', 402, 'billing_error', 'Payment needed', { kind: 'credentials' }],
    ['a key without the right', 403, 'permission_error', 'No access', { kind: 'credentials' }],
    ['a timeout', 504, 'timeout_error', 'Timed out', { kind: 'timeout' }],
    ['a type that is new', 409, 'conflict_error', 'Conflict', { kind: 'rejected', status: 409 }],
    ['a type of Object.prototype', 500, 'constructor', 'x', { kind: 'unavailable' }],
  ])('%s', (_name, status, type, message, expected) => {
    expect(fail(status, type, message)).toMatchObject(expected);
  });

  it('reads when to come back, in seconds or as a date, and never beyond a day', () => {
    const wait = (headers: Record<string, string>) =>
      fail(429, 'rate_limit_error', 'slow', headers).retryAfterMs;
    expect(wait({ 'retry-after': '1.5' })).toBe(1500);
    const date = 'Wed, 21 Oct 2026 07:28:00 GMT';
    expect(wait({ 'retry-after': 'Wed, 21 Oct 2026 07:28:30 GMT', date })).toBe(30_000);
    expect(wait({ 'retry-after': 'Wed, 21 Oct 2026 07:28:30 GMT' })).toBeNull();
    expect(wait({ 'retry-after': '99999999' })).toBe(86_400_000);
    expect(wait({ 'retry-after': 'soon' })).toBeNull();
  });

  it("keeps a page that is not there from looking like the caller's fault", () => {
    const html = Buffer.from('<html>Not Found</html>');
    expect(anthropic.readError(404, {}, html)).toMatchObject({ kind: 'unavailable', status: 404 });
    expect(anthropic.readError(413, {}, html)).toMatchObject({ kind: 'rejected', status: 413 });
    expect(anthropic.readError(404, {}, html).message).not.toContain('html');
  });

  it('never shows keys or addresses of ours', () => {
    const { message } = fail(
      400,
      'invalid_request_error',
      'sk-ant-api03-abcdefgh was refused by http://10.0.0.7:8080/v1',
    );
    expect(message).toBe('[key] was refused by [address]');
  });

  it('prefers the stable code of the details', () => {
    const error = {
      type: 'invalid_request_error',
      message: 'Too large',
      details: { error_code: 'image_dimensions_too_large' },
    };
    const failure = anthropic.readError(400, {}, Buffer.from(JSON.stringify({ type: 'error', error })));
    expect(failure.upstreamCode).toBe('image_dimensions_too_large');
  });
});

describe('answers that are none', () => {
  it.each(['', 'not json', '[]', '{}', '"x"', '{"content":1}'])('%j is malformed', (body) => {
    const read = (): unknown => anthropic.readChat(callOf({ messages: [] }), Buffer.from(body));
    expect(read).toThrow(expect.objectContaining({ name: 'UpstreamFailure', kind: 'malformed' }));
  });

  it('an error with status 200 is that error', () => {
    const body = Buffer.from('{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}');
    const read = (): unknown => anthropic.readChat(callOf({ messages: [] }), body);
    expect(read).toThrow(expect.objectContaining({ kind: 'unavailable', message: 'Overloaded' }));
  });
});

describe('discovery', () => {
  const yes = { supported: true };
  const no = { supported: false };
  const model = (id: string, more: Partial<Anthropic.ModelInfo> = {}): Anthropic.ModelInfo => ({
    type: 'model',
    id,
    display_name: `Name of ${id}`,
    created_at: '2026-02-04T00:00:00Z',
    deprecated_at: null,
    retires_at: null,
    lifecycle: 'active',
    line: 'opus',
    max_input_tokens: 1_000_000,
    max_tokens: 128_000,
    capabilities: null,
    ...more,
  });

  it('asks for the next page until there is none, and leaves retired models out', async () => {
    const asks: string[] = [];
    const found = await anthropic.discover(endpointOf(ORIGIN), (request): Promise<UpstreamResponse> => {
      asks.push(`${request.method} ${request.path}`);
      const isLast = request.path.includes('after_id=b');
      const data = isLast
        ? [model('c', { lifecycle: 'retired' }), model('d', { max_tokens: null })]
        : [model('a'), model('b')];
      const page = { data, has_more: !isLast, first_id: data[0]?.id, last_id: data.at(-1)?.id };
      return Promise.resolve({ status: 200, headers: {}, body: Buffer.from(JSON.stringify(page)) });
    });
    expect(asks).toEqual(['GET /v1/models?limit=1000', 'GET /v1/models?limit=1000&after_id=b']);
    expect(found.apiPath).toBe('/v1');
    expect(found.models.map((entry) => entry.id)).toEqual(['a', 'b', 'd']);
    expect(found.models[0]).toEqual({
      id: 'a',
      name: 'Name of a',
      kind: 'chat',
      ownedBy: 'anthropic',
      created: 1_770_163_200,
      contextWindow: 1_000_000,
      maxOutputTokens: 128_000,
    });
  });

  it('reads what a model can do', async () => {
    const capabilities = {
      batch: yes, citations: yes, code_execution: yes, image_input: yes, pdf_input: no, structured_outputs: yes,
      context_management: { ...no, clear_thinking_20251015: null, clear_tool_uses_20250919: null, compact_20260112: null },
      effort: { ...yes, low: yes, medium: yes, high: yes, xhigh: null, max: no },
      server_tools: { ...yes, code_execution: yes, web_search: yes },
      thinking: { ...yes, types: { adaptive: yes, between_tools: no, disabled: yes, enabled: no } },
    } satisfies Anthropic.ModelCapabilities; // prettier-ignore
    const body = Buffer.from(JSON.stringify({ data: [model('a', { capabilities })], has_more: false }));
    const found = await anthropic.discover(endpointOf(ORIGIN), () =>
      Promise.resolve({ status: 200, headers: {}, body }),
    );
    expect(found.models[0]?.capabilities).toEqual(['tools', 'vision', 'structured_output', 'reasoning']);
  });

  it('never asks for ever', async () => {
    let asks = 0;
    const body = Buffer.from(JSON.stringify({ data: [model('a')], has_more: true, last_id: 'a' }));
    await anthropic.discover(endpointOf(ORIGIN), () => {
      asks++;
      return Promise.resolve({ status: 200, headers: {}, body });
    });
    expect(asks).toBe(20);
  });

  it('says what the provider said when it refuses', async () => {
    const body = Buffer.from(
      '{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}}',
    );
    const discovery = anthropic.discover(endpointOf(ORIGIN), () =>
      Promise.resolve({ status: 401, headers: {}, body }),
    );
    await expect(discovery).rejects.toMatchObject({ kind: 'credentials', message: 'invalid x-api-key' });
  });

  it('probes with one model', async () => {
    expect(await anthropic.probe(endpointOf(ORIGIN))).toMatchObject({
      method: 'GET',
      path: '/v1/models?limit=1',
      body: null,
    });
  });
});
