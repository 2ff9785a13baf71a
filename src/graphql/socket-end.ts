import type { WebSocket } from 'ws';

/** Runs `run` once after `ms`; the answer cancels it. */
type After = (ms: number, run: () => void) => () => void;

/** A client has so long to answer our close. */
const CLOSE_MS = 2_000;

/** Closes, and cuts a client that does not answer: it may have stopped reading long ago. */
export function hangUp(client: WebSocket, code: number, reason: string, after: After): void {
  // A close frame has room for 123 bytes.
  client.close(code, reason.slice(0, 120));
  const cancel = after(CLOSE_MS, () => client.terminate());
  client.once('close', cancel);
}

/** Cuts a socket whose other end is silent. The answer stops it. */
export function keepAlive(client: WebSocket, everyMs: number, after: After): () => void {
  let isAlive = true;
  let cancel: () => void = () => undefined;
  const beat = (): void => {
    if (!isAlive) return client.terminate();
    isAlive = false;
    client.ping();
    cancel = after(everyMs, beat);
  };
  client.on('pong', () => (isAlive = true));
  cancel = after(everyMs, beat);
  return () => cancel();
}
