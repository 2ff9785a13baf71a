import type Anthropic from '@anthropic-ai/sdk';
import { MessageStream } from '@anthropic-ai/sdk/lib/MessageStream';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../adapter.ts';
import { callOf } from '../conversations.case-call.ts';
import { readOutcome, relay, streamThrough } from '../conversations.case-outcome.ts';
import { eventsOf, framesOf, message, text, toolUse } from '../conversations.case-wire.ts';
import { CONVERSATIONS } from '../conversations.cases.ts';
import { readReply } from './reply.ts';
import { MessageStreamReader } from './stream.ts';

const CALL = callOf({ model: 'claude-sonnet-4-5', messages: [], stream: true });

function read(frames: string) {
  return streamThrough(new MessageStreamReader(CALL), Buffer.from(frames), '');
}

function chunks(frames: string, includeUsage = false): JsonObject[] {
  const reader = new MessageStreamReader({ ...CALL, includeUsage });
  const lines = relay(reader, Buffer.from(frames), '', []).toString('utf8').split('\n\n').slice(0, -2);
  return lines.map((line) => JSON.parse(line.replace(/^data: /, '')) as JsonObject);
}

/** Searching the web: server tools, citations, thinking between, a container; page "Web search tool". */
const SEARCH = message({
  content: [
    { type: 'thinking', thinking: 'I should search.', signature: 'sig-1' },
    { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: { query: 'birth of Claude Shannon' }, caller: { type: 'direct' } },
    {
      type: 'web_search_tool_result',
      tool_use_id: 'srvtoolu_1',
      caller: { type: 'direct' },
      content: [{ type: 'web_search_result', url: 'https://example.org/shannon', title: 'Shannon', encrypted_content: 'EqgfCioIARgB', page_age: null }],
    },
    text('He was born '),
    text('on April 30, 1916', [
      { type: 'web_search_result_location', url: 'https://example.org/shannon', title: 'Shannon', encrypted_index: 'Eo8B', cited_text: 'April 30, 1916' },
      { type: 'char_location', document_index: 0, document_title: null, file_id: null, start_char_index: 1, end_char_index: 4, cited_text: 'Apr' },
    ]),
    text('.'),
  ],
  usage: { input_tokens: 50, output_tokens: 80, server_tool_use: { web_search_requests: 1, web_fetch_requests: 0 } },
}); // prettier-ignore

describe('fixtures', () => {
  it.each([...CONVERSATIONS.map((given) => given.anthropic), SEARCH])(
    "are streams that Anthropic's own SDK understands",
    async (whole) => {
      const lines = eventsOf(whole).map((event) => `${JSON.stringify(event)}\n`);
      const stream = MessageStream.fromReadableStream(new Blob(lines).stream());
      const final = await stream.finalMessage();
      expect(JSON.parse(JSON.stringify(final))).toMatchObject({
        content: whole.content,
        stop_reason: whole.stop_reason,
      });
    },
  );
});

