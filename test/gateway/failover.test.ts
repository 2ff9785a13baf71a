/** Contract §2: what is tried elsewhere, what is not, and what the client is told when nobody answers. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestPrism, type TestPrism, type TestTenant } from '../kit/prism.ts';
import { readStream } from '../kit/read-stream.ts';
import { logOf } from '../kit/request-log.ts';
import { createClock } from './clock.ts';
import { answer, frame, refuse, startUpstream, type Respond, type ScriptedUpstream } from './upstream.ts';

const KEY = 'sk-test-0123456789abcdef';
const messages = [{ role: 'user', content: 'Hello!' }];
const clock = createClock();
let prism: TestPrism;
const upstreams: ScriptedUpstream[] = [];
/** Two providers of one model, used by most tests: the first does what the test says, the second answers. */
let pair: Chain;

beforeAll(async () => {
  prism = await startTestPrism();
  pair = await chain([answer('From the first.'), answer('From the second.')]);
});
afterAll(async () => {
  await prism.stop();
  clock.restore();
  await Promise.all(upstreams.map((it) => it.close()));
});

interface Chain {
  readonly tenant: TestTenant;
  readonly model: string;
  /** Slugs of the providers, in the order of trying. */
  readonly slugs: readonly string[];
  readonly upstreams: readonly ScriptedUpstream[];
}

let chains = 0;
/** A tenant of its own with one provider for each entry, all serving the same model. */
async function chain(responds: readonly Respond[]): Promise<Chain> {
  chains += 1;
  const model = `model-${chains}`;
  const slugs = responds.map((_, index) => `p${chains}-${index}`);
  const started = await Promise.all(responds.map((respond) => startUpstream([model], respond)));
  upstreams.push(...started);
  const ids = await Promise.all(
    started.map(({ origin }, index) =>
      prism.provider({
        name: slugs[index],
        slug: slugs[index],
        type: 'custom',
        config: {
          baseUrl: origin,
          auth: { type: 'bearer', apiKey: KEY },
          options: { timeouts: { connectMs: 300, firstByteMs: 300, betweenBytesMs: 300 } },
        },
      }),
    ),
  );
  return { tenant: await prism.tenant(`chain-${chains}`, ids), model, slugs, upstreams: started };
}

/** The pair with a first provider that does this (null = nobody listens there) and a clean record of both. */
async function withFirst(respond: Respond | null): Promise<Chain> {
  const [first, second] = pair.upstreams;
  if (first === undefined || second === undefined) throw new Error('no pair');
  await first.close();
  await first.listen();
  // A success closes the breaker that the tests before have worked on.
  first.respond = answer('From the first.');
  expect((await chat(pair, { model: `${pair.slugs[0]}/${pair.model}` })).status).toBe(200);
  for (const upstream of pair.upstreams) upstream.received.length = 0;
  if (respond === null) await first.close();
  else first.respond = respond;
  return pair;
}

const chat = (to: Chain, more: object = {}, tenant = to.tenant) =>
  prism.gateway(tenant, '/chat/completions', { model: to.model, messages, ...more });
