import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, vi } from 'vitest';
import type { UpstreamFailure, UpstreamHeaders, UpstreamRequest } from '../../src/providers/adapter.ts';
import {
  createUpstream,
  type Upstream,
  type UpstreamDeps,
  type UpstreamTimeouts,
} from '../../src/providers/http.ts';

export const TIMEOUTS: UpstreamTimeouts = { connectMs: 5000, firstByteMs: 10_000, betweenBytesMs: 10_000 };
/** The head of a streamed answer; pieces (`chunk`) follow. */
export const HEAD =
  'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n';

/** Upstreams and servers that end with the test. */
export function createHttpStage() {
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

  return { upstreamOf, rawServer };
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
export function recorder() {
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
export const eventually = (check: () => void, timeout = 60_000) =>
  vi.waitFor(check, { interval: 2, timeout });

/** A piece of a chunked body. */
export const chunk = (text: string) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
