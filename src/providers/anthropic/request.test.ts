import { describe, expect, it } from 'vitest';
import { AppError } from '../../errors.ts';
import type { JsonObject } from '../adapter.ts';
import { callOf, endpointOf } from '../conversations.case-call.ts';
import { LOOP, sent, TOOL, USER } from './request.case.ts';
import { chatRequest } from './request.ts';

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
      'tool arguments that are no text',
      call({ name: 'f', arguments: [1] }),
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
    ['a stop of white space alone, which the wire refuses', { stop: ['a', '\n'] }, 'stop[1]'],
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

  // BerriAI/litellm#24900, home-assistant/core#167208: names and headers lie, OpenAI does not ask them.
  it.each([
    ['image/png', '/9j/4AAQSkZJRg==', 'image/jpeg'],
    ['image/jpeg', 'iVBORw0KGgoAAAAN', 'image/png'],
    ['application/octet-stream', 'R0lGODlhAQABAAAA', 'image/gif'],
    ['image/png', 'UklGRiQAAABXRUJQVlA4', 'image/webp'],
    ['image/jpg', 'AAAA', 'image/jpeg'],
    ['image/webp', 'UklGRiQAAABXQVZFZm10', 'image/webp'],
  ])('an image that is said to be %s goes out as what it is: %s', (said, data, type) => {
    const part = { type: 'image_url', image_url: { url: `data:${said};base64,${data}` } };
    expect(sent({ messages: [{ role: 'user', content: [part] }] })['messages']).toEqual([
      { role: 'user', content: [{ type: 'image', source: { type: 'base64', media_type: type, data } }] },
    ]);
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

  // anomalyco/opencode#13768, charmbracelet/crush#2300: from 4.6 on the API refuses what ends with the assistant.
  it('has a last word of the assistant followed by a new one where a prefill is refused', () => {
    const last = { role: 'assistant', content: 'No more steps.' };
    const rolesOf = (model: string, ...messages: object[]): unknown =>
      (sent({ model, messages })['messages'] as { role: string }[]).map(({ role }) => role);
    expect(rolesOf('claude-sonnet-4-5', USER, last)).toEqual(['user', 'assistant']);
    expect(rolesOf('claude-opus-4-6', USER, last)).toEqual(['user', 'assistant', 'user']);
    expect(sent({ model: 'claude-opus-4-6', messages: [USER, last] })['messages']).toMatchObject([
      {},
      { content: [{ type: 'text', text: 'No more steps.' }] },
      { content: [{ type: 'text', text: 'Continue.' }] },
    ]);
    const paused = {
      ...last,
      server_tool_blocks: [{ type: 'server_tool_use', id: 's', name: 'web_search', input: {} }],
    };
    expect(rolesOf('claude-opus-4-6', USER, paused)).toEqual(['user', 'assistant']);
  });

  // BerriAI/litellm#35808, egonSchiele/agency-lang#487: OpenAI takes these, the API's structured outputs do not.
  it.each<[string, object]>([
    [
      'a map',
      { type: 'object', properties: { ages: { type: 'object', additionalProperties: { type: 'integer' } } } },
    ],
    ['any object', { type: 'object', properties: { extra: { type: 'object' } } }],
    ['any value', { type: 'object', properties: { extra: { description: 'x' } } }],
    [
      'itself',
      {
        type: 'object',
        properties: { next: { anyOf: [{ $ref: '#/$defs/N' }, { type: 'null' }] } },
        $defs: { N: { type: 'object', properties: { next: { $ref: '#/$defs/N' } } } },
      },
    ],
    ['its root', { type: 'object', properties: { next: { $ref: '#' } } }],
    ['what is elsewhere', { type: 'object', properties: { a: { $ref: 'https://example.org/a' } } }],
    [
      'an allOf of references',
      {
        type: 'object',
        properties: { a: { allOf: [{ $ref: '#/$defs/A' }] } },
        $defs: { A: { type: 'string' } },
      },
    ],
    ['an enum of objects', { type: 'object', properties: { a: { enum: [{ b: 1 }] } } }],
  ])('asks in words for a schema that cannot be enforced, as it holds %s', (_name, schema) => {
    const body = sent({ response_format: { type: 'json_schema', json_schema: { name: 'a', schema } } });
    expect(body['output_config']).toBeUndefined();
    expect(JSON.stringify(body['system'])).toContain(JSON.stringify(JSON.stringify(schema)).slice(1, -1));
    const tool = { type: 'function', function: { name: 'f', strict: true, parameters: schema } };
    expect(sent({ tools: [tool] })['tools']).toEqual([{ name: 'f', input_schema: schema }]);
  });

  it('enforces a schema with references that come to an end, twice the same one too', () => {
    const schema = {
      type: 'object',
      properties: {
        from: { $ref: '#/$defs/P' },
        to: { $ref: '#/$defs/P' },
        tags: { type: ['array', 'null'], items: { enum: ['a', 1, null] } },
      },
      required: ['from', 'to'],
      additionalProperties: false,
      $defs: { P: { type: 'object', properties: {}, additionalProperties: false } },
    };
    const body = sent({
      response_format: { type: 'json_schema', json_schema: { name: 'a', strict: true, schema } },
    });
    expect(body['output_config']).toEqual({ format: { type: 'json_schema', schema } });
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
