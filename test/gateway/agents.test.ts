/** What coding agents and their SDKs really send: odd paths, limits of local servers, histories with broken calls. */
import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestPrism, until, type TestPrism, type TestTenant } from '../kit/prism.ts';
import { logOf } from '../kit/request-log.ts';
import { answer, frame, refuse, sendJson, startUpstream, type ScriptedUpstream } from './upstream.ts';

const messages = [{ role: 'user' as const, content: 'Hello!' }];
const CLAUDE = 'claude-sonnet-4-5';
let prism: TestPrism;
let tenant: TestTenant;
let openAi: ScriptedUpstream;
let anthropic: ScriptedUpstream;

beforeAll(async () => {
  prism = await startTestPrism();
  openAi = await startUpstream(['small', 'text-embedding-local']);
  anthropic = await startUpstream([{ id: CLAUDE, type: 'model', display_name: 'Claude' }]);
  const auth = { type: 'none' };
  tenant = await prism.tenant('agents', [
    await prism.provider({ name: 'Local', type: 'custom', config: { baseUrl: openAi.origin, auth } }),
    await prism.provider({
      name: 'Claude',
      type: 'anthropic',
      config: { baseUrl: anthropic.origin, auth: { type: 'api_key', apiKey: 'sk-ant-test-0123456789' } },
    }),
  ]);
});
beforeEach(() => {
  openAi.received.length = 0;
  openAi.respond = answer('Hello!');
  anthropic.received.length = 0;
  anthropic.respond = (res) =>
    sendJson(res, 200, {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: CLAUDE,
      content: [{ type: 'text', text: 'Hello!' }],
      stop_reason: 'end_turn',
      usage: { input_tokens: 10, output_tokens: 5 },
    });
});
afterAll(async () => {
  await prism.stop();
  await Promise.all([openAi.close(), anthropic.close()]);
});

const sentTo = (upstream: ScriptedUpstream): Record<string, unknown> =>
  JSON.parse(upstream.received.at(-1)?.body.toString() ?? 'null') as Record<string, unknown>;

describe('a path', () => {
  const authorization = (): Record<string, string> => ({ authorization: `Bearer ${tenant.apiKey}` });

  it.each(['//chat/completions', '/chat/completions/', '//chat//completions//', '/chat/completions/?a=b'])(
    'of %s is what it means',
    async (path) => {
      const response = await prism.gateway(tenant, path, { model: 'small', messages });
      expect([response.status, await response.json()]).toMatchObject([200, { object: 'chat.completion' }]);
    },
  );

  it('of models with a slash at its end is the list, and no model without a name', async () => {
    for (const path of ['/models/', '//models', '/models//']) {
      const response = await fetch(tenant.baseUrl + path, { headers: authorization() });
      expect([path, response.status, await response.json()]).toMatchObject([path, 200, { object: 'list' }]);
    }
  });

  it('that is none stays none', async () => {
    for (const path of ['//nothing', '/', '//', '/chat/']) {
      const response = await prism.gateway(tenant, path, {});
      expect([path, response.status]).toEqual([path, 404]);
    }
  });
});

describe('max_tokens of -1, as local servers have "no limit"', () => {
  it.each(['max_tokens', 'max_completion_tokens'])('goes to them as it is (%s)', async (member) => {
    const response = await prism.gateway(tenant, '/chat/completions', {
      model: 'small',
      messages,
      [member]: -1,
    });
    expect(response.status).toBe(200);
    expect(sentTo(openAi)).toMatchObject({ [member]: -1 });
  });

  it.each(['max_tokens', 'max_completion_tokens'])(
    'is as if it were not there where a limit is needed (%s)',
    async (member) => {
      const limitOf = async (body: object): Promise<unknown> => {
        const response = await prism.gateway(tenant, '/chat/completions', {
          model: CLAUDE,
          messages,
          ...body,
        });
        expect(response.status).toBe(200);
        return sentTo(anthropic)['max_tokens'];
      };
      const usual = await limitOf({});
      expect(usual).toBeGreaterThan(1000);
      expect(await limitOf({ [member]: -1 })).toBe(usual);
    },
  );
});

describe('a history with tool calls that a model has spoilt', () => {
  // Cut off at max_tokens, no object, an empty string: OpenAI takes them all.
  it.each([
    ['{"path":"/tmp/a', { invalid_arguments: '{"path":"/tmp/a' }],
    ['"ls -l"', { invalid_arguments: '"ls -l"' }],
    ['[1]', { invalid_arguments: '[1]' }],
    ['null', { invalid_arguments: 'null' }],
    ['', {}],
    ['{"path":"a"}', { path: 'a' }],
  ])('goes on behind Anthropic’s wire, too: %j', async (args, input) => {
    const client = new OpenAI({ baseURL: tenant.baseUrl, apiKey: tenant.apiKey, maxRetries: 0 });
    const fn = { name: 'read', arguments: args };
    const completion = await client.chat.completions.create({
      model: CLAUDE,
      messages: [
        ...messages,
        { role: 'assistant', content: null, tool_calls: [{ id: 'call_1', type: 'function', function: fn }] },
        { role: 'tool', tool_call_id: 'call_1', content: 'These are no arguments.' },
      ],
      tools: [{ type: 'function', function: { name: 'read', parameters: { type: 'object' } } }],
    });
    expect(completion.choices[0]?.message.content).toBe('Hello!');
    const call = { type: 'tool_use', id: 'call_1', name: 'read', input };
    expect(sentTo(anthropic)['messages']).toMatchObject([{}, { content: [call] }, { role: 'user' }]);
  });
});

