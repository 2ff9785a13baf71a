import { Pool } from 'undici';
import type { Logger } from '../log.ts';
import {
  UpstreamFailure,
  type UpstreamHeaders,
  type UpstreamRequest,
  type UpstreamResponse,
} from './adapter.ts';
import { toUpstreamFailure } from './http-failure.ts';
import {
  Exchange,
  type ExchangeHost,
  type UpstreamExchange,
  type UpstreamHandler,
  type UpstreamTimeouts,
} from './http-exchange.ts';

export type { UpstreamExchange, UpstreamHandler, UpstreamTimeouts } from './http-exchange.ts';

/** The only door out: everything that is sent to a provider goes through one of these. */
export interface Upstream {
  /** Sends one request and streams the answer to `handler`, whatever its status. Never throws. */
  open(request: UpstreamRequest, timeouts: UpstreamTimeouts, handler: UpstreamHandler): UpstreamExchange;
  /** Sends one request and collects the whole answer, whatever its status. Throws UpstreamFailure. */
  send(request: UpstreamRequest, options?: SendOptions): Promise<UpstreamResponse>;
  stats(): UpstreamStats;
  /** Breaks off what still runs (the handlers hear a failure) and closes every connection. */
  close(): Promise<void>;
}

export interface SendOptions {
  /** For the whole exchange, connecting included; 15 s unless said. */
  readonly timeoutMs?: number;
  /** Larger answers are refused as malformed; 16 MB unless said. */
  readonly maxBytes?: number;
}

export interface UpstreamStats {
  readonly pools: number;
  /** Requests on their way. */
  readonly open: number;
  readonly connections: number;
}

export interface UpstreamDeps {
  readonly log?: Pick<Logger, 'error'>;
  readonly timers?: Pick<typeof globalThis, 'setInterval' | 'clearInterval'>;
  /** Requests beyond it wait for a free connection, inside their first-byte time-out. */
  readonly maxConnectionsPerOrigin?: number;
  readonly maxPools?: number;
  /** A pool without requests is closed after so long. */
  readonly poolIdleMs?: number;
  /** How exact time-outs are. */
  readonly tickMs?: number;
}

interface Origin {
  readonly key: string;
  readonly pool: Pool;
  open: number;
  /** Tick of the last request's end. */
  usedAt: number;
}

/** Providers behind nginx or a cloud balancer keep idle connections for at least 60 s; a new TLS handshake is dear. */
const KEEP_ALIVE_MS = 30_000;

/**
 * One pool of HTTP/1.1 connections for each origin, one request on a connection at a time. Redirects are not
 * followed (credentials stay with their origin); time-outs hang on one shared timer, not on one a request.
 */
