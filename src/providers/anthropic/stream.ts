import type { TokenUsage } from '../../accounting/usage.ts';
import {
  UpstreamFailure,
  type ChatCall,
  type JsonObject,
  type JsonValue,
  type StreamReader,
} from '../adapter.ts';
import { SseReader } from '../sse.ts';
import { envelopeFailure } from './error.ts';
import { isObject } from './fields.ts';
import { finishReason, refusalText, stopDetails } from './finish-reason.ts';
import { answerMembers, CHARS_PER_TOKEN } from './reply.ts';
import { StreamContent } from './stream-content.ts';
import { mergeUsage, openAiUsage, readUsage } from './usage.ts';

/** Reads the events of a streamed message and gives OpenAI's chunks back; see StreamReader for what it holds back. */
export class MessageStreamReader implements StreamReader {
  readonly #call: ChatCall;
  readonly #frames = new SseReader();
  readonly #content = new StreamContent();
  /** The message of `message_start`, with what `message_delta` added. */
  #message: JsonObject = {};
  /** An event has come that is no sign of life only. */
  #hasBegun = false;
  #usage: JsonObject | null = null;
  #isUsageFinal = false;
  #isStopped = false;
  #out: string[] = [];
  #hasRole = false;
  #held: JsonObject = {};
  done = false;

  constructor(call: ChatCall) {
    this.#call = call;
  }

