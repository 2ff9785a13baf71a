import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Adapter, Endpoint, JsonObject, UpstreamFailure } from '../../src/providers/adapter.ts';
import { callOf, endpointOf } from '../../src/providers/conversations.case-call.ts';
import { createUpstream, type Upstream, type UpstreamTimeouts } from '../../src/providers/http.ts';
import { createRegistry, type ProviderRegistry } from '../../src/providers/registry.ts';
import { SIMULATED_MODELS } from '../../src/providers/simulator/models.ts';
import { createSimulator, type Simulator } from '../../src/providers/simulator/simulator.ts';

const TIMEOUTS: UpstreamTimeouts = { connectMs: 5000, firstByteMs: 10_000, betweenBytesMs: 10_000 };
const eventually = (check: () => void) => vi.waitFor(check, { interval: 2, timeout: 60_000 });

let simulator: Simulator;
let upstream: Upstream;
let registry: ProviderRegistry;
let origin: string;

beforeAll(async () => {
  simulator = createSimulator({ keepRequests: 20 });
  ({ origin } = await simulator.listen());
  upstream = createUpstream({ tickMs: 5 });
  registry = createRegistry({ simulatorOrigin: () => origin });
});
afterAll(async () => {
  await upstream.close();
  await simulator.close();
});

function adapterOf(type: string): Adapter {
  const adapter = registry.get(type);
  if (!adapter) throw new Error(`no adapter of type ${type}`);
  return adapter;
}
/** The simulator's own type, and the others that speak to it as to any server. */
const simulated = (): [Adapter, Endpoint] => [
  adapterOf('simulator'),
  endpointOf('http://simulator.invalid', { authType: 'none' }),
];
const direct = (type: string): [Adapter, Endpoint] => [adapterOf(type), endpointOf(origin)];

interface Outcome {
  /** What was relayed to the client. */
  text: string;
  failure: UpstreamFailure | null;
  usage: object | null;
}

/** One call the whole way: adapter, socket, adapter. */
async function call(
  json: JsonObject,
  [adapter, endpoint]: [Adapter, Endpoint] = simulated(),
  timeouts = TIMEOUTS,
): Promise<Outcome> {
  const chat = callOf({ messages: [{ role: 'user', content: 'Hello' }], ...json });
  const request = await adapter.chat(endpoint, chat);
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const reader = adapter.readStream(chat);
    let status = 0;
    let usage: object | null = null;
    const done = (failure: UpstreamFailure | null) =>
      resolve({ text: Buffer.concat(chunks).toString(), failure, usage });
    const relay = (bytes: Buffer | null) => {
      if (bytes) chunks.push(bytes);
    };
    upstream.open(request, timeouts, {
      onHeaders: (code) => {
        status = code;
      },
      onData(data) {
        if (status === 200 && chat.stream) relay(reader.push(data));
        else chunks.push(data);
      },
      onEnd() {
        const body = Buffer.concat(chunks);
        if (status !== 200) return done(adapter.readError(status, {}, body));
        if (chat.stream) {
          if (reader.done || reader.end()) relay(reader.finish('"cost_info":{}'));
          usage = reader.usage;
          return done(null);
        }
        try {
          const reply = adapter.readChat(chat, body);
          usage = reply.usage;
          chunks.splice(0, chunks.length, reply.body);
          done(null);
        } catch (error) {
          done(error as UpstreamFailure);
        }
      },
      onFailure: done,
    });
  });
}

interface Completion {
  model: string;
  choices: {
    index: number;
    finish_reason: string | null;
    message: { content: string | null; reasoning_content?: string; tool_calls?: ToolCall[] };
    logprobs: { content: { token: string; logprob: number; top_logprobs: object[] }[] } | null;
  }[];
  usage?: { prompt_tokens: number; completion_tokens: number };
}
interface ToolCall {
  function: { name: string; arguments: string };
}

async function complete(json: JsonObject, by = simulated()): Promise<Completion> {
  const { text, failure } = await call(json, by);
  expect(failure).toBeNull();
  return JSON.parse(text) as Completion;
}
const contentOf = (stream: string) =>
  stream
    .split('\n\n')
    .filter((frame) => frame.startsWith('data: {'))
    .flatMap(
      (frame) => (JSON.parse(frame.slice(6)) as { choices: { delta: { content?: string } }[] }).choices,
    )
    .map((choice) => choice.delta.content ?? '')
    .join('');
