import { createClient, ErrorReply } from '@redis/client';
import type { Limits } from './limiter.ts';
import { ADMIT, SETTLE, type Script } from './limiter-scripts.ts';

/** What the store knows of one tenant before the request, and whether it let it in. Times in ms. */
export interface StoreAnswer {
  /** Names the request for `settle`; null = refused. */
  readonly member: string | null;
  readonly usedRequests: number;
  readonly usedTokens: number;
  readonly resetMs: number;
  readonly retryAfterMs: number;
}

/** The windows of all processes, in Redis or Valkey. Commands of one turn of the event loop leave in one write. */
export interface LimiterStore {
  /** False while the connection is down: do not ask. */
  readonly isReady: boolean;
  /** One round trip. Rejects when the store is down; may take arbitrarily long. */
  admit(key: string, limits: Limits, tokens: number): Promise<StoreAnswer>;
  /** `actualTokens` null = take the request back. */
  settle(key: string, member: string, actualTokens: number | null): Promise<void>;
  /** Starts connecting, and goes on doing so until `close`. */
  connect(): void;
  close(): void;
}

const LAST_RETRY_MS = 1_000;

export function openLimiterStore(deps: {
  readonly url: string;
  readonly onReady: () => void;
  /** At every failed attempt and lost connection. */
  readonly onDown: (error: unknown) => void;
}): LimiterStore {
  const client = createClient({
    url: deps.url,
    name: 'prism-limiter',
    // A request is decided now or elsewhere: nothing waits for a store that may come back.
    disableOfflineQueue: true,
    // A peer that has died without a word is found out: silence for longer than two pings ends the connection.
    pingInterval: 2_000,
    socket: {
      connectTimeout: 2_000,
      socketTimeout: 5_000,
      reconnectStrategy: (retries) => Math.min(50 * 2 ** Math.min(retries, 8), LAST_RETRY_MS),
    },
  });
  client.on('error', deps.onDown);
  client.on('ready', deps.onReady);

  async function run(script: Script, key: string, args: readonly string[]): Promise<unknown> {
    // The braces keep both keys of a tenant on one node of a cluster.
    const rest = ['2', `prism:limit:{${key}}:used`, `prism:limit:{${key}}:sums`, ...args];
    try {
      return await client.sendCommand(['EVALSHA', script.sha1, ...rest]);
    } catch (error) {
      if (!(error instanceof ErrorReply && error.message.startsWith('NOSCRIPT'))) throw error;
      return client.sendCommand(['EVAL', script.source, ...rest]);
    }
  }

  return {
    get isReady() {
      return client.isReady;
    },
    async admit(key, limits, tokens) {
      const { requestsPerMinute, tokensPerMinute } = limits;
      return readAnswer(await run(ADMIT, key, [`${requestsPerMinute}`, `${tokensPerMinute}`, `${tokens}`]));
    },
    async settle(key, member, actualTokens) {
      await run(SETTLE, key, [member, `${actualTokens ?? -1}`]);
    },
    connect() {
      // Reconnects by itself; what goes wrong meanwhile arrives at the error listener.
      client.connect().catch(() => undefined);
    },
    close: () => client.destroy(),
  };
}

function readAnswer(reply: unknown): StoreAnswer {
  if (!Array.isArray(reply) || reply.length !== 6)
    throw new Error('the limiter store gave no answer of ours');
  const [member, usedRequests, usedTokens, reset, retryRequests, retryTokens] = reply.map(String);
  return {
    member: member === undefined || member === '' ? null : member,
    usedRequests: Number(usedRequests),
    usedTokens: Number(usedTokens),
    resetMs: Math.ceil(Number(reset) / 1000),
    retryAfterMs: Math.ceil(Math.max(Number(retryRequests), Number(retryTokens)) / 1000),
  };
}
