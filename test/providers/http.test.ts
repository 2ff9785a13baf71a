import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { UpstreamFailure, type UpstreamHeaders, type UpstreamRequest } from '../../src/providers/adapter.ts';
import {
  createUpstream,
  type Upstream,
  type UpstreamDeps,
  type UpstreamTimeouts,
} from '../../src/providers/http.ts';

const TIMEOUTS: UpstreamTimeouts = { connectMs: 5000, firstByteMs: 10_000, betweenBytesMs: 10_000 };
const HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n';

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function upstreamOf(deps: UpstreamDeps = {}): Upstream {
  const upstream = createUpstream({ tickMs: 5, ...deps });
  cleanups.push(() => upstream.close());
  return upstream;
}

/** A server that says what the test tells it to, byte by byte. */
async function rawServer(onRequest: (socket: Socket, head: string) => void) {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    socket.on('data', (data) => onRequest(socket, data.toString('latin1')));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { sockets, port, request: requestTo(port), server };
}

function requestTo(port: number): UpstreamRequest {
  return {
    method: 'POST',
    origin: `http://127.0.0.1:${port}`,
    path: '/v1/chat/completions',
    headers: { authorization: 'Bearer sk-very-secret', 'content-type': 'application/json' },
    body: Buffer.from('{}'),
  };
}

/** Collects what an exchange says. */
function recorder() {
  const seen = {
    status: 0,
    headers: {} as UpstreamHeaders,
    text: '',
    ends: 0,
    failures: [] as UpstreamFailure[],
    onHeaders(status: number, headers: UpstreamHeaders) {
      seen.status = status;
      seen.headers = headers;
    },
    onData(chunk: Buffer) {
      seen.text += chunk.toString();
    },
    onEnd() {
      seen.ends++;
    },
    onFailure(failure: UpstreamFailure) {
      seen.failures.push(failure);
    },
  };
  return seen;
}

/** Until it holds; looks often, so that tests cost no more than what they wait for. */
const eventually = (check: () => void, timeout = 60_000) => vi.waitFor(check, { interval: 2, timeout });

const chunk = (text: string) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;