const rowOf = (response: Response) => logOf(prism, response.headers.get('x-request-id'));

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
        const to = await withFirst(respond);
        const response = await chat(to, { stream });
        expect(response.status).toBe(200);
        expect(response.headers.get('x-prism-provider')).toBe(to.slugs[1]);
        const text = await response.text();
        expect(text).toContain('From the second.');
        expect(text).not.toContain('error');
        expect(text.match(/From the second/g)).toHaveLength(1);
        const row = await rowOf(response);
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
  ])('a stream that holds %s is begun anew elsewhere', async (_, respond) => {
    const to = await withFirst(respond);
    const response = await chat(to, { stream: true });
    const { text, frames } = await readStream(response);
    expect(text).toContain('From the second.');
    expect(text).not.toMatch(/error|From the first/);
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
    expect(frames.at(-1)).toHaveProperty('cost_info');
    expect(await rowOf(response)).toMatchObject({ status: 'success', attempts: 2 });
  });

  it('the only provider gets one more chance after a failure that may pass, and no third', async () => {
    let calls = 0;
    const flaky: Respond = (res, request) => {
      calls += 1;
      (calls === 1 ? refuse(502) : answer('At last.'))(res, request);
    };
    const only = `${pair.slugs[0]}/${pair.model}`;
    const response = await chat(await withFirst(flaky), { model: only });
    expect(await response.text()).toContain('At last.');
    expect(await rowOf(response)).toMatchObject({ attempts: 2, status: 'success' });
    const down = await withFirst(refuse(502));
    expect((await chat(down, { model: only })).status).toBe(503);
    expect(down.upstreams[0]?.received).toHaveLength(2);
  });

  it('what is the caller’s fault is not tried elsewhere and is told in the provider’s words', async () => {
    const to = await withFirst(
      refuse(422, { message: 'top_k is not known', param: 'top_k', code: 'unknown_parameter' }),
    );
    const response = await chat(to);
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
    expect(await rowOf(response)).toMatchObject({ attempts: 1, status: 'error', http_status: 422 });
  });

  it('a number of tries is enough, however many providers there are', async () => {
    const to = await chain(Array.from({ length: 7 }, () => refuse(500)));
    const response = await chat(to);
    expect(response.status).toBe(503);
    const calls = to.upstreams.map((it) => it.received.length);
    expect(calls).toEqual([1, 1, 1, 1, 1, 0, 0]);
    expect(await rowOf(response)).toMatchObject({ attempts: 5, status: 'error', provider_slug: to.slugs[4] });
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
    const to = await withFirst(respond);
    const response = await chat(to, { stream: true });
    expect(response.headers.get('x-prism-provider')).toBe(to.slugs[0]);
    const { text, frames } = await readStream(response);
    expect(frames[0].choices[0].delta.content).toBe('Once upon');
    expect(frames.at(-1)).toEqual({
      error: { message: expect.any(String), type: 'provider_error', code: null, param: null },
    });
    expect(text).not.toMatch(/\[DONE\]|From the second|10\.0\.0\.7/);
    expect(to.upstreams[1]?.received).toHaveLength(0);
    const row = await rowOf(response);
    expect(row).toMatchObject({ status: 'error', http_status: 200, attempts: 1, usage_estimated: true });
    expect(row.output_tokens).toBeGreaterThan(0);
    expect(row.trace.attempts).toMatchObject([{ outcome: 'broken' }]);
  });
});

describe('pins and policy', () => {
  it('a pinned provider is never left', async () => {
    const to = await withFirst(refuse(500));
    const response = await chat(to, { model: `${to.slugs[0]}/${to.model}` });
    expect(response.status).toBe(503);
    expect(to.upstreams[1]?.received).toHaveLength(0);
    expect((await rowOf(response)).trace.attempts.map((it: { provider: string }) => it.provider)).toEqual([
      to.slugs[0],
      to.slugs[0],
    ]);
  });

  it('nor by way of an alias that pins', async () => {
    const to = await withFirst(refuse(500));
    const aliases = { mine: `${to.slugs[0]}/${to.model}` };
    const { body } = await prism.rest('GET', `/api/prism/admin/tenants/${to.tenant.id}`);
    const tenant = await prism.tenant('alias', body.providerIds, { modelConfig: { aliases } });
    expect((await chat(to, { model: 'mine' }, tenant)).status).toBe(503);
    expect(to.upstreams[1]?.received).toHaveLength(0);
  });

  it('nor for a larger context window', async () => {
    const overflow = refuse(400, {
      message: "This model's maximum context length is 512 tokens. However, you requested 600 tokens.",
      code: 'context_length_exceeded',
    });
    const small = await startUpstream(['small'], overflow);
    const large = await startUpstream([{ id: 'large', context_length: 100_000 }]);
    upstreams.push(small, large);
    const ids = [];
    for (const [slug, { origin }] of Object.entries({ 'pin-small': small, 'pin-large': large })) {
      const config = { baseUrl: origin, auth: { type: 'none' } };
      ids.push(await prism.provider({ name: slug, slug, type: 'custom', config }));
    }
    const tenant = await prism.tenant('pin-overflow', ids);
    const send = (model: string) => prism.gateway(tenant, '/chat/completions', { model, messages });
    const pinned = await send('pin-small/small');
    expect(pinned.status).toBe(400);
    expect(await pinned.json()).toMatchObject({ error: { code: 'context_length_exceeded' } });
    expect(large.received).toHaveLength(0);
    expect((await send('small')).status).toBe(200);
    expect(large.received).toHaveLength(1);
  });

  it('the policy bars a fallback', async () => {
    const to = await withFirst(refuse(500));
    const { body } = await prism.rest('GET', `/api/prism/admin/tenants/${to.tenant.id}`);
    const tenant = await prism.tenant('barred', body.providerIds, {
      modelConfig: { mode: 'whitelist', list: [`${to.slugs[0]}/${to.model}`] },
    });
    expect((await chat(to, {}, tenant)).status).toBe(503);
    expect(to.upstreams[1]?.received).toHaveLength(0);
    expect((await chat(to, { model: `${to.slugs[1]}/${to.model}` }, tenant)).status).toBe(403);
  });
});