describe('a stream', () => {
  it('begins with a role, in the first chunk that says something', () => {
    const frames = framesOf(eventsOf(message({ content: [text('Hi')] })));
    const deltas = chunks(frames).flatMap((chunk) => chunk['choices'] as { delta: JsonObject }[]);
    expect(deltas[0]?.delta).toEqual({ role: 'assistant', content: 'H' });
    expect(deltas.slice(1).every(({ delta }) => !('role' in delta))).toBe(true);
    expect(new Set(chunks(frames).map((chunk) => chunk['id']))).toEqual(
      new Set(['msg_01XFDUDYJgAACzvnptvVoYEL']),
    );
  });

  it('gives nothing out before the model says something, so that another provider may still be tried', () => {
    const reader = new MessageStreamReader(CALL);
    const [start] = eventsOf(message({ content: [text('Hi')] }));
    expect(reader.push(Buffer.from(framesOf(start === undefined ? [] : [start])))).toBeNull();
  });

  // envoyproxy/ai-gateway#2548: while a model thinks unseen, or waits for a server's tool, pings are all that comes.
  it('passes pings on as comments once the model has begun, so that nobody on the way ends a silent stream', () => {
    const reader = new MessageStreamReader(CALL);
    const events: { type: string }[] = eventsOf(message({ content: [text('Hi')] }));
    const ping = 'event: ping\ndata: {"type": "ping"}\n\n';
    const said = events.findIndex(({ type }) => type === 'content_block_delta') + 1;
    expect(reader.push(Buffer.from(framesOf(events.slice(0, said - 1))))).toBeNull();
    expect(reader.push(Buffer.from(ping))).toBeNull();
    expect(reader.push(Buffer.from(framesOf(events.slice(said - 1, said))))).not.toBeNull();
    expect(reader.push(Buffer.from(ping))?.toString()).toBe(': ping\n\n');
    reader.push(Buffer.from(framesOf(events.slice(said))));
    expect(reader.push(Buffer.from(ping))).toBeNull();
  });

  it('has a role and a reason even when the model says nothing', () => {
    expect(chunks(framesOf(eventsOf(message({ content: [] }))))).toMatchObject([
      { choices: [{ delta: { role: 'assistant', content: '' }, finish_reason: null }] },
      { choices: [{ delta: {}, finish_reason: 'stop' }] },
    ]);
  });

  it('says usage null until the usage chunk, and never usage when nobody asked', () => {
    const frames = framesOf(
      eventsOf(message({ content: [text('Hi')], usage: { input_tokens: 3, output_tokens: 2 } })),
    );
    const asked = chunks(frames, true);
    expect(asked.slice(0, -1).every((chunk) => chunk['usage'] === null)).toBe(true);
    expect(asked.at(-1)).toMatchObject({
      choices: [],
      usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
    });
    expect(chunks(frames).some((chunk) => 'usage' in chunk)).toBe(false);
  });

  it('carries what OpenAI has no words for, the same as the whole answer does', () => {
    const whole = JSON.parse(
      readReply(CALL, Buffer.from(JSON.stringify(SEARCH))).body.toString('utf8'),
    ) as JsonObject;
    const said = (whole['choices'] as { message: JsonObject }[])[0]?.message ?? {};
    const { lists, outcome } = read(framesOf(eventsOf(SEARCH)));
    expect(said['annotations']).toEqual([
      {
        type: 'url_citation',
        url_citation: {
          start_index: 12,
          end_index: 29,
          url: 'https://example.org/shannon',
          title: 'Shannon',
        },
      },
    ]);
    expect(lists.annotations).toEqual(said['annotations']);
    expect(lists.citations).toEqual(said['citations']);
    expect(lists.citations).toHaveLength(2);
    expect(lists.server_tool_blocks).toEqual(SEARCH.content.slice(1, 3));
    expect(lists.server_tool_blocks).toEqual(said['server_tool_blocks']);
    expect(lists.thinking_blocks).toEqual([SEARCH.content[0]]);
    expect(lists.thinking_blocks).toEqual(said['thinking_blocks']);
    expect(outcome.toolCalls).toEqual([]);
    expect(outcome.content).toBe('He was born on April 30, 1916.');
  });

  it('counts what was relayed when it is cut off, as the provider has not yet counted', () => {
    const whole = message({
      content: [text('x'.repeat(4000))],
      usage: { input_tokens: 9, output_tokens: 1000 },
    });
    const events = eventsOf(whole);
    const reader = new MessageStreamReader(CALL);
    reader.push(Buffer.from(framesOf(events.slice(0, -3))));
    expect(reader.usage).toMatchObject({ inputTokens: 9, outputTokens: 1000 });
    expect(reader.isUsageGuessed).toBe(true);
    expect(reader.end()).toBe(false);
    const toTheEnd = new MessageStreamReader(CALL);
    toTheEnd.push(Buffer.from(framesOf(events)));
    expect(toTheEnd.isUsageGuessed).toBe(false);
  });

  it('ends well without message_stop, and with a last frame that lacks its blank line', () => {
    const events = eventsOf(message({ content: [text('Hi')] }));
    const noStop = read(framesOf(events.slice(0, -1)));
    expect(noStop.outcome).toMatchObject({ content: 'Hi', finishReason: 'stop' });
    const noBlank = read(framesOf(events.slice(0, -1)).trimEnd());
    expect(noBlank.outcome).toMatchObject({ content: 'Hi', finishReason: 'stop' });
  });

  it('understands the bytes of the documentation, which leave out what does not apply', () => {
    const documented = `event: message_start
data: {"type": "message_start", "message": {"id": "msg_1nZdL29xx5MUA1yADyHTEsnR8uuvGzszyY", "type": "message", "role": "assistant", "content": [], "model": "claude-opus-4-20250514", "stop_reason": null, "stop_sequence": null, "usage": {"input_tokens": 25, "output_tokens": 1}}}

event: content_block_start
data: {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}

event: ping
data: {"type": "ping"}

event: content_block_delta
data: {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hello"}}

event: content_block_delta
data: {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "!"}}

event: content_block_stop
data: {"type": "content_block_stop", "index": 0}

event: message_delta
data: {"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence":null}, "usage": {"output_tokens": 15}}

event: message_stop
data: {"type": "message_stop"}

`;
    expect(read(documented).outcome).toMatchObject({
      content: 'Hello!',
      finishReason: 'stop',
      usage: { inputTokens: 25, outputTokens: 15 },
    });
    expect(read(documented.replaceAll('\n', '\r\n')).outcome.content).toBe('Hello!');
  });

  it('ignores events and deltas that are new', () => {
    const events: { type: string }[] = eventsOf(message({ content: [text('Hi')] }));
    const more = [
      { type: 'thread_started', x: 1 },
      { type: 'content_block_delta', index: 0, delta: { type: 'sparkle_delta', s: 1 } },
    ];
    expect(read(framesOf([...events.slice(0, 2), ...more, ...events.slice(2)])).outcome.content).toBe('Hi');
  });

  it.each(['data: {"type":\n\n', 'data: 7\n\n', 'event: message_start\ndata: <html>\n\n'])(
    '%j is malformed',
    (frame) => {
      const push = (): unknown => new MessageStreamReader(CALL).push(Buffer.from(frame));
      expect(push).toThrow(expect.objectContaining({ name: 'UpstreamFailure', kind: 'malformed' }));
    },
  );

  it.each(['', framesOf([{ type: 'ping' }])])('that only ends, after %j, is malformed', (before) => {
    const end = framesOf([{ type: 'message_stop' }]);
    const push = (): unknown => new MessageStreamReader(CALL).push(Buffer.from(before + end));
    expect(push).toThrow(expect.objectContaining({ kind: 'malformed', isRetryable: true, before: null }));
  });

  it('that is not a stream at all is cut off', () => {
    const reader = new MessageStreamReader(CALL);
    expect(reader.push(Buffer.from('{"type":"message","content":[]}'))).toBeNull();
    expect(reader.end()).toBe(false);
  });

  it.each<[Anthropic.StopReason, string]>([
    ['end_turn', 'stop'],
    ['stop_sequence', 'stop'],
    ['pause_turn', 'stop'],
    ['max_tokens', 'length'],
    ['model_context_window_exceeded', 'length'],
    ['tool_use', 'tool_calls'],
    ['refusal', 'content_filter'],
  ])('that stops for %s finishes with %s, whole or not', (reason, finish) => {
    const whole = message({ content: [text('Hi')], stop_reason: reason });
    expect(read(framesOf(eventsOf(whole))).outcome.finishReason).toBe(finish);
    const reply = JSON.parse(
      readReply(CALL, Buffer.from(JSON.stringify(whole))).body.toString('utf8'),
    ) as JsonObject;
    expect(readOutcome(reply, null).finishReason).toBe(finish);
  });

  // Servers of this wire that are not Anthropic's; BerriAI/litellm#12481: agents only go on after "tool_calls".
  it('that calls a tool finishes with tool_calls, whatever the reason says, unless it was cut off', () => {
    for (const [reason, finish] of [
      ['end_turn', 'tool_calls'],
      ['stop_sequence', 'tool_calls'],
      ['max_tokens', 'length'],
    ] as const) {
      const whole = message({ content: [toolUse('a', 'f', {})], stop_reason: reason });
      expect(read(framesOf(eventsOf(whole))).outcome.finishReason).toBe(finish);
      const reply = readReply(CALL, Buffer.from(JSON.stringify(whole))).body.toString('utf8');
      expect(readOutcome(JSON.parse(reply) as JsonObject, null).finishReason).toBe(finish);
    }
  });

  // pydantic/pydantic-ai#4895, microsoft/graphrag#2390: clients refuse a whole answer for a tier that OpenAI has not.
  it.each<[string, unknown]>([
    ['standard', 'default'],
    ['priority', 'priority'],
    ['batch', undefined],
  ])('served as %s says so in words of OpenAI, whole or not', (tier, told) => {
    const whole = message({ content: [text('Hi')], usage: { input_tokens: 3, output_tokens: 2 } });
    const given = { ...whole, usage: { ...whole.usage, service_tier: tier as 'standard' } };
    const reply = readReply(CALL, Buffer.from(JSON.stringify(given))).body.toString('utf8');
    expect((JSON.parse(reply) as JsonObject)['service_tier']).toBe(told);
    expect(chunks(framesOf(eventsOf(given))).at(-1)?.['service_tier']).toBe(told);
  });
});

