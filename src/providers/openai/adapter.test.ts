import { describe, expect, it } from 'vitest';
import type { Adapter, Endpoint, UpstreamRequest } from '../adapter.ts';
import { callOf, endpointOf } from '../conversations.case-call.ts';
import { createOpenAiAdapter } from './adapter.ts';
import { CUSTOM, LM_STUDIO, OPENAI, OPENROUTER, VLLM, type Family } from './families.ts';

const now = () => 0;
const openai = createOpenAiAdapter(OPENAI, { now });
const custom = createOpenAiAdapter(CUSTOM, { now });
const call = callOf({ model: 'm', messages: [] });

async function chatTo(more: Partial<Endpoint>, adapter: Adapter = openai): Promise<UpstreamRequest> {
  return adapter.chat(endpointOf('https://llm.example', more), call);
}

describe('where requests go', () => {
  it.each([
    ['', null, '/v1/chat/completions'],
    ['/proxy', null, '/proxy/v1/chat/completions'],
    ['/v1', null, '/v1/chat/completions'],
    ['/api/v3', null, '/api/v3/chat/completions'],
    ['/v1beta', null, '/v1beta/chat/completions'],
    ['', '', '/chat/completions'],
    ['', '/api/v1', '/api/v1/chat/completions'],
    ['/v1', '', '/v1/chat/completions'],
  ])('base path %j with API path %j is %s', async (basePath, apiPath, path) => {
    expect(await chatTo({ basePath, apiPath })).toMatchObject({
      method: 'POST',
      origin: 'https://llm.example',
      path,
    });
  });

  it('a path of the options wins over what was found', async () => {
    expect((await chatTo({ apiPath: '/v1', options: { path: 'openai/deployments/' } })).path).toBe(
      '/openai/deployments/chat/completions',
    );
  });

  it('probes what needs a good key', async () => {
    const openrouter = createOpenAiAdapter(OPENROUTER, { now });
    const endpoint = endpointOf('https://openrouter.ai', { basePath: '/api' });
    expect(await openrouter.probe(endpoint)).toMatchObject({
      method: 'GET',
      path: '/api/v1/key',
      body: null,
    });
    expect(await openai.probe(endpointOf('https://x.example'))).toMatchObject({ path: '/v1/models' });
  });
});

describe('a list of models to try', () => {
  const listed = callOf({ model: 'cheap', messages: [], models: ['cheap', 'dear'] });

  it('is refused where the provider would choose from it, past every policy', () => {
    const openrouter = createOpenAiAdapter(OPENROUTER, { now });
    const ask = () => openrouter.chat(endpointOf('https://openrouter.ai'), listed);
    expect(ask).toThrow(expect.objectContaining({ code: 'invalid_request', param: 'models' }));
  });

  it('is a member like any other elsewhere', async () => {
    const { body } = await custom.chat(endpointOf('https://llm.example'), listed);
    expect(JSON.parse(String(body))).toMatchObject({ models: ['cheap', 'dear'] });
  });
});

describe('what requests carry', () => {
  it('the key as Bearer, unless there is none to carry', async () => {
    for (const authType of ['api_key', 'bearer'] as const)
      expect((await chatTo({ authType })).headers).toMatchObject({
        authorization: 'Bearer key-of-the-provider',
      });
    expect((await chatTo({ authType: 'none' })).headers['authorization']).toBeUndefined();
    expect((await chatTo({ credentials: {} })).headers['authorization']).toBeUndefined();
  });

  it('a JSON body, to be answered uncompressed', async () => {
    const { headers, body } = await chatTo({});
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'accept-encoding': 'identity' });
    expect(body).toBe(call.body);
  });

  it('the headers of the type’s options, and those that the options name', async () => {
    const options = { organization: 'org-1', project: 'proj-1', headers: { 'X-Team': 'a b' } };
    expect((await chatTo({ options })).headers).toMatchObject({
      'openai-organization': 'org-1',
      'openai-project': 'proj-1',
      'x-team': 'a b',
    });
    expect((await chatTo({ options }, custom)).headers['openai-organization']).toBeUndefined();
  });

  it.each([
    [{ headers: ['x'] }, /must be an object/],
    [{ headers: { 'x y': 'z' } }, /"x y" is no header name/],
    [{ headers: { Host: 'evil' } }, /host cannot be set/],
    [{ headers: { 'Transfer-Encoding': 'chunked' } }, /transfer-encoding cannot be set/],
    [{ headers: { a: 1 } }, /value of a must be a string/],
    [{ headers: { a: 'b\r\nc: d' } }, /characters that a header cannot carry/],
    [{ organization: 'a\nb' }, /options.organization has characters/],
  ])('never headers that would change the request: %j', async (options, message) => {
    await expect((async () => chatTo({ options }))()).rejects.toMatchObject({ kind: 'credentials', message });
  });
});

describe('the form', () => {
  it('asks for no more than the type needs', () => {
    const paths = (family: Family) => createOpenAiAdapter(family, { now }).form.map((field) => field.path);
    expect(paths(VLLM)).toEqual(['baseUrl', 'auth.apiKey', 'options.path']);
    expect(paths(OPENAI)).toContain('options.organization');
    const keyOf = (family: Family) =>
      createOpenAiAdapter(family, { now }).form.find((field) => field.path === 'auth.apiKey');
    expect([keyOf(OPENAI)?.required, keyOf(LM_STUDIO)?.required]).toEqual([true, false]);
    expect(keyOf(OPENAI)?.kind).toBe('secret');
  });
});
