/** Providers that answer whole where a stream was asked for, or the other way round: the client gets what it asked. */
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readStream } from '../kit/read-stream.ts';
import { openChains, type Chain, type Chains } from './chain.ts';
import { answer, frame, sendJson, type Respond } from './upstream.ts';

const SECOND = answer('From the second.');
const PATIENT = { waitMs: 30_000 };
const usage = { prompt_tokens: 1_000, completion_tokens: 500, total_tokens: 1_500 };
const toolCall = (id: string) => ({
  id,
  type: 'function',
  function: { name: 'look', arguments: `{"a":"${id}"}` },
});
const message = {
  role: 'assistant',
  content: 'Grüße.',
  refusal: null,
  reasoning_content: 'A greeting is due.',
  tool_calls: [toolCall('a'), toolCall('b')],
};
const whole = {
  id: 'c',
  object: 'chat.completion',
  created: 1_764_000_000,
  model: 'm',
  choices: [{ index: 0, message, logprobs: null, finish_reason: 'tool_calls' }],
  usage,
};
const messages = [{ role: 'user' as const, content: 'Hello!' }];
let chains: Chains;
beforeAll(async () => {
  chains = await openChains();
});
afterAll(() => chains.close());

const calls = (to: Chain): number[] => to.upstreams.map((it) => it.received.length);

describe('a whole answer where a stream was asked for', () => {
  const openai = ({ tenant }: Chain) =>
    new OpenAI({ baseURL: tenant.baseUrl, apiKey: tenant.apiKey, maxRetries: 0 });

  it.each(['application/json', 'application/json; charset=utf-8', 'text/event-stream', 'text/plain'])(
    'is streamed, whole and paid, at the first attempt (%s)',
    async (type) => {
      const to = await chains.chain(
        [(res) => res.writeHead(200, { 'content-type': type }).end(JSON.stringify(whole)), SECOND],
        PATIENT,
      );
      const response = await chains.chat(to, { stream: true });
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toContain('text/event-stream');
      const { text, frames } = await readStream(response);
      expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
      expect(frames).toMatchObject([
        { object: 'chat.completion.chunk', choices: [{ delta: { content: 'Grüße.' }, finish_reason: null }] },
        { choices: [{ delta: {}, finish_reason: 'tool_calls' }], cost_info: { output_tokens: 500 } },
      ]);
      expect(calls(to)).toEqual([1, 0]);
      const row = await chains.rowOf(response);
      expect(row).toMatchObject({
        status: 'success',
        http_status: 200,
        streamed: true,
        attempts: 1,
        input_tokens: 1_000,
        output_tokens: 500,
        usage_estimated: false,
      });
      expect(row.ttft_ms).not.toBeNull();
    },
  );

  it('is understood by OpenAI’s own client as the answer it was', async () => {
    const to = await chains.chain([(res) => sendJson(res, 200, whole)], PATIENT);
    const stream = openai(to).chat.completions.stream({
      model: to.model,
      messages,
      stream_options: { include_usage: true },
    });
    const { choices, usage: told } = await stream.finalChatCompletion();
    expect(choices).toMatchObject([{ finish_reason: 'tool_calls', message }]);
    expect(told).toEqual(usage);
  });

  it('is estimated where the provider told no usage, and has no chunk for it', async () => {
    const to = await chains.chain([(res) => sendJson(res, 200, { ...whole, usage: undefined })], PATIENT);
    const response = await chains.chat(to, { stream: true, stream_options: { include_usage: true } });
    const { frames } = await readStream(response);
    expect(frames).toHaveLength(2);
    const row = await chains.rowOf(response);
    expect(row).toMatchObject({ status: 'success', usage_estimated: true });
    expect(row.output_tokens).toBeGreaterThan(0);
  });

  it('of Anthropic’s is streamed, too', async () => {
    const content = [{ type: 'text', text: 'Grüße.' }];
    const to = await chains.chain(
      [
        (res) =>
          sendJson(res, 200, {
            id: 'msg',
            type: 'message',
            role: 'assistant',
            model: 'm',
            content,
            stop_reason: 'end_turn',
            usage: { input_tokens: 1_000, output_tokens: 500 },
          }),
      ],
      { ...PATIENT, types: ['anthropic'] },
    );
    const response = await chains.chat(to, { stream: true });
    expect((await readStream(response)).frames).toMatchObject([
      { choices: [{ delta: { content: 'Grüße.' } }] },
      { choices: [{ finish_reason: 'stop' }], cost_info: { input_tokens: 1_000, output_tokens: 500 } },
    ]);
    expect(calls(to)).toEqual([1]);
    expect(await chains.rowOf(response)).toMatchObject({ status: 'success', output_tokens: 500 });
  });

  it.each(['{"id":"c"}', '{"choices":[{"index":0', ''])('that is none is stepped over: %j', async (body) => {
    const broken: Respond = (res) => res.writeHead(200, { 'content-type': 'application/json' }).end(body);
    const to = await chains.chain([broken, SECOND], PATIENT);
    const response = await chains.chat(to, { stream: true });
    expect((await readStream(response)).text).toContain('From the second.');
    expect(calls(to)).toEqual([1, 1]);
  });
});