const user = (content: string): JsonObject => ({ messages: [{ role: 'user', content }] });
const WEATHER: JsonObject = {
  type: 'function',
  function: {
    name: 'get_weather',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
};
const TIME: JsonObject = {
  type: 'function',
  function: { name: 'get_time', parameters: { type: 'object', properties: {} } },
};

describe('the simulator as a provider', () => {
  it('is found by discovery, with windows, limits and prices for every model', async () => {
    const [adapter, endpoint] = simulated();
    const { models, apiPath } = await adapter.discover(endpoint, (request) => upstream.send(request));
    expect(apiPath).toBe('/v1');
    expect(models.map((model) => [model.id, model.kind, model.contextWindow, model.inputPer1M])).toEqual(
      SIMULATED_MODELS.map((model) => [model.id, model.kind, model.contextWindow, model.price.input]),
    );
    const probe = await upstream.send(await adapter.probe(endpoint));
    expect(probe.status).toBe(200);
  });

  it('answers the same prompt with the same text, whole and streamed, with exact usage', async () => {
    const whole = await complete({ model: 'sim-fast' });
    expect(await complete({ model: 'sim-fast' })).toEqual(whole);
    const streamed = await call({ model: 'sim-fast', stream: true });
    const said = whole.choices[0]?.message.content ?? '';
    expect(contentOf(streamed.text)).toBe(said);
    expect(streamed.text).toMatch(/"cost_info":\{\}\}\n\ndata: \[DONE\]\n\n$/);
    expect(streamed.usage).toEqual((await call({ model: 'sim-fast' })).usage);
    expect(whole.usage).toMatchObject({ prompt_tokens: 6 });
    expect((await complete({ model: 'sim-fast', ...user('Hello?') })).choices[0]?.message.content).not.toBe(
      said,
    );
  });

  it('says what it is told, at the length it is told, up to max_tokens and stop', async () => {
    const textOf = async (json: JsonObject) => {
      const { choices } = await complete({ model: 'sim-fast', ...json });
      return [choices[0]?.message.content, choices[0]?.finish_reason];
    };
    expect(await textOf(user('[[say Grüße 🙂]]'))).toEqual(['Grüße 🙂', 'stop']);
    expect(await textOf({ ...user('[[say one two three]]'), max_tokens: 2 })).toEqual(['one two ', 'length']);
    expect(await textOf({ ...user('[[say one two three]]'), stop: ' two' })).toEqual(['one', 'stop']);
    expect((await complete({ model: 'sim-fast', ...user('[[tokens 300]]') })).usage?.completion_tokens).toBe(
      300,
    );
  });

  it('calls tools that the prompt names, or that it must; also several, also streamed', async () => {
    const callsOf = async (json: JsonObject) =>
      (
        await complete({ model: 'sim-fast', tools: [WEATHER, TIME], ...json })
      ).choices[0]?.message.tool_calls?.map((each) => [
        each.function.name,
        JSON.parse(each.function.arguments) as object,
      ]);
    expect(await callsOf(user('Use get_weather'))).toEqual([['get_weather', { city: 'simulated city' }]]);
    expect(await callsOf(user('get_weather, get_time'))).toHaveLength(2);
    expect(await callsOf({ ...user('get_weather, get_time'), parallel_tool_calls: false })).toHaveLength(1);
    expect(await callsOf({ tool_choice: 'required' })).toEqual([['get_weather', { city: 'simulated city' }]]);
    expect(await callsOf({ tool_choice: { type: 'function', function: { name: 'get_time' } } })).toEqual([
      ['get_time', {}],
    ]);
    expect(await callsOf({ ...user('get_weather'), tool_choice: 'none' })).toBeUndefined();
    const result = [
      ...(user('get_weather')['messages'] as JsonObject[]),
      { role: 'tool', tool_call_id: 'x', content: 'get_weather: sunny' },
    ];
    expect(await callsOf({ messages: result })).toBeUndefined();
    const { text } = await call({
      model: 'sim-fast',
      stream: true,
      tools: [WEATHER],
      ...user('get_weather'),
    });
    expect(text).toContain('"finish_reason":"tool_calls"');
  });

  it('gives structured output, logprobs, several choices, and thoughts', async () => {
    const schema = { type: 'object', properties: { n: { type: 'integer', minimum: 5 } }, required: ['n'] };
    const structured = await complete({
      model: 'sim-fast',
      response_format: { type: 'json_schema', json_schema: { name: 'x', schema } },
    });
    expect(structured.choices[0]?.message.content).toBe('{"n":5}');
    const loud = await complete({
      model: 'sim-fast',
      logprobs: true,
      top_logprobs: 2,
      n: 2,
      ...user('[[say abcdef]]'),
    });
    expect(
      loud.choices.map((choice) =>
        choice.logprobs?.content.map((each) => [each.token, each.top_logprobs.length]),
      ),
    ).toEqual([
      [
        ['abcd', 2],
        ['ef', 2],
      ],
      [
        ['abcd', 2],
        ['ef', 2],
      ],
    ]);
    expect((await complete({ model: 'sim-thinker' })).choices[0]?.message.reasoning_content).toMatch(/./);
    expect((await call({ model: 'sim-thinker', stream: true })).usage).toMatchObject({
      reasoningTokens: expect.any(Number) as number,
    });
  });

  it('reports long beginnings that it has seen before as cached', async () => {
    const long = user('x'.repeat(10_000));
    expect((await call({ model: 'sim-cache', ...long })).usage).toMatchObject({
      inputTokens: 2504,
      cachedTokens: 0,
    });
    expect((await call({ model: 'sim-cache', ...long })).usage).toMatchObject({
      inputTokens: 2504,
      cachedTokens: 2048,
    });
  });

  it('embeds texts as vectors of length one', async () => {
    const [adapter, endpoint] = simulated();
    const chat = callOf({ model: 'sim-embedding', input: ['a', 'b', 'a'], dimensions: 8 });
    const request = await adapter.embeddings?.(endpoint, chat);
    if (!request || !adapter.readEmbeddings) throw new Error('no embeddings');
    const reply = adapter.readEmbeddings(chat, (await upstream.send(request)).body);
    const vectors = (JSON.parse(reply.body.toString()) as { data: { embedding: number[] }[] }).data.map(
      (each) => each.embedding,
    );
    expect(vectors[0]).toHaveLength(8);
    expect(vectors[0]).toEqual(vectors[2]);
    expect(vectors[0]).not.toEqual(vectors[1]);
    expect(Math.hypot(...(vectors[0] ?? []))).toBeCloseTo(1);
    expect(reply.usage?.inputTokens).toBe(3);
  });

  it('paces models that are to be paced', async () => {
    const started = performance.now();
    await call({ model: 'sim-mini', stream: true, ...user('[[tokens 6]]') });
    expect(performance.now() - started).toBeGreaterThan(110);
  });

  it('keeps what it was sent, byte for byte, and sees who hangs up', async () => {
    const [adapter, endpoint] = simulated();
    const chat = callOf({ model: 'sim-stall', stream: true, messages: [{ role: 'user', content: 'é' }] });
    const request = await adapter.chat(endpoint, chat);
    const exchange = upstream.open(request, TIMEOUTS, {
      onHeaders() {},
      onData: () => exchange.abort(),
      onEnd() {},
      onFailure() {},
    });
    await eventually(() => expect(simulator.requests.at(-1)?.outcome).toBe('aborted'));
    expect(simulator.requests.at(-1)?.body.equals(request.body ?? Buffer.alloc(0))).toBe(true);
  });
});

