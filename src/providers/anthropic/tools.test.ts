import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../adapter.ts';
import { LOOP, sent, sentText, TOOL, USER } from './request.case.ts';

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
    const calls = turns[1]?.content.map((block) => block['id'] as string) ?? [];
    expect(new Set(calls).size).toBe(3);
    expect(calls.every((id) => /^[a-zA-Z0-9_-]+$/.test(id))).toBe(true);
    expect(turns[2]?.content.map((block) => [block['tool_use_id'], block['content']])).toEqual(
      calls.map((id, i) => [id, ids[i]]),
    );
  });

  // anomalyco/opencode#1150 and #1279, NVIDIA-NeMo/Switchyard#502: the API refuses an id that comes twice, or is empty.
  it.each(['call_0', ''])(
    'gives each call an id of its own where the other provider had one for all: %j',
    (id) => {
      const fn = { name: 'f', arguments: '{}' };
      const call = { id, type: 'function', function: fn };
      const round = (...results: string[]): object[] => [
        { role: 'assistant', tool_calls: results.map(() => call) },
        ...results.map((content) => ({ role: 'tool', tool_call_id: id, content })),
      ];
      const messages = [USER, ...round('1'), ...round('2', '3'), USER];
      const turns = sent({ messages, tools: [TOOL] })['messages'] as {
        role: string;
        content: JsonObject[];
      }[];
      const blocks = turns.flatMap(({ content }) => content);
      const calls = blocks.filter(({ type }) => type === 'tool_use').map((block) => block['id']);
      expect(new Set(calls).size).toBe(3);
      expect(calls.every((it) => typeof it === 'string' && /^[a-zA-Z0-9_-]+$/.test(it))).toBe(true);
      const results = blocks.filter(({ type }) => type === 'tool_result');
      expect(results.map((block) => [block['tool_use_id'], block['content']])).toEqual(
        calls.map((it, i) => [it, String(i + 1)]),
      );
    },
  );

  // anomalyco/opencode#46628 and #47543, Kilo-Org/kilocode#12905: one such tool of an MCP server ended every request.
  it('takes a choice at the top of parameters, which the wire takes below it only', () => {
    const schemaOf = (parameters: object): JsonObject => {
      const { tools } = sent({ tools: [{ type: 'function', function: { name: 'f', parameters } }] });
      return (tools as { input_schema: JsonObject }[])[0]?.input_schema ?? {};
    };
    const either = [{ required: ['route'] }, { required: ['file'] }];
    const properties = {
      route: { type: 'string' },
      file: { type: 'string' },
      line: { anyOf: [{ type: 'null' }] },
    };
    expect(
      schemaOf({ type: 'object', properties, required: ['line'], anyOf: either, description: 'Where.' }),
    ).toEqual({
      type: 'object',
      properties,
      required: ['line'],
      description: `Where.\n\n{anyOf: ${JSON.stringify(either)}}`,
    });
    const $defs = {
      Add: {
        type: 'object',
        properties: { op: { const: 'add' }, text: { type: 'string' } },
        required: ['op', 'text'],
      },
      Drop: {
        type: 'object',
        properties: { op: { const: 'drop' }, all: { type: 'boolean' } },
        required: ['op'],
      },
    };
    const oneOf = [{ $ref: '#/$defs/Add' }, { $ref: '#/$defs/Drop' }];
    expect(schemaOf({ $defs, oneOf })).toEqual({
      type: 'object',
      $defs,
      properties: {
        op: { anyOf: [{ const: 'add' }, { const: 'drop' }] },
        text: { type: 'string' },
        all: { type: 'boolean' },
      },
      required: ['op'],
      description: `{oneOf: ${JSON.stringify(oneOf)}}`,
    });
    const all = [
      { properties: { a: { type: 'string' } }, required: ['a'] },
      { properties: { b: {} }, required: ['b'] },
    ];
    expect(schemaOf({ type: 'object', allOf: all })).toMatchObject({
      properties: { a: {}, b: {} },
      required: ['a', 'b'],
    });
    const named = { $ref: '#/definitions/Args', definitions: { Args: { ...$defs.Add, title: 'Args' } } };
    expect(schemaOf(named)).toEqual({ ...$defs.Add, title: 'Args', definitions: named.definitions });
    const loop = { anyOf: [{ $ref: '#' }, { $ref: '#/$defs/none' }, { $ref: 'https://example.org/a' }] };
    expect(schemaOf(loop)).toMatchObject({ type: 'object', properties: {} });
  });

  // langchain-ai/langchain#34920: the API refuses a mark inside a result.
  it('comes to an end with schemas that references make huge or endlessly deep', () => {
    const leaf = { type: 'object', properties: { a: { type: 'string' } }, additionalProperties: false };
    const linked = (count: number, link: (next: JsonObject) => JsonObject): JsonObject => {
      const next = (i: number): JsonObject => ({ $ref: `#/$defs/d${i + 1}` });
      const links = Array.from({ length: count }, (_, i): [string, JsonObject] => [`d${i}`, link(next(i))]);
      return { $ref: '#/$defs/d0', $defs: { ...Object.fromEntries(links), [`d${count}`]: leaf } };
    };
    const doubled = linked(40, (next) => ({ anyOf: [next, next] }));
    const deep = linked(15_000, (next) => ({ ...leaf, properties: { a: next } }));
    const deepAtTop = linked(15_000, (next) => ({ anyOf: [next] }));
    const tools = Object.entries({ doubled, deep, deepAtTop }).map(([name, parameters]) => ({
      type: 'function',
      function: { name, parameters, strict: true },
    }));
    const wire = sent({ messages: [USER], tools })['tools'] as JsonObject[];
    expect(wire.map(({ name, strict }) => [name, strict])).toEqual([
      ['doubled', true],
      ['deep', undefined],
      ['deepAtTop', undefined],
    ]);
    expect(wire[0]?.['input_schema']).toMatchObject({ properties: leaf.properties });
  });

  it('puts the mark of a part of a result on the result', () => {
    const part = { type: 'text', text: 'Long.', cache_control: { type: 'ephemeral', ttl: '1h' } };
    const messages = [
      ...LOOP.slice(0, 2),
      { role: 'tool', tool_call_id: 'call_1', content: [part, { type: 'text', text: 'b' }] },
    ];
    const turns = sent({ messages, tools: [TOOL] })['messages'] as { content: JsonObject[] }[];
    expect(turns[2]?.content).toEqual([
      {
        type: 'tool_result',
        tool_use_id: 'call_1',
        content: [
          { type: 'text', text: 'Long.' },
          { type: 'text', text: 'b' },
        ],
        cache_control: { type: 'ephemeral', ttl: '1h' },
      },
    ]);
  });

  // BerriAI/litellm#25669 and #23510: agents that know Anthropic's form write it into OpenAI's messages.
  it('takes calls and results among the parts of messages, in Anthropic’s own form', () => {
    const call = { type: 'tool_use', id: 'toolu:1', name: 'f', input: { a: 1 } };
    const result = {
      type: 'tool_result',
      tool_use_id: 'toolu:1',
      content: [{ type: 'text', text: 'x' }],
      is_error: true,
    };
    const fn = { name: 'f', arguments: '{"a":1}' };
    for (const tool_calls of [undefined, [{ id: 'toolu:1', type: 'function', function: fn }]]) {
      const messages = [
        USER,
        { role: 'assistant', content: [call, { type: 'text', text: 'I look.' }], tool_calls },
        { role: 'user', content: [{ type: 'text', text: 'Well?' }, result] },
      ];
      expect(sent({ messages, tools: [TOOL] })['messages']).toEqual([
        { role: 'user', content: [{ type: 'text', text: 'Hi' }] },
        {
          role: 'assistant',
          content: [
            { type: 'text', text: 'I look.' },
            { ...call, id: 'toolu_1' },
          ],
        },
        {
          role: 'user',
          content: [
            { ...result, tool_use_id: 'toolu_1' },
            { type: 'text', text: 'Well?' },
          ],
        },
      ]);
    }
  });

  // eclipse-theia/theia#16122, danny-avila/LibreChat#13162: OpenAI takes a name twice, the API refuses all tools.
  it('defines a tool once that came twice, as it was last defined', () => {
    const again = { type: 'function', function: { ...TOOL.function, description: 'Again.' } };
    const native = { type: 'mcp_toolset', mcp_server_name: 'm' };
    const g = { type: 'function', function: { name: 'g' } };
    expect(sent({ tools: [TOOL, native, g, again, native] })['tools']).toMatchObject([
      { name: 'f', description: 'Again.' },
      native,
      { name: 'g' },
      native,
    ]);
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
    const body = sentText({ messages, tools: [TOOL] });
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

  // camel-ai/camel#4171, elizaOS/eliza#16499: beyond 20 strict tools, 24 optional and 16 union parameters all is refused.
  it('has no more strict tools than the API takes together, the first ones', () => {
    const strictOf = (parameters: object[], more: object = {}): boolean[] => {
      const tools = parameters.map((it, i) => ({
        type: 'function',
        function: { name: `f${i}`, strict: true, parameters: it },
      }));
      return (sent({ tools, ...more })['tools'] as JsonObject[]).map((tool) => tool['strict'] === true);
    };
    const object = (count: number, of: object, required: string[] = []): object => ({
      type: 'object',
      properties: Object.fromEntries(Array.from({ length: count }, (_, i) => [`p${i}`, of])),
      required,
    });
    const named = (count: number): string[] => Array.from({ length: count }, (_, i) => `p${i}`);
    const text = { type: 'string' };
    expect(strictOf(Array.from({ length: 22 }, () => object(1, text, ['p0'])))).toEqual([
      ...Array.from({ length: 20 }, () => true),
      false,
      false,
    ]);
    expect(strictOf([object(20, text), object(5, text), object(4, text)])).toEqual([true, false, true]);
    const nested = { type: 'array', items: object(25, text) };
    expect(strictOf([object(1, nested, ['p0']), object(1, text)])).toEqual([false, true]);
    const shared = { ...object(5, { $ref: '#/$defs/A' }, named(5)), $defs: { A: object(5, text) } };
    expect(strictOf([shared, object(1, text)])).toEqual([false, true]);
    const nullable = object(17, { type: ['string', 'null'] }, named(17));
    const either = object(16, { anyOf: [text, { type: 'null' }] }, named(16));
    expect(strictOf([nullable, either])).toEqual([false, true]);
    const format = (schema: object): object => ({
      response_format: { type: 'json_schema', json_schema: { name: 'a', schema } },
    });
    expect(strictOf([object(1, text), object(0, text)], format(object(24, text)))).toEqual([false, true]);
    const body = sent(format(object(25, text)));
    expect([body['output_config'], JSON.stringify(body['system'])]).toEqual([
      undefined,
      expect.stringContaining('p24'),
    ]);
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
