import { describe, expect, it } from 'vitest';
import { AppError } from '../../errors.ts';
import type { ChatCall, JsonObject } from '../adapter.ts';
import { callOf, endpointOf } from '../conversations.case-call.ts';
import { chatRequest } from './request.ts';

const USER = { role: 'user', content: 'Hi' };
const LOOP = [
  USER,
  {
    role: 'assistant',
    tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'f', arguments: '{}' } }],
  },
  { role: 'tool', tool_call_id: 'call_1', content: 'done' },
];
const TOOL = { type: 'function', function: { name: 'f', parameters: { type: 'object', properties: {} } } };

function sent(json: object, more: Partial<ChatCall> = {}): JsonObject {
  const call = callOf({ model: 'claude-sonnet-4-5', messages: [USER], ...json } as JsonObject, more);
  const { body } = chatRequest(endpointOf('https://api.anthropic.com'), call);
  return JSON.parse(String(body)) as JsonObject;
}

function refused(json: object): AppError {
  try {
    sent(json);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('was not refused');
}

describe('what cannot be asked is refused with the name of what is wrong', () => {
  const image = (url: unknown): object => ({
    messages: [
      USER,
      {
        role: 'user',
        content: [
          { type: 'text', text: 'a' },
          { type: 'image_url', image_url: { url } },
        ],
      },
    ],
  });
  const assistant = (more: object): object => ({ messages: [USER, { role: 'assistant', ...more }] });
  const call = (fn: object): object =>
    assistant({ tool_calls: [{ id: 'a', type: 'function', function: fn }] });
  it.each<[string, object, string]>([
    ['two choices', { n: 2 }, 'n'],
    ['no messages', { messages: undefined }, 'messages'],
    ['messages that are empty', { messages: [] }, 'messages'],
    ['messages without content', { messages: [{ role: 'user', content: ' ' }] }, 'messages'],
    ['a message that is no object', { messages: ['Hi'] }, 'messages[0]'],
    ['a message without content', { messages: [{ role: 'user' }] }, 'messages[0].content'],
    ['a role that is unknown', { messages: [{ role: 'robot', content: 'x' }] }, 'messages[0].role'],
    [
      'a function message',
      { messages: [USER, { role: 'function', name: 'f', content: '' }] },
      'messages[1].role',
    ],
    [
      'a function call',
      assistant({ function_call: { name: 'f', arguments: '{}' } }),
      'messages[1].function_call',
    ],
    ['functions', { functions: [{ name: 'f' }] }, 'functions'],
    [
      'audio in',
      { messages: [{ role: 'user', content: [{ type: 'input_audio' }] }] },
      'messages[0].content[0]',
    ],
    [
      'video in',
      { messages: [{ role: 'user', content: [{ type: 'video_url' }] }] },
      'messages[0].content[0]',
    ],
    ['audio out', { modalities: ['text', 'audio'] }, 'modalities'],
    [
      'an image of a wrong type',
      image('data:image/tiff;base64,AAAA'),
      'messages[1].content[1].image_url.url',
    ],
    [
      'an image type of Object.prototype',
      image('data:constructor;base64,AAAA'),
      'messages[1].content[1].image_url.url',
    ],
    [
      'an image that is not base64',
      image('data:image/png;base64,%%%'),
      'messages[1].content[1].image_url.url',
    ],
    ['an image by file path', image('file:///etc/passwd'), 'messages[1].content[1].image_url.url'],
    ['an image without URL', image(undefined), 'messages[1].content[1].image_url.url'],
    [
      'tool arguments that are no JSON',
      call({ name: 'f', arguments: '{"a":' }),
      'messages[1].tool_calls[0].function.arguments',
    ],
    [
      'tool arguments that are no object',
      call({ name: 'f', arguments: '[1]' }),
      'messages[1].tool_calls[0].function.arguments',
    ],
    ['a tool call without a name', call({ arguments: '{}' }), 'messages[1].tool_calls[0].function.name'],
    [
      'a tool result without a call',
      { messages: [USER, { role: 'tool', content: 'x' }] },
      'messages[1].tool_call_id',
    ],
    ['a tool without a name', { tools: [{ type: 'function', function: {} }] }, 'tools[0].function.name'],
    ['a custom tool', { tools: [{ type: 'custom', custom: { name: 'f' } }] }, 'tools[0].type'],
    ['a tool choice that is unknown', { tools: [TOOL], tool_choice: 'maybe' }, 'tool_choice'],
    ["a temperature beyond OpenAI's", { temperature: 3 }, 'temperature'],
    ['a temperature that is text', { temperature: 'hot' }, 'temperature'],
    ['max_tokens that are no count', { max_tokens: 1.5 }, 'max_tokens'],
    ['an effort that is unknown', { reasoning_effort: 'enormous' }, 'reasoning_effort'],
    ['an answer format that is unknown', { response_format: { type: 'xml' } }, 'response_format.type'],
    [
      'a schema that is missing',
      { response_format: { type: 'json_schema', json_schema: {} } },
      'response_format.json_schema.schema',
    ],
    ['a beta that could break out of its header', { betas: ['a\r\nx-api-key: b'] }, 'betas[0]'],
  ])('%s', (_name, json, param) => {
    const error = refused(json);
    expect(error).toMatchObject({ code: 'invalid_request', status: 400, param });
    expect(error.message).toContain(param);
  });

  it('names the member that is nested too deeply', () => {
    const deep = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`) as never;
    const json = { model: 'claude-sonnet-4-5', messages: [USER], context_management: deep };
    const call = { ...callOf({ messages: [] }), json: () => json as unknown as JsonObject };
    const ask = (): unknown => chatRequest(endpointOf('https://api.anthropic.com'), call);
    expect(ask).toThrow(expect.objectContaining({ code: 'invalid_request', param: 'context_management' }));
  });
});

describe('max_tokens', () => {
  it.each<[string, object, Partial<ChatCall>, number]>([
    ["is the client's", { max_tokens: 7 }, { modelMaxOutputTokens: 64_000 }, 7],
    ["is the newer name's where both are given", { max_tokens: 7, max_completion_tokens: 9 }, {}, 9],
    ['is what the gateway clamped it to', { max_tokens: 99_999 }, { maxTokens: 8192 }, 8192],
    [
      'is what the gateway clamped the newer name to',
      { max_completion_tokens: 99_999 },
      { maxCompletionTokens: 8192 },
      8192,
    ],
    [
      "is the model's maximum when the client has none",
      { max_tokens: null },
      { modelMaxOutputTokens: 64_000 },
      64_000,
    ],
    ['is a documented default when nothing is known', {}, {}, 16_384],
    ['is 4096 for the oldest models when nothing is known', {}, { model: 'claude-3-haiku-20240307' }, 4096],
    [
      "leaves room for the client's own thinking budget",
      { thinking: { type: 'enabled', budget_tokens: 20_000 } },
      {},
      24_096,
    ],
  ])('%s', (_name, json, more, expected) => {
    expect(sent(json, more)['max_tokens']).toBe(expected);
  });
});

describe('sampling', () => {
  const all = { temperature: 1.7, top_p: 0.9, top_k: 5 };
  it.each<[string, string, object, object]>([
    [
      'is clamped for models that take it',
      'claude-3-5-haiku-20241022',
      all,
      { temperature: 1, top_p: 0.9, top_k: 5 },
    ],
    [
      'is one of two for the 4.1 to 4.6 models',
      'claude-opus-4-1-20250805',
      all,
      { temperature: 1, top_k: 5 },
    ],
    ['keeps top_p when it is alone', 'claude-sonnet-4-5', { top_p: 0.9 }, { top_p: 0.9 }],
    ['is left out for models that refuse it', 'claude-opus-4-7', all, {}],
    ['is left out for a Claude that is not known yet', 'claude-mythos-preview', all, {}],
    ["goes to other makers' models", 'kimi-k3', all, { temperature: 1, top_p: 0.9, top_k: 5 }],
    [
      'is left out while thinking',
      'claude-sonnet-4-5',
      { ...all, max_tokens: 9000, reasoning_effort: 'high' },
      {},
    ],
  ])('%s', (_name, model, json, expected) => {
    const { temperature, top_p, top_k } = sent({ ...json, model });
    expect(JSON.parse(JSON.stringify({ temperature, top_p, top_k }))).toEqual(expected);
  });
});

describe('thinking', () => {
  const forced = { tools: [TOOL], tool_choice: 'required' };
  it.each<[string, string, object, object]>([
    [
      'is a budget for older models',
      'claude-opus-4-20250514',
      { reasoning_effort: 'high', max_tokens: 32_000 },
      { thinking: { type: 'enabled', budget_tokens: 16_384 } },
    ],
    [
      'leaves a quarter to the answer',
      'claude-sonnet-4-5',
      { reasoning_effort: 'high', max_tokens: 4000 },
      { thinking: { type: 'enabled', budget_tokens: 3000 } },
    ],
    [
      'is off where max_tokens has no room',
      'claude-sonnet-4-5',
      { reasoning_effort: 'high', max_tokens: 1000 },
      {},
    ],
    ['is off for models that cannot', 'claude-3-5-haiku-20241022', { reasoning_effort: 'high' }, {}],
    [
      'is off for a forced tool on older models',
      'claude-sonnet-4-5',
      { reasoning_effort: 'high', ...forced },
      {},
    ],
    [
      'keeps the effort for a forced tool',
      'claude-opus-4-6',
      { reasoning_effort: 'high', ...forced },
      { output_config: { effort: 'high' } },
    ],
    [
      'is off in a tool loop that lost its thinking',
      'claude-sonnet-4-5',
      { reasoning_effort: 'high', messages: LOOP, tools: [TOOL] },
      {},
    ],
    [
      'is adaptive for newer models',
      'claude-opus-4-6',
      { reasoning_effort: 'xhigh' },
      { thinking: { type: 'adaptive', display: 'summarized' }, output_config: { effort: 'high' } },
    ],
    [
      'goes to xhigh where that exists',
      'claude-opus-5-5',
      { reasoning_effort: 'xhigh' },
      { thinking: { type: 'adaptive', display: 'summarized' }, output_config: { effort: 'xhigh' } },
    ],
    [
      'is switched off where it is on by itself',
      'claude-opus-5',
      { reasoning_effort: 'none' },
      { thinking: { type: 'disabled' } },
    ],
    ['needs no switch where it is off by itself', 'claude-sonnet-4-5', { reasoning_effort: 'none' }, {}],
    [
      'is low where it cannot be switched off',
      'claude-fable-5-1',
      { reasoning_effort: 'none' },
      { output_config: { effort: 'low' } },
    ],
    [
      "is the client's own, untouched",
      'claude-sonnet-4-5',
      { thinking: { type: 'enabled', budget_tokens: 2000, x: 1 }, reasoning_effort: 'low' },
      { thinking: { type: 'enabled', budget_tokens: 2000, x: 1 } },
    ],
    [
      "lets the client's own output_config win",
      'claude-opus-5-5',
      { reasoning_effort: 'low', output_config: { effort: 'max' } },
      { thinking: { type: 'adaptive', display: 'summarized' }, output_config: { effort: 'max' } },
    ],
  ])('%s', (_name, model, json, expected) => {
    const { thinking, output_config } = sent({ ...json, model });
    expect(JSON.parse(JSON.stringify({ thinking, output_config }))).toEqual(expected);
  });
});

describe('tools', () => {
  it('keeps a result next to its call when the client put text between them', () => {
    const messages = [
      USER,
      {
        role: 'assistant',
        tool_calls: ['a', 'b'].map((id) => ({
          id,
          type: 'function',
          function: { name: 'f', arguments: '{}' },
        })),
      },
      { role: 'tool', tool_call_id: 'a', content: '1' },
      { role: 'user', content: [{ type: 'text', text: 'see' }] },
      { role: 'tool', tool_call_id: 'b', content: '2' },
    ];
    const turns = sent({ messages, tools: [TOOL] })['messages'] as { content: JsonObject[] }[];
    expect(turns[2]?.content.map((block) => block['tool_use_id'] ?? block['text'])).toEqual([
      'a',
      'b',
      'see',
    ]);
  });

  it('rewrites ids that the wire refuses, for call and result alike, and keeps them apart', () => {
    const ids = ['call:1', 'call.1', 'call_1'];
    const messages = [
      USER,
      {
        role: 'assistant',
        tool_calls: ids.map((id) => ({ id, type: 'function', function: { name: 'f', arguments: '{}' } })),
      },
      ...ids.map((id) => ({ role: 'tool', tool_call_id: id, content: id })),
    ];
    const turns = sent({ messages, tools: [TOOL] })['messages'] as { content: JsonObject[] }[];
    const calls = turns[1]?.content.map((block) => String(block['id'])) ?? [];
    expect(new Set(calls).size).toBe(3);
    expect(calls.every((id) => /^[a-zA-Z0-9_-]+$/.test(id))).toBe(true);
    expect(turns[2]?.content.map((block) => [block['tool_use_id'], block['content']])).toEqual(
      calls.map((id, i) => [id, ids[i]]),
    );
  });

  it('keeps every digit of an id in tool arguments', () => {
    const args = '{"id":1234567890123456789,"price":0.12345678901234567890,"list":[1.0,2]}';
    const messages = [
      USER,
      {
        role: 'assistant',
        tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: args } }],
      },
      { role: 'tool', tool_call_id: 'a', content: 'x' },
    ];
    const call = callOf({ model: 'claude-sonnet-4-5', messages, tools: [TOOL] } as JsonObject);
    const body = String(chatRequest(endpointOf('https://api.anthropic.com'), call).body);
    expect(body).toContain('"input":{"id":1234567890123456789,"price":0.12345678901234567890,"list":[1,2]}');
  });

  it('defines the tools of a history whose tools the client left out, and forbids to call them', () => {
    expect(sent({ messages: LOOP })).toMatchObject({
      tools: [{ name: 'f', input_schema: { type: 'object' } }],
      tool_choice: { type: 'none' },
    });
  });

  it('takes named, allowed and forbidden tools', () => {
    const g = { type: 'function', function: { name: 'g' } };
    const named = { type: 'function', function: { name: 'g' } };
    expect(sent({ tools: [TOOL, g], tool_choice: named })['tool_choice']).toEqual({
      type: 'tool',
      name: 'g',
    });
    expect(
      sent({ tools: [TOOL, g], tool_choice: 'none', parallel_tool_calls: false })['tool_choice'],
    ).toEqual({ type: 'none' });
    expect(sent({ tools: [TOOL, g], tool_choice: named, parallel_tool_calls: false })['tool_choice']).toEqual(
      {
        type: 'tool',
        name: 'g',
        disable_parallel_tool_use: true,
      },
    );
    const allowed = { type: 'allowed_tools', allowed_tools: { mode: 'required', tools: [named] } };
    expect(sent({ tools: [TOOL, g], tool_choice: allowed })).toMatchObject({
      tools: [{ name: 'g' }],
      tool_choice: { type: 'any' },
    });
  });

  it('makes a strict tool strict where the model can, and passes native tools on', () => {
    const parameters = {
      type: 'object',
      properties: { a: { type: 'integer', minimum: 1 } },
      required: ['a'],
    };
    const strict = {
      type: 'function',
      function: { name: 'f', strict: true, parameters },
      cache_control: { type: 'ephemeral' },
    };
    const search = { type: 'web_search_20250305', name: 'web_search', max_uses: 5 };
    expect(sent({ tools: [strict, search] })['tools']).toEqual([
      {
        name: 'f',
        strict: true,
        input_schema: {
          type: 'object',
          properties: { a: { type: 'integer', description: '{minimum: 1}' } },
          required: ['a'],
          additionalProperties: false,
        },
        cache_control: { type: 'ephemeral' },
      },
      search,
    ]);
    expect(sent({ model: 'claude-opus-4-20250514', tools: [strict] })['tools']).toEqual([
      { name: 'f', input_schema: parameters, cache_control: { type: 'ephemeral' } },
    ]);
  });
});

describe('everything else', () => {
  it('passes on what Anthropic knows, leaves out what only OpenAI knows', () => {
    const json = {
      cache_control: { type: 'ephemeral' },
      container: 'container_1',
      mcp_servers: [{ type: 'url', url: 'https://mcp.example', name: 'm' }],
      something_new: { a: 1 },
      seed: 7, frequency_penalty: 1, logprobs: true, top_logprobs: 2, logit_bias: {}, store: true, verbosity: 'low',
      metadata: { ticket: 'a' }, prompt_cache_key: 'k', service_tier: 'flex', n: 1, stop: null, parallel_tool_calls: true,
    }; // prettier-ignore
    expect(sent(json)).toEqual({
      model: 'claude-sonnet-4-5',
      max_tokens: 16_384,
      messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
      cache_control: { type: 'ephemeral' },
      container: 'container_1',
      mcp_servers: [{ type: 'url', url: 'https://mcp.example', name: 'm' }],
      something_new: { a: 1 },
    });
  });

  it('asks for JSON in words where the wire has no field for it, after the cached prompt', () => {
    const system = [{ type: 'text', text: 'Rules.', cache_control: { type: 'ephemeral' } }];
    const body = sent({
      messages: [{ role: 'system', content: system }, USER],
      response_format: { type: 'json_object' },
    });
    expect(body['system']).toEqual([
      ...system,
      { type: 'text', text: expect.stringContaining('JSON object') as string },
    ]);
    const old = sent({
      model: 'claude-3-5-haiku-20241022',
      response_format: { type: 'json_schema', json_schema: { name: 'a', schema: { type: 'object' } } },
    });
    expect(old['output_config']).toBeUndefined();
    expect(JSON.stringify(old['system'])).toContain('{\\"type\\":\\"object\\"}');
  });

  it("asks a lone system message as the user's turn", () => {
    expect(sent({ messages: [{ role: 'system', content: 'Write a poem.' }] })['messages']).toEqual([
      { role: 'user', content: [{ type: 'text', text: 'Write a poem.' }] },
    ]);
  });

  it('trims a prefill, which may not end in white space', () => {
    const messages = sent({ messages: [USER, { role: 'assistant', content: 'The answer is \n' }] })[
      'messages'
    ];
    expect(messages).toMatchObject([
      {},
      { role: 'assistant', content: [{ type: 'text', text: 'The answer is' }] },
    ]);
  });

  it("puts the mark of a message on the message's last block", () => {
    const marked = { role: 'user', content: 'Long.', cache_control: { type: 'ephemeral' } };
    expect(sent({ messages: [marked, USER] })['messages']).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Long.', cache_control: { type: 'ephemeral' } },
          { type: 'text', text: 'Hi' },
        ],
      },
    ]);
  });

  it('never sends thinking that has no signature, nor a turn of thinking alone', () => {
    const thought = {
      role: 'assistant',
      content: '',
      thinking_blocks: [{ type: 'thinking', thinking: 'a', signature: 's' }],
    };
    const unsigned = {
      role: 'assistant',
      content: 'b',
      reasoning_content: 'a',
      thinking_blocks: [{ type: 'thinking', thinking: 'a' }],
    };
    expect(sent({ messages: [USER, thought, USER, unsigned, USER] })['messages']).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Hi' },
          { type: 'text', text: 'Hi' },
        ],
      },
      { role: 'assistant', content: [{ type: 'text', text: 'b' }] },
      { role: 'user', content: [{ type: 'text', text: 'Hi' }] },
    ]);
  });

  it("leaves the client's body as it was", () => {
    const json = {
      model: 'claude-sonnet-4-5',
      messages: LOOP,
      tools: [TOOL],
      stop: ['a'],
    } as unknown as JsonObject;
    const before = JSON.stringify(json);
    chatRequest(endpointOf('https://api.anthropic.com'), { ...callOf({}), json: () => json });
    expect(JSON.stringify(json)).toBe(before);
  });
});
