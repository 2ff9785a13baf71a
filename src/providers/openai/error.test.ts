import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { UpstreamHeaders } from '../adapter.ts';
import { readErrorResponse, readInnerError } from './error.ts';

const NOW = Date.parse('2026-01-01T00:00:00Z');

function read(status: number, body: unknown, headers: UpstreamHeaders = {}) {
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  return readErrorResponse(status, headers, bytes, NOW);
}
const openai = (message: string, more: object = {}) => ({
  error: { message, type: 't', param: null, code: null, ...more },
});

describe('kinds', () => {
  it.each([
    [400, 'rejected', false],
    [404, 'rejected', false],
    [409, 'rejected', false],
    [413, 'rejected', false],
    [422, 'rejected', false],
    [401, 'credentials', true],
    [402, 'credentials', true],
    [403, 'credentials', true],
    [408, 'timeout', true],
    [425, 'unavailable', true],
    [429, 'rate_limited', true],
    [500, 'unavailable', true],
    [502, 'unavailable', true],
    [503, 'unavailable', true],
    [529, 'unavailable', true],
    [302, 'unavailable', true],
  ])('status %i is %s', (status, kind, isRetryable) => {
    for (const body of ['', '<html><h1>Oops</h1>', '{"error":', '[]', 'null', '"text"', openai('because')])
      expect(read(status, body)).toMatchObject({ kind, status, isRetryable });
  });

  it('a prompt that OpenRouter’s moderation flags is the caller’s affair', () => {
    const flagged = openai('flagged', { code: 403, metadata: { reasons: ['violence'], flagged_input: 'x' } });
    expect(read(403, flagged).kind).toBe('rejected');
  });
});

describe('messages', () => {
  it.each([
    [
      'OpenAI',
      openai("Invalid 'temperature'", { param: 'temperature', code: 'decimal_above_max_value' }),
      "Invalid 'temperature'",
      'decimal_above_max_value',
      'temperature',
    ],
    [
      'vLLM of old',
      { object: 'error', message: 'bad request', type: 'BadRequestError', param: null, code: 400 },
      'bad request',
      '400',
      null,
    ],
    ['a plain error', { error: 'Unexpected endpoint' }, 'Unexpected endpoint', null, null],
    ['FastAPI', { detail: 'Not Found' }, 'Not Found', null, null],
    [
      'FastAPI’s validation',
      { detail: [{ loc: ['body'], msg: 'field required' }, { msg: 'too short' }] },
      'field required; too short',
      null,
      null,
    ],
    [
      'Gemini’s list',
      [{ error: { code: 400, message: 'bad', status: 'INVALID_ARGUMENT' } }],
      'bad',
      '400',
      null,
    ],
    [
      'OpenRouter’s inner error',
      openai('Provider returned error', {
        code: 400,
        metadata: { provider_name: 'X', raw: '{"error":{"message":"inner","code":"c","param":"p"}}' },
      }),
      'inner',
      'c',
      'p',
    ],
    [
      'OpenRouter’s inner text',
      openai('Provider returned error', { code: 400, metadata: { raw: 'plain words' } }),
      'plain words',
      '400',
      null,
    ],
  ])('reads those of %s', (_name, body, message, upstreamCode, param) => {
    expect(read(400, body)).toMatchObject({ message, upstreamCode, param });
  });

  it('says the status when there is nothing to read', () => {
    expect(read(502, '<html>nginx</html>').message).toBe('The provider answered with status 502.');
  });

  it('never carries keys or addresses', () => {
    const message =
      'Incorrect key sk-proj-abc123DEF456 or Bearer abcd1234; see http://10.1.2.3:8000/v1, http://vllm-internal/x, ' +
      'http://llm.corp.local:8080/a, localhost:1234, 192.168.0.7:11434 and https://platform.openai.com/docs';
    const said = read(400, openai(message)).message;
    expect(said).not.toMatch(/abc123|abcd1234|10\.1|vllm-internal|corp\.local|localhost|192\.168/);
    expect(said).toContain('https://platform.openai.com/docs');
    expect(read(400, openai('x'.repeat(5000))).message).toHaveLength(1000);
  });

  it('reads any bytes without throwing, in linear time', () => {
    fc.assert(
      fc.property(fc.integer({ min: 300, max: 599 }), fc.uint8Array(), (status, bytes) => {
        readErrorResponse(status, {}, Buffer.from(bytes), NOW);
      }),
    );
    fc.assert(
      fc.property(fc.jsonValue(), (error) => {
        readInnerError(error);
      }),
    );
    for (const nasty of ['http://', 'sk-', '1.1.1.', 'Bearer ', 'maximum context length is ', '(n_keep: 9']) {
      const started = performance.now();
      read(400, openai(nasty.repeat(100_000)));
      expect(performance.now() - started).toBeLessThan(250);
    }
  });
});

