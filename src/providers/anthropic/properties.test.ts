import type Anthropic from '@anthropic-ai/sdk';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../errors.ts';
import { UpstreamFailure, type JsonObject, type JsonValue } from '../adapter.ts';
import { callOf, endpointOf } from '../conversations.case-call.ts';
import { readOutcome, relay, streamThrough } from '../conversations.case-outcome.ts';
import { eventsOf, framesOf, message, text, toolUse } from '../conversations.case-wire.ts';
import { CONVERSATIONS } from '../conversations.cases.ts';
import { readError } from './error.ts';
import { readReply } from './reply.ts';
import { chatRequest } from './request.ts';
import { MessageStreamReader } from './stream.ts';

const ENDPOINT = endpointOf('https://api.anthropic.com');
const THINKING = new Set(['thinking', 'redacted_thinking']);
const CALL = callOf({ model: 'claude-sonnet-4-5', messages: [], stream: true });

/** Any Unicode, from single bytes to surrogate pairs, so that cuts fall inside characters. */
const words = fc.string({ unit: 'grapheme', maxLength: 40 });
const said = words.filter((value) => value.trim() !== '');
const input = fc.dictionary(fc.string({ maxLength: 8 }), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 4 });

const block: fc.Arbitrary<Anthropic.ContentBlock> = fc.oneof(
  said.map((value) => text(value)),
  fc.record({
    type: fc.constant('thinking' as const),
    thinking: words,
    signature: fc.base64String({ minLength: 4 }),
  }),
  fc.record({ type: fc.constant('redacted_thinking' as const), data: fc.base64String({ minLength: 4 }) }),
  fc
    .tuple(fc.uuid(), fc.constantFrom('read', 'write'), input)
    .map(([id, name, args]) => toolUse(`toolu_${id}`, name, args)),
);
const answer = fc
  .array(block, { maxLength: 6 })
  .map((content) => message({ content, usage: { input_tokens: 5, output_tokens: 9 } }));

describe('whatever the answer', () => {
  it('any split of its stream into chunks gives the client the same bytes', () => {
    const whole = fc.oneof(answer, fc.constantFrom(...CONVERSATIONS.map((given) => given.anthropic)));
    fc.assert(
      fc.property(
        whole,
        fc.boolean(),
        fc.array(fc.nat(), { maxLength: 40 }),
        (given, includeUsage, places) => {
          const bytes = Buffer.from(framesOf(eventsOf(given)));
          const cuts = places.map((place) => place % (bytes.length + 1));
          const call = { ...CALL, includeUsage };
          const once = relay(new MessageStreamReader(call), bytes, '"a":1', []);
          const pieces = relay(new MessageStreamReader(call), bytes, '"a":1', cuts);
          expect(pieces.equals(once)).toBe(true);
        },
      ),
    );
  });

  it('any split of a stream that breaks gives the client the same bytes before the error', () => {
    const error =
      'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n';
    fc.assert(
      fc.property(answer, fc.nat(), fc.array(fc.nat(), { maxLength: 20 }), (given, at, places) => {
        const events = eventsOf(given);
        const frames = framesOf(events.slice(0, at % events.length));
        const bytes = Buffer.from(frames + error);
        const cuts = places.map((place) => place % (bytes.length + 1));
        expect(untilError(bytes, cuts).equals(untilError(bytes, []))).toBe(true);
      }),
    );
  });

  it('streamed in single bytes it is the same, too', () => {
    for (const given of CONVERSATIONS) {
      const bytes = Buffer.from(framesOf(eventsOf(given.anthropic)));
      const every = Array.from({ length: bytes.length }, (_, i) => i);
      const once = relay(new MessageStreamReader(CALL), bytes, '', []);
      expect(relay(new MessageStreamReader(CALL), bytes, '', every).equals(once)).toBe(true);
    }
  });

  it('whole and streamed say the same', () => {
    fc.assert(
      fc.property(answer, (given) => {
        const reply = readReply(CALL, Buffer.from(JSON.stringify(given)));
        const whole = readOutcome(JSON.parse(reply.body.toString('utf8')) as JsonObject, reply.usage);
        const bytes = Buffer.from(framesOf(eventsOf(given)));
        const { outcome } = streamThrough(new MessageStreamReader(CALL), bytes, '');
        // An answer without text: `content` is null in one form and no delta in the other.
        const content = whole.content === '' && outcome.content === null ? null : whole.content;
        expect(outcome).toEqual({ ...whole, content });
      }),
    );
  });

  it('sent back by the client it reaches the model as it was', () => {
    fc.assert(
      fc.property(answer, (given) => {
        const reply = JSON.parse(
          readReply(CALL, Buffer.from(JSON.stringify(given))).body.toString('utf8'),
        ) as JsonObject;
        const back = (reply['choices'] as { message: JsonObject }[])[0]?.message ?? {};
        const blocks = sentBlocks(
          [{ role: 'user', content: 'Hi' }, back, { role: 'user', content: 'Go on' }],
          'assistant',
        );
        const of = (type: string): unknown[] => given.content.filter((entry) => entry.type === type);
        const isThinkingOnly = given.content.every((entry) => THINKING.has(entry.type));
        const texts = blocks
          .filter((entry) => entry['type'] === 'text')
          .map((entry) => entry['text'] as string);
        expect(texts.join('')).toBe(
          given.content.map((entry) => (entry.type === 'text' ? entry.text : '')).join(''),
        );
        const calls = blocks.filter((entry) => entry['type'] === 'tool_use');
        expect(calls).toEqual(
          given.content.flatMap((entry) => (entry.type === 'tool_use' ? [plain(entry)] : [])),
        );
        const thoughts = blocks.filter((entry) => THINKING.has(entry['type'] as string));
        const original = given.content.filter((entry) => THINKING.has(entry.type));
        expect(thoughts).toEqual(isThinkingOnly ? [] : original);
        expect(of('thinking').length + of('redacted_thinking').length).toBe(original.length);
      }),
    );
  });
});

