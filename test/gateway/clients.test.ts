/** Clients that are slow, rude, old or gone: they get what they can take, and cost nobody else anything. */
import { connect, type Socket } from 'node:net';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestPrism, until, type TestPrism, type TestTenant } from '../kit/prism.ts';
import { answer, frame, startUpstream, type ScriptedUpstream } from './upstream.ts';

const messages = [{ role: 'user', content: 'Hello!' }];
let prism: TestPrism;
let tenant: TestTenant;
let upstream: ScriptedUpstream;

beforeAll(async () => {
  prism = await startTestPrism();
  upstream = await startUpstream(['scripted']);
  const config = { baseUrl: upstream.origin, auth: { type: 'none' } };
  const id = await prism.provider({ name: 'Scripted', slug: 'scripted', type: 'custom', config });
  tenant = await prism.tenant('clients', [id]);
});
afterAll(async () => {
  await prism.stop();
  await upstream.close();
});

/** A connection of our own making; nothing is read before `read`. */
async function open(): Promise<Socket> {
  const { hostname, port } = new URL(prism.url);
  const socket = connect(Number(port), hostname).pause();
  await new Promise((done) => socket.once('connect', done));
  return socket;
}
const head = (length: number | string, version = '1.1') =>
  `POST /api/clients/v1/chat/completions HTTP/${version}\r\nhost: prism\r\nauthorization: Bearer ${tenant.apiKey}\r\n` +
  (typeof length === 'number' ? `content-length: ${length}\r\n\r\n` : `${length}\r\n\r\n`);
const call = (more: object = {}) => JSON.stringify({ model: 'scripted', messages, ...more });
const send = (socket: Socket, bytes: string | Uint8Array) =>
  new Promise<void>((done, fail) => {
    socket.write(bytes, (error) => {
      if (error) fail(error);
      else done();
    });
  });

/** Everything until the end of what has come matches. */
function readUntil(socket: Socket, end: RegExp): Promise<string> {
  return new Promise((done, fail) => {
    const chunks: string[] = [];
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      chunks.push(chunk);
      if (end.test(chunks.slice(-2).join(''))) done(chunks.join(''));
    });
    socket.once('close', () => fail(new Error(`closed after ${chunks.join('').slice(0, 1_000)}`)));
    socket.resume();
  });
}

describe('a client that sends too much', () => {
  const megabyte = new Uint8Array(1 << 20).fill(0x20);

  it.each([
    ['with its length', 40 << 20],
    ['in chunks', 'transfer-encoding: chunked'],
  ])('%s, and reads only when all is sent, still learns why', async (_, length) => {
    const socket = await open();
    await send(socket, head(length));
    for (let i = 0; i < 40; i += 1) {
      if (typeof length === 'string') await send(socket, `${megabyte.length.toString(16)}\r\n`);
      await send(socket, megabyte);
      if (typeof length === 'string') await send(socket, '\r\n');
    }
    if (typeof length === 'string') await send(socket, '0\r\n\r\n');
    const text = await readUntil(socket, /\}\}$/);
    expect(text).toMatch(/^HTTP\/1\.1 413 /);
    expect(text).toContain('"type":"invalid_request_error"');
    socket.destroy();
  });

  it('for ever is cut off', async () => {
    const socket = await open();
    let isCut = false;
    socket.on('error', () => undefined).on('close', () => (isCut = true));
    socket.write(head('transfer-encoding: chunked'));
    socket.resume();
    await until(async () => {
      await new Promise((done) => {
        if (socket.destroyed) return done(null);
        socket.write(`${megabyte.length.toString(16)}\r\n`);
        socket.write(megabyte);
        return socket.write('\r\n', done);
      });
      return isCut;
    });
    expect(isCut).toBe(true);
  });
});

