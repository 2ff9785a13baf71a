import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../adapter.ts';
import { callOf } from '../conversations.case-call.ts';
import { spliceChat, spliceEmbeddings } from './splice.ts';

const parse = (bytes: Buffer) => JSON.parse(bytes.toString()) as JsonObject;

describe('spliceChat', () => {
  it('returns the very bytes when nothing has to change', () => {
    const call = callOf({ model: 'gpt-4o', messages: [] }, { model: 'gpt-4o' });
    expect(spliceChat(call)).toBe(call.body);
  });

  it('asks for usage on every stream, and keeps the other stream options', () => {
    const ask = (json: JsonObject) =>
      parse(spliceChat(callOf({ model: 'm', stream: true, ...json })))['stream_options'];
    expect(ask({})).toEqual({ include_usage: true });
    expect(ask({ stream_options: null })).toEqual({ include_usage: true });
    expect(ask({ stream_options: {} })).toEqual({ include_usage: true });
    expect(ask({ stream_options: { include_usage: false, include_obfuscation: false } })).toEqual({
      include_usage: true,
      include_obfuscation: false,
    });
    expect(ask({ stream_options: { include_usage: true, x: 1 } })).toEqual({ include_usage: true, x: 1 });
    expect(parse(spliceChat(callOf({ model: 'm', messages: [] })))['stream_options']).toBeUndefined();
  });

  it('changes what is governed and leaves every other byte as it came, for any body', () => {
    const others = fc.dictionary(fc.string(), fc.jsonValue() as fc.Arbitrary<JsonValue>);
    const governed = fc.record(
      {
        model: fc.string({ unit: 'grapheme' }),
        stream: fc.boolean(),
        stream_options: fc.constantFrom<JsonValue>(
          {},
          { include_usage: true },
          { include_usage: false, a: 'é' },
          null,
        ),
        max_tokens: fc.nat(),
        max_completion_tokens: fc.nat(),
      },
      { requiredKeys: ['model'] },
    );
    const limit = fc.option(fc.nat());
    fc.assert(
      fc.property(
        others,
        governed,
        fc.string({ unit: 'grapheme' }),
        limit,
        limit,
        (other, own, model, max, maxCompletion) => {
          const json: JsonObject = { ...other, ...own };
          const call = callOf(json, { model, maxTokens: max, maxCompletionTokens: maxCompletion });
          const before = Buffer.from(call.body);
          const sent = parse(spliceChat(call));
          const expected: JsonObject = { ...json, model };
          if (own.max_tokens !== undefined && max !== null) expected['max_tokens'] = max;
          if (own.max_completion_tokens !== undefined && maxCompletion !== null)
            expected['max_completion_tokens'] = maxCompletion;
          if (own.stream === true)
            expected['stream_options'] = {
              ...(own.stream_options as JsonObject | null | undefined),
              include_usage: true,
            };
          expect(sent).toEqual(JSON.parse(JSON.stringify(expected)));
          expect(call.body.equals(before)).toBe(true);
        },
      ),
    );
  });

  // vercel/ai#7863, decolua/9router#846: OpenAI's models that reason refuse max_tokens, whose other name all take.
  it.each<[string, JsonObject, string]>([
    ['gpt-5.2', { max_tokens: 9 }, '"max_completion_tokens":5'],
    [
      'o3-mini',
      { stop: '"max_tokens"', max_tokens: 3 },
      '"stop":"\\"max_tokens\\"","max_completion_tokens":5',
    ],
    ['gpt-5', { max_tokens: 9, max_completion_tokens: 8 }, '"max_tokens":5,"max_completion_tokens":8'],
    ['gpt-4o', { max_tokens: 9 }, '"max_tokens":5'],
    ['openai/gpt-5', { max_tokens: 9 }, '"max_tokens":5'],
    ['gpt-oss-120b', { max_tokens: 9 }, '"max_tokens":5'],
  ])('names the limit of %s as the model takes it: %j', (model, json, limits) => {
    const sent = spliceChat(callOf({ model: 'alias', ...json }, { model, maxTokens: 5 }));
    expect(sent.toString()).toBe(`{"model":"${model}",${limits}}`);
  });

  it('keeps numbers and spacing that a parser would lose', () => {
    const body = Buffer.from('{ "model" : "a", "seed":12345678901234567890, "x":1.0e1 ,"messages":[ ]}');
    const spans = { ...callOf({}).spans, model: { start: 12, end: 15 }, close: body.length - 1 };
    const sent = spliceChat(callOf({}, { body, spans, model: 'longer-name' }));
    expect(sent.toString()).toBe(
      '{ "model" : "longer-name", "seed":12345678901234567890, "x":1.0e1 ,"messages":[ ]}',
    );
  });
});

it('spliceEmbeddings changes the model alone', () => {
  const call = callOf({ input: 'x', model: 'alias', dimensions: 3 }, { model: 'text-embedding-3-small' });
  const sent = parse(spliceEmbeddings(call));
  expect(sent).toEqual({ input: 'x', model: 'text-embedding-3-small', dimensions: 3 });
});