it('a session that began on a provider with one id for all calls goes on behind Anthropic’s wire', async () => {
  const client = new OpenAI({ baseURL: tenant.baseUrl, apiKey: tenant.apiKey, maxRetries: 0 });
  const fn = { name: 'read', arguments: '{}' };
  const round = (result: string): OpenAI.ChatCompletionMessageParam[] => [
    { role: 'assistant', content: null, tool_calls: [{ id: 'call_0', type: 'function', function: fn }] },
    { role: 'tool', tool_call_id: 'call_0', content: result },
  ];
  await client.chat.completions.create({
    model: CLAUDE,
    messages: [...messages, ...round('one'), ...round('two')],
  });
  expect(sentTo(anthropic)['messages']).toMatchObject([
    { role: 'user' },
    { content: [{ type: 'tool_use', id: 'call_0' }] },
    { content: [{ type: 'tool_result', tool_use_id: 'call_0', content: 'one' }] },
    { content: [{ type: 'tool_use', id: 'call_0_2' }] },
    { content: [{ type: 'tool_result', tool_use_id: 'call_0_2', content: 'two' }] },
  ]);
});

it('parallel calls that the provider numbers alike are several calls to the SDK', async () => {
  const call = (id: string, city: string): object => ({
    tool_calls: [
      { index: 0, id, type: 'function', function: { name: 'weather', arguments: `{"city":"${city}"}` } },
    ],
  });
  openAi.respond = (res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    res.write(
      frame('small', { role: 'assistant', ...call('a', 'Rome') }) + frame('small', call('b', 'Oslo')),
    );
    res.end(`${frame('small', {}, 'tool_calls')}data: [DONE]\n\n`);
  };
  const client = new OpenAI({ baseURL: tenant.baseUrl, apiKey: tenant.apiKey, maxRetries: 0 });
  const completion = await client.chat.completions.stream({ model: 'small', messages }).finalChatCompletion();
  const calls = completion.choices[0]?.message.tool_calls ?? [];
  expect(calls.map((it) => [it.id, it.type === 'function' && it.function.arguments])).toEqual([
    ['a', '{"city":"Rome"}'],
    ['b', '{"city":"Oslo"}'],
  ]);
});

it('a client of Claude hears that the provider is at work while nothing else comes', async () => {
  const events = [
    { type: 'message_start', message: { id: 'm', type: 'message', role: 'assistant', model: CLAUDE, content: [], usage: { input_tokens: 7, output_tokens: 1 } } },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: 'Once' } },
    { type: 'ping' },
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 2 } },
    { type: 'message_stop' },
  ]; // prettier-ignore
  anthropic.respond = (res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    res.end(events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join(''));
  };
  const response = await prism.gateway(tenant, '/chat/completions', {
    model: CLAUDE,
    messages,
    stream: true,
  });
  expect(await response.text()).toMatch(
    /"content":"Once".*\n\n: ping\n\ndata: \{.*"finish_reason":"stop".*\n\ndata: \[DONE\]\n\n$/,
  );
});

it.each(['text/markdown', 'text/csv', 'application/json', 'text/x-python; charset=utf-8'])(
  'a file of %s reaches Anthropic as the text that it is',
  async (type) => {
    const data = `data:${type.replace(' ', '')};base64,${Buffer.from('Grüße, a,b').toString('base64')}`;
    const file = { type: 'file', file: { filename: 'notes', file_data: data } };
    const response = await prism.gateway(tenant, '/chat/completions', {
      model: CLAUDE,
      messages: [{ role: 'user', content: [file] }],
    });
    expect(response.status).toBe(200);
    const source = { type: 'text', media_type: 'text/plain', data: 'Grüße, a,b' };
    expect(sentTo(anthropic)['messages']).toEqual([
      { role: 'user', content: [{ type: 'document', source, title: 'notes' }] },
    ]);
  },
);

