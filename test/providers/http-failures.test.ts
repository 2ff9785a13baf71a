import { describe, expect, it, vi } from 'vitest';
import { UpstreamFailure, type UpstreamRequest } from '../../src/providers/adapter.ts';
import type { UpstreamDeps } from '../../src/providers/http.ts';
import { chunk, createHttpStage, eventually, HEAD, recorder, TIMEOUTS } from './http-stage.ts';

const { rawServer, upstreamOf } = createHttpStage();

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