describe('a client that reads slowly', () => {
  it('slows the provider down instead of filling our memory, and misses nothing', async () => {
    const COUNT = 1_500;
    const filler = 'x'.repeat(20_000);
    let written = 0;
    upstream.respond = (res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      const pump = (): void => {
        while (written < COUNT) {
          written += 1;
          if (!res.write(frame('scripted', { content: `<${written}>${filler}` }))) {
            res.once('drain', pump);
            return;
          }
        }
        res.end(`${frame('scripted', {}, 'stop')}data: [DONE]\n\n`);
      };
      pump();
    };
    const socket = await open();
    const body = call({ stream: true });
    await send(socket, head(body.length) + body);
    await until(() => written > 0);
    // It stands still when all buffers between it and the client are full.
    let before = -1;
    let looks = 0;
    await until(() => {
      looks = written === before ? looks + 1 : 0;
      before = written;
      return looks === 10;
    });
    expect(written).toBeLessThan(COUNT * 0.9);
    const text = await readUntil(socket, /data: \[DONE\]\n\n/);
    const seen = [...text.matchAll(/<(\d+)>/g)].map((match) => Number(match[1]));
    expect(seen).toEqual(Array.from({ length: COUNT }, (_, index) => index + 1));
    expect(text).toContain('cost_info');
    socket.destroy();
  });
});

describe('a client that leaves', () => {
  it.each([false, true])('before the first byte frees the provider at once, stream: %s', async (stream) => {
    upstream.received.length = 0;
    upstream.respond = () => undefined;
    const controller = new AbortController();
    const response = fetch(`${tenant.baseUrl}/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${tenant.apiKey}`, 'x-session-id': `left-${stream}` },
      body: call({ stream }),
      signal: controller.signal,
    });
    await until(() => upstream.received.length === 1);
    controller.abort();
    await expect(response).rejects.toThrow('aborted');
    await until(() => upstream.received[0]?.outcome === 'aborted');
    const row = await rowOfSession(`left-${stream}`);
    expect(row).toMatchObject({ status: 'aborted', http_status: 499, streamed: stream, attempts: 1 });
    // The provider was at work on its prompt: that is what was used, as far as anyone can know.
    expect(row).toMatchObject({ ttft_ms: null, usage_estimated: true, output_tokens: 0 });
    expect(row['input_tokens']).toBeGreaterThan(0);
  });

  it('while we wait to try again is not answered for', async () => {
    upstream.received.length = 0;
    const controller = new AbortController();
    // The second try would come some 150 ms later.
    upstream.respond = (res) => res.writeHead(503).end(() => controller.abort());
    const response = fetch(`${tenant.baseUrl}/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${tenant.apiKey}`, 'x-session-id': 'left-waiting' },
      body: call(),
      signal: controller.signal,
    });
    await expect(response).rejects.toThrow('aborted');
    // The provider had refused it.
    expect(await rowOfSession('left-waiting')).toMatchObject({
      status: 'aborted',
      attempts: 1,
      usage_estimated: false,
      input_tokens: 0,
      actual_cost: '0.000000000000',
    });
    expect(upstream.received).toHaveLength(1);
  });
});

/** The one row of a session, as soon as it is there. */
async function rowOfSession(sessionId: string): Promise<Record<string, unknown>> {
  const client = new pg.Client({ connectionString: prism.databaseUrl });
  await client.connect();
  let rows: Record<string, unknown>[] = [];
  await until(async () => {
    await prism.prism.flush();
    ({ rows } = await client.query('SELECT * FROM request_log WHERE session_id = $1', [sessionId]));
    return rows.length > 0;
  });
  await client.end();
  expect(rows).toHaveLength(1);
  return rows[0] ?? {};
}

describe('an old client', () => {
  it('of HTTP/1.0 gets its stream without chunks, to the end of the connection', async () => {
    upstream.respond = answer('Hello there.');
    const socket = await open();
    const body = call({ stream: true });
    await send(socket, head(body.length, '1.0') + body);
    const text = await readUntil(socket, /data: \[DONE\]\n\n$/);
    expect(text).not.toMatch(/transfer-encoding/i);
    expect(text).toContain('Hello there.');
    socket.destroy();
  });
});
