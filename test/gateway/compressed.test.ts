/** Providers, or proxies before them, that compress whatever was asked for: the client never sees it. */
import {
  brotliCompressSync,
  createBrotliCompress,
  createDeflate,
  createGzip,
  createZstdCompress,
  deflateSync,
  gzipSync,
  zstdCompressSync,
} from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readStream } from '../kit/read-stream.ts';
import { openChains, type Chains } from './chain.ts';
import { answer, frame, type Respond } from './upstream.ts';

const SECOND = answer('From the second.');
const PATIENT = { waitMs: 30_000 };
let chains: Chains;
beforeAll(async () => {
  chains = await openChains();
});
afterAll(() => chains.close());

const usage = { prompt_tokens: 1_000, completion_tokens: 500, total_tokens: 1_500 };
const choices = [{ index: 0, message: { role: 'assistant', content: 'Grüße.' }, finish_reason: 'stop' }];
const completion = JSON.stringify({ id: 'c', object: 'chat.completion', model: 'm', choices, usage });

/** Sends these bytes as JSON packed so. */
const sending =
  (coding: string, body: Buffer, status = 200): Respond =>
  (res) => {
    res.writeHead(status, { 'content-type': 'application/json', 'content-encoding': coding }).end(body);
  };

const CODINGS = [
  { coding: 'gzip', pack: gzipSync, open: createGzip },
  { coding: 'deflate', pack: deflateSync, open: createDeflate },
  { coding: 'br', pack: brotliCompressSync, open: createBrotliCompress },
  { coding: 'zstd', pack: zstdCompressSync, open: createZstdCompress },
];

describe.each(CODINGS)('$coding', ({ coding, pack, open }) => {
  it('a whole answer arrives plain, counted and priced, at the first attempt', async () => {
    const to = await chains.chain([sending(coding, pack(completion))], PATIENT);
    const response = await chains.chat(to);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-encoding')).toBeNull();
    const body = await response.text();
    expect(Number(response.headers.get('content-length'))).toBe(Buffer.byteLength(body));
    expect(JSON.parse(body)).toMatchObject({
      choices,
      usage,
      cost_info: { input_tokens: 1_000, output_tokens: 500 },
    });
    expect(await chains.rowOf(response)).toMatchObject({
      status: 'success',
      attempts: 1,
      input_tokens: 1_000,
      output_tokens: 500,
      usage_estimated: false,
    });
    expect(to.upstreams[0]?.received[0]?.headers['accept-encoding']).toBe('identity');
  });

  it('a stream arrives plain, frame by frame as the provider sends it', async () => {
    const packer = open();
    const to = await chains.chain(
      [
        (res) => {
          res.writeHead(200, { 'content-type': 'text/event-stream', 'content-encoding': coding });
          packer.pipe(res);
          packer.write(`: waiting\n\n${frame('m', { role: 'assistant', content: 'Once ' })}`);
          packer.flush();
        },
      ],
      PATIENT,
    );
    // The answer begins although the stream goes on.
    const response = await chains.chat(to, { stream: true, stream_options: { include_usage: true } });
    expect(response.headers.get('content-encoding')).toBeNull();
    packer.write(frame('m', { content: 'upon' }, 'stop'));
    packer.write(`data: ${JSON.stringify({ id: 'c', choices: [], usage })}\n\n`);
    packer.end('data: [DONE]\n\n');
    const { text, frames } = await readStream(response);
    expect(frames.map((it) => it.choices[0]?.delta.content)).toEqual(['Once ', 'upon', undefined]);
    expect(frames.at(-1)).toMatchObject({ usage, cost_info: { input_tokens: 1_000, output_tokens: 500 } });
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
    expect(await chains.rowOf(response)).toMatchObject({
      status: 'success',
      attempts: 1,
      output_tokens: 500,
      usage_estimated: false,
    });
  });

  it('an error is told in the provider’s words', async () => {
    const error = { message: 'top_k is not known', param: 'top_k', code: 'unknown_parameter' };
    const body = pack(JSON.stringify({ error }));
    for (const stream of [false, true]) {
      const to = await chains.chain([sending(coding, body, 422), SECOND], PATIENT);
      const response = await chains.chat(to, { stream });
      expect(response.status).toBe(422);
      expect(await response.json()).toEqual({ error: { ...error, type: 'invalid_request_error' } });
      expect(to.upstreams[1]?.received).toHaveLength(0);
    }
  });
});

it('packed twice, an answer arrives plain, and a stream frame by frame as the provider sends it', async () => {
  const whole = sending('gzip, br', brotliCompressSync(gzipSync(completion)));
  const inner = createGzip();
  const outer = createBrotliCompress();
  inner.on('data', (chunk) => {
    outer.write(chunk);
    outer.flush();
  });
  inner.on('end', () => outer.end());
  const streamed: Respond = (res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream', 'content-encoding': 'gzip, br' });
    outer.pipe(res);
    inner.write(frame('m', { role: 'assistant', content: 'Once ' }));
    inner.flush();
  };
  expect(await (await chains.chat(await chains.chain([whole], PATIENT))).json()).toMatchObject({ choices });
  const to = await chains.chain([streamed], PATIENT);
  const response = await chains.chat(to, { stream: true });
  inner.write(frame('m', { content: 'upon' }, 'stop'));
  inner.end('data: [DONE]\n\n');
  const { frames } = await readStream(response);
  expect(frames.map((it) => it.choices[0]?.delta.content)).toEqual(['Once ', 'upon']);
  expect(await chains.rowOf(response)).toMatchObject({ status: 'success', attempts: 1 });
});

describe('what cannot be unpacked', () => {
  it.each([
    ['is in a coding that nobody knows', sending('compress', Buffer.from(completion)), 'malformed'],
    ['is not what it is said to be', sending('gzip', Buffer.from(completion)), 'malformed'],
    ['breaks off', sending('gzip', gzipSync(completion).subarray(0, 60)), 'malformed'],
    ['is an error in a coding that nobody knows', sending('compress', Buffer.from('?'), 502), 'http_502'],
    ['is an error that is said to be packed', sending('gzip', Buffer.from('{}'), 401), 'credentials'],
  ])('%s is stepped over', async (_, respond, outcome) => {
    for (const stream of [false, true]) {
      const to = await chains.chain([respond, SECOND], PATIENT);
      const response = await chains.chat(to, { stream });
      expect(response.headers.get('x-prism-provider')).toBe(to.slugs[1]);
      expect(await response.text()).toContain('From the second.');
      expect((await chains.rowOf(response)).trace.attempts).toMatchObject([{ outcome }, { outcome: 'ok' }]);
    }
  });

  it.each([
    ['an answer', false, 200, 'malformed'],
    ['a stream', true, 200, 'malformed'],
    ['an error', false, 500, 'http_500'],
  ])(
    '%s that unpacks to more than anyone takes is given up on the way',
    async (_, stream, status, outcome) => {
      const bomb = gzipSync(Buffer.alloc(140 * 1024 * 1024, 'data: '), { level: 1 });
      const respond: Respond = (res) => {
        const type = stream ? 'text/event-stream' : 'application/json';
        res.writeHead(status, { 'content-type': type, 'content-encoding': 'gzip' }).end(bomb);
      };
      const to = await chains.chain([respond, SECOND], PATIENT);
      const response = await chains.chat(to, { stream });
      expect(await response.text()).toContain('From the second.');
      expect((await chains.rowOf(response)).trace.attempts).toMatchObject([{ outcome }, { outcome: 'ok' }]);
      await expect.poll(() => to.upstreams[0]?.received[0]?.outcome).not.toBe('running');
    },
  );
});
