import type { ServerResponse } from 'node:http';
import { AppError } from '../errors.ts';
import type { Reply, StreamEnd, UpstreamFailure } from '../providers/adapter.ts';
import type { ServedModel } from '../runtime/view.ts';
import { capture, type Exchange } from './exchange.ts';
import { failureToError } from './failure.ts';
import { ASCII } from './header-text.ts';
import { gatewayHeaders } from './headers.ts';
import { answerMembers, billOf, settle, type Ending, type SettleDeps } from './settle.ts';

/** A client that reads nothing for this long holds an upstream open for no one. */
const STALLED_CLIENT_MS = 120_000;

export interface OutletDeps extends SettleDeps {
  readonly setTimer: (run: () => void, ms: number) => { unref(): void };
  readonly clearTimer: (timer: { unref(): void }) => void;
}

/** The client's side of an answer: begun with its first byte, finished once, its account settled before its end. */
export class Outlet {
  readonly #deps: OutletDeps;
  readonly #exchange: Exchange;
  #begun = false;

  constructor(deps: OutletDeps, exchange: Exchange) {
    this.#deps = deps;
    this.#exchange = exchange;
  }

  /** True once a byte has gone to the client: from then on nobody else may answer. */
  get begun(): boolean {
    return this.#begun;
  }

  /** True once a byte of an answer has gone to the client: what kept it waiting is none. */
  get answering(): boolean {
    return this.#exchange.ttftMs !== null;
  }

  /** For how long the running attempt has been waited for, ms. */
  get waitedMs(): number {
    return this.#deps.now() - (this.#exchange.attemptStartedAt ?? this.#exchange.startedAt);
  }

  /** For how long the client has been waiting, ms. */
  get clientWaitedMs(): number {
    return this.#deps.now() - this.#exchange.startedAt;
  }