it.each([
  [[], ['auto', 'auto-prism', 'clever', 'sim-fast']],
  [['auto-prism'], ['auto', 'clever', 'sim-fast']],
  [['clever'], ['sim-fast']],
  [['auto'], ['sim-fast']],
])('without %j, each name that a completion takes is a model, and no other', async (list, expected) => {
  const slug = `without-${list.join('') || 'none'}`;
  const id = await prism.provider({ name: slug, type: 'simulator' });
  const modelConfig = { mode: 'blacklist', list, aliases: { clever: 'auto' } };
  const own = await prism.tenant(slug, [id], { modelConfig });
  const client = new OpenAI({ baseURL: own.baseUrl, apiKey: own.apiKey, maxRetries: 0 });
  const names = ['auto', 'auto-prism', 'clever', 'sim-fast'];
  const succeeded = async (call: (model: string) => Promise<unknown>): Promise<string[]> => {
    const results = await Promise.allSettled(names.map(call));
    return names.filter((_, index) => results[index]?.status === 'fulfilled');
  };
  expect(await succeeded((model) => client.chat.completions.create({ model, messages }))).toEqual(expected);
  expect(await succeeded((model) => client.models.retrieve(model))).toEqual(expected);
});

it('what only OpenAI knows of its prompt cache does not reach Anthropic', async () => {
  const client = new OpenAI({ baseURL: tenant.baseUrl, apiKey: tenant.apiKey, maxRetries: 0 });
  await client.chat.completions.create({
    model: CLAUDE,
    messages,
    prompt_cache_key: 'k',
    prompt_cache_options: { mode: 'implicit' },
    prompt_cache_retention: '24h',
  });
  expect(Object.keys(sentTo(anthropic)).filter((it) => it.startsWith('prompt_cache'))).toEqual([]);
});

it.each([
  'Please reduce the length of the messages or completion.',
  'Input is too long for requested model.',
  'prompt token count of 135155 exceeds the limit of 128000',
])('a prompt that does not fit moves on, however the provider says it: %s', async (message) => {
  openAi.respond = refuse(400, { message, type: 'invalid_request_error', code: null });
  const response = await prism.gateway(tenant, '/chat/completions', { model: 'small', messages });
  expect([response.status, await response.json()]).toMatchObject([
    200,
    { model: CLAUDE, context_fallback: { original_model: 'small', reason: 'context_overflow' } },
  ]);
});

it('a client of providers that are all shut out hears when it is worth to come back', async () => {
  const auth = { type: 'none' };
  const broken = await startUpstream(['broken'], refuse(500));
  try {
    const config = { baseUrl: broken.origin, auth };
    const id = await prism.provider({ name: 'Broken', type: 'custom', config });
    const own = await prism.tenant('shut-out', [id]);
    await until(async () => {
      broken.received.length = 0;
      const response = await prism.gateway(own, '/chat/completions', { model: 'broken', messages });
      expect(response.status).toBe(503);
      await response.text();
      if (broken.received.length > 0) return false;
      const seconds = Number(response.headers.get('retry-after'));
      expect(seconds).toBeGreaterThan(0);
      expect(seconds).toBeLessThanOrEqual(30);
      return true;
    });
  } finally {
    await broken.close();
  }
});

it('what one provider’s wire cannot carry goes to the next one that has the model', async () => {
  const [first, second] = [await startUpstream(['both-have']), await startUpstream(['both-have'])];
  try {
    const auth = { type: 'api_key', apiKey: 'sk-ant-test-0123456789' };
    const ids = [
      await prism.provider({ name: 'Narrow', type: 'anthropic', config: { baseUrl: first.origin, auth } }),
      await prism.provider({ name: 'Wide', type: 'custom', config: { baseUrl: second.origin, auth } }),
    ];
    const ask = (own: TestTenant): Promise<Response> =>
      prism.gateway(own, '/chat/completions', { model: 'both-have', messages, n: 2 });
    const served = await ask(await prism.tenant('wide', ids));
    expect([served.status, served.headers.get('x-prism-provider')]).toEqual([200, 'wide']);
    expect([first.received.length, second.received.length]).toEqual([0, 1]);
    expect(await logOf(prism, served.headers.get('x-request-id'))).toMatchObject({ attempts: 1 });
    const refused = await ask(await prism.tenant('narrow', ids.slice(0, 1)));
    expect([refused.status, await refused.json()]).toMatchObject([400, { error: { param: 'n' } }]);
  } finally {
    await Promise.all([first.close(), second.close()]);
  }
});

it('an answer that holds nothing but an error in its choice is tried again', async () => {
  const error = { code: 502, message: 'Provider disconnected' };
  const choice = { index: 0, finish_reason: 'error', message: { role: 'assistant', content: '' }, error };
  openAi.respond = (res) => {
    openAi.respond = answer('The second time.');
    sendJson(res, 200, { id: 'c', object: 'chat.completion', model: 'small', choices: [choice] });
  };
  const response = await prism.gateway(tenant, '/chat/completions', { model: 'small', messages });
  expect([response.status, await response.json()]).toMatchObject([
    200,
    { choices: [{ message: { content: 'The second time.' }, finish_reason: 'stop' }] },
  ]);
  expect(openAi.received).toHaveLength(2);
});