describe('open', () => {
  it('streams status, headers, chunks and one end, and keeps the connection for the next request', async () => {
    const server = await rawServer((socket) => {
      socket.write(HEAD + chunk('one'));
      setImmediate(() => socket.write(`${chunk('two')}0\r\n\r\n`));
    });
    const upstream = upstreamOf();
    for (let round = 0; round < 3; round++) {
      const seen = recorder();
      upstream.open(server.request, TIMEOUTS, seen);
      await eventually(() => expect(seen.ends).toBe(1));
      expect(seen.status).toBe(200);
      expect(seen.headers['content-type']).toBe('text/event-stream');
      expect(seen.text).toBe('onetwo');
      expect(seen.failures).toEqual([]);
    }
    expect(server.sockets.size).toBe(1);
    expect(upstream.stats()).toEqual({ pools: 1, open: 0, connections: 1 });
  });

  it('passes over interim answers', async () => {
    const server = await rawServer((socket) =>
      socket.write(
        'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok',
      ),
    );
    const seen = recorder();
    upstreamOf().open(server.request, TIMEOUTS, seen);
    await eventually(() => expect(seen.ends).toBe(1));
    expect([seen.status, seen.text]).toEqual([200, 'ok']);
  });

  it('closes the socket as soon as it is aborted, and says nothing more', async () => {
    const server = await rawServer((socket) => socket.write(HEAD + chunk('one')));
    const upstream = upstreamOf();
    const seen = recorder();
    const exchange = upstream.open(server.request, TIMEOUTS, seen);
    await eventually(() => expect(seen.text).toBe('one'));
    exchange.abort();
    exchange.abort();
    expect(upstream.stats().open).toBe(0);
    await eventually(() => expect(server.sockets.size).toBe(0));
    expect([seen.ends, seen.failures.length]).toEqual([0, 0]);
  });

  it('sends nothing when it is aborted before the connection stands', async () => {
    let requests = 0;
    const server = await rawServer(() => requests++);
    const upstream = upstreamOf();
    const seen = recorder();
    upstream.open(server.request, TIMEOUTS, seen).abort();
    const second = recorder();
    upstream.open(server.request, TIMEOUTS, second);
    await eventually(() => expect(requests).toBe(1));
    expect(seen.failures).toEqual([]);
  });

  it('holds the bytes back while it is paused', async () => {
    const megabyte = 'x'.repeat(1 << 20);
    let written = 0;
    const server = await rawServer((socket) => {
      socket.write(HEAD);
      const more = () => {
        while (written < 64) {
          written++;
          if (!socket.write(chunk(megabyte))) return void socket.once('drain', more);
        }
        socket.end('0\r\n\r\n');
      };
      more();
    });
    let received = 0;
    let ended = false;
    const exchange = upstreamOf().open(server.request, TIMEOUTS, {
      onHeaders: () => exchange.pause(),
      onData: (data) => {
        received += data.length;
      },
      onEnd: () => {
        ended = true;
      },
      onFailure: (failure) => expect.unreachable(failure.message),
    });
    await eventually(() => expect(written).toBeGreaterThan(0));
    await new Promise((resolve) => setImmediate(resolve));
    expect(received).toBeLessThan(1 << 20);
    expect(written).toBeLessThan(64);
    exchange.resume();
    await eventually(() => expect(ended).toBe(true));
    expect(received).toBe(64 << 20);
  });

  it('can resume one exchange from within the data of another', async () => {
    const server = await rawServer((socket) => socket.write(`${HEAD + chunk('a')}0\r\n\r\n`));
    const upstream = upstreamOf();
    const first = recorder();
    const exchange = upstream.open(server.request, TIMEOUTS, first);
    exchange.pause();
    await eventually(() => expect(upstream.stats().connections).toBe(1));
    const second = recorder();
    upstream.open(server.request, TIMEOUTS, {
      ...second,
      onData: () => exchange.resume(),
      onEnd: () => second.onEnd(),
    });
    await eventually(() => expect([first.ends, second.ends]).toEqual([1, 1]));
  });
});

