import pg from 'pg';
import { z } from 'zod';
import type { Logger } from '../log.ts';

/** The channel on which the domain says, inside its transaction, what it changed. */
export const CHANGE_CHANNEL = 'prism_changed';
/** The channel on which the drain says, after its commit, which requests are new to the log. */
export const LOGGED_CHANNEL = 'prism_logged';

const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 5_000;
/** A connection that has died without a word (no FIN, no RST) is found out by a query this often. */
const HEARTBEAT_MS = 15_000;

/** `user` = what ends or changes logins; `pod` = a process was asked to leave. */
const NOUNS = ['tenant', 'provider', 'setting', 'user', 'category', 'rule-set', 'pod'] as const;
const noticeSchema = z.object({ noun: z.enum(NOUNS), id: z.string() });

/** What changed. A key, alias or limit speaks for its tenant; a model for its provider. */
export type ChangeNotice = z.infer<typeof noticeSchema>;

export interface NoticeHandlers {
  readonly onNotice?: ((notice: ChangeNotice) => void) | undefined;
  /** The payload of LOGGED_CHANNEL as the drain wrote it (accounting/store.ts). */
  readonly onLogged?: ((payload: string) => void) | undefined;
  /** After every connect, the first one too: notices may have been missed, so reload everything. */
  readonly onConnected?: (() => void) | undefined;
}

export interface ListenOptions extends NoticeHandlers {
  readonly url: string;
  readonly log: Logger;
}

/** One listening connection, shared by all of the process that wants to hear. */
export interface Notices {
  /** Who comes while the connection stands hears `onConnected` in the next turn. */
  subscribe(handlers: NoticeHandlers): { stop(): Promise<void> };
  stop(): Promise<void>;
}

/** Listens once and passes on; a handler that throws is logged and keeps nobody else from hearing. */
export function createNotices(options: { readonly url: string; readonly log: Logger }): Notices {
  const { log } = options;
  const subscribers = new Set<NoticeHandlers>();
  let isConnected = false;
  const tell = (call: (handlers: NoticeHandlers) => void): void => {
    for (const handlers of subscribers) {
      try {
        call(handlers);
      } catch (error) {
        log.error({ err: error }, 'change notices: a subscriber failed');
      }
    }
  };
  const listener = listen({
    ...options,
    onNotice: (notice) => tell((it) => it.onNotice?.(notice)),
    onLogged: (payload) => tell((it) => it.onLogged?.(payload)),
    onConnected: () => {
      isConnected = true;
      tell((it) => it.onConnected?.());
    },
  });
  return {
    subscribe(handlers) {
      subscribers.add(handlers);
      if (isConnected) queueMicrotask(() => subscribers.has(handlers) && handlers.onConnected?.());
      return {
        stop: () => {
          subscribers.delete(handlers);
          return Promise.resolve();
        },
      };
    },
    async stop() {
      subscribers.clear();
      await listener.stop();
    },
  };
}

/**
 * Listens to change notices for as long as the process lives: a lost connection is made again with
 * back-off (100 ms to 5 s), for ever. Returns at once. After `stop()` no callback is called any more.
 */
export function listen({ url, log, onNotice, onLogged, onConnected }: ListenOptions): {
  stop(): Promise<void>;
} {
  const stopping = new AbortController();
  const run = keepListening();

  async function keepListening(): Promise<void> {
    let delay = FIRST_RETRY_MS;
    while (!stopping.signal.aborted) {
      try {
        await listenOnce(() => (delay = FIRST_RETRY_MS));
      } catch (error) {
        if (stopping.signal.aborted) return;
        log.warn({ err: error, retryInMs: delay }, 'change notices: connection lost');
      }
      await pause(delay, stopping.signal);
      delay = Math.min(delay * 2, LAST_RETRY_MS);
    }
  }

  /** Ends when the connection breaks (rejects) or when `stop()` is called (resolves). */
  async function listenOnce(connected: () => void): Promise<void> {
    const over = new AbortController();
    const endByStop = () => over.abort();
    stopping.signal.addEventListener('abort', endByStop);
    const client = new pg.Client({
      connectionString: url,
      application_name: 'prism-listen',
      connectionTimeoutMillis: 5_000,
      query_timeout: 5_000,
      keepAlive: true,
    });
    client.on('notification', (message) => {
      if (over.signal.aborted) return;
      if (message.channel === LOGGED_CHANNEL) return onLogged?.(message.payload ?? '');
      const notice = parseNotice(message.payload);
      if (notice) onNotice?.(notice);
      else log.warn({ payload: message.payload }, 'change notices: not understood, ignored');
    });
    const broken = breakOf(client);
    broken.catch(() => undefined); // Awaited below; until then its rejection is not a stray one.
    try {
      await client.connect();
      await client.query(`LISTEN ${CHANGE_CHANNEL}`);
      if (onLogged) await client.query(`LISTEN ${LOGGED_CHANNEL}`);
      if (over.signal.aborted) return;
      connected();
      onConnected?.();
      await Promise.race([broken, beat(client, over.signal)]);
    } finally {
      stopping.signal.removeEventListener('abort', endByStop);
      over.abort();
      client.end().catch(() => undefined); // Not awaited: a dead peer would never answer.
    }
  }

  return {
    stop: async () => {
      stopping.abort();
      await run;
    },
  };
}

function breakOf(client: pg.Client): Promise<never> {
  return new Promise((_resolve, reject) => {
    client.on('error', reject);
    client.on('end', () => reject(new Error('the server closed the connection')));
  });
}

/** Asks for a sign of life now and then; rejects when none comes, resolves at the abort. */
async function beat(client: pg.Client, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    await pause(HEARTBEAT_MS, stop);
    if (!stop.aborted) await client.query('SELECT 1');
  }
}

/** Waits, but not past the abort. */
function pause(ms: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (stop.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      stop.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    stop.addEventListener('abort', done);
  });
}

function parseNotice(payload: string | undefined): ChangeNotice | null {
  try {
    return noticeSchema.parse(JSON.parse(payload ?? ''));
  } catch {
    return null;
  }
}
