import type Anthropic from '@anthropic-ai/sdk';
import type OpenAI from 'openai';
import type { TokenUsage } from '../accounting/usage.ts';
import type { FailureKind, UpstreamHeaders } from './adapter.ts';
import { completion, message, text, toolUse } from './conversations.case-wire.ts';

/** Sampling parameters are gone from the newest API version, and so from the SDK's types; older models take them. */
interface Sampling {
  temperature?: number;
  top_p?: number;
  top_k?: number;
}
type Sent = Anthropic.MessageCreateParamsNonStreaming & Sampling;

type Params = OpenAI.Chat.ChatCompletionCreateParamsNonStreaming;
/** OpenAI's newest types deprecate members that every client still sends. */
type ChatBody = Omit<Params, 'max_tokens' | 'user'> & { max_tokens?: number; user?: string };
export interface Conversation {
  readonly name: string;
  /** The client's request. `extraMessages` stands for `messages` where they hold what OpenAI's types do not know. */
  readonly request: ChatBody;
  readonly extraMessages?: readonly unknown[];
  /** What must go upstream on Anthropic's wire; on OpenAI's, the request itself must. */
  readonly sent: Sent;
  readonly anthropic: Anthropic.Message;
  readonly openai: OpenAI.Chat.ChatCompletion;
  /** What the client must get, from either wire, whole or streamed. */
  readonly result: Result;
}

export interface Result {
  readonly content: string | null;
  readonly refusal: string | null;
  readonly reasoning: string;
  readonly toolCalls: readonly { id: string; name: string; arguments: string }[];
  readonly finishReason: string;
  readonly usage: Partial<TokenUsage>;
}

const MODEL = 'claude-sonnet-4-5';
/** Takes adaptive thinking and system turns in mid-conversation, refuses sampling. */
const NEW_MODEL = 'claude-opus-4-8';
const hello = (content: string): Anthropic.MessageParam => ({
  role: 'user',
  content: [{ type: 'text', text: content }],
});

/** An answer of plain text on both wires. */
function answer(
  content: string,
  input = 12,
  output = 6,
): Pick<Conversation, 'anthropic' | 'openai' | 'result'> {
  return {
    anthropic: message({ content: [text(content)], usage: { input_tokens: input, output_tokens: output } }),
    openai: completion({
      message: { content },
      finish: 'stop',
      usage: { prompt_tokens: input, completion_tokens: output, total_tokens: input + output },
    }),
    result: {
      content,
      refusal: null,
      reasoning: '',
      toolCalls: [],
      finishReason: 'stop',
      usage: { inputTokens: input, outputTokens: output },
    },
  };
}

const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const PDF = 'JVBERi0xLjQKJSVFT0YK';

const WEATHER = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
} as const;
const weatherTool = {
  type: 'function',
  function: { name: 'get_weather', description: 'The weather of a city.', parameters: WEATHER },
} satisfies OpenAI.Chat.ChatCompletionTool;
const weatherToolSent = { name: 'get_weather', description: 'The weather of a city.', input_schema: { ...WEATHER, required: ['city'] } } satisfies Anthropic.Tool; // prettier-ignore

const callOf = (
  id: string,
  name: string,
  args: string,
): OpenAI.Chat.ChatCompletionMessageFunctionToolCall => ({
  id,
  type: 'function',
  function: { name, arguments: args },
});