describe('context overflow', () => {
  it.each([
    [
      'OpenAI',
      openai(
        "This model's maximum context length is 8192 tokens. However, your messages resulted in 10512 tokens. Please reduce the length of the messages.",
        { code: 'context_length_exceeded' },
      ),
      8192,
    ],
    [
      'OpenAI without figures',
      openai('Your input exceeds the context window of this model.', { code: 'context_length_exceeded' }),
      null,
    ],
    [
      'vLLM',
      {
        object: 'error',
        message:
          "This model's maximum context length is 4096 tokens. However, you requested 5012 tokens (4500 in the messages, 512 in the completion).",
        code: 400,
      },
      4096,
    ],
    [
      'vLLM on max_tokens',
      openai(
        "'max_tokens' or 'max_completion_tokens' is too large: 5000. This model's maximum context length is 4096 tokens and your request has 20 input tokens",
      ),
      4096,
    ],
    [
      'vLLM on the prompt',
      openai('The decoder prompt (length 5000) is longer than the maximum model length of 4096.'),
      4096,
    ],
    [
      'OpenRouter',
      openai(
        "This endpoint's maximum context length is 131072 tokens. However, you requested about 200001 tokens",
      ),
      131_072,
    ],
    [
      'LM Studio',
      {
        error:
          'Trying to keep the first 5000 tokens when context the overflows. However, the model is loaded with context length of only 4096 tokens, which is not enough.',
      },
      4096,
    ],
    [
      'LM Studio, newer',
      {
        error:
          'The number of tokens to keep from the initial prompt is greater than the context length (n_keep: 5000>= n_ctx: 4096).',
      },
      4096,
    ],
    [
      'llama.cpp',
      openai('the request exceeds the available context size, try increasing it', {
        type: 'exceed_context_size_error',
        code: 400,
        n_prompt_tokens: 9000,
        n_ctx: 2048,
      }),
      2048,
    ],
    [
      'llama.cpp, in words',
      openai('request (9000 tokens) exceeds the available context size (2048 tokens), try increasing it'),
      2048,
    ],
    [
      'xAI',
      { error: "This model's maximum prompt length is 131072 but the request contains 200000 tokens." },
      131_072,
    ],
    [
      'Mistral',
      {
        object: 'error',
        message:
          'Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum context length',
      },
      32_768,
    ],
    [
      'SGLang',
      openai("The input (5000 tokens) is longer than the model's context length (4096 tokens)."),
      4096,
    ],
    [
      'TGI',
      { error: 'Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000' },
      4096,
    ],
    [
      'Gemini',
      [
        {
          error: {
            code: 400,
            message:
              'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).',
          },
        },
      ],
      1_048_576,
    ],
    [
      'OpenAI, where the prompt has a limit of its own',
      openai(
        'Input tokens exceed the configured limit of 272000 tokens. Your messages resulted in 300000 tokens. Please reduce the length of the messages.',
        { code: 'context_length_exceeded' },
      ),
      272_000,
    ],
    ['Fireworks', openai('The prompt is too long: 140000, model maximum context length: 131071'), 131_071],
    ['GitHub Copilot', openai('prompt token count of 135155 exceeds the limit of 128000'), 128_000],
    ['GitHub Models', openai('Request body too large for gpt-4o model. Max size: 8000 tokens.'), 8000],
    ['Moonshot', openai('Invalid request: Your request exceeded model token limit: 131072'), 131_072],
    [
      'Cerebras',
      {
        message:
          'Please reduce the length of the messages or completion. Current length is 40000 while limit is 8192',
        type: 'invalid_request_error',
        code: 'context_length_exceeded',
      },
      8192,
    ],
    ['Groq', openai('Please reduce the length of the messages or completion.'), null],
    ['Bedrock', openai('Input is too long for requested model.'), null],
    ['Ollama', { error: 'the input length exceeds the context length' }, null],
    ['MiniMax', openai('invalid params, context window exceeds limit (2013)'), null],
    ['Zhipu', { error: { code: '1261', message: 'Prompt exceeds max length' } }, null],
    ['figures with commas', openai("This model's maximum context length is 128,000 tokens."), 128_000],
  ])('is recognised in the words of %s', (_name, body, contextWindow) => {
    for (const status of [400, 413, 422, 500])
      expect(read(status, body)).toMatchObject({
        kind: 'context_overflow',
        contextWindow,
        isRetryable: false,
      });
  });

  it('is not seen in other errors', () => {
    expect(read(429, openai('Request too large, maximum context length is 10 tokens')).kind).toBe(
      'rate_limited',
    );
    expect(read(400, openai('messages.1.content is too long')).kind).toBe('rejected');
    expect(
      read(400, openai('max_tokens is too large: 9. This model supports at most 8 completion tokens')).kind,
    ).toBe('rejected');
  });
});

