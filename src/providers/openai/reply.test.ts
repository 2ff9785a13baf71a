import { describe, expect, it } from 'vitest';
import { readChatReply, readEmbeddingsReply } from './reply.ts';

const bytes = (text: string) => Buffer.from(text);

describe('readChatReply', () => {
  it('gives the bytes back as they came, without the white space that keeps connections open', () => {
    const json =
      '{"id":"x","choices":[{"message":{"content":"{\\"usage\\":1}"}}],"seed":12345678901234567890,"usage":{"prompt_tokens":3,"completion_tokens":2}}';
    const reply = readChatReply(bytes(`\n\n   ${json}\n`));
    expect(reply.body.toString()).toBe(json);
    expect(reply.usage).toMatchObject({ inputTokens: 3, outputTokens: 2 });
  });

  it('guesses the output by what the model wrote when no usage is reported', () => {
    const call = { id: 'call_1', type: 'function', function: { name: 'find', arguments: '{"a":"bcdef"}' } };
    const message = { role: 'assistant', content: 'x'.repeat(400), refusal: null, tool_calls: [call] };
    const choices = [{ index: 0, message, logprobs: { content: [{ token: 'x' }] }, finish_reason: 'stop' }];
    const reply = readChatReply(bytes(JSON.stringify({ choices, usage: null })));
    expect(reply.usage).toBeNull();
    expect(reply.estimatedOutputTokens).toBe(Math.ceil((400 + 4 + 13) / 4));
  });

  it.each([
    '',
    '<html></html>',
    '[]',
    '{}',
    '{"choices":null}',
    '{"choices":[',
    '{"object":"list","data":[]}',
  ])('refuses %j as no chat completion', (text) =>
    expect(() => readChatReply(bytes(text))).toThrow(/no chat completion/),
  );

  it('tells the error of a 200 that is one', () => {
    expect(() =>
      readChatReply(bytes('{"error":{"message":"upstream is down","code":502},"user_id":"x"}')),
    ).toThrow(
      expect.objectContaining({ kind: 'unavailable', status: 502, message: 'upstream is down' }) as Error,
    );
    expect(readChatReply(bytes('{"error":null,"choices":[]}')).usage).toBeNull();
  });
});

describe('an error in the choices', () => {
  const error = { code: 502, message: 'Provider disconnected' };
  const whole = (...choices: object[]): Buffer => bytes(JSON.stringify({ choices }));
  const silent = { index: 0, finish_reason: 'error', message: { role: 'assistant', content: '' }, error };

  it('is the answer where nothing else was said', () => {
    const failure: unknown = expect.objectContaining({ kind: 'unavailable', message: error.message });
    expect(() => readChatReply(whole(silent))).toThrow(failure);
    expect(() => readChatReply(whole(silent, { ...silent, index: 1, message: null }))).toThrow(failure);
  });

  it.each([
    ['text', whole({ ...silent, message: { role: 'assistant', content: 'Once upon' } })],
    ['another choice', whole(silent, { index: 1, message: { role: 'assistant', content: 'Hello' } })],
    ['no error', whole({ ...silent, error: null })],
    ['the word alone', whole({ index: 0, message: { role: 'assistant', content: 'say "error"' } })],
    ['no choice', whole()],
  ])('leaves %s to the client', (_, body) => expect(readChatReply(body).body).toEqual(body));
});

describe('readEmbeddingsReply', () => {
  it('reads the usage and leaves the vectors alone', () => {
    const json =
      '{"object":"list","data":[{"embedding":[0.1,-2e-5]}],"usage":{"prompt_tokens":8,"total_tokens":8}}';
    const reply = readEmbeddingsReply(bytes(json));
    expect([reply.body.toString(), reply.usage?.inputTokens, reply.estimatedOutputTokens]).toEqual([
      json,
      8,
      0,
    ]);
  });

  it('refuses what is no list', () => {
    expect(() => readEmbeddingsReply(bytes('{"choices":[]}'))).toThrow(/no list of embeddings/);
  });
});
