/** Anthropic's own wire format behind the OpenAI endpoint, with the official OpenAI SDK in front. */
import OpenAI, { APIError } from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSimulator, type Simulator } from '../../src/providers/simulator/simulator.ts';
import { startTestPrism, type TestPrism, type TestTenant } from '../kit/prism.ts';
import { logOf } from '../kit/request-log.ts';
import { exactCost, type Prices } from './oracle.ts';

const KEY = 'sk-ant-test-0123456789';
const PRICES: Prices = { input: '3', output: '15', cached: '0.3', cacheWrite: '3.75' };
const pricing = { inputPer1M: 3, outputPer1M: 15, cachedInputPer1M: 0.3, cacheWritePer1M: 3.75 };
let prism: TestPrism;
let simulator: Simulator;
let tenant: TestTenant;
let openai: OpenAI;

beforeAll(async () => {
  prism = await startTestPrism();
  simulator = createSimulator({ keepRequests: 50 });
  const { origin } = await simulator.listen();
  const id = await prism.provider({
    name: 'Anthropic',
    type: 'anthropic',
    config: { baseUrl: origin, auth: { type: 'api_key', apiKey: KEY } },
  });
  tenant = await prism.tenant('claude', [id], { pricing: { 'sim-fast': pricing, 'sim-cache': pricing } });
  openai = new OpenAI({ baseURL: tenant.baseUrl, apiKey: tenant.apiKey, maxRetries: 0 });
});
afterAll(async () => {
  await prism.stop();
  await simulator.close();
});

const user = (content: string) => [{ role: 'user' as const, content }];
/** The newest request as it reached the provider. */
const sent = () => {
  const request = simulator.requests.at(-1);
  return { request, body: JSON.parse(request?.body.toString() ?? 'null') };
};

async function collect<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of stream) all.push(item);
  return all;
}

async function failure(run: Promise<unknown>): Promise<APIError> {
  const error = await run.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof APIError) return error;
  throw new Error('the call should have failed with an answer', { cause: error });
}

describe('a chat', () => {
  it('goes out in the provider’s form and comes back in OpenAI’s, priced', async () => {
    const { data, response } = await openai.chat.completions
      .create({
        model: 'sim-fast',
        messages: [{ role: 'system', content: 'Be brief.' }, ...user('[[say Hello there.]]')],
      })
      .withResponse();
    expect(data.object).toBe('chat.completion');
    expect(data.choices[0]).toMatchObject({
      index: 0,
      message: { role: 'assistant', content: 'Hello there.' },
      finish_reason: 'stop',
    });
    const usage = data.usage ?? { prompt_tokens: 0, completion_tokens: 0 };
    const cost = exactCost({ input: usage.prompt_tokens, output: usage.completion_tokens }, PRICES);
    expect(data).toMatchObject({
      cost_info: {
        actual_cost: Number(cost),
        baseline_cost: Number(cost),
        saved: 0,
        input_tokens: usage.prompt_tokens,
        output_tokens: usage.completion_tokens,
      },
    });
    const { request, body } = sent();
    expect(request).toMatchObject({ method: 'POST', path: '/v1/messages' });
    expect(request?.headers).toMatchObject({ 'x-api-key': KEY, 'anthropic-version': '2023-06-01' });
    expect(request?.headers).not.toHaveProperty('authorization');
    expect(body).toMatchObject({
      model: 'sim-fast',
      max_tokens: 16_384,
      system: [{ type: 'text', text: 'Be brief.' }],
      messages: [{ role: 'user', content: [{ type: 'text', text: '[[say Hello there.]]' }] }],
    });
    const row = await logOf(prism, response.headers.get('x-request-id'));
    expect(row).toMatchObject({ actual_cost: cost, usage_estimated: false, priced: true, streamed: false });
    expect(response.headers.get('x-prism-provider')).toBe('anthropic');
  });

  it('streams the same text, ends with finish_reason and cost_info, and counts once', async () => {
    const question = { model: 'sim-fast', messages: user('Tell me something') };
    const whole = await openai.chat.completions.create(question);
    const chunks = await collect(await openai.chat.completions.create({ ...question, stream: true }));
    expect(chunks.map((it) => it.choices[0]?.delta.content ?? '').join('')).toBe(
      whole.choices[0]?.message.content,
    );
    expect(chunks[0]?.choices[0]?.delta.role).toBe('assistant');
    expect(chunks.filter((it) => it.choices[0]?.finish_reason === 'stop')).toHaveLength(1);
    expect(chunks.filter((it) => 'cost_info' in it)).toEqual([chunks.at(-1)]);
    expect(chunks.at(-1)).toMatchObject({ cost_info: { input_tokens: whole.usage?.prompt_tokens } });
    const asked = await collect(
      await openai.chat.completions.create({
        ...question,
        stream: true,
        stream_options: { include_usage: true },
      }),
    );
    expect(asked.at(-1)).toMatchObject({
      choices: [],
      usage: { total_tokens: whole.usage?.total_tokens },
      cost_info: { output_tokens: whole.usage?.completion_tokens },
    });
  });

  it('has its limits clamped to what the model can do', async () => {
    await openai.chat.completions.create({
      model: 'sim-fast',
      messages: user('[[tokens 5]]'),
      max_completion_tokens: 9_999_999,
    });
    expect(sent().body.max_tokens).toBe(16_384);
  });
});

