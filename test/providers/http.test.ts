import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { chunk, createHttpStage, eventually, HEAD, recorder, TIMEOUTS } from './http-stage.ts';

const { rawServer, upstreamOf } = createHttpStage();

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
