/** What is refused before any door is reached, and how it is told. */
import { connect, type Socket } from 'node:net';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestPrism, type TestPrism, type TestTenant } from '../kit/prism.ts';
import { held, startUpstream, type ScriptedUpstream } from './upstream.ts';

const BODY = JSON.stringify({ model: 'sim-fast', messages: [{ role: 'user', content: 'Hello!' }] });
let prism: TestPrism;
let tenant: TestTenant;
let upstream: ScriptedUpstream;

beforeAll(async () => {
  prism = await startTestPrism();
  upstream = await startUpstream(['held'], held([]));
  const config = { baseUrl: upstream.origin, auth: { type: 'none' } };
  tenant = await prism.tenant('wire', [
    await prism.provider({ name: 'Simulator', slug: 'simulator', type: 'simulator' }),
    await prism.provider({ name: 'Scripted', slug: 'scripted', type: 'custom', config }),
  ]);
});
afterAll(async () => {
  await prism.stop();
  await upstream.close();
});

/** Sends bytes and reads to the end of the connection. `onText`: called with all that has come, whenever more has. */
function exchange(bytes: string, onText?: (text: string, socket: Socket) => void): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(Number(new URL(prism.url).port), '127.0.0.1', () => socket.write(bytes));
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      answer += text;
      onText?.(answer, socket);
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(answer));
  });
}

/** Ends the connection from our side once this has come. */
const until = (seen: RegExp) => (text: string, socket: Socket) => {
  if (seen.test(text)) socket.destroy();
};

const bearer = () => `authorization: Bearer ${tenant.apiKey}\r\n`;
const post = (target: string, more = '', body = BODY) =>
  `POST ${target} HTTP/1.1\r\nhost: x\r\n${bearer()}${more}content-length: ${body.length}\r\n\r\n${body}`;
const errorOf = (answer: string): { type: string; message: string } =>
  (JSON.parse(answer.slice(answer.lastIndexOf('\r\n\r\n'))) as { error: { type: string; message: string } })
    .error;

describe('what cannot be read as HTTP', () => {
  it.each([
    [
      'headers that are too large',
      431,
      () => `GET /v1/models HTTP/1.1\r\nhost: x\r\nx-big: ${'a'.repeat(20_000)}\r\n\r\n`,
    ],
    ['no HTTP at all', 400, () => 'HELLO\r\n\r\n'],
    ['a length that is none', 400, () => post('/v1/chat/completions', 'content-length: many\r\n')],
    [
      'a broken chunk',
      400,
      () =>
        `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\n${bearer()}transfer-encoding: chunked\r\n\r\nzz\r\n`,
    ],
  ])('%s: told in the shape of every error, and the connection is closed', async (_name, status, bytes) => {
    const answer = await exchange(bytes());
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer).toMatch(/^x-request-id: [0-9a-f-]{36}\r$/m);
    expect(errorOf(answer)).toMatchObject({ type: 'invalid_request_error', code: null, param: null });
  });

  it('also after a request that was well', async () => {
    const answer = await exchange(`${post('/v1/chat/completions')}HELLO\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 (200|400) /);
    expect(errorOf(answer).type).toBe('invalid_request_error');
  });

  it('is an error with a message for the official SDK', async () => {
    const big = new OpenAI({
      apiKey: tenant.apiKey,
      baseURL: tenant.baseUrl,
      maxRetries: 0,
      defaultHeaders: { 'x-big': 'a'.repeat(20_000) },
    });
    await expect(big.models.list()).rejects.toMatchObject({
      status: 431,
      type: 'invalid_request_error',
      message: '431 The request headers are larger than 16 KB.',
    });
  });

  it('does not write into an answer that has begun', async () => {
    const streamed = BODY.replace('"sim-fast"', '"held","stream":true');
    let isSent = false;
    const answer = await exchange(post('/v1/chat/completions', '', streamed), (text, socket) => {
      if (isSent || !text.includes('Once ')) return;
      isSent = true;
      socket.write('HELLO\r\n\r\n');
    });
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(answer).not.toContain('error');
  });
});

describe('addresses', () => {
  it.each(['', '/', '//v1', '/api/wire'])(
    'a base URL of "<origin>%s" is told what would be right, in a shape that SDKs read',
    async (base) => {
      const client = new OpenAI({ apiKey: tenant.apiKey, baseURL: prism.url + base, maxRetries: 0 });
      const messages = [{ role: 'user' as const, content: 'Hello!' }];
      for (const call of [
        () => client.chat.completions.create({ model: 'sim-fast', messages }),
        () => client.embeddings.create({ model: 'sim-embedding', input: 'Hello!' }),
      ]) {
        await expect(call()).rejects.toMatchObject({
          status: 404,
          code: 'route_not_found',
          message: expect.stringContaining('/api/<tenant-slug>/v1') as string,
        });
      }
    },
  );

  it.each([
    ['POST', '/'],
    ['POST', '/v1'],
    ['GET', '/v1'],
    ['GET', '/models'],
    ['GET', '/api/wire/v1'],
    ['GET', '/api/wire/models'],
    ['GET', '/wire/v1/models'],
    ['POST', '/v1/v1/chat/completions'],
    ['POST', '/v1/responses'],
    ['DELETE', '/anything'],
  ])('%s %s is told where the calls of the gateway are', async (method, path) => {
    const response = await fetch(prism.url + path, { method, headers: { accept: 'application/json' } });
    expect([404, 405]).toContain(response.status);
    expect(await response.json()).toMatchObject({
      error: {
        message: expect.stringMatching(/\/chat\/completions.*\/embeddings.*\/models/) as string,
        type: 'invalid_request_error',
      },
    });
  });

  it.each(['http://gateway.example.com', 'HTTP://gateway.example.com:8080'])(
    'may be whole (%s), as proxies are spoken to',
    async (origin) => {
      const answer = await exchange(post(`${origin}/v1/chat/completions`), until(/cost_info/));
      expect(answer).toMatch(/^HTTP\/1\.1 200 /);
      const health = await exchange(
        `GET ${origin}/health?x=/y HTTP/1.1\r\nhost: x\r\n\r\n`,
        until(/timestamp/),
      );
      expect(health).toMatch(/^HTTP\/1\.1 200 [\s\S]*"status":"ok"/);
    },
  );
});