describe('tools', () => {
  const tool = (name: string) => ({
    type: 'function' as const,
    function: {
      name,
      parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
    },
  });
  const question = {
    model: 'sim-fast',
    messages: user('Use get_weather and get_time'),
    tools: [tool('get_weather'), tool('get_time')],
  };

  it('are called, answered, and the answer is used', async () => {
    const answer = await openai.chat.completions.create(question);
    const message = answer.choices[0]?.message;
    const calls = message?.tool_calls ?? [];
    expect(answer.choices[0]?.finish_reason).toBe('tool_calls');
    expect(calls.map((it) => it.type === 'function' && it.function.name)).toEqual([
      'get_weather',
      'get_time',
    ]);
    if (message === undefined) throw new Error('no message');
    const after = await openai.chat.completions.create({
      ...question,
      messages: [
        ...question.messages,
        message,
        ...calls.map(({ id }) => ({ role: 'tool' as const, tool_call_id: id, content: `of ${id}` })),
      ],
    });
    expect(after.choices[0]?.finish_reason).toBe('stop');
    const { messages } = sent().body;
    expect(messages.map((it: { role: string }) => it.role)).toEqual(['user', 'assistant', 'user']);
    for (const [index, { id }] of calls.entries()) {
      expect(messages[1].content[index]).toMatchObject({ type: 'tool_use', id });
      expect(messages[2].content[index]).toMatchObject({ type: 'tool_result', tool_use_id: id });
    }
  });

  it('stream in parts that make the same calls', async () => {
    const whole = await openai.chat.completions.create(question);
    const streamed = await openai.chat.completions.stream(question).finalChatCompletion();
    const functions = (it: OpenAI.ChatCompletion) =>
      it.choices[0]?.message.tool_calls?.map((call) => call.type === 'function' && call.function.arguments);
    expect(functions(streamed)).toEqual(functions(whole));
  });
});

describe('thinking', () => {
  /** What the answers have beyond OpenAI's types. */
  interface Thought {
    readonly role?: unknown;
    readonly reasoning_content?: string;
    readonly thinking_blocks?: readonly unknown[];
  }
  const question = { model: 'sim-fast', messages: user('Think'), reasoning_effort: 'low' as const };

  it('comes with its blocks, and they go back as they were', async () => {
    const answer = await openai.chat.completions.create(question);
    const message = answer.choices[0]?.message;
    if (message === undefined) throw new Error('no message');
    expect(sent().body.thinking).toEqual({ type: 'enabled', budget_tokens: 4096 });
    expect(message).toMatchObject({
      reasoning_content: expect.stringMatching(/./),
      thinking_blocks: [
        { type: 'thinking', thinking: expect.any(String), signature: expect.stringMatching(/./) },
      ],
    });
    await openai.chat.completions.create({
      ...question,
      messages: [...question.messages, message, ...user('And then?')],
    });
    const blocks = 'thinking_blocks' in message ? message.thinking_blocks : null;
    expect(sent().body.messages[1].content.slice(0, 1)).toEqual(blocks);
  });

  it('streams as reasoning_content, its signed block at its end', async () => {
    const whole = await openai.chat.completions.create(question);
    const chunks = await collect(await openai.chat.completions.create({ ...question, stream: true }));
    const deltas = chunks.map((it): Thought => ({ ...it.choices[0]?.delta }));
    const { reasoning_content: text, thinking_blocks: blocks }: Thought = { ...whole.choices[0]?.message };
    expect(deltas.map((it) => it.reasoning_content ?? '').join('')).toBe(text);
    expect(deltas.flatMap((it) => it.thinking_blocks ?? [])).toEqual(blocks);
  });
});

