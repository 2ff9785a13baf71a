import type { ServerResponse } from 'node:http';
import { AppError } from '../errors.ts';
import type { Reply, StreamReader, UpstreamFailure } from '../providers/adapter.ts';
import type { ServedModel } from '../runtime/view.ts';
import { capture, type Exchange } from './exchange.ts';
import { failureToError } from './failure.ts';
import { gatewayHeaders } from './headers.ts';
import { answerMembers, billOf, settle, type Ending, type SettleDeps } from './settle.ts';

/** A client that reads nothing for this long holds an upstream open for no one. */
const STALLED_CLIENT_MS = 120_000;

/** The client's side of an answer: begun with its first byte, finished once, its account settled before its end. */
export interface Outlet {
  /** True once a byte has gone to the client: from then on nobody else may answer. */
  readonly begun: boolean;
  /** Frames of a stream. False = the client reads slowly: wait for `onceDrained`. */
  write(served: ServedModel, frames: Buffer): boolean;
  onceDrained(resume: () => void): void;
  finishStream(served: ServedModel, reader: StreamReader): void;
  finishWhole(served: ServedModel, reply: Reply): void;
  /** The upstream failed after the first byte: the client gets an error frame and no `[DONE]`. */
  breakStream(served: ServedModel, failure: UpstreamFailure, reader: StreamReader | null): void;
  /** The client is gone. */
  aborted(served: ServedModel, reader: StreamReader | null): void;
}

export interface OutletDeps extends SettleDeps {
  readonly setTimer: (run: () => void, ms: number) => { unref(): void };
  readonly clearTimer: (timer: { unref(): void }) => void;
}

export function createOutlet(deps: OutletDeps, exchange: Exchange): Outlet {
  const { res } = exchange;
  let begun = false;

  function begin(served: ServedModel, headers: readonly string[]): void {
    begun = true;
    exchange.served = served;
    exchange.ttftMs ??= Math.round(deps.now() - exchange.startedAt);
    res.writeHead(200, [...gatewayHeaders(exchange), ...headers]);
  }

  function close(ending: Ending, last: (members: string) => Buffer | null): void {
    const bill = billOf(exchange, ending);
    const bytes = last(answerMembers(exchange, bill));
    if (bytes !== null) capture(exchange, bytes);
    settle(deps, exchange, ending, bill, () => {
      if (bytes === null) res.end();
      else res.end(bytes);
    });
  }

  return {
    get begun() {
      return begun;
    },

    write(served, frames) {
      if (!begun) begin(served, STREAM_HEADERS);
      capture(exchange, frames);
      return res.write(frames);
    },

    onceDrained(resume) {
      const stalled = deps.setTimer(() => res.destroy(), STALLED_CLIENT_MS);
      stalled.unref();
      const stop = (): void => {
        deps.clearTimer(stalled);
        res.off('drain', flow);
        res.off('close', stop);
      };
      const flow = (): void => {
        stop();
        resume();
      };
      res.once('drain', flow);
      res.once('close', stop);
    },

    finishStream(served, reader) {
      if (!begun) begin(served, STREAM_HEADERS);
      close(ended('success', 200, null, reader), (members) => reader.finish(members));
    },

    finishWhole(served, reply) {
      begun = true;
      exchange.served = served;
      exchange.ttftMs = Math.round(deps.now() - exchange.startedAt);
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
      settle(deps, exchange, ending, bill, () => {
        const headers = gatewayHeaders(exchange);
        headers.push('content-type', 'application/json', 'content-length', String(body.length));
        res.writeHead(200, headers);
        res.end(body);
      });
    },

    breakStream(served, failure, reader) {
      const error = inStream(failureToError(failure, served));
      close(ended('error', 200, error, reader), () =>
        Buffer.from(`data: ${JSON.stringify(error.toOpenAI())}\n\n`),
      );
    },

    aborted(served, reader) {
      exchange.served = served;
      const ending = ended('aborted', begun ? 200 : CLIENT_CLOSED_REQUEST, null, reader);
      settle(deps, exchange, ending, billOf(exchange, ending), () => res.destroy());
    },
  };
}

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
  reader: StreamReader | null,
): Ending {
  return {
    status,
    httpStatus,
    error,
    usage: reader?.usage ?? null,
    estimatedOutputTokens: reader?.estimatedOutputTokens ?? 0,
  };
}

/** Inside a stream there is no status any more: what was a 4xx of the provider is told as it is, the rest as 503's. */
function inStream(error: AppError): AppError {
  return error.code === 'invalid_request' ? new AppError('provider_error', error.message) : error;
}

/** The object with `members` added at its end. */
export function withMembers(body: Buffer, members: string): Buffer {
  const close = body.lastIndexOf(0x7d);
  let before = close - 1;
  while (before >= 0 && isSpace(body[before])) before -= 1;
  const comma = body[before] === 0x7b ? '' : ',';
  const tail = Buffer.from(`${comma}${members}}`);
  return Buffer.concat([body.subarray(0, close), tail], close + tail.length);
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
