import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChatCall, UpstreamFailure } from '../adapter.ts';
import { callOf } from '../conversations.case-call.ts';
import { OpenAiStream } from './stream.ts';

const COST = '"cost_info":{"actual_cost":1}';
const USAGE = { prompt_tokens: 9, completion_tokens: 3, total_tokens: 12 };

const chunkOf = (choices: object[], more: object = {}) => ({
  id: 'c',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'm',
  choices,
  ...more,
});
const text = (content: string, index = 0) =>
  chunkOf([{ index, delta: { content }, logprobs: null, finish_reason: null }]);
const stop = (index = 0, more: object = {}) =>
  chunkOf([{ index, delta: {}, logprobs: null, finish_reason: 'stop' }], more);
const usage = () => chunkOf([], { usage: USAGE });
const frames = (...values: (object | string)[]) =>
  values.map((value) => (typeof value === 'string' ? value : `data: ${JSON.stringify(value)}\n\n`)).join('');
const DONE = 'data: [DONE]\n\n';

interface Relayed {
  /** What the client gets, `finish` included if the stream was complete. */
  text: string;
  complete: boolean;
  failure: UpstreamFailure | null;
  reader: OpenAiStream;
}

/** Relays a stream as the gateway does: chunks of these lengths, the rest in one. */
function relay(stream: string, asks: boolean, lengths: readonly number[] = [], members = COST): Relayed {
  const call: ChatCall = callOf({ model: 'm', stream: true, stream_options: { include_usage: asks } });
  const reader = new OpenAiStream(call);
  const out: Buffer[] = [];
  const bytes = Buffer.from(stream);
  let at = 0;
  try {
    for (const length of [...lengths, bytes.length]) {
      const relayed = reader.push(Buffer.from(bytes.subarray(at, at + length)));
      if (relayed) out.push(relayed);
      at = Math.min(bytes.length, at + length);
    }
  } catch (error) {
    const failure = error as UpstreamFailure;
    if (failure.before) out.push(failure.before);
    return { text: Buffer.concat(out).toString(), complete: false, failure, reader };
  }
  const complete = reader.done || reader.end();
  if (complete) out.push(reader.finish(members));
  return { text: Buffer.concat(out).toString(), complete, failure: null, reader };
}

/** The data of a relayed stream, parsed; `[DONE]` as it is. */
const parsed = (stream: string) =>
  stream
    .split('\n\n')
    .filter((frame) => frame.startsWith('data: '))
    .map((frame) => (frame === 'data: [DONE]' ? '[DONE]' : (JSON.parse(frame.slice(6)) as object)));
const withCost = (chunk: object) => ({ ...chunk, cost_info: { actual_cost: 1 } });

describe('where the gateway’s members go', () => {
  it('to the usage chunk, if the client asked for it', () => {
    const { text: out, reader } = relay(frames(text('Hi'), stop(), usage(), DONE), true);
    expect(parsed(out)).toEqual([text('Hi'), stop(), withCost(usage()), '[DONE]']);
    expect(reader.usage).toMatchObject({ inputTokens: 9, outputTokens: 3 });
  });

  it('to the chunk with the finish_reason, if the client did not ask: it gets no extra chunk', () => {
    const { text: out, reader } = relay(frames(text('Hi'), stop(), usage(), DONE), false);
    expect(parsed(out)).toEqual([text('Hi'), withCost(stop()), '[DONE]']);
    expect(reader.usage).toMatchObject({ inputTokens: 9, outputTokens: 3 });
  });

  it('to the chunk with the finish_reason, if the client asked but the provider never tells', () => {
    const { text: out, reader } = relay(frames(text('Hi'), stop(), DONE), true);
    expect(parsed(out)).toEqual([text('Hi'), withCost(stop()), '[DONE]']);
    expect(reader.usage).toBeNull();
    expect(reader.estimatedOutputTokens).toBe(2);
  });

  it('to the last of several finishes, with n > 1', () => {
    const stream = frames(text('a', 0), stop(0), text('b', 1), stop(1), usage(), DONE);
    expect(parsed(relay(stream, false).text)).toEqual([
      text('a', 0),
      stop(0),
      text('b', 1),
      withCost(stop(1)),
      '[DONE]',
    ]);
  });

  it('is cut off, with n > 1, while a choice goes on; complete when the last has finished', () => {
    const begun = [text('a', 0), text('b', 1), stop(0), text('c', 1)];
    expect(relay(frames(...begun), false).complete).toBe(false);
    expect(relay(frames(...begun, stop(1)), false).complete).toBe(true);
    expect(relay(frames(text('a'), stop(), text(''), usage()), false).complete).toBe(true);
  });

  it('to a chunk that comes after the finish_reason', () => {
    const late = chunkOf([], { x_groq: { id: 'r' } });
    expect(parsed(relay(frames(text('a'), stop(), late, DONE), false).text)).toEqual([
      text('a'),
      stop(),
      withCost(late),
      '[DONE]',
    ]);
  });

  it('nowhere, when nothing finished: not even then does a client get a chunk that it did not ask for', () => {
    expect(relay(frames(text('a'), DONE), false).text).toBe(frames(text('a'), DONE));
    const asked = parsed(relay(frames(text('a'), DONE), true).text);
    expect(asked[1]).toMatchObject({
      object: 'chat.completion.chunk',
      choices: [],
      cost_info: { actual_cost: 1 },
    });
  });

  it('leaves the stream as it came when there are none', () => {
    const stream = frames(text('Hi'), stop(), usage(), DONE);
    expect(relay(stream, true, [], '').text).toBe(stream);
  });
});

