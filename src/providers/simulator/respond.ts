import type { ServerResponse } from 'node:http';
import type { Run, Wire, WireError } from './wire.ts';

export interface Pacing {
  readonly timers: Pick<typeof globalThis, 'setTimeout' | 'clearTimeout'>;
  readonly slowFirstByteMs: number;
}

const OVERLOADED: WireError = {
  status: 503,
  kind: 'overloaded',
  message: 'Simulated: the server is overloaded.',
};
const PAGE = Buffer.from('<!doctype html><title>Welcome</title><p>Simulated page of a proxy.</p>');

/** Sends the answer at the model's pace, whole or as a stream, with the mishap that the model stands for. */
export function respond(res: ServerResponse, wire: Wire, run: Run, pacing: Pacing): void {
  const { mishap, pace } = run.model;
  const wait = waiterFor(res, pacing);
  if (mishap === 'html') {
    res.writeHead(200, { 'content-type': 'text/html', 'content-length': PAGE.length }).end(PAGE);
    return;
  }
  const firstMs = mishap === 'slow-first-byte' ? pacing.slowFirstByteMs : (pace?.firstTokenMs ?? 0);
  if (run.prompt.stream) wait(firstMs, () => stream(res, wire, run, wait));
  else {
    const tokens = run.usage?.answerTokens ?? 0;
    wait(firstMs + (pace ? (tokens * 1000) / pace.tokensPerSecond : 0), () => sendWhole(res, wire, run));
  }
}

function sendWhole(res: ServerResponse, wire: Wire, run: Run): void {
  const { mishap } = run.model;
  if (mishap === 'stream-error') {
    const body = Buffer.from(JSON.stringify(wire.error(OVERLOADED)));
    res
      .writeHead(OVERLOADED.status, { 'content-type': 'application/json', 'content-length': body.length })
      .end(body);
    return;
  }
  const body = Buffer.from(JSON.stringify(wire.whole(run)));
  res.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
  if (mishap !== 'stall' && mishap !== 'break') {
    res.end(body);
    return;
  }
  res.write(body.subarray(0, body.length >> 1), () => {
    if (mishap === 'break') res.socket?.resetAndDestroy();
  });
}

/** Frame by frame, a token a frame. A mishap comes after half of the tokens. */
function stream(res: ServerResponse, wire: Wire, run: Run, wait: Wait): void {
  const { mishap, pace } = run.model;
  const frames = wire.frames(run);
  const tokens = run.answers.reduce((sum, answer) => sum + answer.text.length + answer.reasoning.length, 0);
  const breaksAfter =
    mishap === 'stall' || mishap === 'break' || mishap === 'stream-error' ? 1 + (tokens >> 1) : -1;
  const frameMs = pace ? 1000 / pace.tokensPerSecond : 0;
  let sent = 0;
  res.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' });
  pump();

  function pump(): void {
    while (!res.destroyed) {
      if (sent === breaksAfter) return mishappen();
      const next = frames.next();
      if (next.done) return void res.end();
      sent++;
      const isFlowing = res.write(next.value);
      if (!isFlowing) return void res.once('drain', pump);
      if (frameMs > 0) return wait(frameMs, pump);
    }
  }

  function mishappen(): void {
    if (mishap === 'stream-error') res.end(wire.errorFrame(OVERLOADED));
    // Written bytes go first: a reset may overtake them.
    else if (mishap === 'break')
      res.write(': about to break\n\n', () => wait(5, () => res.socket?.resetAndDestroy()));
  }
}

type Wait = (ms: number, then: () => void) => void;

/** Waits no longer than the caller does. Without a time to wait, there is no turn of the event loop in between. */
function waiterFor(res: ServerResponse, { timers }: Pacing): Wait {
  let timer: ReturnType<typeof setTimeout> | undefined;
  res.on('close', () => timers.clearTimeout(timer));
  return function wait(ms, then) {
    if (ms === 0) then();
    else timer = timers.setTimeout(then, ms);
  };
}
