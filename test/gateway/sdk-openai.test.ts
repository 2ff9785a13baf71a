/** Seed "Gateway API": what applications do, with the official SDK and nothing but a base URL and a key changed. */
import OpenAI, {
  APIError,
  AuthenticationError,
  BadRequestError,
  InternalServerError,
  NotFoundError,
  PermissionDeniedError,
  RateLimitError,
} from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestPrism, until, type TestPrism, type TestTenant } from '../kit/prism.ts';

let prism: TestPrism;
let providerId: string;
let tenant: TestTenant;
let openai: OpenAI;

const client = (to: TestTenant, apiKey = to.apiKey): OpenAI =>
  new OpenAI({ baseURL: to.baseUrl, apiKey, maxRetries: 0 });
const user = (content: string) => [{ role: 'user' as const, content }];

async function failure(run: Promise<unknown>): Promise<APIError> {
  try {
    await run;
  } catch (error) {
    if (error instanceof APIError) return error;
    throw error;
  }
  throw new Error('the call should have failed');
}

beforeAll(async () => {
  prism = await startTestPrism();
  providerId = await prism.provider({ name: 'Simulator', type: 'simulator' });
  tenant = await prism.tenant('sdk', [providerId]);
  openai = client(tenant);
});
afterAll(() => prism.stop());