describe('retry-after', () => {
  it.each([
    [{ 'retry-after': '7' }, '', 7000],
    [{ 'retry-after': '0.5' }, '', 500],
    [{ 'retry-after-ms': '1234', 'retry-after': '7' }, '', 1234],
    [{ 'retry-after': 'Thu, 01 Jan 2026 00:00:30 GMT' }, '', 30_000],
    [{ 'retry-after': 'Thu, 01 Jan 2025 00:00:30 GMT' }, '', 0],
    [{ 'retry-after': 'soon' }, '', null],
    [{ 'retry-after': '999999999' }, '', 86_400_000],
    [{}, 'Rate limit reached. Please try again in 1.5s. Visit …', 1500],
    [{}, 'Please try again in 20ms.', 20],
    [{}, 'Please try again in 6m0s.', 360_000],
    [{}, 'try again in 1h2m3.5s', 3_723_500],
    [{}, 'Please try again in a while.', null],
    [{}, 'You exceeded your current quota', null],
  ])('%j with %j is %s ms', (headers, message, expected) => {
    expect(read(429, openai(message || 'x', { code: 'insufficient_quota' }), headers)).toMatchObject({
      retryAfterMs: expected,
      upstreamCode: 'insufficient_quota',
    });
  });
});

it('hands on no more of a code and a param than a name has', () => {
  const long = openai('x', { code: 'c'.repeat(50_000), param: 'p'.repeat(50_000) });
  const { upstreamCode, param } = read(400, long);
  expect([upstreamCode, param]).toEqual(['c'.repeat(100), 'p'.repeat(100)]);
});

it('an error inside a 2xx answer takes its status from its code', () => {
  expect(readInnerError({ code: 429, message: 'slow down' })).toMatchObject({
    kind: 'rate_limited',
    status: 429,
  });
  expect(readInnerError({ code: 'server_error', message: 'x' })).toMatchObject({
    kind: 'unavailable',
    status: 500,
  });
  expect(readInnerError('just text')).toMatchObject({ kind: 'unavailable', message: 'just text' });
});
