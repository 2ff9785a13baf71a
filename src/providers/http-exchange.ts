import type { Dispatcher } from 'undici';
import { UpstreamFailure, type UpstreamHeaders } from './adapter.ts';
import type { DecodingHandler } from './http-decoding.ts';
import { codingsOf, unpack, type Unpacking } from './http-decodings.ts';
import { toUpstreamFailure } from './http-failure.ts';

/** All in ms. */
export interface UpstreamTimeouts {
  /** Until the connection stands. */
  readonly connectMs: number;
  /** From the call of `open` (waiting for a connection included) to the first byte of the body. */
  readonly firstByteMs: number;
  /** Between two chunks of the body; stands still while paused. */
  readonly betweenBytesMs: number;
}

/**
 * Told what comes, in order: `onHeaders` once (final answers only), `onData` for each chunk, and exactly one of
 * `onEnd` and `onFailure` at last. None is called before `open` has returned, none after `abort`.
 * A callback that throws aborts the exchange; its error comes back through `onFailure`.
 * What came compressed is unpacked; the headers are told as they came.
 */
export interface UpstreamHandler {
  onHeaders(status: number, headers: UpstreamHeaders): void;
  /** The chunk is the handler's own: nobody writes into it again. */
  onData(chunk: Buffer): void;
  onEnd(): void;
  onFailure(failure: UpstreamFailure): void;
}

/** The handle of one running request. All three may be called at any time, any number of times. */
export interface UpstreamExchange {
  /** Whether the request has been handed to a connection: from then on the provider may have read it. */
  readonly sent: boolean;
  /** Frees the socket at once; the handler hears nothing more. */
  abort(): void;
  /** No more data until `resume`; the chunks of one read may still come. */
  pause(): void;
  resume(): void;
}

/** What all exchanges of one Upstream share. */
export interface ExchangeHost {
  /** Counts up while anything runs: the clock of the time-outs, so that a chunk costs no reading of the time. */
  tick: number;
  /** True while undici's parser is on the stack: it must not be entered again. */
  parsing: boolean;
  /** Called once, when the exchange is over, whichever way. */
  settled(exchange: Exchange): void;
  /** A last callback threw: the exchange is over, so nobody else can be told. */
  lateError(error: unknown): void;
}

/** What an exchange uses up while it runs. */
export interface UsedOrigin {
  open: number;
  /** Tick of the last request's end. */
  usedAt: number;
}

/** One request on its way: undici's handler and the caller's handle in one object (the hot path allocates no more). */
export class Exchange implements Dispatcher.DispatchHandler, UpstreamExchange, DecodingHandler {
  readonly #host: ExchangeHost;
  readonly #handler: UpstreamHandler;
  readonly #firstByteMs: number;
  readonly #betweenBytesMs: number;
  readonly #tickMs: number;
  /** The host's book-keeping while it runs: whose connection it uses, and its place among those that run. */
  use: { readonly origin: UsedOrigin; place: number } | null = null;
  #controller: Dispatcher.DispatchController | null = null;
  /** Null = the bytes come as they are. */
  #decoding: Unpacking | null = null;
  #opening = true;
  #over = false;
  #sent = false;
  #answered = false;
  #hasData = false;
  #paused = false;
  /** The tick after which it has taken too long. */
  #deadline: number;

  constructor(host: ExchangeHost, handler: UpstreamHandler, timeouts: UpstreamTimeouts, tickMs: number) {
    this.#host = host;
    this.#handler = handler;
    this.#firstByteMs = timeouts.firstByteMs;
    this.#betweenBytesMs = timeouts.betweenBytesMs;
    this.#tickMs = tickMs;
    this.#deadline = this.#after(this.#firstByteMs);
  }

  abort(): void {
    if (!this.#over) this.#settle();
    this.#controller?.abort(new UpstreamFailure('connection', 'The request was given up on our side.'));
  }

  get sent(): boolean {
    return this.#sent;
  }

  pause(): void {
    this.#paused = true;
    // The connection follows when there is no more room.
    if (this.#decoding !== null) this.#decoding.pause();
    else this.#controller?.pause();
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    if (this.#hasData) this.#deadline = this.#after(this.#betweenBytesMs);
    if (this.#decoding !== null) this.#decoding.resume();
    // Resuming reads on synchronously, and two answers cannot be parsed inside each other.
    else if (this.#host.parsing) queueMicrotask(() => this.#paused || this.#controller?.resume());
    else this.#controller?.resume();
  }

  /** `open` has returned; failures may be told from now on. */
  opened(): void {
    this.#opening = false;
  }

  /** Called with every tick. */
  checkTime(): void {
    if (this.#host.tick <= this.#deadline || (this.#paused && this.#hasData)) return;
    const seconds = (this.#hasData ? this.#betweenBytesMs : this.#firstByteMs) / 1000;
    const message = this.#hasData
      ? `The provider's answer stood still for ${seconds} s.`
      : `The provider sent nothing for ${seconds} s.`;
    this.fail(new UpstreamFailure('timeout', message));
  }

  fail(failure: UpstreamFailure): void {
    if (this.#over) return;
    this.#settle();
    this.#controller?.abort(failure);
    if (this.#opening) queueMicrotask(() => this.#tellFailure(failure));
    else this.#tellFailure(failure);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // Given up while it waited for a connection.
    if (this.#over) this.abort();
    else this.#sent = true;
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: UpstreamHeaders,
  ): void {
    if (this.#over || status < 200) return;
    this.#answered = true;
    const codings = codingsOf(headers['content-encoding']);
    if (codings.length > 0) {
      // Identity was asked for; some servers and the proxies before them compress all the same.
      this.#decoding = unpack(codings, status, this);
      if (this.#paused) this.#decoding.pause();
    }
    this.#handler.onHeaders(status, headers);
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#over) return;
    this.#hasData = true;
    this.#deadline = this.#after(this.#betweenBytesMs);
    if (this.#decoding !== null) {
      this.#decoding.write(chunk);
      return;
    }
    this.#host.parsing = true;
    try {
      this.#handler.onData(chunk);
    } finally {
      this.#host.parsing = false;
    }
  }

  onResponseEnd(): void {
    if (this.#over) return;
    if (this.#decoding !== null) this.#decoding.end(null);
    else this.#end();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    // What a callback threw comes this way, too.
    if (this.#over) return;
    const failure = toUpstreamFailure(error, this.#answered);
    if (this.#decoding !== null) this.#decoding.end(failure);
    else this.fail(failure);
  }

  onDecoded(chunk: Buffer): void {
    if (this.#over) return;
    try {
      this.#handler.onData(chunk);
    } catch (error) {
      this.fail(toUpstreamFailure(error, true));
    }
  }

  onDecodedEnd(failure: UpstreamFailure | null): void {
    if (this.#over) return;
    if (failure === null) this.#end();
    else this.fail(failure);
  }

  onFull(): void {
    this.#controller?.pause();
  }

  onDrained(): void {
    if (this.#over) return;
    this.#deadline = this.#after(this.#betweenBytesMs);
    this.#controller?.resume();
  }

  #end(): void {
    this.#settle();
    try {
      this.#handler.onEnd();
    } catch (error) {
      this.#host.lateError(error);
    }
  }

  #tellFailure(failure: UpstreamFailure): void {
    try {
      this.#handler.onFailure(failure);
    } catch (error) {
      this.#host.lateError(error);
    }
  }

  #settle(): void {
    this.#over = true;
    this.#decoding?.close();
    this.#host.settled(this);
  }

  #after(ms: number): number {
    return this.#host.tick + Math.ceil(ms / this.#tickMs);
  }
}