describe('a stream where a whole answer was asked for', () => {
  const pieces = [
    ': waiting\n\n',
    frame('m', { role: 'assistant', content: '' }),
    frame('m', { content: 'Grü' }),
    frame('m', { content: 'ße.' }, 'stop'),
    `data: ${JSON.stringify({ id: 'c', choices: [], usage })}\n\n`,
    'data: [DONE]\n\n',
  ].join('');
  const streaming =
    (text: string, type = 'text/event-stream'): Respond =>
    (res) => {
      res.writeHead(200, { 'content-type': type }).end(text);
    };

  it.each(['text/event-stream', 'application/json'])(
    'is put together, paid, at the first attempt (%s)',
    async (type) => {
      const to = await chains.chain([streaming(pieces, type), SECOND], PATIENT);
      const response = await chains.chat(to);
      expect(response.headers.get('content-type')).toBe('application/json');
      expect(await response.json()).toMatchObject({
        object: 'chat.completion',
        model: 'm',
        choices: [{ index: 0, message: { role: 'assistant', content: 'Grüße.' }, finish_reason: 'stop' }],
        usage,
        cost_info: { input_tokens: 1_000, output_tokens: 500 },
      });
      expect(calls(to)).toEqual([1, 0]);
      expect(await chains.rowOf(response)).toMatchObject({
        status: 'success',
        streamed: false,
        attempts: 1,
        output_tokens: 500,
        usage_estimated: false,
      });
    },
  );

  it('that is said to be JSON where a stream was asked for is relayed as the stream it is', async () => {
    const to = await chains.chain([streaming(pieces, 'application/json'), SECOND], PATIENT);
    const { text, frames } = await readStream(await chains.chat(to, { stream: true }));
    expect(frames.map((it) => it.choices[0].delta.content)).toEqual(['', 'Grü', 'ße.']);
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
    expect(calls(to)).toEqual([1, 0]);
  });

  it.each([
    ['only says that it is complete', 'data: [DONE]\n\n', 'malformed'],
    ['is cut off', pieces.slice(0, pieces.indexOf('ße.')), 'malformed'],
    ['tells an error', 'data: {"error":{"message":"No room","code":503}}\n\n', 'http_503'],
  ])('that %s is stepped over', async (_, text, outcome) => {
    const to = await chains.chain([streaming(text), SECOND], PATIENT);
    const response = await chains.chat(to);
    expect(await response.text()).toContain('From the second.');
    expect((await chains.rowOf(response)).trace.attempts).toMatchObject([{ outcome }, { outcome: 'ok' }]);
  });
});