describe('failures', () => {
  async function failureOf(request: UpstreamRequest, timeouts = TIMEOUTS, deps: UpstreamDeps = {}) {
    const seen = recorder();
    upstreamOf(deps).open(request, timeouts, seen);
    await eventually(() => expect(seen.failures.length + seen.ends).toBeGreaterThan(0));
    expect(seen.ends).toBe(0);
    expect(seen.failures).toHaveLength(1);
    const failure = seen.failures[0];
    if (!failure) throw new Error('no failure');
    expect(failure.message).not.toMatch(/127\.0\.0\.1|localhost|secret|:\d/);
    return { failure, seen };
  }

  it('a refused connection is a connection failure that may be retried', async () => {
    const server = await rawServer(() => undefined);
    server.server.close();
    const { failure } = await failureOf(server.request);
    expect(failure).toMatchObject({ kind: 'connection', isRetryable: true, status: null });
  });

  it('a socket closed before the answer is a connection failure', async () => {
    const server = await rawServer((socket) => socket.destroy());
    expect((await failureOf(server.request)).failure.kind).toBe('connection');
  });

  it('a socket reset in mid-answer is a broken answer', async () => {
    const server = await rawServer((socket) => {
      socket.write(HEAD + chunk('one'), () => socket.resetAndDestroy());
    });
    const { failure, seen } = await failureOf(server.request);
    expect([failure.kind, seen.text]).toEqual(['malformed', 'one']);
  });

  it('an answer that ends before its length is a broken answer', async () => {
    const server = await rawServer((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nab'));
    expect((await failureOf(server.request)).failure.kind).toBe('malformed');
  });

  it('what is no HTTP is malformed', async () => {
    const server = await rawServer((socket) => socket.write('SSH-2.0-OpenSSH\r\n'));
    expect((await failureOf(server.request)).failure.kind).toBe('malformed');
  });

  it('a TLS handshake that does not come in time is a time-out, one that fails a connection failure', async () => {
    const silent = await rawServer(() => undefined);
    const https = { ...silent.request, origin: `https://127.0.0.1:${silent.port}` };
    const slow = await failureOf(https, { ...TIMEOUTS, connectMs: 50 });
    expect(slow.failure).toMatchObject({
      kind: 'timeout',
      message: 'The provider did not accept a connection in time.',
    });
    await eventually(() => expect(silent.sockets.size).toBe(0));
    const plain = await rawServer((socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'));
    const { failure } = await failureOf({ ...plain.request, origin: `https://127.0.0.1:${plain.port}` });
    expect(failure).toMatchObject({ kind: 'connection', message: expect.stringContaining('TLS') as string });
  });

  it('no head within the first-byte time is a time-out, and the socket is closed', async () => {
    const server = await rawServer(() => undefined);
    const { failure } = await failureOf(server.request, { ...TIMEOUTS, firstByteMs: 40 });
    expect(failure).toMatchObject({ kind: 'timeout', message: 'The provider sent nothing for 0.04 s.' });
    await eventually(() => expect(server.sockets.size).toBe(0));
  });

  it('a head without a body is not yet the first byte', async () => {
    const server = await rawServer((socket) => socket.write(HEAD));
    const { failure } = await failureOf(server.request, { ...TIMEOUTS, firstByteMs: 40 });
    expect(failure.kind).toBe('timeout');
  });

  it('an answer that stands still is a time-out', async () => {
    const server = await rawServer((socket) => socket.write(HEAD + chunk('one')));
    const { failure, seen } = await failureOf(server.request, { ...TIMEOUTS, betweenBytesMs: 40 });
    expect([failure.message, seen.text]).toEqual(["The provider's answer stood still for 0.04 s.", 'one']);
  });

  it('waiting for a free connection counts towards the first byte', async () => {
    const server = await rawServer((socket) => socket.write(HEAD + chunk('one')));
    const upstream = upstreamOf({ maxConnectionsPerOrigin: 1 });
    const first = recorder();
    upstream.open(server.request, TIMEOUTS, first);
    await eventually(() => expect(first.text).toBe('one'));
    const second = recorder();
    upstream.open(server.request, { ...TIMEOUTS, firstByteMs: 30 }, second);
    await eventually(() => expect(second.failures[0]?.kind).toBe('timeout'));
  });

  it('while paused, standing still is not the provider’s fault', async () => {
    const server = await rawServer((socket) => socket.write(HEAD + chunk('one')));
    const upstream = upstreamOf();
    const seen = recorder();
    const exchange = upstream.open(
      server.request,
      { ...TIMEOUTS, betweenBytesMs: 20 },
      { ...seen, onData: () => exchange.pause(), onFailure: (failure) => seen.onFailure(failure) },
    );
    const other = recorder();
    upstream.open(server.request, { ...TIMEOUTS, betweenBytesMs: 60 }, other);
    await eventually(() => expect(other.failures[0]?.kind).toBe('timeout'));
    expect(seen.failures).toEqual([]);
    exchange.resume();
    await eventually(() => expect(seen.failures[0]?.kind).toBe('timeout'));
  });

  it('a header that HTTP does not allow, or an address that is none, fails without naming it', async () => {
    const server = await rawServer(() => expect.unreachable());
    const bad = { ...server.request, headers: { authorization: 'Bearer secret\r\nx: y' } };
    expect((await failureOf(bad)).failure.kind).toBe('connection');
    expect((await failureOf({ ...server.request, origin: 'ftp://localhost' })).failure.kind).toBe(
      'connection',
    );
  });

  it('what a handler throws ends the exchange, and comes back as its failure', async () => {
    const server = await rawServer((socket) => socket.write(HEAD + chunk('one')));
    const seen = recorder();
    const thrown = new UpstreamFailure('malformed', 'no such stream');
    upstreamOf().open(server.request, TIMEOUTS, {
      ...seen,
      onData: () => {
        throw thrown;
      },
      onFailure: (failure) => seen.onFailure(failure),
    });
    await eventually(() => expect(seen.failures).toEqual([thrown]));
    await eventually(() => expect(server.sockets.size).toBe(0));
  });

  it('what a handler throws at the very end is logged, and harms nobody else', async () => {
    const server = await rawServer((socket) => socket.write(`${HEAD}0\r\n\r\n`));
    const error = vi.fn();
    const upstream = upstreamOf({ log: { error } as never });
    upstream.open(server.request, TIMEOUTS, {
      ...recorder(),
      onEnd: () => {
        throw new Error('late');
      },
    });
    await eventually(() => expect(error).toHaveBeenCalledOnce());
    expect((await upstream.send(server.request)).status).toBe(200);
  });

  it('closing breaks off what runs, and refuses what comes after', async () => {
    const server = await rawServer((socket) => socket.write(HEAD + chunk('one')));
    const upstream = upstreamOf();
    const seen = recorder();
    upstream.open(server.request, TIMEOUTS, seen);
    await eventually(() => expect(seen.text).toBe('one'));
    await upstream.close();
    expect(seen.failures.map((failure) => failure.kind)).toEqual(['connection']);
    await eventually(() => expect(server.sockets.size).toBe(0));
    await expect(upstream.send(server.request)).rejects.toMatchObject({ kind: 'connection' });
  });
});

describe('send', () => {
  it('returns the whole answer whatever its status, without following redirects', async () => {
    const server = await rawServer((socket) =>
      socket.write('HTTP/1.1 302 Found\r\nlocation: http://10.0.0.1/\r\ncontent-length: 4\r\n\r\ngone'),
    );
    const answer = await upstreamOf().send(server.request);
    expect([answer.status, answer.body.toString()]).toEqual([302, 'gone']);
  });

  it('gives up after its time, even if bytes keep trickling in', async () => {
    const server = await rawServer((socket) => {
      socket.write(HEAD);
      const drip = setInterval(() => socket.write(chunk('x')), 5);
      socket.on('close', () => clearInterval(drip));
    });
    await expect(upstreamOf().send(server.request, { timeoutMs: 60 })).rejects.toMatchObject({
      kind: 'timeout',
    });
    await eventually(() => expect(server.sockets.size).toBe(0));
  });

  it('refuses an answer beyond its size', async () => {
    const server = await rawServer((socket) => socket.write(HEAD + chunk('x'.repeat(2000))));
    await expect(upstreamOf().send(server.request, { maxBytes: 1000 })).rejects.toMatchObject({
      kind: 'malformed',
    });
    await eventually(() => expect(server.sockets.size).toBe(0));
  });
});

describe('pools', () => {
  const whole = (socket: Socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');

  it('are closed when nobody has used them for a while', async () => {
    const server = await rawServer(whole);
    const upstream = upstreamOf({ poolIdleMs: 20 });
    await upstream.send(server.request);
    await eventually(() => expect(upstream.stats().pools).toBe(0));
    await eventually(() => expect(server.sockets.size).toBe(0));
    expect((await upstream.send(server.request)).status).toBe(200);
  });

  it('never become more than the limit: the one that has rested longest goes', async () => {
    const servers = await Promise.all([rawServer(whole), rawServer(whole), rawServer(whole)]);
    const upstream = upstreamOf({ maxPools: 2 });
    for (const server of servers) {
      await upstream.send(server.request);
      expect(upstream.stats().pools).toBeLessThanOrEqual(2);
    }
    await eventually(() => expect(servers.map((server) => server.sockets.size)).toEqual([0, 1, 1]));
  });
});