/** Faults that other gateways had, by the place where they were reported. */
describe('regressions', () => {
  const frames = (...events: object[]): string =>
    events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('');
  const start = { type: 'message_start', message: message({ usage: { input_tokens: 9, output_tokens: 1 } }) };
  const stop = { type: 'message_stop' };

  it('BerriAI/litellm#5063: a tool without parameters has "{}" for arguments, with or without an empty delta', () => {
    const tool = { type: 'content_block_start', index: 0, content_block: toolUse('toolu_1', 'now', {}) };
    const empty = {
      type: 'content_block_delta',
      index: 0,
      delta: { type: 'input_json_delta', partial_json: '' },
    };
    const end = { type: 'content_block_stop', index: 0 };
    const delta = { type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 5 } };
    for (const events of [
      [start, tool, empty, end, delta, stop],
      [start, tool, end, delta, stop],
      [start, tool, delta, stop],
    ]) {
      expect(read(frames(...events)).outcome.toolCalls).toEqual([
        { id: 'toolu_1', name: 'now', arguments: '{}' },
      ]);
    }
  });

  it('BerriAI/litellm#25561: a tool whose input comes whole at its start keeps it', () => {
    const tool = {
      type: 'content_block_start',
      index: 1,
      content_block: toolUse('toolu_1', 'read', { path: 'a' }),
    };
    const end = { type: 'content_block_stop', index: 1 };
    const delta = { type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 5 } };
    expect(read(frames(start, tool, end, delta, stop)).outcome.toolCalls).toEqual([
      { id: 'toolu_1', name: 'read', arguments: '{"path":"a"}' },
    ]);
  });

  it('BerriAI/litellm#15884: tool calls count from 0 and only the first delta of each has id, type and name', () => {
    const whole = message({
      content: [text('Both.'), toolUse('a', 'f', { x: 'long enough' }), toolUse('b', 'g', { y: 1 })],
      stop_reason: 'tool_use',
    });
    const deltas = chunks(framesOf(eventsOf(whole)))
      .flatMap((chunk) => chunk['choices'] as { delta: JsonObject }[])
      .flatMap(({ delta }) => (delta['tool_calls'] ?? []) as { index: number; id?: string; type?: string }[]);
    expect(new Set(deltas.map((delta) => delta.index))).toEqual(new Set([0, 1]));
    expect(deltas.filter((delta) => delta.id !== undefined)).toMatchObject([
      { index: 0, id: 'a', type: 'function', function: { name: 'f', arguments: '' } },
      { index: 1, id: 'b', type: 'function', function: { name: 'g', arguments: '' } },
    ]);
  });

  it('langchain-ai/langchainjs#10249, envoyproxy/ai-gateway#2279: cumulative cache figures are not added up', () => {
    const cached = { input_tokens: 9, cache_read_input_tokens: 100, cache_creation_input_tokens: 50 };
    const first = { type: 'message_start', message: message({ usage: { ...cached, output_tokens: 1 } }) };
    const delta = {
      type: 'message_delta',
      delta: { stop_reason: 'end_turn' },
      usage: { ...cached, output_tokens: 16 },
    };
    expect(read(frames(first, delta, stop)).outcome.usage).toMatchObject({
      inputTokens: 159,
      cachedTokens: 100,
      cacheWriteTokens: 50,
      outputTokens: 16,
    });
  });

  it('maximhq/bifrost#5354: a prompt that is split only at the end replaces the one of the start', () => {
    const first = {
      type: 'message_start',
      message: message({ usage: { input_tokens: 8834, output_tokens: 0 } }),
    };
    const usage = {
      input_tokens: 18,
      output_tokens: 426,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 8831,
    };
    const delta = { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage };
    expect(read(frames(first, delta, stop)).outcome.usage).toMatchObject({
      inputTokens: 8849,
      cachedTokens: 8831,
    });
  });

  it('zeros at the end do not wipe out the prompt that was counted at the start', () => {
    const usage = { input_tokens: 0, output_tokens: 16 };
    const delta = { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage };
    expect(read(frames(start, delta, stop)).outcome.usage).toMatchObject({
      inputTokens: 9,
      outputTokens: 16,
    });
  });

  it('a whole answer keeps every digit of a number in tool arguments', () => {
    const body = JSON.stringify(message({ content: [toolUse('a', 'f', { id: 1 })] })).replace(
      '"id":1}',
      '"id":1234567890123456789}',
    );
    const reply = JSON.parse(readReply(CALL, Buffer.from(body)).body.toString('utf8')) as JsonObject;
    expect(readOutcome(reply, null).toolCalls[0]?.arguments).toBe('{"id":1234567890123456789}');
  });
});
