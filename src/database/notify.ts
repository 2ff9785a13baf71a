import pg from 'pg';
import { z } from 'zod';
import type { Logger } from '../log.ts';

/** The channel on which the domain says, inside its transaction, what it changed. */
export const CHANGE_CHANNEL = 'prism_changed';

const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 5_000;
/** A connection that has died without a word (no FIN, no RST) is found out by a query this often. */
const HEARTBEAT_MS = 15_000;

const noticeSchema = z.object({ noun: z.enum(['tenant', 'provider', 'setting']), id: z.string() });

/** What changed. A key, alias or limit speaks for its tenant; a model for its provider. */
export type ChangeNotice = z.infer<typeof noticeSchema>;

export interface ListenOptions {
  readonly url: string;
  readonly log: Logger;
  readonly onNotice: (notice: ChangeNotice) => void;
  /** After every connect, the first one too: notices may have been missed, so reload everything. */
  readonly onConnected: () => void;
}

/**
 * Listens to change notices for as long as the process lives: a lost connection is made again with
 * back-off (100 ms to 5 s), for ever. Returns at once. After `stop()` no callback is called any more.
 */
export function listen({ url, log, onNotice, onConnected }: ListenOptions): { stop(): Promise<void> } {
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
      const notice = parseNotice(message.payload);
      if (notice) onNotice(notice);
      else log.warn({ payload: message.payload }, 'change notices: not understood, ignored');
    });
    const broken = breakOf(client);
    broken.catch(() => undefined); // Awaited below; until then its rejection is not a stray one.
    try {
      await client.connect();
      await client.query(`LISTEN ${CHANGE_CHANNEL}`);
      if (over.signal.aborted) return;
      connected();
      onConnected();
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