describe('the prompt cache', () => {
  it.each([false, true])('has its writes and reads priced as such, stream: %s', async (stream) => {
    const text = `${stream ? 'streamed' : 'whole'} ${'A long beginning. '.repeat(600)}`;
    const part = { type: 'text' as const, text, cache_control: { type: 'ephemeral' } };
    const ask = async () => {
      const response = await prism.gateway(tenant, '/chat/completions', {
        model: 'sim-cache',
        messages: [{ role: 'user', content: [part] }],
        stream,
      });
      await response.text();
      return await logOf(prism, response.headers.get('x-request-id'));
    };
    const first = await ask();
    expect(first).toMatchObject({ cache_write_tokens: 2048, cached_tokens: 0, usage_estimated: false });
    const tokens = { input: first.input_tokens, output: first.output_tokens };
    expect(first.actual_cost).toBe(exactCost({ ...tokens, cacheWrite: 2048 }, PRICES));
    const second = await ask();
    expect(second).toMatchObject({ cache_write_tokens: 0, cached_tokens: 2048 });
    expect(second.actual_cost).toBe(exactCost({ ...tokens, cached: 2048 }, PRICES));
    expect(second.input_tokens).toBe(first.input_tokens);
  });

  it('shows in the answer’s usage', async () => {
    const part = { type: 'text' as const, text: 'Again. '.repeat(800), cache_control: { type: 'ephemeral' } };
    const question = { model: 'sim-cache', messages: [{ role: 'user' as const, content: [part] }] };
    const first = await openai.chat.completions.create(question);
    const second = await openai.chat.completions.create(question);
    expect(first.usage).toMatchObject({ cache_creation_input_tokens: 1024 });
    expect(second.usage?.prompt_tokens_details?.cached_tokens).toBe(1024);
  });
});

describe('errors', () => {
  const ask = (model: string, more: object = {}) =>
    failure(openai.chat.completions.create({ model, messages: user('Hi'), ...more }));

  it.each([
    ['sim-error-400', 400, 'invalid_request_error'],
    ['sim-error-401', 503, 'provider_error'],
    ['sim-error-429', 429, 'rate_limit_error'],
    ['sim-error-500', 503, 'provider_error'],
    ['sim-html', 503, 'provider_error'],
  ])('%s is told as %i', async (model, status, type) => {
    const error = await ask(model);
    expect(error).toMatchObject({ status, type });
    expect(error.message).not.toContain(KEY);
  });

  it('of what cannot be translated name the member and reach nobody', async () => {
    const before = simulator.requests.length;
    expect(await ask('sim-fast', { n: 2 })).toMatchObject({ status: 400, param: 'n' });
    expect(await ask('sim-fast', { tools: [{ type: 'function', function: {} }] })).toMatchObject({
      status: 400,
      param: expect.stringMatching(/^tools\[0\]/),
    });
    expect(simulator.requests).toHaveLength(before);
  });

  it('in mid-stream end it without [DONE]', async () => {
    const response = await prism.gateway(tenant, '/chat/completions', {
      model: 'sim-stream-error',
      messages: user('[[tokens 400]]'),
      stream: true,
    });
    const text = await response.text();
    expect(text).toMatch(/data: \{"error":\{.*\}\n\n$/);
    expect(text).not.toContain('[DONE]');
    const row = await logOf(prism, response.headers.get('x-request-id'));
    expect(row).toMatchObject({ status: 'error', http_status: 200, error_type: 'provider_error' });
    // The prompt was reported; what the answer used until then is told at its end only, so it is guessed.
    expect(row).toMatchObject({ usage_estimated: true });
    expect(row.output_tokens).toBeGreaterThan(1);
  });

  it('embeddings are refused: this provider has none', async () => {
    expect(await failure(openai.embeddings.create({ model: 'sim-fast', input: 'x' }))).toMatchObject({
      status: 400,
      param: 'model',
    });
  });
});