  /**
   * Until the message ends, the provider's own count of output tokens is that of the first moment; an answer that is
   * cut off is therefore counted by what was relayed, if that is more.
   */
  get usage(): TokenUsage | null {
    const usage = readUsage(this.#usage ?? undefined);
    if (usage === null || this.#isUsageFinal) return usage;
    return { ...usage, outputTokens: Math.max(usage.outputTokens, this.estimatedOutputTokens) };
  }

  get isUsageGuessed(): boolean {
    return this.#usage !== null && !this.#isUsageFinal;
  }

  get estimatedOutputTokens(): number {
    return Math.ceil(this.#content.length / CHARS_PER_TOKEN);
  }

  push(chunk: Buffer): Buffer | null {
    try {
      for (const { data } of this.#frames.push(chunk)) {
        if (data !== null && !this.done) this.#read(parseEvent(data));
      }
    } catch (error) {
      throw error instanceof UpstreamFailure ? withBefore(error, this.#takeOut()) : error;
    }
    return this.#takeOut();
  }

  end(): boolean {
    const last = this.#frames.end()?.data;
    if (last && !this.done) this.#readLast(last);
    return this.#isStopped || this.done;
  }

  finish(members: string): Buffer {
    const json = JSON.stringify(this.#held);
    const whole = members === '' ? json : `${json.slice(0, -1)},${members}}`;
    const last = Buffer.from(`data: ${whole}\n\ndata: [DONE]\n\n`);
    const before = this.#takeOut();
    return before === null ? last : Buffer.concat([before, last]);
  }

  #takeOut(): Buffer | null {
    const out = this.#out;
    this.#out = [];
    return out.length === 0 ? null : Buffer.from(out.join(''));
  }

  /** The last event lacks its blank line: it may be half an event, and whatever it reports, the stream is over. */
  #readLast(data: Buffer): void {
    try {
      this.#read(parseEvent(data));
    } catch (error) {
      if (!(error instanceof UpstreamFailure)) throw error;
    }
  }

  #read(event: JsonObject): void {
    const isFirst = !this.#hasBegun;
    if (event['type'] !== 'ping') this.#hasBegun = true;
    switch (event['type']) {
      case 'message_start':
        this.#message = isObject(event['message']) ? event['message'] : {};
        this.#usage = isObject(this.#message['usage']) ? this.#message['usage'] : null;
        break;
      case 'content_block_start':
        if (isObject(event['content_block'])) {
          this.#send(this.#content.start(indexOf(event), event['content_block']));
        }
        break;
      case 'content_block_delta':
        if (isObject(event['delta'])) this.#send(this.#content.delta(indexOf(event), event['delta']));
        break;
      case 'content_block_stop':
        this.#send(this.#content.stop(indexOf(event)));
        break;
      case 'message_delta':
        this.#onMessageDelta(event);
        break;
      case 'message_stop':
        if (isFirst) {
          throw new UpstreamFailure('malformed', 'The provider ended the stream without an answer.');
        }
        if (!this.#isStopped) this.#stop();
        this.done = true;
        break;
      case 'error':
        throw envelopeFailure(null, event);
      case 'ping':
        // Before the model begins, another provider may still answer; then proxies end what is silent for a minute.
        if (this.#hasRole && !this.#isStopped) this.#out.push(': ping\n\n');
        break;
      default: // what later versions add: nothing that a client of OpenAI's shape could use.
    }
  }

  #onMessageDelta(event: JsonObject): void {
    if (isObject(event['usage'])) {
      this.#usage = mergeUsage(this.#usage ?? {}, event['usage']);
      this.#isUsageFinal = true;
    }
    if (!isObject(event['delta'])) return;
    this.#message = { ...this.#message, ...event['delta'] };
    if (typeof event['delta']['stop_reason'] === 'string' && !this.#isStopped) this.#stop();
  }

  /** Everything is said: sends the rest, and makes the frame that is held back. */
  #stop(): void {
    this.#isStopped = true;
    for (const delta of this.#content.stopAll()) this.#send(delta);
    const refusal = refusalText(this.#message);
    if (refusal !== null) this.#send({ refusal });
    if (!this.#hasRole) this.#send({});
    const message: JsonObject = { ...this.#message, usage: this.#usage ?? undefined };
    const last = this.#chunk(
      [
        {
          index: 0,
          delta: {},
          logprobs: null,
          finish_reason: finishReason(message['stop_reason'], this.#content.hasToolCalls),
          ...stopDetails(message),
        },
      ],
      answerMembers(message),
    );
    if (!this.#call.includeUsage) {
      this.#held = last;
      return;
    }
    this.#out.push(frameOf(last));
    const usage = this.usage;
    this.#held = this.#chunk(
      [],
      usage === null || this.#usage === null ? {} : { usage: openAiUsage(usage, this.#usage) },
    );
  }

  #send(delta: JsonObject | null): void {
    if (delta === null) return;
    const first = this.#hasRole ? {} : { role: 'assistant', content: '' };
    this.#hasRole = true;
    const choice = { index: 0, delta: { ...first, ...delta }, logprobs: null, finish_reason: null };
    this.#out.push(frameOf(this.#chunk([choice], {})));
  }

  #chunk(choices: JsonValue[], members: JsonObject): JsonObject {
    const { id, model } = this.#message;
    return {
      id: typeof id === 'string' ? id : `chatcmpl-${this.#call.requestId}`,
      object: 'chat.completion.chunk',
      created: this.#call.created,
      model: typeof model === 'string' ? model : this.#call.model,
      choices,
      // OpenAI's rule: with include_usage every chunk has the member, null in all but the last.
      ...(this.#call.includeUsage ? { usage: null } : {}),
      ...members,
    };
  }
}

function withBefore(failure: UpstreamFailure, before: Buffer | null): UpstreamFailure {
  if (before === null) return failure;
  const { kind, message, status, upstreamCode, param, contextWindow, retryAfterMs } = failure;
  const detail = { status, upstreamCode, param, contextWindow, retryAfterMs, before, cause: failure.cause };
  return new UpstreamFailure(kind, message, detail);
}

function frameOf(chunk: JsonObject): string {
  return `data: ${JSON.stringify(chunk)}\n\n`;
}

function indexOf(event: JsonObject): number {
  return typeof event['index'] === 'number' ? event['index'] : 0;
}

function parseEvent(data: Buffer): JsonObject {
  let event: unknown = null;
  try {
    event = JSON.parse(data.toString('utf8'));
  } catch (cause) {
    throw new UpstreamFailure('malformed', 'The provider sent an event that is not JSON.', { cause });
  }
  if (isObject(event)) return event;
  throw new UpstreamFailure('malformed', 'The provider sent an event that is not an object.');
}