describe('servers', () => {
  it('that tell usage in every chunk, or with the finish', () => {
    const everywhere = frames(
      chunkOf(text('a').choices, { usage: { prompt_tokens: 9, completion_tokens: 1 } }),
      stop(0, { usage: USAGE }),
      DONE,
    );
    const { text: out, reader } = relay(everywhere, false);
    expect(parsed(out)).toHaveLength(3);
    expect(reader.usage).toMatchObject({ inputTokens: 9, outputTokens: 3 });
  });

  it('that leave [DONE] out are complete once a finish_reason was seen', () => {
    const { text: out, complete, reader } = relay(frames(text('Hi'), stop(), usage()), false);
    expect([complete, reader.done]).toEqual([true, false]);
    expect(parsed(out)).toEqual([text('Hi'), withCost(stop()), '[DONE]']);
  });

  it('that end without the last blank line', () => {
    const cut = frames(text('Hi'), stop(), usage(), DONE).trimEnd();
    expect(parsed(relay(cut, true).text)).toEqual([text('Hi'), stop(), withCost(usage()), '[DONE]']);
    const noDone = frames(text('Hi'), stop()).trimEnd();
    expect(parsed(relay(noDone, false).text)).toEqual([text('Hi'), withCost(stop()), '[DONE]']);
  });

  it('that break off are cut off, wherever the cut is', () => {
    const stream = frames(text('Hi'), text('there'), stop());
    const before = frames(text('Hi'), text('there')).length;
    for (let end = 1; end < before; end++) expect(relay(stream.slice(0, end), false).complete).toBe(false);
  });

  it('that send comments, event names, ids, spaces in JSON', () => {
    const spaced =
      'id: 1\nevent: message\ndata: {"choices": [ {"index": 0, "delta": {}, "finish_reason" : "stop"} ], "usage": null}\n\n';
    const { text: out } = relay(`${frames(text('a'))}: waiting\n\n${spaced}: ping\n\n${DONE}`, false);
    expect(out).toBe(`${frames(text('a'))}: waiting\n\n: ping\n\n${spaced.slice(0, -3)},${COST}}\n\n${DONE}`);
  });

  it.each([
    ['comments', ': OPENROUTER PROCESSING\n\n: OPENROUTER PROCESSING\n\n'],
    ['pings', 'event: ping\ndata: {"type": "ping"}\n\n'],
    ['a time to reconnect after', 'retry: 3000\n\n'],
    ['events without data', 'event: waiting\ndata:\n\n'],
  ])('that send %s before they answer have said nothing yet', (_name, waiting) => {
    const reader = new OpenAiStream(callOf({ model: 'm', stream: true }));
    expect(reader.push(Buffer.from(waiting))).toBeNull();
    expect(reader.push(Buffer.from(waiting + frames(text('a'))))?.toString()).toBe(frames(text('a')));
    // In the middle they are part of the stream.
    expect(reader.push(Buffer.from(waiting))?.toString()).toBe(waiting);
    const silent = relay(waiting, false);
    expect([silent.text, silent.complete]).toEqual(['', false]);
  });

  it('whose text looks like the end of an answer', () => {
    const tricky = text('{"finish_reason":"stop","usage":{"prompt_tokens":1},"error":{}} data: [DONE]\n\n');
    const { text: out, reader } = relay(frames(tricky, text('more')), false);
    expect(out).toBe(frames(tricky, text('more')));
    expect([reader.done, reader.usage, reader.end()]).toEqual([false, null, false]);
  });

  it('whose first chunk has no choices (Azure’s content filter) are relayed at once', () => {
    const filter = chunkOf([], { prompt_filter_results: [] });
    const reader = new OpenAiStream(callOf({ model: 'm', stream: true }));
    expect(reader.push(Buffer.from(frames(filter)))?.toString()).toBe(frames(filter));
  });

  it('that send several tokens in a chunk are estimated by the size of the text', () => {
    const { reader } = relay(frames(text('a'), text('x'.repeat(401)), text('b')), false);
    expect(reader.estimatedOutputTokens).toBe(102);
  });
});

