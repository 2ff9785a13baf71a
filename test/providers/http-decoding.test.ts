/** Answers that come compressed although identity was asked for. */
import { randomBytes } from 'node:crypto';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { UpstreamFailure, UpstreamRequest } from '../../src/providers/adapter.ts';
import {
  createUpstream,
  type SendOptions,
  type Upstream,
  type UpstreamExchange,
} from '../../src/providers/http.ts';

const TIMEOUTS = { connectMs: 30_000, firstByteMs: 30_000, betweenBytesMs: 30_000 };
const TEXT = 'What is compressed comes out as it was: Grüße, 你好. '.repeat(2_000);
let server: Server;
let respond: (res: ServerResponse) => void;
let request: UpstreamRequest;
let upstream: Upstream;
beforeAll(async () => {
  server = createServer((req, res) => {
    req.resume();
    respond(res);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  request = { method: 'POST', origin, path: '/', headers: {}, body: Buffer.from('{}') };
  upstream = createUpstream();
});
afterAll(async () => {
  await upstream.close();
  server.closeAllConnections();
  server.close();
});

/** Answers `body` in pieces of so many bytes. */
function packed(coding: string, body: Buffer, { status = 200, piece = 997 } = {}): void {
  respond = (res) => {
    res.writeHead(status, { 'content-encoding': coding });
    for (let at = 0; at < body.length; at += piece) res.write(body.subarray(at, at + piece));
    res.end();
  };
}

const failureOf = (options: SendOptions = {}): Promise<UpstreamFailure> =>
  upstream.send(request, options).then(
    () => {
      throw new Error('it should have failed');
    },
    (failure: UpstreamFailure) => failure,
  );

type Pack = (bytes: Buffer) => Buffer;
const PACK: readonly (readonly [string, Pack])[] = [
  ['gzip', gzipSync],
  ['x-gzip', gzipSync],
  ['GZIP', gzipSync],
  ['deflate', deflateSync],
  ['deflate', deflateRawSync],
  ['br', brotliCompressSync],
  ['zstd', zstdCompressSync],
  ['gzip, br', (bytes) => brotliCompressSync(gzipSync(bytes))],
  ['deflate,gzip', (bytes) => gzipSync(deflateRawSync(bytes))],
  ['Identity, zstd,, identity', zstdCompressSync],
  ['br, deflate, zstd', (bytes) => zstdCompressSync(deflateSync(brotliCompressSync(bytes)))],
];

describe.each(PACK)('%s', (coding, pack) => {
  it.each([1_000_000, 997, 1])('is unpacked, in pieces of %i bytes', async (piece) => {
    packed(coding, pack(Buffer.from(TEXT)), { piece });
    const { status, body } = await upstream.send(request);
    expect([status, body.toString()]).toEqual([200, TEXT]);
  });

  it('may hold nothing', async () => {
    packed(coding, Buffer.alloc(0));
    expect((await upstream.send(request)).body).toHaveLength(0);
  });

  it('may break off: what there is comes out', async () => {
    const whole = pack(Buffer.from(TEXT));
    packed(coding, whole.subarray(0, whole.length - 8));
    const { body } = await upstream.send(request);
    expect(body.equals(Buffer.from(TEXT).subarray(0, body.length))).toBe(true);
  });

  it('never unpacks to more than fits', async () => {
    packed(coding, pack(Buffer.alloc(20 * 1024 * 1024)));
    expect(await failureOf()).toMatchObject({
      kind: 'malformed',
      message: expect.stringContaining('larger'),
    });
  });

  it('waits for a reader that is not ready, and loses nothing', async () => {
    const size = 8 * 1024 * 1024;
    packed(coding, pack(Buffer.alloc(size)));
    let got = 0;
    let exchange: UpstreamExchange | null = null;
    const { promise: ended, resolve, reject } = Promise.withResolvers<void>();
    const { promise: begun, resolve: onBegun } = Promise.withResolvers<void>();
    exchange = upstream.open(request, TIMEOUTS, {
      onHeaders: () => undefined,
      onData(chunk) {
        got += chunk.length;
        if (got !== chunk.length) return;
        exchange?.pause();
        onBegun();
      },
      onEnd: resolve,
      onFailure: reject,
    });
    await begun;
    const before = got;
    // Another one from its beginning to its end: time enough for what is not held back.
    await upstream.send(request);
    expect(got).toBe(before);
    exchange.resume();
    await ended;
    expect(got).toBe(size);
  });
});

it('a reader that is not ready holds the connection back, too', async () => {
  // Bytes that do not pack, far more than sockets hold.
  const body = gzipSync(randomBytes(48 * 1024 * 1024), { level: 0 });
  let response: ServerResponse | null = null;
  respond = (res) => {
    response = res;
    res.writeHead(200, { 'content-encoding': 'gzip' }).end(body);
  };
  const failures: UpstreamFailure[] = [];
  let got = 0;
  const exchange = upstream.open(request, TIMEOUTS, {
    onHeaders: () => exchange.pause(),
    onData: (chunk) => (got += chunk.length),
    onEnd: () => undefined,
    onFailure: (failure) => void failures.push(failure),
  });
  await expect.poll(() => response).not.toBeNull();
  const held = response as ServerResponse | null;
  respond = (res) => void res.end('free');
  // Many others from beginning to end: time enough for what is not held back.
  for (let i = 0; i < 100; i++) await upstream.send(request);
  expect([got, held?.writableFinished]).toEqual([0, false]);
  exchange.resume();
  await expect.poll(() => held?.writableFinished, { timeout: 60_000 }).toBe(true);
  await expect.poll(() => got, { timeout: 60_000 }).toBe(48 * 1024 * 1024);
  expect(failures).toEqual([]);
});

describe('what is not what it is said to be', () => {
  it('is malformed', async () => {
    packed('gzip', Buffer.from('{"plain":"JSON"}'));
    const message = "The provider's answer is not compressed as its header says.";
    expect(await failureOf()).toMatchObject({ kind: 'malformed', status: 200, message });
  });

  it.each(['compress', 'gzip, compress', '"><script>'])(
    'is malformed, too, when it is %s',
    async (coding) => {
      packed(coding, Buffer.from('whatever'));
      const failure = await failureOf();
      expect(failure).toMatchObject({ kind: 'malformed', status: 200 });
      expect(failure.message).toContain(`${JSON.stringify(coding)}, which is not known here`);
    },
  );

  it('is malformed, too, when the inner of two codings is another', async () => {
    packed('br, gzip', gzipSync(Buffer.from('{"plain":"JSON"}')));
    const message = "The provider's answer is not compressed as its header says.";
    expect(await failureOf()).toMatchObject({ kind: 'malformed', status: 200, message });
  });

  it('is malformed, too, when it was packed four times', async () => {
    packed('gzip, gzip, gzip, gzip', gzipSync(gzipSync(gzipSync(gzipSync(TEXT)))));
    const message = 'The provider compressed its answer 4 times; 3 times are undone here.';
    expect(await failureOf()).toMatchObject({ kind: 'malformed', status: 200, message });
  });

  it.each(['gzip', 'compress', 'gzip, br', 'br, compress', 'gzip, gzip, gzip, gzip'])(
    'keeps its status when it is an error (%s)',
    async (coding) => {
      packed(coding, Buffer.from('{"error":"plain"}'), { status: 429 });
      const { status, body } = await upstream.send(request);
      expect([status, body.length]).toEqual([429, 0]);
    },
  );

  it('leaves the connection as good as new', async () => {
    packed('gzip', Buffer.concat([gzipSync(Buffer.from('first')), Buffer.alloc(300_000)]));
    expect((await upstream.send(request)).body.toString()).toBe('first');
    packed('identity', Buffer.from('second'));
    expect((await upstream.send(request)).body.toString()).toBe('second');
    expect(upstream.stats().open).toBe(0);
  });
});

it('however it was packed, up to three times, and in whatever pieces it comes', async () => {
  const layers: Record<string, Pack> = {
    gzip: gzipSync,
    deflate: deflateSync,
    br: brotliCompressSync,
    zstd: zstdCompressSync,
    identity: (bytes) => bytes,
  };
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(...Object.keys(layers)), { minLength: 1, maxLength: 3 }),
      fc.uint8Array({ maxLength: 3_000 }),
      fc.integer({ min: 1, max: 300 }),
      async (codings, bytes, piece) => {
        const body = codings.reduce<Buffer>((inner, it) => layers[it]?.(inner) ?? inner, Buffer.from(bytes));
        packed(codings.join(', '), body, { piece });
        expect((await upstream.send(request)).body.equals(bytes)).toBe(true);
      },
    ),
    { numRuns: 100 },
  );
});

it('what is more than fits between two codings is given up, though nothing comes out', async () => {
  // The inner one has a name that never ends, of which nothing would ever be too large.
  const named = Buffer.alloc(160 * 1024 * 1024, 'x');
  Buffer.from([0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 255]).copy(named);
  packed('gzip, gzip', gzipSync(named, { level: 1 }), { piece: 65_536 });
  const message = "The provider's answer is too large.";
  const failure = await failureOf({ timeoutMs: 120_000 });
  expect(failure).toMatchObject({ kind: 'malformed', status: 200, message });
});
