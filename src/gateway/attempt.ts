import {
  UpstreamFailure,
  type ChatCall,
  type Reply,
  type StreamReader,
  type UpstreamHeaders,
  type UpstreamRequest,
} from '../providers/adapter.ts';
import type { Upstream, UpstreamExchange, UpstreamHandler } from '../providers/http.ts';
import { streamOf } from '../providers/whole-as-stream.ts';
import type { ServedModel } from '../runtime/view.ts';
import { AnswerBody, isStream, isSuccess, MAX_ANSWER_BYTES, MAX_ERROR_BYTES } from './answer-body.ts';
import type { Exchange } from './exchange.ts';
import type { Outlet } from './relay.ts';

/** How to read what one provider answers to one request. */
export interface AttemptPlan {
  readonly served: ServedModel;
  readonly request: UpstreamRequest;
  /** Set = the client wants a stream. */
  readonly reader: StreamReader | null;
  /** Null = embeddings. */
  readonly call: ChatCall | null;
  /** Reads a whole 2xx answer, be it streamed. Throws UpstreamFailure. */
  readonly read: (body: Buffer) => Reply;
}

/**
 * `served`: the client has its answer; `broken`: it has part of one and was told so; `aborted`: it is gone. In
 * these the account is settled. `failed`: nothing has been sent yet.
 */
export type AttemptOutcome =
  | { readonly kind: 'served' | 'aborted'; readonly failure: null }
  | { readonly kind: 'broken' | 'failed'; readonly failure: UpstreamFailure };

const SERVED: AttemptOutcome = { kind: 'served', failure: null };
const ABORTED: AttemptOutcome = { kind: 'aborted', failure: null };
/**
 * A provider may keep a stream alive with comments and pings before it answers, as long as anyone waits: OpenAI's and
 * Anthropic's own clients do so for ten minutes.
 */
const PATIENCE_MS = 600_000;
/**
 * So long a provider's comments stay with us, so that another one may still answer; then the client hears of them:
 * nginx, Amazon's and Google's load balancers end what is silent for 30 to 60 s.
 */
const SILENCE_MS = 25_000;

/**
 * One try at one provider. Until the first byte for the client is there, any failure is returned and another
 * provider may be tried; from then on this attempt owns the answer to its end.
 */
export function attempt(
  upstream: Upstream,
  exchange: Exchange,
  plan: AttemptPlan,
  outlet: Outlet,
): Promise<AttemptOutcome> {
  return new Promise((resolve, reject) => {
    const reading = new Reading(exchange, plan, outlet, resolve, reject);
    reading.started(upstream.open(plan.request, plan.served.provider.timeouts, reading));
  });
}

class Reading implements UpstreamHandler {
  readonly #exchange: Exchange;
  readonly #plan: AttemptPlan;
  readonly #outlet: Outlet;
  readonly #resolve: (outcome: AttemptOutcome) => void;
  /** For faults of ours: they must end the request, or its client would wait for ever. */
  readonly #reject: (fault: unknown) => void;
  #upstream: UpstreamExchange | null = null;
  #status = 0;
  #headers: UpstreamHeaders = {};
  #body: AnswerBody | null = null;
  #over = false;
  #streaming = false;