export function createUpstream({
  log,
  timers = globalThis,
  maxConnectionsPerOrigin = 2048,
  maxPools = 256,
  poolIdleMs = 300_000,
  tickMs = 100,
}: UpstreamDeps = {}): Upstream {
  const origins = new Map<string, Origin>();
  /**
   * In no order; each knows its place and its origin. No Map or Set: V8's hash tables keep their old selves chained
   * to the new ones, so with entries coming and going this fast the collector would carry every request along.
   */
  const running: Exchange[] = [];
  let timer: ReturnType<typeof setInterval> | null = null;
  let closed = false;

  const host: ExchangeHost = {
    tick: 0,
    parsing: false,
    settled(exchange) {
      const { use } = exchange;
      if (use === null) return;
      exchange.use = null;
      const last = running.pop();
      if (last?.use) {
        running[use.place] = last;
        last.use.place = use.place;
      }
      use.origin.open--;
      use.origin.usedAt = host.tick;
    },
    lateError(error) {
      log?.error({ err: error }, 'an upstream handler failed after the end of its exchange');
    },
  };

  function onTick(): void {
    host.tick++;
    for (const exchange of running.slice()) exchange.checkTime();
    const idleTicks = poolIdleMs / tickMs;
    for (const origin of origins.values())
      if (origin.open === 0 && host.tick - origin.usedAt > idleTicks) void drop(origin);
    if (origins.size === 0 && timer !== null) {
      timers.clearInterval(timer);
      timer = null;
    }
  }

  function drop(origin: Origin): Promise<void> {
    origins.delete(origin.key);
    return origin.pool.destroy();
  }

  function originOf(address: string, connectMs: number): Origin {
    const key = connectMs === 5000 ? address : `${address} ${connectMs}`;
    const known = origins.get(key);
    if (known) return known;
    if (closed) throw new UpstreamFailure('connection', 'The gateway is shutting down.');
    if (origins.size >= maxPools) dropOldest();
    const pool = new Pool(address, {
      connections: maxConnectionsPerOrigin,
      // Streams share no connection: HTTP/2 would put one provider's slow reader before all others.
      allowH2: false,
      connect: { timeout: connectMs },
      keepAliveTimeout: KEEP_ALIVE_MS,
    });
    const origin: Origin = { key, pool, open: 0, usedAt: host.tick };
    origins.set(key, origin);
    if (timer === null) {
      timer = timers.setInterval(onTick, tickMs);
      timer.unref();
    }
    return origin;
  }

  function dropOldest(): void {
    let oldest: Origin | null = null;
    for (const origin of origins.values())
      if (origin.open === 0 && (oldest === null || origin.usedAt < oldest.usedAt)) oldest = origin;
    if (oldest === null)
      throw new UpstreamFailure('connection', 'Too many providers are in use at the same time.');
    void drop(oldest);
  }

  function open(
    request: UpstreamRequest,
    timeouts: UpstreamTimeouts,
    handler: UpstreamHandler,
  ): UpstreamExchange {
    const exchange = new Exchange(host, handler, timeouts, tickMs);
    try {
      const origin = originOf(request.origin, timeouts.connectMs);
      origin.open++;
      exchange.use = { origin, place: running.push(exchange) - 1 };
      origin.pool.dispatch(
        {
          method: request.method,
          path: request.path,
          headers: request.headers,
          body: request.body,
          headersTimeout: 0,
          bodyTimeout: 0,
        },
        exchange,
      );
    } catch (error) {
      exchange.fail(toUpstreamFailure(error, false));
    }
    exchange.opened();
    return exchange;
  }

  function send(
    request: UpstreamRequest,
    { timeoutMs = 15_000, maxBytes = 16 * 1024 * 1024 }: SendOptions = {},
  ): Promise<UpstreamResponse> {
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      let size = 0;
      let status = 0;
      let headers: UpstreamHeaders = {};
      const overall = setTimeout(() => {
        exchange.abort();
        reject(new UpstreamFailure('timeout', `The provider did not answer within ${timeoutMs / 1000} s.`));
      }, timeoutMs);
      const exchange = open(
        request,
        { connectMs: 5000, firstByteMs: timeoutMs, betweenBytesMs: timeoutMs },
        {
          onHeaders(code, head) {
            status = code;
            headers = head;
          },
          onData(chunk) {
            size += chunk.length;
            if (size > maxBytes)
              throw new UpstreamFailure(
                'malformed',
                `The provider's answer is larger than ${maxBytes} bytes.`,
              );
            chunks.push(chunk);
          },
          onEnd() {
            clearTimeout(overall);
            resolve({
              status,
              headers,
              body: chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks),
            });
          },
          onFailure(failure) {
            clearTimeout(overall);
            reject(failure);
          },
        },
      );
    });
  }

  return {
    open,
    send,
    stats() {
      let connections = 0;
      for (const origin of origins.values()) connections += origin.pool.stats.connected;
      return { pools: origins.size, open: running.length, connections };
    },
    async close() {
      closed = true;
      if (timer !== null) timers.clearInterval(timer);
      timer = null;
      for (const exchange of running.slice())
        exchange.fail(new UpstreamFailure('connection', 'The gateway is shutting down.'));
      await Promise.all([...origins.values()].map(drop));
    },
  };
}