describe('mishaps, whole and streamed', () => {
  const failureOf = async (model: string, stream: boolean, timeouts = TIMEOUTS) =>
    (await call({ model, stream }, simulated(), timeouts)).failure;

  it.each([
    ['sim-error-400', { kind: 'rejected', status: 400, param: 'messages' }],
    ['sim-error-401', { kind: 'credentials', status: 401 }],
    ['sim-error-429', { kind: 'rate_limited', status: 429, upstreamCode: 'rate_limit_exceeded' }],
    ['sim-error-500', { kind: 'unavailable', status: 500 }],
    ['sim-break', { kind: 'malformed' }],
    ['sim-html', { kind: 'malformed' }],
    ['sim-stream-error', { kind: 'unavailable', status: expect.any(Number) as number }],
    ['no-such-model', { kind: 'rejected', status: 404, upstreamCode: 'model_not_found' }],
  ])('%s', async (model, expected) => {
    for (const stream of [false, true]) expect(await failureOf(model, stream)).toMatchObject(expected);
  });

  it('a rate limit says when to come back', async () => {
    const [adapter, endpoint] = simulated();
    const answer = await upstream.send(
      await adapter.chat(
        endpoint,
        callOf({ model: 'sim-error-429', messages: [{ role: 'user', content: 'x' }] }),
      ),
    );
    expect(adapter.readError(answer.status, answer.headers, answer.body).retryAfterMs).toBe(2000);
  });

  it('an answer that stands still, or does not begin, is a time-out', async () => {
    const short = { ...TIMEOUTS, firstByteMs: 60, betweenBytesMs: 60 };
    for (const stream of [false, true]) {
      expect(await failureOf('sim-stall', stream, short)).toMatchObject({ kind: 'timeout' });
      expect(await failureOf('sim-slow-first-byte', stream, short)).toMatchObject({ kind: 'timeout' });
    }
  });

  it('a prompt beyond the window tells the true window', async () => {
    const long = { model: 'sim-overflow', ...user('x'.repeat(4000)) };
    expect((await call(long)).failure).toMatchObject({ kind: 'context_overflow', contextWindow: 512 });
    expect((await call(long, direct('anthropic'))).failure).toMatchObject({
      kind: 'context_overflow',
      contextWindow: 512,
    });
    expect((await call({ model: 'sim-overflow' })).failure).toBeNull();
  });

  it('an answer without usage, and a stream without its end mark, are answers all the same', async () => {
    for (const stream of [false, true])
      expect(await call({ model: 'sim-no-usage', stream })).toMatchObject({ failure: null, usage: null });
    expect((await call({ model: 'sim-no-done', stream: true })).text).toMatch(
      /cost_info.*\n\ndata: \[DONE\]\n\n$/,
    );
  });

  it('a key named invalid is refused', async () => {
    for (const type of ['openai', 'anthropic']) {
      const [adapter, endpoint] = direct(type);
      const refused = { ...endpoint, credentials: { apiKey: 'invalid' } };
      expect((await call({ model: 'sim-fast' }, [adapter, refused])).failure).toMatchObject({
        kind: 'credentials',
      });
      await expect(adapter.discover(refused, (request) => upstream.send(request))).rejects.toMatchObject({
        kind: 'credentials',
      });
    }
  });
});

