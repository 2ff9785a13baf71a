/** Contract §2: what is tried elsewhere before the first byte, and that nothing is after it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readStream } from '../kit/read-stream.ts';
import { KEY, openChains, type Chains } from './chain.ts';
import { answer, frame, refuse, sendJson, type Respond } from './upstream.ts';

let chains: Chains;
beforeAll(async () => {
  chains = await openChains();
});
afterAll(() => chains.close());

const streamed: Respond = (res) => {
  res.writeHead(200, { 'content-type': 'text/event-stream' });
};

describe('before the first byte', () => {
  const failures: [name: string, respond: Respond | null, outcome: string][] = [
    ['refuses the connection', null, 'connection'],
    ['answers 500', refuse(500), 'http_500'],
    ['answers 503 with no body', (res) => res.writeHead(503).end(), 'http_503'],
    ['answers 429', refuse(429, { message: 'slow down' }, { 'retry-after': '7' }), 'rate_limited'],
    ['refuses our key', refuse(401, { message: `Incorrect API key: ${KEY}` }), 'credentials'],
    ['is too slow', () => undefined, 'timeout'],
    [
      'answers a web page with 200',
      (res) => res.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><p>Hi</p>'),
      'malformed',
    ],
    [
      'closes the connection without an answer',
      (res) => {
        res.socket?.destroy();
      },
      'connection',
    ],
  ];
  for (const stream of [false, true]) {
    it.each(failures)(
      `a provider that %s is stepped over, stream: ${stream}`,
      async (_, respond, outcome) => {
        const to = await chains.withFirst(respond);
        const response = await chains.chat(to, { stream });
        expect(response.status).toBe(200);
        expect(response.headers.get('x-prism-provider')).toBe(to.slugs[1]);
        const text = await response.text();
        expect(text).toContain('From the second.');
        expect(text).not.toContain('error');
        expect(text.match(/From the second/g)).toHaveLength(1);
        const row = await chains.rowOf(response);
        expect(row).toMatchObject({
          status: 'success',
          http_status: 200,
          provider_slug: to.slugs[1],
          attempts: 2,
          input_tokens: 10,
          output_tokens: 5,
          error_message: '',
        });
        expect(row.trace.attempts).toMatchObject([
          { provider: to.slugs[0], model: to.model, outcome },
          { provider: to.slugs[1], model: to.model, outcome: 'ok' },
        ]);
        expect(row.trace.attempts[1].startMs).toBeGreaterThanOrEqual(row.trace.attempts[0].startMs);
      },
    );
  }

  it.each<[string, Respond]>([
    [
      'an error event',
      (res, request) => {
        streamed(res, request);
        res.end('data: {"error":{"message":"overloaded","code":503}}\n\n');
      },
    ],
    [
      'content and an error in one chunk',
      (res, request) => {
        streamed(res, request);
        res.end(`${frame('m', { content: 'From the first.' })}data: {"error":{"message":"boom"}}\n\n`);
      },
    ],
    [
      'an error as JSON where a stream was asked for',
      (res) => {
        res.writeHead(200, { 'content-type': 'application/json' });
        res.end('{"error":{"message":"overloaded","code":503}}');
      },
    ],
    [
      'nothing and ends',
      (res, request) => {
        streamed(res, request);
        res.end();
      },
    ],
    [
      'signs of life and ends',
      (res, request) => {
        streamed(res, request);
        res.end(': waiting\n\nevent: ping\ndata: {}\n\n');
      },
    ],
    [
      'signs of life and says that it is complete',
      (res, request) => {
        streamed(res, request);
        res.end(': waiting\n\ndata: [DONE]\n\n');
      },
    ],
    [
      'only the word that it is complete',
      (res, request) => {
        streamed(res, request);
        res.end('data: [DONE]\n\n');
      },
    ],
  ])('a stream that holds %s is begun anew elsewhere', async (_, respond) => {
    const to = await chains.withFirst(respond);
    const response = await chains.chat(to, { stream: true });
    const { text, frames } = await readStream(response);
    expect(text).toContain('From the second.');
    expect(text).not.toMatch(/error|From the first/);
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
    expect(frames.at(-1)).toHaveProperty('cost_info');
    expect(await chains.rowOf(response)).toMatchObject({ status: 'success', attempts: 2 });
  });

  it('the only provider is asked again after a stream of nothing, and is told to have failed after two', async () => {
    const nothing: Respond = (res, request) => {
      streamed(res, request);
      res.end('data: [DONE]\n\n');
    };
    const to = await chains.chain([nothing]);
    const response = await chains.chat(to, { stream: true });
    expect(response.status).toBe(503);
    expect(to.upstreams[0]?.received).toHaveLength(2);
    expect(await chains.rowOf(response)).toMatchObject({
      status: 'error',
      attempts: 2,
      trace: { attempts: [{ outcome: 'malformed' }, { outcome: 'malformed' }] },
    });
  });

  it('the only provider gets one more chance after a failure that may pass, and no third', async () => {
    let calls = 0;
    const flaky: Respond = (res, request) => {
      calls += 1;
      (calls === 1 ? refuse(502) : answer('At last.'))(res, request);
    };
    const to = await chains.withFirst(flaky);
    const only = `${to.slugs[0]}/${to.model}`;
    const response = await chains.chat(to, { model: only });
    expect(await response.text()).toContain('At last.');
    expect(await chains.rowOf(response)).toMatchObject({ attempts: 2, status: 'success' });
    const down = await chains.withFirst(refuse(502));
    expect((await chains.chat(down, { model: only })).status).toBe(503);
    expect(down.upstreams[0]?.received).toHaveLength(2);
  });

  it('what is the caller’s fault is not tried elsewhere and is told in the provider’s words', async () => {
    const to = await chains.withFirst(
      refuse(422, { message: 'top_k is not known', param: 'top_k', code: 'unknown_parameter' }),
    );
    const response = await chains.chat(to);
    expect(response.status).toBe(422);
    expect(await response.json()).toEqual({
      error: {
        message: 'top_k is not known',
        type: 'invalid_request_error',
        code: 'unknown_parameter',
        param: 'top_k',
      },
    });
    expect(to.upstreams[1]?.received).toHaveLength(0);
    expect(await chains.rowOf(response)).toMatchObject({ attempts: 1, status: 'error', http_status: 422 });
  });

  it.each([
    [400, 400, 'invalid_request_error'],
    [429, 429, 'rate_limit_error'],
    [502, 503, 'provider_error'],
  ])(
    'error %i inside a 200 means the same in place of an answer and of a stream',
    async (code, status, type) => {
      const inside: Respond = (res) => sendJson(res, 200, { error: { message: 'It cannot be.', code } });
      for (const stream of [false, true]) {
        const to = await chains.chain([inside]);
        const response = await chains.chat(to, { stream });
        expect(response.status).toBe(status);
        expect(await response.json()).toMatchObject({ error: { type } });
      }
    },
  );

  it('a number of tries is enough, however many providers there are', async () => {
    const to = await chains.chain(Array.from({ length: 7 }, () => refuse(500)));
    const response = await chains.chat(to);
    expect(response.status).toBe(503);
    const calls = to.upstreams.map((it) => it.received.length);
    expect(calls).toEqual([1, 1, 1, 1, 1, 0, 0]);
    expect(await chains.rowOf(response)).toMatchObject({
      attempts: 5,
      status: 'error',
      provider_slug: to.slugs[4],
    });
  });
});

describe('after the first byte', () => {
  const part: Respond = (res, request) => {
    streamed(res, request);
    res.write(frame('m', { role: 'assistant', content: 'Once upon' }));
  };

  it.each<[string, Respond]>([
    [
      'an error event',
      (res, request) => {
        part(res, request);
        setImmediate(() => res.end('data: {"error":{"message":"boom at http://10.0.0.7:8080/v1"}}\n\n'));
      },
    ],
    [
      'a reset',
      (res, request) => {
        part(res, request);
        setTimeout(() => res.socket?.resetAndDestroy(), 20);
      },
    ],
    ['silence', part],
    [
      'an end without an end',
      (res, request) => {
        part(res, request);
        setTimeout(() => res.end(), 20);
      },
    ],
  ])('%s breaks the answer and nobody else is asked', async (_, respond) => {
    const to = await chains.withFirst(respond);
    const response = await chains.chat(to, { stream: true });
    expect(response.headers.get('x-prism-provider')).toBe(to.slugs[0]);
    const { text, frames } = await readStream(response);
    expect(frames[0].choices[0].delta.content).toBe('Once upon');
    expect(frames.at(-1)).toEqual({
      error: { message: expect.any(String), type: 'provider_error', code: null, param: null },
    });
    expect(text).not.toMatch(/\[DONE\]|From the second|10\.0\.0\.7/);
    expect(to.upstreams[1]?.received).toHaveLength(0);
    const row = await chains.rowOf(response);
    expect(row).toMatchObject({ status: 'error', http_status: 200, attempts: 1, usage_estimated: true });
    expect(row.output_tokens).toBeGreaterThan(0);
    expect(row.trace.attempts).toMatchObject([{ outcome: 'broken' }]);
  });
});
