/** Comments and pings before the first event: the provider is there, but it has not answered yet. */
import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readStream } from '../kit/read-stream.ts';
import { openChains, type Chain, type Chains } from './chain.ts';
import { createClock } from './clock.ts';
import { answer, frame, type Respond } from './upstream.ts';

const COMMENT = ': OPENROUTER PROCESSING\n\n';
const PING = 'event: ping\ndata: {"type": "ping"}\n\n';
const START =
  'event: message_start\ndata: {"type":"message_start","message":{"id":"m","type":"message","role":"assistant","model":"m","content":[],"usage":{"input_tokens":7,"output_tokens":1}}}\n\n';
const clock = createClock();
let chains: Chains;
/** Serves whatever else is asked, so that a test can wait for the gateway to have read what came before. */
let other: Chain;
beforeAll(async () => {
  chains = await openChains();
  other = await chains.chain([answer('Something else.')]);
});
afterAll(async () => {
  await chains.close();
  clock.restore();
});

/** An upstream that sends `waiting` at once and then what the test does with `begun`. */
function scripted(waiting: string): { respond: Respond; begun: Promise<ServerResponse> } {
  const { promise, resolve } = Promise.withResolvers<ServerResponse>();
  const respond: Respond = (res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    res.write(waiting, () => resolve(res));
  };
  return { respond, begun: promise };
}

/** When a request that was made later has its answer, the gateway has read what the first provider sent before. */
async function gatewayHasRead(): Promise<void> {
  expect((await chains.chat(other)).status).toBe(200);
}

const WIRES = [
  {
    type: 'custom',
    waiting: COMMENT + COMMENT,
    error: 'data: {"error":{"message":"No room","code":503}}\n\n',
    told: 'http_503',
  },
  {
    type: 'anthropic',
    waiting: PING + START + PING,
    error:
      'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n',
    told: 'unavailable',
  },
];

describe.each(WIRES)('on the wire of $type', ({ type, waiting, error, told }) => {
  const endings: [name: string, end: (res: ServerResponse) => void, outcome: string][] = [
    ['tells an error', (res) => res.end(error), told],
    ['closes', (res) => res.end(), 'malformed'],
    ['resets the connection', (res) => res.socket?.resetAndDestroy(), 'malformed'],
    ['falls silent', () => undefined, 'timeout'],
  ];
  it.each(endings)(
    'a provider that shows it is alive and then %s is stepped over',
    async (_, end, outcome) => {
      const first = scripted(waiting);
      const how = { types: [type], waitMs: outcome === 'timeout' ? 600 : 30_000 };
      const to = await chains.chain([first.respond, answer('From the second.')], how);
      const asked = chains.chat(to, { stream: true });
      const upstream = await first.begun;
      await gatewayHasRead();
      end(upstream);
      const response = await asked;
      expect(response.headers.get('x-prism-provider')).toBe(to.slugs[1]);
      const { text, frames } = await readStream(response);
      expect(text.startsWith('data: ')).toBe(true);
      expect(text).not.toMatch(/PROCESSING|error|ping/);
      expect(frames[0].choices[0].delta.content).toBe('From the second.');
      const row = await chains.rowOf(response);
      expect(row).toMatchObject({ status: 'success', attempts: 2, input_tokens: 10, output_tokens: 5 });
      expect(row.trace.attempts).toMatchObject([{ outcome }, { outcome: 'ok' }]);
    },
  );
});

describe('a provider that takes its time', () => {
  /** Whose first provider has sent comments for longer than they are kept from the client: it has the headers. */
  async function keptWaiting(): Promise<{ to: Chain; upstream: ServerResponse; response: Response }> {
    const first = scripted(COMMENT);
    const to = await chains.chain([first.respond, answer('From the second.')], { waitMs: 300_000 });
    const asked = chains.chat(to, { stream: true });
    const upstream = await first.begun;
    await gatewayHasRead();
    clock.advance(26_000);
    upstream.write(COMMENT);
    return { to, upstream, response: await asked };
  }

  it('is waited for, and its first token is counted from its first event', async () => {
    const first = scripted(COMMENT);
    const to = await chains.chain([first.respond, answer('From the second.')], { waitMs: 30_000 });
    const asked = chains.chat(to, { stream: true });
    const upstream = await first.begun;
    await gatewayHasRead();
    clock.advance(7_000);
    const begun = frame('m', { role: 'assistant', content: 'Once ' });
    const ended = frame('m', { content: 'upon' }, 'stop');
    upstream.write(COMMENT + begun);
    const response = await asked;
    expect(response.headers.get('x-prism-provider')).toBe(to.slugs[0]);
    upstream.end(`${COMMENT}${ended}data: [DONE]\n\n`);
    const { text } = await readStream(response);
    expect(text.startsWith(`${begun}${COMMENT}data: {`)).toBe(true);
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
    const row = await chains.rowOf(response);
    expect(row).toMatchObject({ status: 'success', attempts: 1 });
    expect(row.ttft_ms).toBeGreaterThanOrEqual(7_000);
  });

  it('is heard of by the client before a proxy loses patience', async () => {
    const { to, upstream, response } = await keptWaiting();
    expect(response.headers.get('x-prism-provider')).toBe(to.slugs[0]);
    clock.advance(4_000);
    upstream.end(`${frame('m', { role: 'assistant', content: 'Once ' }, 'stop')}data: [DONE]\n\n`);
    const { text, frames } = await readStream(response);
    expect(text).toMatch(/^: waiting for the model\n\ndata: \{/);
    expect(frames).toHaveLength(1);
    const row = await chains.rowOf(response);
    expect(row).toMatchObject({ status: 'success', attempts: 1 });
    expect(row.ttft_ms).toBeGreaterThanOrEqual(30_000);
  });

  it('and then fails tells the client so in the stream: nobody else may answer any more', async () => {
    const { upstream, response } = await keptWaiting();
    upstream.end();
    const { text, frames } = await readStream(response);
    expect(text).not.toContain('[DONE]');
    expect(frames[0].error.message).toContain('cannot be read');
    const row = await chains.rowOf(response);
    expect(row).toMatchObject({ status: 'error', attempts: 1, ttft_ms: null, output_tokens: 0 });
  });

  it('is given up after ten minutes of nothing but comments', async () => {
    const { to, upstream, response } = await keptWaiting();
    clock.advance(601_000);
    upstream.write(COMMENT);
    const { text, frames } = await readStream(response);
    expect(text).not.toContain('[DONE]');
    expect(frames[0].error.message).toContain('did not answer in time');
    expect((await chains.rowOf(response)).trace.attempts).toMatchObject([{ outcome: 'broken' }]);
    await expect.poll(() => to.upstreams[0]?.received[0]?.outcome).toBe('aborted');
  });
});