export const CONVERSATIONS: readonly Conversation[] = [
  {
    name: 'answers a plain question',
    request: {
      model: MODEL,
      messages: [{ role: 'user', content: 'Hello, Claude' }],
      max_tokens: 1024,
      temperature: 0.7,
    },
    sent: { model: MODEL, max_tokens: 1024, messages: [hello('Hello, Claude')], temperature: 0.7 },
    ...answer('Hello! How can I help?'),
  },
  {
    name: 'carries several turns and a system prompt',
    request: {
      model: MODEL,
      max_tokens: 64,
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: 'Hello.' },
        { role: 'user', content: 'Who are you?' },
      ],
    },
    sent: {
      model: MODEL,
      max_tokens: 64,
      system: [{ type: 'text', text: 'Be brief.' }],
      messages: [
        hello('Hi'),
        { role: 'assistant', content: [{ type: 'text', text: 'Hello.' }] },
        hello('Who are you?'),
      ],
    },
    ...answer('An assistant.'),
  },
  {
    name: 'joins neighbours of one role and leaves empty parts out',
    request: {
      model: MODEL,
      max_tokens: 64,
      messages: [
        { role: 'user', content: 'First.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: '' },
            { type: 'text', text: 'Second.' },
          ],
        },
        { role: 'assistant', content: '' },
        { role: 'user', content: 'Third.' },
      ],
    },
    sent: {
      model: MODEL,
      max_tokens: 64,
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'First.' },
            { type: 'text', text: 'Second.' },
            { type: 'text', text: 'Third.' },
          ],
        },
      ],
    },
    ...answer('Three.'),
  },
  {
    name: 'moves every system and developer message to the front for models that know no other place',
    request: {
      model: MODEL,
      max_tokens: 64,
      messages: [
        { role: 'system', content: 'One.' },
        { role: 'developer', content: [{ type: 'text', text: 'Two.' }] },
        { role: 'user', content: 'Hi' },
        { role: 'system', content: 'Three.' },
        { role: 'user', content: 'Go on' },
      ],
    },
    sent: {
      model: MODEL,
      max_tokens: 64,
      system: [
        { type: 'text', text: 'One.' },
        { type: 'text', text: 'Two.' },
        { type: 'text', text: 'Three.' },
      ],
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Hi' },
            { type: 'text', text: 'Go on' },
          ],
        },
      ],
    },
    ...answer('Yes.'),
  },
  {
    name: 'leaves a system message in mid-conversation where it is for models that take it there',
    request: {
      model: NEW_MODEL,
      max_tokens: 64,
      temperature: 0.2,
      messages: [
        { role: 'system', content: 'One.' },
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: 'Hello.' },
        { role: 'user', content: 'Go on' },
        { role: 'system', content: 'From now on in French.' },
      ],
    },
    sent: {
      model: NEW_MODEL,
      max_tokens: 64,
      system: [{ type: 'text', text: 'One.' }],
      messages: [
        hello('Hi'),
        { role: 'assistant', content: [{ type: 'text', text: 'Hello.' }] },
        hello('Go on'),
        { role: 'system', content: [{ type: 'text', text: 'From now on in French.' }] },
      ],
    },
    ...answer('Oui.'),
  },
  {
    name: 'calls a tool',
    request: {
      model: MODEL,
      max_tokens: 256,
      messages: [{ role: 'user', content: 'Weather in Köln?' }],
      tools: [weatherTool],
      tool_choice: 'auto',
    },
    sent: {
      model: MODEL,
      max_tokens: 256,
      messages: [hello('Weather in Köln?')],
      tools: [weatherToolSent],
      tool_choice: { type: 'auto' },
    },
    anthropic: message({
      content: [
        text('I look it up.'),
        toolUse('toolu_01A09q90qw90lq917835lq9', 'get_weather', { city: 'Köln' }),
      ],
      stop_reason: 'tool_use',
      usage: { input_tokens: 380, output_tokens: 65 },
    }),
    openai: completion({
      message: {
        content: 'I look it up.',
        tool_calls: [callOf('toolu_01A09q90qw90lq917835lq9', 'get_weather', '{"city":"Köln"}')],
      },
      finish: 'tool_calls',
      usage: { prompt_tokens: 380, completion_tokens: 65, total_tokens: 445 },
    }),
    result: {
      content: 'I look it up.',
      refusal: null,
      reasoning: '',
      toolCalls: [{ id: 'toolu_01A09q90qw90lq917835lq9', name: 'get_weather', arguments: '{"city":"Köln"}' }],
      finishReason: 'tool_calls',
      usage: { inputTokens: 380, outputTokens: 65 },
    },
  },
  {
    name: 'calls several tools at once, one of them without arguments',
    request: {
      model: MODEL,
      max_tokens: 256,
      messages: [{ role: 'user', content: 'Weather here and there?' }],
      tools: [weatherTool, { type: 'function', function: { name: 'where_am_i' } }],
      tool_choice: 'required',
      parallel_tool_calls: true,
    },
    sent: {
      model: MODEL,
      max_tokens: 256,
      messages: [hello('Weather here and there?')],
      tools: [weatherToolSent, { name: 'where_am_i', input_schema: { type: 'object', properties: {} } }],
      tool_choice: { type: 'any' },
    },
    anthropic: message({
      content: [toolUse('toolu_a', 'where_am_i', {}), toolUse('toolu_b', 'get_weather', { city: 'Rome' })],
      stop_reason: 'tool_use',
      usage: { input_tokens: 400, output_tokens: 80 },
    }),
    openai: completion({
      message: {
        content: null,
        tool_calls: [
          callOf('toolu_a', 'where_am_i', '{}'),
          callOf('toolu_b', 'get_weather', '{"city":"Rome"}'),
        ],
      },
      finish: 'tool_calls',
      usage: { prompt_tokens: 400, completion_tokens: 80, total_tokens: 480 },
    }),
    result: {
      content: null,
      refusal: null,
      reasoning: '',
      toolCalls: [
        { id: 'toolu_a', name: 'where_am_i', arguments: '{}' },
        { id: 'toolu_b', name: 'get_weather', arguments: '{"city":"Rome"}' },
      ],
      finishReason: 'tool_calls',
      usage: { inputTokens: 400, outputTokens: 80 },
    },
  },
  {
    name: 'gives the results of parallel calls in one turn, images and failures too',
    request: {
      model: MODEL,
      max_tokens: 256,
      messages: [],
      tools: [weatherTool],
      parallel_tool_calls: false,
    },
    extraMessages: [
      { role: 'user', content: 'Weather?' },
      {
        role: 'assistant',
        content: null,
        tool_calls: [
          callOf('toolu_a', 'get_weather', '{"city":"Rome"}'),
          callOf('toolu_b', 'get_weather', ''),
        ],
      },
      { role: 'tool', tool_call_id: 'toolu_a', content: 'Sunny' },
      {
        role: 'tool',
        tool_call_id: 'toolu_b',
        is_error: true,
        content: [
          { type: 'text', text: 'No city given, see:' },
          { type: 'image_url', image_url: { url: `data:image/png;base64,${PIXEL}` } },
        ],
      },
      { role: 'user', content: 'Well?' },
    ],
    sent: {
      model: MODEL,
      max_tokens: 256,
      messages: [
        hello('Weather?'),
        {
          role: 'assistant',
          content: [
            { type: 'tool_use', id: 'toolu_a', name: 'get_weather', input: { city: 'Rome' } },
            { type: 'tool_use', id: 'toolu_b', name: 'get_weather', input: {} },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 'toolu_a', content: 'Sunny' },
            {
              type: 'tool_result',
              tool_use_id: 'toolu_b',
              content: [
                { type: 'text', text: 'No city given, see:' },
                { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PIXEL } },
              ],
              is_error: true,
            },
            { type: 'text', text: 'Well?' },
          ],
        },
      ],
      tools: [weatherToolSent],
      tool_choice: { type: 'auto', disable_parallel_tool_use: true },
    },
    ...answer('Sunny in Rome.'),
  },
  {
    name: 'sends images by URL and by data, and PDF files',
    request: {
      model: MODEL,
      max_tokens: 256,
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Compare.' },
            { type: 'image_url', image_url: { url: 'https://example.org/cat.jpg', detail: 'high' } },
            { type: 'image_url', image_url: { url: `data:image/jpg;base64,${PIXEL}` } },
            { type: 'file', file: { filename: 'a.pdf', file_data: `data:application/pdf;base64,${PDF}` } },
          ],
        },
      ],
    },
    sent: {
      model: MODEL,
      max_tokens: 256,
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Compare.' },
            { type: 'image', source: { type: 'url', url: 'https://example.org/cat.jpg' } },
            { type: 'image', source: { type: 'base64', media_type: 'image/jpeg', data: PIXEL } },
            {
              type: 'document',
              source: { type: 'base64', media_type: 'application/pdf', data: PDF },
              title: 'a.pdf',
            },
          ],
        },
      ],
    },
    ...answer('A cat, a pixel, nothing. 🐈'),
  },
  {
    name: 'thinks with an effort, and shows its reasoning',
    request: {
      model: NEW_MODEL,
      max_completion_tokens: 4096,
      messages: [{ role: 'user', content: '27 * 453?' }],
      reasoning_effort: 'medium',
      temperature: 1,
    },
    sent: {
      model: NEW_MODEL,
      max_tokens: 4096,
      messages: [hello('27 * 453?')],
      thinking: { type: 'adaptive', display: 'summarized' },
      output_config: { effort: 'medium' },
    },
    anthropic: message({
      content: [
        {
          type: 'thinking',
          thinking: '27 * 453 = 12,231. Ümläute too.',
          signature: 'EqQBCgIYAhIM1gbcDa9GJwZA2b3h',
        },
        { type: 'redacted_thinking', data: 'EmwKAhgBEgy3va3pzix/LafPsn4a' },
        text('12,231'),
      ],
      usage: { input_tokens: 20, output_tokens: 90, output_tokens_details: { thinking_tokens: 70 } },
    }),
    openai: completion({
      message: { content: '12,231', reasoning_content: '27 * 453 = 12,231. Ümläute too.' },
      finish: 'stop',
      usage: {
        prompt_tokens: 20,
        completion_tokens: 90,
        total_tokens: 110,
        completion_tokens_details: { reasoning_tokens: 70 },
      },
    }),
    result: {
      content: '12,231',
      refusal: null,
      reasoning: '27 * 453 = 12,231. Ümläute too.',
      toolCalls: [],
      finishReason: 'stop',
      usage: { inputTokens: 20, outputTokens: 90, reasoningTokens: 70 },
    },
  },
  {
    name: 'keeps signed thinking in a tool loop',
    request: {
      model: MODEL,
      max_tokens: 8192,
      messages: [],
      tools: [weatherTool],
      reasoning_effort: 'low',
      temperature: 0.3,
    },
    extraMessages: [
      { role: 'user', content: 'Weather in Rome?' },
      {
        role: 'assistant',
        content: '',
        reasoning_content: 'I need the tool.',
        thinking_blocks: [
          { type: 'thinking', thinking: 'I need the tool.', signature: 'EqQB' },
          { type: 'redacted_thinking', data: 'EmwK' },
        ],
        tool_calls: [callOf('toolu_a', 'get_weather', '{"city":"Rome"}')],
      },
      { role: 'tool', tool_call_id: 'toolu_a', content: 'Sunny' },
    ],
    sent: {
      model: MODEL,
      max_tokens: 8192,
      messages: [
        hello('Weather in Rome?'),
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'I need the tool.', signature: 'EqQB' },
            { type: 'redacted_thinking', data: 'EmwK' },
            { type: 'tool_use', id: 'toolu_a', name: 'get_weather', input: { city: 'Rome' } },
          ],
        },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_a', content: 'Sunny' }] },
      ],
      tools: [weatherToolSent],
      thinking: { type: 'enabled', budget_tokens: 4096 },
    },
    ...answer('Sunny.'),
  },
  {
    name: 'refuses',
    request: {
      model: NEW_MODEL,
      max_tokens: 100,
      messages: [{ role: 'user', content: 'Something harmful' }],
    },
    sent: { model: NEW_MODEL, max_tokens: 100, messages: [hello('Something harmful')] },
    anthropic: message({
      content: [],
      stop_reason: 'refusal',
      stop_details: { type: 'refusal', category: 'cyber', explanation: 'This may enable harm.' },
      usage: { input_tokens: 30, output_tokens: 4 },
    }),
    openai: completion({
      message: { content: null, refusal: 'This may enable harm.' },
      finish: 'content_filter',
      usage: { prompt_tokens: 30, completion_tokens: 4, total_tokens: 34 },
    }),
    result: {
      content: null,
      refusal: 'This may enable harm.',
      reasoning: '',
      toolCalls: [],
      finishReason: 'content_filter',
      usage: { inputTokens: 30, outputTokens: 4 },
    },
  },
  {
    name: 'stops at max_tokens',
    request: { model: MODEL, max_tokens: 3, messages: [{ role: 'user', content: 'Count to a hundred' }] },
    sent: { model: MODEL, max_tokens: 3, messages: [hello('Count to a hundred')] },
    anthropic: message({
      content: [text('1, 2')],
      stop_reason: 'max_tokens',
      usage: { input_tokens: 9, output_tokens: 3 },
    }),
    openai: completion({
      message: { content: '1, 2' },
      finish: 'length',
      usage: { prompt_tokens: 9, completion_tokens: 3, total_tokens: 12 },
    }),
    result: {
      content: '1, 2',
      refusal: null,
      reasoning: '',
      toolCalls: [],
      finishReason: 'length',
      usage: { inputTokens: 9, outputTokens: 3 },
    },
  },
  {
    name: 'stops at a stop sequence',
    request: {
      model: MODEL,
      max_tokens: 64,
      messages: [{ role: 'user', content: 'a b c' }],
      stop: ['END', 'STOP'],
    },
    sent: { model: MODEL, max_tokens: 64, messages: [hello('a b c')], stop_sequences: ['END', 'STOP'] },
    ...answer('a b'),
    anthropic: message({
      content: [text('a b')],
      stop_reason: 'stop_sequence',
      stop_sequence: 'END',
      usage: { input_tokens: 12, output_tokens: 6 },
    }),
  },
  {
    name: 'answers in a schema',
    request: {
      model: MODEL,
      max_tokens: 128,
      messages: [{ role: 'user', content: 'Capital of France?' }],
      response_format: {
        type: 'json_schema',
        json_schema: {
          name: 'capital',
          strict: true,
          schema: {
            type: 'object',
            properties: { city: { type: 'string', minLength: 1 } },
            required: ['city'],
            additionalProperties: false,
          },
        },
      },
    },
    sent: {
      model: MODEL,
      max_tokens: 128,
      messages: [hello('Capital of France?')],
      output_config: {
        format: {
          type: 'json_schema',
          schema: {
            type: 'object',
            properties: { city: { type: 'string', description: '{minLength: 1}' } },
            required: ['city'],
            additionalProperties: false,
          },
        },
      },
    },
    ...answer('{"city":"Paris"}'),
  },
  {
    name: 'counts what the cache read and wrote once each',
    request: { model: MODEL, max_tokens: 64, messages: [], user: 'user-7' },
    extraMessages: [
      {
        role: 'system',
        content: [{ type: 'text', text: 'A long book.', cache_control: { type: 'ephemeral', ttl: '1h' } }],
      },
      { role: 'user', content: [{ type: 'text', text: 'Summary?', cache_control: { type: 'ephemeral' } }] },
    ],
    sent: {
      model: MODEL,
      max_tokens: 64,
      system: [{ type: 'text', text: 'A long book.', cache_control: { type: 'ephemeral', ttl: '1h' } }],
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'Summary?', cache_control: { type: 'ephemeral' } }] },
      ],
      metadata: { user_id: 'user-7' },
    },
    ...answer('Everyone dies.', 2158, 7),
    anthropic: message({
      content: [text('Everyone dies.')],
      usage: {
        input_tokens: 10,
        output_tokens: 7,
        cache_read_input_tokens: 1800,
        cache_creation_input_tokens: 348,
        cache_creation: { ephemeral_5m_input_tokens: 148, ephemeral_1h_input_tokens: 200 },
      },
    }),
    openai: completion({
      message: { content: 'Everyone dies.' },
      finish: 'stop',
      usage: {
        prompt_tokens: 2158,
        completion_tokens: 7,
        total_tokens: 2165,
        prompt_tokens_details: { cached_tokens: 1800, cache_write_tokens: 348 },
      },
    }),
    result: {
      content: 'Everyone dies.',
      refusal: null,
      reasoning: '',
      toolCalls: [],
      finishReason: 'stop',
      usage: { inputTokens: 2158, outputTokens: 7, cachedTokens: 1800, cacheWriteTokens: 348 },
    },
  },
];