describe('every type of the registry', () => {
  it('speaks to the simulator as to its own server', async () => {
    expect(registry.all().map((adapter) => adapter.type)).toEqual([
      'openai',
      'anthropic',
      'openrouter',
      'vllm',
      'lmstudio',
      'custom',
      'simulator',
    ]);
    for (const { type } of registry.all()) {
      const by = type === 'simulator' ? simulated() : direct(type);
      const said = 'Ünïcödé 🙂 text of some length';
      expect(
        (await complete({ model: 'sim-fast', ...user(`[[say ${said}]]`) }, by)).choices[0]?.message.content,
      ).toBe(said);
      const streamed = await call({ model: 'sim-fast', stream: true, ...user(`[[say ${said}]]`) }, by);
      expect(streamed.failure).toBeNull();
      expect(contentOf(streamed.text)).toBe(said);
      expect(streamed.usage).toMatchObject({ outputTokens: 8 });
      const { models } = await by[0].discover(by[1], (request) => upstream.send(request));
      expect(models.map((model) => model.id)).toContain('sim-chat');
    }
  });
});

it('closing the simulator frees its port', async () => {
  const other = createSimulator();
  const { origin: address } = await other.listen();
  await other.close();
  const server = createServer();
  const port = Number(new URL(address).port);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  expect(server.address()).toMatchObject({ port });
  server.close();
});