describe('POST /v1/chat/completions', () => {
  it('answers a chat and prices it', async () => {
    const answer = await openai.chat.completions.create({ model: 'sim-fast', messages: user('Hello!') });
    expect(answer.object).toBe('chat.completion');
    expect(answer.choices[0]?.message.content).toBeTruthy();
    expect(answer.choices[0]?.finish_reason).toBe('stop');
    const { usage } = answer;
    if (usage === undefined) throw new Error('no usage');
    const cost = (usage.prompt_tokens * 1 + usage.completion_tokens * 4) / 1e6;
    expect(answer).toMatchObject({
      cost_info: {
        actual_cost: cost,
        baseline_cost: cost,
        saved: 0,
        input_tokens: usage.prompt_tokens,
        output_tokens: usage.completion_tokens,
      },
    });
  });

  it('streams, with cost_info on the last chunk and no chunk that was not asked for', async () => {
    const stream = await openai.chat.completions.create({
      model: 'sim-fast',
      messages: user('Hi'),
      stream: true,
    });
    const chunks = [];
    for await (const chunk of stream) chunks.push(chunk);
    const text = chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('');
    const whole = await openai.chat.completions.create({ model: 'sim-fast', messages: user('Hi') });
    expect(text).toBe(whole.choices[0]?.message.content);
    expect(chunks.every((chunk) => chunk.choices.length === 1)).toBe(true);
    const last = chunks.at(-1);
    expect(last?.choices[0]?.finish_reason).toBe('stop');
    expect(last).toMatchObject({ cost_info: { input_tokens: whole.usage?.prompt_tokens } });
    expect(chunks.filter((chunk) => 'cost_info' in chunk)).toHaveLength(1);
  });

  it('gives the usage chunk to who asks for it, with cost_info on it', async () => {
    const stream = await openai.chat.completions.create({
      model: 'sim-fast',
      messages: user('Hi'),
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks = [];
    for await (const chunk of stream) chunks.push(chunk);
    const last = chunks.at(-1);
    expect(last?.choices).toEqual([]);
    expect(last?.usage?.total_tokens).toBeGreaterThan(0);
    expect(last).toMatchObject({ cost_info: { input_tokens: last?.usage?.prompt_tokens } });
    expect(chunks.filter((chunk) => 'cost_info' in chunk)).toHaveLength(1);
  });

  it('carries parallel tool calls, whole and streamed', async () => {
    const tool = (name: string) => ({
      type: 'function' as const,
      function: {
        name,
        parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
      },
    });
    const request = {
      model: 'sim-fast',
      messages: user('What is the weather and the time?'),
      tools: [tool('get_weather'), tool('get_time')],
      tool_choice: 'required' as const,
    };
    const answer = await openai.chat.completions.create(request);
    const calls = answer.choices[0]?.message.tool_calls ?? [];
    expect(answer.choices[0]?.finish_reason).toBe('tool_calls');
    expect(calls.length).toBeGreaterThan(0);
    const runner = openai.chat.completions.stream(request);
    const streamed = await runner.finalChatCompletion();
    expect(streamed.choices[0]?.message.tool_calls).toMatchObject(
      calls.map((it) => ({ type: 'function', function: it.type === 'function' ? it.function : null })),
    );
    const [call] = calls;
    if (call?.type !== 'function') throw new Error('no function call');
    expect(() => JSON.parse(call.function.arguments)).not.toThrow();
    const after = await openai.chat.completions.create({
      model: 'sim-fast',
      messages: [
        ...request.messages,
        { role: 'assistant', tool_calls: calls },
        ...calls.map((it) => ({ role: 'tool' as const, tool_call_id: it.id, content: '21 °C' })),
      ],
      tools: request.tools,
    });
    expect(after.choices[0]?.finish_reason).toBe('stop');
  });

  it('carries structured output', async () => {
    const answer = await openai.chat.completions.parse({
      model: 'sim-fast',
      messages: user('A city, please'),
      response_format: {
        type: 'json_schema',
        json_schema: {
          name: 'city',
          strict: true,
          schema: {
            type: 'object',
            properties: { name: { type: 'string' }, people: { type: 'integer' } },
            required: ['name', 'people'],
            additionalProperties: false,
          },
        },
      },
    });
    expect(answer.choices[0]?.message.parsed).toMatchObject({
      name: expect.any(String),
      people: expect.any(Number),
    });
  });

  it('carries n > 1 and logprobs', async () => {
    const answer = await openai.chat.completions.create({
      model: 'sim-fast',
      messages: user('Hello!'),
      n: 2,
      logprobs: true,
    });
    expect(answer.choices.map((choice) => choice.index)).toEqual([0, 1]);
    expect(answer.choices[0]?.logprobs?.content?.length).toBeGreaterThan(0);
  });

  it('says in headers who served', async () => {
    const { response } = await openai.chat.completions
      .create({ model: 'sim-fast', messages: user('Hi') })
      .withResponse();
    expect(response.headers.get('x-prism-model')).toBe('sim-fast');
    expect(response.headers.get('x-prism-provider')).toBe('simulator');
    expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('clamps max_tokens instead of refusing it', async () => {
    const answer = await openai.chat.completions.create({
      model: 'sim-fast',
      messages: user('Hi'),
      max_tokens: 9_999_999,
    });
    expect(answer.choices[0]?.finish_reason).toBe('stop');
  });

  it('tells a break in the middle of a stream as an error, not as an end', async () => {
    const stream = await openai.chat.completions.create({
      model: 'sim-stream-error',
      messages: user('Tell me a story'),
      stream: true,
    });
    const error = await failure(
      (async () => {
        for await (const chunk of stream) expect(chunk.choices).toBeDefined();
      })(),
    );
    expect(error.message).toBeTruthy();
  });
});

describe('POST /v1/embeddings', () => {
  it('answers vectors, priced and with their usage', async () => {
    const answer = await openai.embeddings.create({
      model: 'sim-embedding',
      input: ['The quick brown fox', 'jumps'],
    });
    expect(answer.data.map((it) => it.index)).toEqual([0, 1]);
    expect(answer.data[0]?.embedding.length).toBeGreaterThan(1);
    expect(answer).toMatchObject({
      object: 'list',
      cost_info: { input_tokens: answer.usage.prompt_tokens, output_tokens: 0 },
    });
  });
});

describe('GET /v1/models', () => {
  it('lists the models of the tenant', async () => {
    const { data } = await openai.models.list();
    expect(data).toContainEqual({
      id: 'sim-fast',
      object: 'model',
      created: expect.any(Number),
      owned_by: expect.any(String),
    });
  });

  it('retrieves one', async () => {
    expect((await openai.models.retrieve('sim-fast')).id).toBe('sim-fast');
    expect(await failure(openai.models.retrieve('nothing'))).toBeInstanceOf(NotFoundError);
  });
});

describe('Error Responses, as the SDK sees them', () => {
  const chat = (to: OpenAI, model = 'sim-fast') =>
    to.chat.completions.create({ model, messages: user('Hi') });

  it('401 invalid_api_key', async () => {
    const error = await failure(chat(client(tenant, 'omp-wrong')));
    expect(error).toBeInstanceOf(AuthenticationError);
    expect(error).toMatchObject({ status: 401, type: 'authentication_error', code: 'invalid_api_key' });
  });

  it('401 key_disabled', async () => {
    const other = await prism.tenant('disabled-key', [providerId]);
    const { body: keys } = await prism.rest('GET', `/api/prism/admin/tenants/${other.id}/keys`);
    await prism.rest('PUT', `/api/prism/admin/tenants/${other.id}/keys/${keys[0].id}`, { enabled: false });
    await until(
      async () => (await failure(chat(client(other))).catch(() => null))?.code === 'key_disabled',
      1_000,
    );
    expect(await failure(chat(client(other)))).toMatchObject({
      status: 401,
      type: 'authentication_error',
      code: 'key_disabled',
    });
  });

  it('401 key_expired', async () => {
    const other = await prism.tenant('expired-key', [providerId]);
    const { body: keys } = await prism.rest('GET', `/api/prism/admin/tenants/${other.id}/keys`);
    const soon = new Date(Date.now() + 50).toISOString();
    const changed = await prism.rest('PUT', `/api/prism/admin/tenants/${other.id}/keys/${keys[0].id}`, {
      expiresAt: soon,
    });
    expect(changed.status).toBe(200);
    await until(
      async () => (await failure(chat(client(other))).catch(() => null))?.code === 'key_expired',
      2_000,
    );
    expect(await failure(chat(client(other)))).toMatchObject({ status: 401, code: 'key_expired' });
  });

  it('403 access_denied', async () => {
    const other = await prism.tenant('denied', [providerId], {
      modelConfig: { mode: 'blacklist', list: ['sim-fast'] },
    });
    const error = await failure(chat(client(other)));
    expect(error).toBeInstanceOf(PermissionDeniedError);
    expect(error).toMatchObject({ status: 403, type: 'access_denied', code: null });
    expect(error.message).toContain("Model 'sim-fast' is not allowed by tenant model policy");
  });

  it('429 rate_limit_exceeded, with retry-after', async () => {
    const other = await prism.tenant('limited', [providerId], {
      rateLimit: { requestsPerMinute: 1, tokensPerMinute: 0 },
    });
    await chat(client(other));
    const error = await failure(chat(client(other)));
    expect(error).toBeInstanceOf(RateLimitError);
    expect(error).toMatchObject({ status: 429, type: 'rate_limit_error', code: 'rate_limit_exceeded' });
    expect(Number(error.headers?.get('retry-after'))).toBeGreaterThan(0);
    expect(error.headers?.get('x-ratelimit-limit-requests')).toBe('1');
    expect(error.headers?.get('x-ratelimit-remaining-requests')).toBe('0');
  });

  it('400 invalid_request_error, ours and the provider’s', async () => {
    const ours = await failure(openai.chat.completions.create({ model: 'sim-fast', messages: [] }));
    expect(ours).toBeInstanceOf(BadRequestError);
    expect(ours).toMatchObject({ status: 400, type: 'invalid_request_error', param: 'messages' });
    expect(await failure(chat(openai, 'sim-error-400'))).toMatchObject({
      status: 400,
      type: 'invalid_request_error',
    });
  });

  it('404 model_not_found', async () => {
    const error = await failure(chat(openai, 'no-such-model'));
    expect(error).toBeInstanceOf(NotFoundError);
    expect(error).toMatchObject({ status: 404, type: 'invalid_request_error', code: 'model_not_found' });
  });

  it('429 provider_rate_limited', async () => {
    const error = await failure(chat(openai, 'sim-error-429'));
    expect(error).toBeInstanceOf(RateLimitError);
    expect(error).toMatchObject({ status: 429, type: 'rate_limit_error', code: 'provider_rate_limited' });
    expect(Number(error.headers?.get('retry-after'))).toBeGreaterThan(0);
  });

  it.each(['sim-error-500', 'sim-error-401', 'sim-html'])('503 provider_error for %s', async (model) => {
    const own = await prism.tenant(`down-${model}`, [providerId]);
    const error = await failure(chat(client(own), model));
    expect(error).toBeInstanceOf(InternalServerError);
    expect(error).toMatchObject({ status: 503, type: 'provider_error', code: null });
    expect(error.message).not.toMatch(/127\.0\.0\.1|localhost|Bearer/);
  });
});
