import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../errors.ts';
import { readChatRequest, readEmbeddingsRequest } from './request.ts';
import { scanBody } from './scan.ts';

const bytes = (text: string): Buffer => Buffer.from(text);
const chat = (text: string) => readChatRequest(bytes(text));

function refusal(run: () => unknown): AppError {
  try {
    run();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('scanBody', () => {
  it('finds the same spans that JSON.parse finds, for any object', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.oneof(
            fc.constantFrom('model', 'stream', 'max_tokens', 'input', 'tools', 'user', 'n', 'x', 'modelx'),
            // A governed name in capitals is refused: see below.
            fc.string().filter((name) => name !== 'N'),
          ),
          fc.jsonValue({ maxDepth: 4 }),
        ),
        fc.constantFrom(undefined, 1, '\t', ' \r\n '),
        (object, indent) => {
          const text = JSON.stringify(object, null, indent);
          const body = bytes(text);
          const spans = scanBody(body);
          const governed = {
            model: spans.model,
            stream: spans.stream,
            max_tokens: spans.maxTokens,
            input: spans.input,
            n: spans.n ?? null,
          };
          for (const [name, span] of Object.entries(governed)) {
            const own = Object.hasOwn(object, name);
            expect(span !== null).toBe(own);
            if (span !== null) {
              expect(JSON.parse(body.toString('utf8', span.start, span.end))).toEqual(
                JSON.parse(JSON.stringify(object[name])),
              );
            }
          }
          expect(body[spans.close]).toBe(0x7d);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('answers any bytes with spans or with a 400, and takes nothing that JSON.parse reads otherwise', () => {
    const wild = fc.oneof(
      fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array)),
      fc.string({ maxLength: 200 }).map((text) => bytes(text)),
      fc
        .tuple(
          fc.json(),
          fc.nat(400),
          fc.constantFrom('"', '\\', '{', '}', ',', ':', '/', "'", '\u0000', 'x', ''),
        )
        .map(([json, at, extra]) => {
          const text = `{"a":${json},"model":"m"}`;
          const cut = at % (text.length + 1);
          return bytes(text.slice(0, cut) + extra + text.slice(cut + 1));
        }),
    );
    fc.assert(
      fc.property(wild, (body) => {
        let spans;
        try {
          spans = scanBody(body);
        } catch (error) {
          expect(error).toBeInstanceOf(AppError);
          expect((error as AppError).status).toBe(400);
          return;
        }
        let parsed: Record<string, unknown>;
        try {
          parsed = JSON.parse(body.toString('utf8')) as Record<string, unknown>;
        } catch {
          return; // Nested nonsense is left to the upstream; it cannot move a governed member.
        }
        expect(spans.model === null).toBe(!Object.hasOwn(parsed, 'model'));
        if (spans.model !== null) {
          expect(JSON.parse(body.toString('utf8', spans.model.start, spans.model.end))).toEqual(
            parsed['model'],
          );
        }
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    ['a governed member twice', '{"model":"a","messages":[{}],"model":"b"}', 'model'],
    ['a governed member with escapes', '{"mod\\u0065l":"a","messages":[{}]}', 'model'],
    ['a governed member with a capital', '{"model":"a","messages":[{}],"Model":"b"}', 'model'],
    ['a governed member in capitals', '{"model":"a","messages":[{}],"MAX_TOKENS":9}', 'max_tokens'],
    ['a letter that folds to a governed one', '{"model":"a","messages":[{}],"\u017ftream":true}', 'stream'],
    ['an escaped letter that folds', '{"model":"a","messages":[{}],"to\\u006fl\\u017f":[]}', 'tools'],
    ['messages twice', '{"model":"a","messages":[{}],"messages":[{}]}', 'messages'],
  ])('refuses %s, so that policy and provider read the same', (_, text, param) => {
    expect(refusal(() => chat(text))).toMatchObject({ status: 400, param });
  });

  it.each([
    ['bytes that are no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
    ['a comment', bytes('{"a":[/*"*/1],"model":"m"}')],
    ['single quotes', bytes("{'model':'m'}")],
    ['two values', bytes('{"model":"m"}{"model":"n"}')],
    ['a trailing comma', bytes('{"model":"m",}')],
    ['an array', bytes('[]')],
    ['nothing', bytes('')],
    ['brackets that do not match', bytes('{"a":[}],"model":"m"}')],
    ['endless nesting', bytes(`{"a":${'['.repeat(100_000)}`)],
    ['an open string', bytes('{"a":"\\"}')],
    ['NaN', bytes('{"a":NaN}')],
    ['an escape that no JSON has', bytes('{"mo\\del":"m"}')],
  ])('refuses %s', (_, body) => {
    expect(refusal(() => scanBody(body))).toMatchObject({ status: 400, type: 'invalid_request_error' });
  });

  it('says what nobody can see: a byte order mark', () => {
    const { message } = refusal(() => chat('\ufeff{"model":"m","messages":[{}]}'));
    expect(message).toMatch(/byte order mark/);
  });

  it('takes other names of any letters, and numbers of any length that a program means', () => {
    const text = `{"model":"m","Größe":1,"modelX":2,"x\\u0041":3,"π":${'3'.repeat(400)}.${'1'.repeat(700)}e-2}`;
    expect(scanBody(bytes(text)).model).not.toBeNull();
  });

  it('is linear in hostile input', () => {
    const megabyte = 1 << 20;
    for (const text of ['\\"'.repeat(megabyte / 2), '\\\\'.repeat(megabyte / 2), 'x'.repeat(megabyte)]) {
      const spans = scanBody(bytes(`{"input":"${text}","model":"m"}`));
      expect(spans.input?.end).toBe(text.length + 11);
    }
  });
});

describe('readChatRequest', () => {
  it('reads what the gateway governs', () => {
    const request = chat(
      '{"model":"gpt-4\\u006f","messages":[{"role":"user"}],"stream":true,"stream_options":{"include_usage":true},"max_tokens":5,"user":"u"}',
    );
    expect(request).toMatchObject({
      model: 'gpt-4o',
      stream: true,
      includeUsage: true,
      maxTokens: 5,
      user: 'u',
    });
  });

  it.each([
    ['{"messages":[{}]}', 'model'],
    ['{"model":5,"messages":[{}]}', 'model'],
    ['{"model":"","messages":[{}]}', 'model'],
    ['{"model":"m"}', 'messages'],
    ['{"model":"m","messages":"hi"}', 'messages'],
    ['{"model":"m","messages":[]}', 'messages'],
    ['{"model":"m","messages":[{},"x"]}', 'messages[1]'],
    ['{"model":"m","messages":[{}],"stream":"yes"}', 'stream'],
    ['{"model":"m","messages":[{}],"stream":true,"stream_options":5}', 'stream_options'],
    [
      '{"model":"m","messages":[{}],"stream":true,"stream_options":{"include_usage":1}}',
      'stream_options.include_usage',
    ],
    ['{"model":"m","messages":[{}],"max_tokens":-2}', 'max_tokens'],
    ['{"model":"m","messages":[{}],"max_tokens":1.5}', 'max_tokens'],
    ['{"model":"m","messages":[{}],"max_completion_tokens":"9"}', 'max_completion_tokens'],
    ['{"model":"m","messages":[{}],"user":{}}', 'user'],
  ])('%s is refused and names %s', (text, param) => {
    const error = refusal(() => chat(text));
    expect(error).toMatchObject({ status: 400, type: 'invalid_request_error', param });
    expect(error.toOpenAI().error.code).toBeNull();
  });
});

describe('readEmbeddingsRequest', () => {
  it.each([
    ['{"model":"m"}', 'input'],
    ['{"model":"m","input":5}', 'input'],
  ])('%s is refused and names %s', (text, param) => {
    expect(refusal(() => readEmbeddingsRequest(bytes(text)))).toMatchObject({ status: 400, param });
  });
});