/** An answer that is an error, on both wires, and what it must mean. */
export interface Failing {
  readonly name: string;
  readonly status: number;
  readonly headers: UpstreamHeaders;
  readonly anthropic: string;
  readonly openai: string;
  readonly kind: FailureKind;
  readonly contextWindow?: number;
  readonly retryAfterMs?: number;
}

const envelope = (type: Anthropic.ErrorType | 'request_too_large', said: string): string =>
  JSON.stringify({
    type: 'error',
    error: { type, message: said },
    request_id: 'req_011CSHoEeqs5C35K2UUqR7Fy',
  });
const openAiError = (type: string, said: string, code: string | null = null): string =>
  JSON.stringify({ error: { message: said, type, param: null, code } });
const HTML = '<html><head><title>502 Bad Gateway</title></head></html>';

export const FAILURES: readonly Failing[] = [
  {
    name: 'a request that is wrong',
    status: 400,
    headers: {},
    anthropic: envelope('invalid_request_error', 'max_tokens: 100000 > 64000, which is the maximum'),
    openai: openAiError('invalid_request_error', 'max_tokens is too large: 100000.', 'invalid_value'),
    kind: 'rejected',
  },
  {
    name: 'a prompt that does not fit',
    status: 400,
    headers: {},
    anthropic: envelope('invalid_request_error', 'prompt is too long: 210000 tokens > 200000 maximum'),
    openai: openAiError(
      'invalid_request_error',
      "This model's maximum context length is 200000 tokens. However, your messages resulted in 210000 tokens.",
      'context_length_exceeded',
    ),
    kind: 'context_overflow',
    contextWindow: 200_000,
  },
  {
    name: 'a key that is wrong',
    status: 401,
    headers: {},
    anthropic: envelope('authentication_error', 'invalid x-api-key'),
    openai: openAiError('invalid_request_error', 'Incorrect API key provided.', 'invalid_api_key'),
    kind: 'credentials',
  },
  {
    name: 'a model that is not there',
    status: 404,
    headers: {},
    anthropic: envelope('not_found_error', 'model: claude-none'),
    openai: openAiError('invalid_request_error', 'The model `claude-none` does not exist', 'model_not_found'),
    kind: 'rejected',
  },
  {
    name: 'a body that is too large',
    status: 413,
    headers: {},
    anthropic: envelope('request_too_large', 'Request exceeds the maximum size'),
    openai: openAiError('invalid_request_error', 'Request too large.'),
    kind: 'rejected',
  },
  {
    name: 'a rate limit, with the time to wait',
    status: 429,
    headers: { 'retry-after': '17' },
    anthropic: envelope(
      'rate_limit_error',
      'This request would exceed your rate limit of 400,000 input tokens per minute',
    ),
    openai: openAiError('requests', 'Rate limit reached', 'rate_limit_exceeded'),
    kind: 'rate_limited',
    retryAfterMs: 17_000,
  },
  {
    name: 'an error of the server',
    status: 500,
    headers: {},
    anthropic: envelope('api_error', 'Internal server error'),
    openai: openAiError('server_error', 'The server had an error'),
    kind: 'unavailable',
  },
  {
    name: 'an overloaded server',
    status: 529,
    headers: {},
    anthropic: envelope('overloaded_error', 'Overloaded'),
    openai: openAiError('server_error', 'The engine is currently overloaded, please try again later'),
    kind: 'unavailable',
  },
  { name: 'HTML from a proxy', status: 502, headers: {}, anthropic: HTML, openai: HTML, kind: 'unavailable' },
  { name: 'an empty body', status: 503, headers: {}, anthropic: '', openai: '', kind: 'unavailable' },
];

/** Errors inside a stream, after some text. */
export const BROKEN_STREAMS: readonly Omit<Failing, 'status' | 'headers'>[] = [
  {
    name: 'an overloaded server',
    anthropic: envelope('overloaded_error', 'Overloaded'),
    openai: openAiError('server_error', 'The engine is currently overloaded'),
    kind: 'unavailable',
  },
  {
    name: 'an error of the server',
    anthropic: envelope('api_error', 'Internal server error'),
    openai: openAiError('server_error', 'The server had an error'),
    kind: 'unavailable',
  },
];