function untilError(bytes: Buffer, cuts: readonly number[]): Buffer {
  const reader = new MessageStreamReader(CALL);
  const edges = [0, ...cuts, bytes.length].toSorted((a, b) => a - b);
  const parts: Buffer[] = [];
  try {
    for (const [i, edge] of edges.slice(1).entries()) {
      parts.push(reader.push(Buffer.from(bytes.subarray(edges[i], edge))) ?? Buffer.alloc(0));
    }
  } catch (error) {
    if (!(error instanceof UpstreamFailure)) throw error;
    expect(error).toMatchObject({ kind: 'unavailable', upstreamCode: 'overloaded_error' });
    return Buffer.concat([...parts, error.before ?? Buffer.alloc(0)]);
  }
  throw new Error('the stream did not break');
}

function plain({ type, id, name, input: args }: Anthropic.ToolUseBlock): JsonObject {
  return JSON.parse(JSON.stringify({ type, id, name, input: args })) as JsonObject;
}

function sentBlocks(messages: JsonValue[], role: string): JsonObject[] {
  const call = callOf({ model: 'claude-sonnet-4-5', messages });
  const body = JSON.parse(String(chatRequest(ENDPOINT, call).body)) as {
    messages: { role: string; content: JsonObject[] }[];
  };
  return body.messages.filter((turn) => turn.role === role).flatMap((turn) => turn.content);
}

