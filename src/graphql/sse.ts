import type { ServerResponse } from 'node:http';
import type { ExecutionResult } from 'graphql';
import { sendText } from '../http/send-text.ts';
import type { Logger } from '../log.ts';
import type { LiveConnection } from './live-access.ts';
import type { LiveResults } from './live-subscribe.ts';
import { maskForStream } from './mask-result.ts';

export interface SseDeps {
  /** Runs `run` once after `ms`; the answer cancels it. */
  readonly after: (ms: number, run: () => void) => () => void;
  readonly log: Logger;
  readonly requestId: string;
}

/** Proxies close what is silent for long. */
const PING_MS = 12_000;
/** So long a client has to take the end of its stream, and the reason. */
const LAST_WORD_MS = 5_000;

/**
 * Writes results as server-sent events (the protocol graphql-sse, distinct connections): `next` for each, `complete`
 * at the end. What ends a stream is the errors of its last `next`. The next result is asked for when the last one
 * has left; resolves when the response has closed.
 */
export async function writeStream(
  response: ServerResponse,
  results: LiveResults,
  connection: LiveConnection,
  { after, log, requestId }: SseDeps,
): Promise<void> {
  response.on('error', (error) => log.debug({ err: error }, 'live: a stream broke'));
  const closed = new Promise<void>((resolve) => {
    response.once('close', () => {
      void results.return?.();
      connection.close();
      resolve();
    });
  });
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    // Of nginx: it would keep events back to send more at a time.
    'x-accel-buffering': 'no',
  });
  // Some browsers take a response for begun only when something of its body has come.
  response.write(':\n\n');
  const stopPings = keepAlive(response, after);
  const cut = () =>
    response.once(
      'close',
      after(LAST_WORD_MS, () => response.destroy()),
    );
  connection.signal.addEventListener('abort', cut);
  try {
    for await (const result of results) {
      await sendText(response, event('next', result));
      if (response.destroyed) break;
    }
    // A login that has ended ends the results without a word.
    connection.signal.throwIfAborted();
  } catch (error) {
    await sendText(response, event('next', maskForStream({ errors: [error] }, requestId, log)));
  }
  stopPings();
  response.end('event: complete\ndata:\n\n');
  if (!connection.signal.aborted) cut();
  await closed;
  connection.signal.removeEventListener('abort', cut);
}

function event(name: string, result: ExecutionResult | { readonly errors: unknown }): string {
  return `event: ${name}\ndata: ${JSON.stringify(result)}\n\n`;
}

function keepAlive(response: ServerResponse, after: SseDeps['after']): () => void {
  let cancel: () => void = () => undefined;
  const beat = (): void => {
    if (!response.writableNeedDrain) response.write(':\n\n');
    cancel = after(PING_MS, beat);
  };
  cancel = after(PING_MS, beat);
  return () => cancel();
}