describe('the breaker', () => {
  it('opens after failures in a row, spares the provider, and closes when a probe succeeds', async () => {
    const to = await chain([refuse(500), answer('From the second.')]);
    const first = to.upstreams[0];
    if (first === undefined) throw new Error('no upstream');
    for (let i = 0; i < 5; i += 1) expect((await chat(to)).status).toBe(200);
    expect(first.received).toHaveLength(5);
    const spared = await chat(to);
    expect(first.received).toHaveLength(5);
    const row = await rowOf(spared);
    expect(row.attempts).toBe(1);
    expect(row.trace.attempts).toMatchObject([
      { provider: to.slugs[0], outcome: 'breaker_open', durationMs: 0 },
      { provider: to.slugs[1], outcome: 'ok' },
    ]);
    first.respond = answer('Well again.');
    clock.advance(31_000);
    expect(await (await chat(to)).text()).toContain('Well again.');
    expect(await (await chat(to)).text()).toContain('Well again.');
  });

  it('a provider that is open for all is 503 at once, without a call', async () => {
    const to = await chain([refuse(500)]);
    for (let i = 0; i < 3; i += 1) await chat(to);
    const calls = to.upstreams[0]?.received.length;
    const response = await chat(to);
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ error: { type: 'provider_error', code: null } });
    expect(to.upstreams[0]?.received).toHaveLength(calls ?? -1);
    expect(await rowOf(response)).toMatchObject({ attempts: 0, status: 'error', http_status: 503 });
  });

  it('what the caller did wrong opens nothing', async () => {
    const to = await withFirst(refuse(400));
    for (let i = 0; i < 7; i += 1) expect((await chat(to)).status).toBe(400);
    expect(to.upstreams[0]?.received).toHaveLength(7);
  });
});

describe('when nobody answers', () => {
  it('credentials refused everywhere are 503, and the key stays with us', async () => {
    const to = await chain([
      refuse(403, { message: `Key ${KEY} lacks the scope, see http://10.1.2.3:9000/keys` }),
      refuse(401, { message: `Incorrect API key provided: ${KEY}.` }),
    ]);
    const response = await chat(to);
    expect(response.status).toBe(503);
    const text = await response.text();
    expect(JSON.parse(text)).toMatchObject({ error: { type: 'provider_error', code: null, param: null } });
    const row = await rowOf(response);
    expect(row).toMatchObject({ attempts: 2, error_type: 'provider_error' });
    for (const secret of [KEY, KEY.slice(3), '10.1.2.3', '127.0.0.1']) {
      expect(text).not.toContain(secret);
      expect(JSON.stringify(row)).not.toContain(secret);
      expect(JSON.stringify([...response.headers])).not.toContain(secret);
    }
    for (const upstream of to.upstreams)
      expect(upstream.received[0]?.headers.authorization).toBe(`Bearer ${KEY}`);
  });

  it('a limit of the provider is 429 with its own retry-after', async () => {
    const to = await withFirst(refuse(429, { message: 'slow down' }, { 'retry-after': '7' }));
    const response = await chat(to, { model: `${to.slugs[0]}/${to.model}` });
    expect(response.status).toBe(429);
    expect(response.headers.get('retry-after')).toBe('7');
    expect(await response.json()).toMatchObject({
      error: { type: 'rate_limit_error', code: 'provider_rate_limited' },
    });
    expect(to.upstreams[0]?.received).toHaveLength(1);
  });

  it('a message with an address and a key in it loses both', async () => {
    const to = await withFirst(refuse(400, { message: `POST http://10.9.8.7:8000/v1 with ${KEY} failed` }));
    const text = await (await chat(to)).text();
    expect(text).toMatch(/POST \[address\]/);
    expect(text).not.toMatch(/10\.9\.8\.7|0123456789abcdef/);
  });

  it('an error that came with 200 is not told as 200', async () => {
    const { origin } = await anthropicThatRefuses();
    const id = await prism.provider({
      name: 'Odd',
      slug: 'odd',
      type: 'anthropic',
      config: { baseUrl: origin, auth: { type: 'api_key', apiKey: 'k' } },
    });
    const tenant = await prism.tenant('odd', [id]);
    const response = await prism.gateway(tenant, '/chat/completions', {
      model: 'odd-1',
      messages,
      stream: true,
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { message: 'no', type: 'invalid_request_error' } });
  });
});

/** Answers every message with an error that is JSON and 200. */
async function anthropicThatRefuses(): Promise<ScriptedUpstream> {
  const upstream = await startUpstream([{ id: 'odd-1', type: 'model', display_name: 'Odd' }], (res) => {
    res.writeHead(200, { 'content-type': 'application/json' });
    res.end('{"type":"error","error":{"type":"invalid_request_error","message":"no"}}');
  });
  upstreams.push(upstream);
  return upstream;
}
