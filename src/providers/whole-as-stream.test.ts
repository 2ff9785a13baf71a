/** A whole answer as a stream, a stream as a whole answer: the one undoes the other. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject, Reply } from './adapter.ts';
import { callOf } from './conversations.case-call.ts';
import { readChatReply } from './openai/reply.ts';
import { OpenAiStream } from './openai/stream.ts';
import { isEvents, wholeOf } from './stream-as-whole.ts';
import { streamOf } from './whole-as-stream.ts';

const asked = callOf({ model: 'm', stream: true, stream_options: { include_usage: true } });
const unasked = callOf({ model: 'm', stream: true });
const replyOf = (completion: object): Reply => readChatReply(Buffer.from(JSON.stringify(completion)));
const events = (...chunks: object[]) =>
  Buffer.from([...chunks.map((it) => JSON.stringify(it)), '[DONE]'].map((it) => `data: ${it}\n\n`).join(''));
const parsed = (reply: Reply) => JSON.parse(reply.body.toString()) as JsonObject;

function chunksOf(completion: object, call = unasked, members = ''): JsonObject[] {
  const text = streamOf(call, replyOf(completion)).finish(members).toString();
  const frames = text.split('\n\n').map((it) => it.replace(/^data: /, ''));
  expect(frames.splice(-2)).toEqual(['[DONE]', '']);
  return frames.map((it) => JSON.parse(it) as JsonObject);
}

const usage = { prompt_tokens: 9, completion_tokens: 3, total_tokens: 12 };
const call = (id: string) => ({
  id,
  type: 'function',
  function: { name: 'look', arguments: `{"id":"${id}"}` },
});

describe('a whole answer as a stream', () => {
  const completion = {
    id: 'c',
    object: 'chat.completion',
    created: 5,
    model: 'm-1',
    system_fingerprint: 'fp',
    provider: 'Someone',
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: 'Hm.',
          refusal: null,
          reasoning: 'Let me see',
          reasoning_details: [{ type: 'reasoning.text', text: 'Let me see' }],
          tool_calls: [call('a'), call('b')],
        },
        logprobs: { content: [{ token: 'Hm.', logprob: -1, bytes: null, top_logprobs: [] }], refusal: null },
        finish_reason: 'tool_calls',
        native_finish_reason: 'TOOL',
      },
      { index: 1, message: { role: 'assistant', content: null, refusal: 'No.' }, finish_reason: 'stop' },
    ],
    usage,
  };
  const head = {
    id: 'c',
    object: 'chat.completion.chunk',
    created: 5,
    model: 'm-1',
    system_fingerprint: 'fp',
  };

  it('has each choice, then why it ended, and what else there was at its end', () => {
    const [first, second] = completion.choices;
    expect(chunksOf(completion, unasked, '"cost_info":{"a":1}')).toEqual([
      {
        ...head,
        choices: [
          {
            index: 0,
            delta: {
              ...first?.message,
              tool_calls: [
                { ...call('a'), index: 0 },
                { ...call('b'), index: 1 },
              ],
            },
            logprobs: first?.logprobs,
            finish_reason: null,
          },
        ],
      },
      { ...head, choices: [{ index: 1, delta: second?.message, logprobs: null, finish_reason: null }] },
      {
        ...head,
        choices: [
          { index: 0, delta: {}, logprobs: null, finish_reason: 'tool_calls', native_finish_reason: 'TOOL' },
        ],
      },
      {
        ...head,
        choices: [{ index: 1, delta: {}, logprobs: null, finish_reason: 'stop' }],
        provider: 'Someone',
        cost_info: { a: 1 },
      },
    ]);
  });

  it('has the usage in a chunk of its own, for a client that asked for it', () => {
    const chunks = chunksOf(completion, asked, '"cost_info":{"a":1}');
    expect(chunks).toHaveLength(5);
    expect(chunks.map((it) => it['usage'])).toEqual([null, null, null, null, usage]);
    expect(chunks.at(-1)).toMatchObject({ choices: [], cost_info: { a: 1 } });
  });

  it('has no such chunk where the provider told none', () => {
    const chunks = chunksOf({ ...completion, usage: undefined }, asked, '"cost_info":{"a":1}');
    expect(chunks).toHaveLength(4);
    expect(chunks.at(-1)).toMatchObject({ cost_info: { a: 1 }, usage: null });
  });

  it('gets what a poor answer lacks', () => {
    expect(chunksOf({ choices: [{ message: { content: 'Hi' }, finish_reason: 'stop' }] })).toMatchObject([
      { id: `chatcmpl-${unasked.requestId}`, created: unasked.created, model: 'm' },
      { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
    ]);
    expect(chunksOf({ choices: [] })).toMatchObject([{ object: 'chat.completion.chunk', choices: [] }]);
  });
});

describe('a stream as a whole answer', () => {
  const whole = (...chunks: object[]) => parsed(wholeOf(new OpenAiStream(asked), events(...chunks)));
  const piece = (delta: object, more: object = {}) => ({
    id: 'c',
    choices: [{ index: 0, delta, finish_reason: null, ...more }],
  });

  it('joins the pieces of texts, calls and lists', () => {
    expect(
      whole(
        piece({ role: 'assistant', content: '' }),
        piece({ reasoning_content: 'Let me ' }, { logprobs: { content: [{ token: 'a' }] } }),
        piece({ reasoning_content: 'see', content: null }, { logprobs: { content: [{ token: 'b' }] } }),
        piece({
          tool_calls: [{ index: 1, id: 'b', type: 'function', function: { name: 'g', arguments: '' } }],
        }),
        piece({
          tool_calls: [{ index: 0, id: 'a', type: 'function', function: { name: 'f', arguments: '{' } }],
        }),
        piece({ tool_calls: [{ index: 0, id: '', function: { name: '', arguments: '}' } }] }),
        piece({ tool_calls: [{ index: 1, id: 'b', type: 'function', function: { arguments: '[]' } }] }),
        piece({ annotations: [1] }),
        piece({ annotations: [2] }),
        piece({}, { finish_reason: 'tool_calls' }),
        { id: 'c', choices: [], usage },
      ),
    ).toEqual({
      id: 'c',
      object: 'chat.completion',
      choices: [
        {
          index: 0,
          message: {
            role: 'assistant',
            content: null,
            reasoning_content: 'Let me see',
            tool_calls: [
              { id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } },
              { id: 'b', type: 'function', function: { name: 'g', arguments: '[]' } },
            ],
            annotations: [1, 2],
          },
          logprobs: { content: [{ token: 'a' }, { token: 'b' }] },
          finish_reason: 'tool_calls',
        },
      ],
      usage,
    });
  });

  it('does not take the message that comes beside its pieces for another', () => {
    const beside = (content: string, all: string, finish: string | null = null) =>
      piece({ content }, { message: { role: 'assistant', content: all }, finish_reason: finish });
    expect(whole(beside('a', 'a'), beside('b', 'ab'), beside('', 'ab', 'stop'))).toMatchObject({
      choices: [{ message: { content: 'ab' }, finish_reason: 'stop' }],
    });
  });

  it('is none when it was cut off, or tells an error', () => {
    const read = (text: string) => () => wholeOf(new OpenAiStream(asked), Buffer.from(text));
    const begun = `data: ${JSON.stringify(piece({ content: 'a' }))}\n\n`;
    expect(read(begun)).toThrow(expect.objectContaining({ kind: 'malformed' }));
    expect(read(`${begun}data: {"error":{"message":"slow","code":429}}\n\n`)).toThrow(
      expect.objectContaining({ kind: 'rate_limited', message: 'slow' }),
    );
  });

  it.each([
    ['data: {}', true],
    [': ping', true],
    ['\n\nevent: x', true],
    ['{"data":1}', false],
    [' \n{}', false],
    ['[]', false],
    ['<html>', false],
    ['', false],
  ])('is told by its first bytes: %j', (text, expected) => {
    expect(isEvents(Buffer.from(text))).toBe(expected);
  });
});

it('is the same again when it has been both', () => {
  const text = fc.string({ unit: 'grapheme' });
  const some = text.filter((it) => it !== '');
  const message = fc
    .record(
      {
        content: fc.option(some),
        refusal: fc.option(some),
        reasoning_content: some,
        audio: fc.record({ id: some, data: some, transcript: some, expires_at: fc.nat() }),
        annotations: fc.array(fc.record({ type: some, url: text }), { minLength: 1 }),
        tool_calls: fc.array(
          fc.record({
            id: some,
            type: fc.constant('function'),
            function: fc.record({ name: some, arguments: text }),
          }),
          { minLength: 1, maxLength: 3 },
        ),
      },
      { requiredKeys: ['content'] },
    )
    .map((it) => ({ role: 'assistant', ...it }));
  const choice = fc.record({
    message,
    logprobs: fc.option(fc.record({ content: fc.array(fc.record({ token: text }), { minLength: 1 }) })),
    finish_reason: fc.constantFrom('stop', 'length', 'tool_calls'),
    native_finish_reason: some,
  });
  const completion = fc.record({
    id: some,
    object: fc.constant('chat.completion'),
    created: fc.nat(),
    model: some,
    service_tier: some,
    citations: fc.array(text, { minLength: 1 }),
    choices: fc
      .array(choice, { minLength: 1, maxLength: 3 })
      .map((all) => all.map((it, index) => ({ index, ...it }))),
    usage: fc.constant(usage),
  });
  fc.assert(
    fc.property(completion, (original) => {
      const stream = streamOf(asked, replyOf(original)).finish('');
      const reply = wholeOf(new OpenAiStream(asked), stream);
      expect(parsed(reply)).toEqual(original);
      expect(reply.usage).toMatchObject({ inputTokens: 9, outputTokens: 3 });
    }),
    { numRuns: 300 },
  );
});