describe('tool calls that clients put together by their index', () => {
  interface Piece {
    index?: number;
    id?: string;
    name?: string | null;
    args: string;
  }
  const calls = (pieces: readonly Piece[], choice = 0) =>
    chunkOf([
      {
        index: choice,
        delta: {
          tool_calls: pieces.map(({ args, name, ...more }) => ({
            ...more,
            function: { ...(name === undefined ? {} : { name }), arguments: args },
          })),
        },
        finish_reason: null,
      },
    ]);
  /** What a client has of choice 0 at the end: each call's id and arguments, by index. */
  function together(stream: string): string[] {
    const known: string[] = [];
    for (const chunk of parsed(relay(stream, false).text) as ReturnType<typeof calls>[]) {
      for (const choice of chunk.choices ?? []) {
        const { index, delta } = choice as { index: number; delta: { tool_calls?: { index: number; id?: string; function: { arguments: string } }[] } }; // prettier-ignore
        for (const call of index === 0 ? (delta.tool_calls ?? []) : [])
          known[call.index] = (known[call.index] ?? `${call.id}:`) + call.function.arguments;
      }
    }
    return known;
  }

  // NousResearch/hermes-agent#62937: Gemini's compatible API says 0 for each of them, older ones say nothing.
  it.each<[string, object[], string[]]>([
    ['in chunks of their own', [calls([{ index: 0, id: 'a', name: 'f', args: '{"x":1}' }]), calls([{ index: 0, id: 'b', name: 'f', args: '{}' }])], ['a:{"x":1}', 'b:{}']],
    ['in one chunk', [calls([{ index: 0, id: 'a', name: 'f', args: '{}' }, { index: 0, id: 'b', name: 'g', args: '{}' }])], ['a:{}', 'b:{}']],
    ['without an index', [calls([{ id: 'a', name: 'f', args: '{' }]), calls([{ args: '}' }]), calls([{ id: 'b', name: 'f', args: '' }]), calls([{ args: '{}' }])], ['a:{}', 'b:{}']],
    ['without index and id', [calls([{ name: 'f', args: '{}' }, { name: 'g', args: '{' }]), calls([{ args: '}' }])], ['undefined:{}', 'undefined:{}']],
    ['in pieces', [calls([{ index: 0, id: 'a', name: 'f', args: '{' }]), calls([{ index: 0, args: '}' }]), calls([{ index: 0, id: 'b', name: 'f', args: '{' }]), calls([{ index: 0, args: '}' }])], ['a:{}', 'b:{}']],
    ['beside another choice', [calls([{ index: 0, id: 'a', name: 'f', args: '{}' }]), calls([{ index: 0, id: 'z', name: 'f', args: '{}' }], 1), calls([{ index: 0, id: 'b', name: 'f', args: '{}' }])], ['a:{}', 'b:{}']],
  ])('are told apart where the server does not: %s', (_name, chunks, expected) => {
    expect(together(frames(...chunks, stop(), DONE))).toEqual(expected);
  }); // prettier-ignore

  it.each<[string, object[]]>([
    ['numbered', [calls([{ index: 0, id: 'a', name: 'f', args: '' }]), calls([{ index: 0, args: '{}' }]), calls([{ index: 1, id: 'b', name: 'g', args: '{}' }])]],
    ['that repeat their head', [calls([{ index: 0, id: 'a', name: 'f', args: '{' }]), calls([{ index: 0, id: 'a', name: 'f', args: '}' }])]],
    ['with an id for each piece', [calls([{ index: 0, id: 'a', name: 'f', args: '{' }]), calls([{ index: 0, id: 'b', name: null, args: '}' }])]],
    ['with an empty name for each piece', [calls([{ index: 0, id: 'a', name: 'f', args: '{' }]), calls([{ index: 0, id: 'b', name: '', args: '}' }])]],
    ['without ids', [calls([{ index: 0, name: 'f', args: '{' }]), calls([{ index: 0, name: 'f', args: '}' }])]],
  ])('go on as they came: %s', (_name, chunks) => {
    expect(relay(frames(...chunks), false).text).toBe(frames(...chunks));
  }); // prettier-ignore
});