  constructor(
    exchange: Exchange,
    plan: AttemptPlan,
    outlet: Outlet,
    resolve: (outcome: AttemptOutcome) => void,
    reject: (fault: unknown) => void,
  ) {
    this.#exchange = exchange;
    this.#plan = plan;
    this.#outlet = outlet;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  started(upstream: UpstreamExchange): void {
    this.#upstream = upstream;
    if (this.#over) return;
    this.#exchange.abort = () => this.#clientGone();
    if (this.#exchange.clientGone) this.#clientGone();
  }

  onHeaders(status: number, headers: UpstreamHeaders): void {
    this.#status = status;
    this.#headers = headers;
  }

  onData(chunk: Buffer): void {
    if (this.#over) return;
    try {
      const { reader } = this.#plan;
      if (reader !== null && (this.#streaming || this.#beginsStream(chunk))) this.#relay(reader, chunk);
      else this.#collect(chunk);
    } catch (fault) {
      this.#giveUp(fault);
    }
  }

  onEnd(): void {
    if (this.#over) return;
    const { reader } = this.#plan;
    try {
      if (!this.#streaming || reader === null) this.#readWhole();
      else if (reader.end()) this.#finishStream(reader);
      else this.#fail(new UpstreamFailure('malformed', 'The stream ended before the answer was complete.'));
    } catch (fault) {
      this.#giveUp(fault);
    }
  }

  onFailure(failure: UpstreamFailure): void {
    if (this.#over) return;
    const { reader } = this.#plan;
    try {
      // Some servers reset the connection instead of ending the answer: what is complete is complete.
      if (this.#streaming && reader !== null && this.#outlet.begun && reader.end()) {
        this.#finishStream(reader);
      } else this.#fail(failure);
    } catch (fault) {
      this.#giveUp(fault);
    }
  }

  #beginsStream(chunk: Buffer): boolean {
    this.#streaming = this.#body === null && isSuccess(this.#status) && isStream(this.#headers, chunk);
    return this.#streaming;
  }

  #relay(reader: StreamReader, chunk: Buffer): void {
    let frames: Buffer | null;
    try {
      frames = reader.push(chunk);
    } catch (error) {
      this.#upstream?.abort();
      const failure = asFailure(error);
      // While nothing has gone out, another provider may still answer from the start.
      if (this.#outlet.begun && failure.before !== null)
        this.#outlet.write(this.#plan.served, failure.before);
      this.#fail(failure);
      return;
    }
    if (frames !== null && frames.length > 0) {
      const flowing = this.#outlet.write(this.#plan.served, frames);
      if (!flowing && !reader.done) {
        this.#upstream?.pause();
        this.#outlet.onceDrained(() => this.#upstream?.resume());
      }
    } else if (!this.#outlet.answering && !reader.done) this.#whileWaiting();
    if (reader.done) this.#finishStream(reader);
  }

  /** Bytes came, but nothing for the client: the time-outs of the connection do not end this. */
  #whileWaiting(): void {
    const { served } = this.#plan;
    const limit = Math.max(PATIENCE_MS, served.provider.timeouts.firstByteMs);
    if (this.#outlet.waitedMs <= limit) {
      if (this.#outlet.clientWaitedMs > SILENCE_MS) this.#outlet.keepAlive(served);
      return;
    }
    this.#upstream?.abort();
    const seconds = Math.round(limit / 1000);
    this.#fail(
      new UpstreamFailure('timeout', `The provider kept the stream alive for ${seconds} s and said nothing.`),
    );
  }

  #finishStream(reader: StreamReader): void {
    this.#end();
    this.#outlet.finishStream(this.#plan.served, reader);
    this.#resolve(SERVED);
  }

  #collect(chunk: Buffer): void {
    const succeeded = isSuccess(this.#status);
    this.#body ??= new AnswerBody();
    if (this.#body.add(chunk, succeeded ? MAX_ANSWER_BYTES : MAX_ERROR_BYTES)) return;
    this.#upstream?.abort();
    // Of an error the rest would tell no more, however long it is.
    if (!succeeded) this.#readWhole();
    else this.#fail(new UpstreamFailure('malformed', 'The answer is too large.', { status: this.#status }));
  }

  #readWhole(): void {
    const { served, reader, call, read } = this.#plan;
    const body = this.#body?.take() ?? Buffer.alloc(0);
    if (!isSuccess(this.#status)) {
      this.#fail(served.provider.adapter.readError(this.#status, this.#headers, body));
      return;
    }
    let reply: Reply;
    try {
      reply = read(body);
    } catch (error) {
      this.#fail(asFailure(error));
      return;
    }
    this.#end();
    if (reader !== null && call !== null) this.#outlet.finishStream(served, streamOf(call, reply));
    else this.#outlet.finishWhole(served, reply);
    this.#resolve(SERVED);
  }

  #fail(failure: UpstreamFailure): void {
    this.#end();
    if (this.#outlet.begun) {
      this.#outlet.breakStream(this.#plan.served, failure, this.#plan.reader);
      this.#resolve({ kind: 'broken', failure });
    } else {
      this.#resolve({ kind: 'failed', failure });
    }
  }

  #clientGone(): void {
    if (this.#over) return;
    this.#end();
    const promptSent = this.#upstream?.sent === true;
    this.#upstream?.abort();
    try {
      this.#outlet.aborted(this.#plan.served, this.#plan.reader, promptSent);
      this.#resolve(ABORTED);
    } catch (fault) {
      this.#giveUp(fault);
    }
  }

  #giveUp(fault: unknown): void {
    this.#end();
    this.#upstream?.abort();
    this.#reject(fault);
  }

  #end(): void {
    this.#over = true;
    this.#exchange.abort = null;
  }
}

function asFailure(error: unknown): UpstreamFailure {
  if (error instanceof UpstreamFailure) return error;
  return new UpstreamFailure('malformed', 'The answer cannot be read.', { cause: error });
}