describe('whatever the request', () => {
  const wild = fc.jsonValue({ maxDepth: 3 });
  /** Mostly right, so that wrong members are met behind right ones. */
  const mostly = <T, U>(right: fc.Arbitrary<T>, wrong: fc.Arbitrary<U>): fc.Arbitrary<T | U> =>
    fc.oneof({ weight: 30, arbitrary: right }, { weight: 1, arbitrary: wrong });
  const url = fc.constantFrom(
    'https://a.example/b.png',
    'data:image/png;base64,AAAA',
    'data:,',
    'file:///a',
    '',
  );
  const part = fc.oneof(
    { weight: 3, arbitrary: words.map((value) => ({ type: 'text', text: value })) },
    fc.record({ type: fc.constant('image_url'), image_url: mostly(fc.record({ url }), wild) }),
    fc.record({
      type: fc.constant('file'),
      file: mostly(fc.record({ file_data: url, filename: words }), wild),
    }),
    fc.record({ type: fc.constantFrom('image', 'input_audio', 'thinking', '__proto__'), source: wild }),
  );
  const content = mostly(fc.oneof(words, fc.array(mostly(part, wild), { maxLength: 3 })), wild);
  const name = mostly(fc.constantFrom('read', 'write'), wild);
  const call = fc.record({
    id: mostly(said, wild),
    type: mostly(fc.constant('function'), wild),
    function: fc.record({
      name,
      arguments: mostly(
        input.map((args) => JSON.stringify(args)),
        fc.oneof(words, wild),
      ),
    }),
  });
  const calls = fc.array(mostly(call, wild), { minLength: 1, maxLength: 2 });
  const entry = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ role: fc.constantFrom('system', 'developer', 'user', 'assistant'), content }),
    },
    { weight: 2, arbitrary: fc.record({ role: fc.constant('assistant'), tool_calls: calls }) },
    {
      weight: 2,
      arbitrary: fc.record({ role: fc.constant('tool'), tool_call_id: mostly(said, wild), content }),
    },
    fc.record({
      role: fc.constant('assistant'),
      content,
      thinking_blocks: wild,
      server_tool_blocks: wild,
      refusal: wild,
    }),
    fc.record({ role: fc.constantFrom('function', 'constructor', ''), content, cache_control: wild }),
  );
  const fn = fc.record({
    name,
    parameters: mostly(fc.constant({ type: 'object' }), wild),
    strict: mostly(fc.boolean(), wild),
  });
  const tool = fc.record({
    type: fc.constantFrom('function', 'function', 'custom', 'bash_20250124'),
    function: mostly(fn, wild),
  });
  const keys = [
    'temperature', 'top_p', 'top_k', 'max_tokens', 'max_completion_tokens', 'stop', 'stop_sequences',
    'tool_choice', 'parallel_tool_calls', 'response_format', 'reasoning_effort', 'thinking',
    'output_config', 'system', 'metadata', 'user', 'n', 'betas', 'service_tier', 'modalities', 'audio',
    'functions', '__proto__', 'constructor', 'seed',
  ]; // prettier-ignore
  const member = fc.oneof(
    wild,
    fc.constantFrom(null, 1, true, 'auto', 'none', 'high', { type: 'json_object' }),
  );
  const body = fc.record(
    {
      messages: mostly(fc.array(mostly(entry, wild), { minLength: 1, maxLength: 5 }), wild),
      tools: mostly(fc.array(mostly(tool, wild), { maxLength: 3 }), wild),
      more: fc.dictionary(fc.constantFrom(...keys), member, { maxKeys: 3 }),
    },
    { requiredKeys: ['messages', 'more'] },
  );
  const models = fc.constantFrom(
    'claude-sonnet-4-5',
    'claude-opus-5-5',
    'claude-3-haiku-20240307',
    'claude-next',
    'glm-6',
  );

  it('becomes a request, or an error that names what is wrong', () => {
    let asked = 0;
    fc.assert(
      fc.property(body, models, fc.boolean(), ({ messages, tools, more }, model, stream) => {
        const json = {
          ...more,
          model,
          stream,
          messages,
          ...(tools === undefined ? {} : { tools }),
        } as unknown as JsonObject;
        try {
          const request = chatRequest(ENDPOINT, { ...CALL, model, stream, json: () => json });
          const sent = JSON.parse(String(request.body)) as JsonObject;
          expect(sent).toMatchObject({ model, max_tokens: expect.any(Number) as number });
          asked++;
        } catch (error) {
          if (!(error instanceof AppError)) throw error;
          expect(error).toMatchObject({
            code: 'invalid_request',
            status: 400,
            param: expect.any(String) as string,
          });
        }
      }),
      { numRuns: 1500 },
    );
    // Both sides must be met, or the property says nothing.
    expect(asked).toBeGreaterThan(50);
    expect(asked).toBeLessThan(1400);
  });

  it('no text, no tool argument and no result is lost, invented or put out of order', () => {
    const turn = fc.oneof(
      said.map((value) => ({ role: 'user', content: value })),
      fc
        .array(said, { minLength: 1, maxLength: 3 })
        .map((list) => ({ role: 'user', content: list.map((value) => ({ type: 'text', text: value })) })),
      fc
        .tuple(fc.option(said), fc.uuid(), input, said)
        .map(([value, id, args, result]) => ({ value, id, args, result })),
    );
    fc.assert(
      fc.property(fc.array(turn, { minLength: 1, maxLength: 8 }), (turns) => {
        const messages: JsonObject[] = [];
        for (const given of turns) {
          if ('role' in given) messages.push(given);
          else {
            const fn = { name: 'f', arguments: JSON.stringify(given.args) };
            messages.push(
              {
                role: 'assistant',
                content: given.value,
                tool_calls: [{ id: given.id, type: 'function', function: fn }],
              },
              { role: 'tool', tool_call_id: given.id, content: given.result },
            );
          }
        }
        messages.push({ role: 'user', content: 'end' });
        const request = chatRequest(ENDPOINT, callOf({ model: 'claude-sonnet-4-5', messages }));
        const sent = JSON.parse(String(request.body)) as {
          messages: { role: string; content: JsonObject[] }[];
        };
        const spoken = sent.messages.flatMap((entry) =>
          entry.content.map((item) => item['text'] ?? item['input'] ?? item['content']),
        );
        const given = messages.flatMap(({ role, content, tool_calls: calls }) => [
          ...(Array.isArray(content)
            ? content.map((item) => (item as JsonObject)['text'])
            : content === null
              ? []
              : [content]),
          ...(role === 'assistant'
            ? [
                JSON.parse(
                  (calls as { function: { arguments: string } }[])[0]?.function.arguments ?? '',
                ) as JsonValue,
              ]
            : []),
        ]);
        expect(spoken).toEqual(given);
        const roles = sent.messages.map((entry) => entry.role);
        expect(roles.every((role, i) => role !== roles[i - 1])).toBe(true);
      }),
    );
  });
});

describe('whatever an error looks like', () => {
  it('is understood without an exception, and short', () => {
    const header = fc.dictionary(fc.constantFrom('retry-after', 'date'), fc.oneof(words, fc.constant('5')));
    fc.assert(
      fc.property(
        fc.integer({ min: 300, max: 599 }),
        header,
        fc.oneof(fc.uint8Array(), fc.json()),
        (status, headers, bytes) => {
          const failure = readError(status, headers, Buffer.from(bytes as string));
          expect(failure.status).toBe(status);
          expect(failure.message.length).toBeLessThanOrEqual(1000);
        },
      ),
    );
  });
});