it('relays whole chunks without copying, and holds nothing back before the finish', () => {
  const reader = new OpenAiStream(callOf({ model: 'm', stream: true }));
  const chunk = Buffer.from(frames(text('a'), text('b'), text('c')));
  const out = reader.push(chunk);
  expect(out?.equals(chunk)).toBe(true);
  expect([out?.buffer, out?.byteOffset]).toEqual([chunk.buffer, chunk.byteOffset]);
});

describe('failures inside a 2xx stream', () => {
  it.each([
    ['an error chunk', frames({ error: { message: 'overloaded', code: 503 } }), 'unavailable'],
    [
      'OpenRouter’s, with choices',
      frames(
        chunkOf([{ index: 0, delta: {}, finish_reason: 'error' }], { error: { code: 429, message: 'slow' } }),
      ),
      'rate_limited',
    ],
    ['an error event', 'event: error\ndata: {"message":"broken"}\n\n', 'unavailable'],
    ['an event that is no JSON', 'data: hello\n\n', 'malformed'],
    ['JSON that is cut', 'data: {"choices":[\n\n', 'malformed'],
  ])('%s is thrown, with what came before it', (_name, bad, kind) => {
    const { failure, text: out } = relay(frames(text('a')) + bad, false);
    expect(failure).toMatchObject({ kind });
    expect(out).toBe(frames(text('a')));
  });

  it('what is no stream at all is malformed', () => {
    expect(relay('<!doctype html><p>Hi', false).failure?.kind).toBe('malformed');
    expect(relay('{"id":"x","choices":[]}', false).failure?.kind).toBe('malformed');
    expect(relay('', false).complete).toBe(false);
  });

  it.each(['', ': waiting\n\n', 'event: ping\ndata: {}\n\n', 'id: 1\n\ndata:\n\n'])(
    'an end with nothing before it but %j is malformed, in whatever chunks it comes',
    (signsOfLife) => {
      for (const asks of [false, true]) {
        for (const lengths of [[], [7], Array<number>(60).fill(1)]) {
          const { failure, text: out } = relay(signsOfLife + DONE, asks, lengths);
          expect([failure?.kind, failure?.isRetryable, out]).toEqual(['malformed', true, '']);
        }
        const unended = relay(signsOfLife + DONE.trimEnd(), asks);
        expect([unended.complete, unended.text]).toEqual([false, '']);
      }
    },
  );
});

it('relays the same for every split into chunks', () => {
  const any = fc.oneof(
    fc.string({ unit: 'grapheme' }).map((content) => text(content)),
    fc
      .string({ unit: 'grapheme' })
      .map((reasoning_content) => chunkOf([{ index: 0, delta: { reasoning_content }, finish_reason: null }])),
    fc.constantFrom<object | string>(
      stop(),
      stop(1, { usage: USAGE }),
      usage(),
      DONE,
      ': keep-alive\n\n',
      '\n',
      'event: x\r\ndata: {"choices":[{"finish_reason":"length"}]}\r\n\r\n',
      { error: { message: 'é', code: 500 } },
      'data: no json\n\n',
    ),
  );
  fc.assert(
    fc.property(
      fc.array(any, { maxLength: 12 }),
      fc.boolean(),
      fc.array(fc.nat(40), { maxLength: 80 }),
      (values, asks, lengths) => {
        const stream = frames(...values);
        const { reader: wholeReader, ...whole } = relay(stream, asks);
        for (const split of [lengths, new Array<number>(Buffer.byteLength(stream)).fill(1)]) {
          const { reader, ...relayed } = relay(stream, asks, split);
          expect({ ...relayed, failure: relayed.failure?.message }).toEqual({
            ...whole,
            failure: whole.failure?.message,
          });
          expect([reader.usage, reader.estimatedOutputTokens]).toEqual([
            wholeReader.usage,
            wholeReader.estimatedOutputTokens,
          ]);
        }
      },
    ),
    { numRuns: 300 },
  );
});