  /** A sign of life on a stream that has no event yet: proxies between cut what is silent for a minute. */
  keepAlive(served: ServedModel): void {
    if (!this.#begun) this.#beginStream(served);
    this.#exchange.res.write(KEEP_ALIVE);
  }

  /** Frames of a stream. False = the client reads slowly: wait for `onceDrained`. */
  write(served: ServedModel, frames: Buffer): boolean {
    if (!this.#begun) this.#beginStream(served);
    this.#answer();
    capture(this.#exchange, frames);
    return this.#exchange.res.write(frames);
  }

  onceDrained(resume: () => void): void {
    const { setTimer, clearTimer } = this.#deps;
    const { res } = this.#exchange;
    const stalled = setTimer(() => res.destroy(), STALLED_CLIENT_MS);
    stalled.unref();
    const stop = (): void => {
      clearTimer(stalled);
      res.off('drain', flow);
      res.off('close', stop);
    };
    const flow = (): void => {
      stop();
      resume();
    };
    res.once('drain', flow);
    res.once('close', stop);
  }

  finishStream(served: ServedModel, reader: StreamEnd): void {
    if (!this.#begun) this.#beginStream(served);
    this.#answer();
    this.#closeStream(ended('success', 200, null, reader), (members) => reader.finish(members));
  }

  finishWhole(served: ServedModel, reply: Reply): void {
    const exchange = this.#exchange;
    this.#begin(served);
    this.#answer();
    const ending: Ending = {
      status: 'success',
      httpStatus: 200,
      error: null,
      usage: reply.usage,
      estimatedOutputTokens: reply.estimatedOutputTokens,
    };
    const bill = billOf(exchange, ending);
    const body = withMembers(reply.body, answerMembers(exchange, bill));
    capture(exchange, body);
    settle(this.#deps, exchange, ending, bill, () => {
      const headers = gatewayHeaders(exchange);
      headers.push('content-type', 'application/json', 'content-length', String(body.length));
      exchange.res.writeHead(200, headers);
      exchange.res.end(body, 'latin1');
    });
  }

  /** The upstream failed after the first byte: the client gets an error frame and no `[DONE]`. */
  breakStream(served: ServedModel, failure: UpstreamFailure, reader: StreamEnd | null): void {
    const error = inStream(failureToError(failure, served));
    this.#closeStream(ended('error', 200, error, reader), () =>
      Buffer.from(`data: ${JSON.stringify(error.toOpenAI())}\n\n`),
    );
  }

  /** The client is gone. `promptSent`: a provider was at work on its request. */
  aborted(served: ServedModel, reader: StreamEnd | null, promptSent = false): void {
    const exchange = this.#exchange;
    exchange.served = served;
    const status = this.#begun ? 200 : CLIENT_CLOSED_REQUEST;
    const ending = { ...ended('aborted', status, null, reader), promptSent };
    settle(this.#deps, exchange, ending, billOf(exchange, ending), () => exchange.res.destroy());
  }

  #begin(served: ServedModel): void {
    this.#begun = true;
    this.#exchange.served = served;
  }

  #answer(): void {
    this.#exchange.ttftMs ??= Math.round(this.#deps.now() - this.#exchange.startedAt);
  }

  #beginStream(served: ServedModel): void {
    this.#begin(served);
    const headers = gatewayHeaders(this.#exchange);
    headers.push(...STREAM_HEADERS);
    this.#exchange.res.writeHead(200, headers);
  }

  #closeStream(ending: Ending, last: (members: string) => Buffer): void {
    const exchange = this.#exchange;
    const bill = billOf(exchange, ending);
    const bytes = last(answerMembers(exchange, bill));
    capture(exchange, bytes);
    settle(this.#deps, exchange, ending, bill, () => exchange.res.end(bytes));
  }
}

const KEEP_ALIVE = Buffer.from(': waiting for the model\n\n');

/** What nginx logs for a client that left before the answer began. */
export const CLIENT_CLOSED_REQUEST = 499;

const STREAM_HEADERS: readonly string[] = [
  'content-type',
  'text/event-stream; charset=utf-8',
  'cache-control',
  'no-cache',
  'x-accel-buffering',
  'no',
];

function ended(
  status: Ending['status'],
  httpStatus: number,
  error: AppError | null,
  reader: StreamEnd | null,
): Ending {
  return {
    status,
    httpStatus,
    error,
    usage: reader?.usage ?? null,
    usageGuessed: reader?.isUsageGuessed ?? false,
    estimatedOutputTokens: reader?.estimatedOutputTokens ?? 0,
  };
}

/** Inside a stream there is no status any more: what was a 4xx of the provider is told as it is, the rest as 503's. */
function inStream(error: AppError): AppError {
  return error.code === 'invalid_request' ? new AppError('provider_error', error.message) : error;
}

/**
 * Up to this size an answer is a string and leaves in one piece with its head: node:http copies up to 16 KB of text
 * straight into the socket, where the two parts of a head and a buffer need a gathered write: a tenth of all that a
 * request of 200 bytes costs.
 */
const SMALL_ANSWER = 12_288;

/** The object with `members` added at its end: its bytes, or one character a byte ("latin1"). */
export function withMembers(body: Buffer, members: string): Buffer | string {
  let close = body.length - 1;
  while (close > 0 && body[close] !== 0x7d) close -= 1;
  let before = close - 1;
  while (before >= 0 && isSpace(body[before])) before -= 1;
  const tail = `${body[before] === 0x7b ? '' : ','}${members}}`;
  if (close < SMALL_ANSWER) return body.toString('latin1', 0, close) + bytesAsText(tail);
  const bytes = Buffer.from(tail);
  return Buffer.concat([body.subarray(0, close), bytes], close + bytes.length);
}

/** The text's bytes in UTF-8, one character each. */
function bytesAsText(text: string): string {
  return ASCII.test(text) ? text : Buffer.from(text).toString('latin1');
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/** Writes an error as OpenAI clients expect it; with `release` order kept by the caller. */
export function sendError(res: ServerResponse, error: AppError, headers: string[]): void {
  if (res.headersSent || res.destroyed) {
    res.destroy();
    return;
  }
  const body = Buffer.from(JSON.stringify(error.toOpenAI()));
  headers.push('content-type', 'application/json', 'content-length', String(body.length));
  if (error.retryAfterMs !== null)
    headers.push('retry-after', String(Math.max(1, Math.ceil(error.retryAfterMs / 1000))));
  if (error.status === 401) headers.push('www-authenticate', 'Bearer');
  res.writeHead(error.status, headers);
  res.end(body);
}
