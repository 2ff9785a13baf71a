import type { TokenUsage } from '../../accounting/usage.ts';
import { UpstreamFailure, type ChatCall, type StreamReader } from '../adapter.ts';
import { createSpanFinder, skipSpace } from '../json-spans.ts';
import { SseReader, type SseFrame } from '../sse.ts';
import { ByteRun } from './byte-run.ts';
import { readInnerError } from './error.ts';
import { asObject, parseJson } from './fields.ts';
import { ToolIndexes } from './tool-indexes.ts';
import { readUsage } from './usage.ts';

const findMembers = createSpanFinder('choices', 'usage', 'error');
const FINISH_REASON = Buffer.from('"finish_reason"');
const DONE = Buffer.from('data: [DONE]\n\n');
const DONE_DATA = Buffer.from('[DONE]');
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const CLOSE_BRACKET = 0x5d;
const COLON = 0x3a;
const NULL_START = 0x6e;
/** What a stream of events can begin with: a comment, data, event, id, retry, a line end, a byte order mark. */
const FIRST_BYTES: ReadonlySet<number> = new Set([...Buffer.from(':deir\r\n'), 0xef]);
const BYTES_PER_TOKEN = 4;

/**
 * Relays OpenAI's stream as it came, frame by frame, but for tool calls that share an index. Usage is always asked for
 * upstream, so the usage chunk of a client that did not ask is swallowed. So are comments and pings before the first
 * event: they say that the provider is busy, not that it answers, and once a client has a byte nobody else may answer.
 * From the first frame with a finish_reason (or the usage chunk) on, every frame waits for the next one, so that the
 * last before `[DONE]` can take the gateway's members.
 */
export class OpenAiStream implements StreamReader {
  readonly #call: ChatCall;
  readonly #frames = new SseReader();
  #started = false;
  /** An event has come: what is no event goes to the client from then on. */
  #begun = false;
  #done = false;
  #finished = false;
  /** Choices by index, from the first finish_reason of any on: true = it has one itself. */
  readonly #choices = new Map<unknown, boolean>();
  readonly #toolIndexes = new ToolIndexes();
  #held: Buffer | null = null;
  #usage: TokenUsage | null = null;
  #estimated = 0;
  /** The shortest content frame so far: all but the text itself. */
  #overhead = Number.POSITIVE_INFINITY;

  constructor(call: ChatCall) {
    this.#call = call;
  }

  get done(): boolean {
    return this.#done;
  }

  get usage(): TokenUsage | null {
    return this.#usage;
  }

  get estimatedOutputTokens(): number {
    return this.#estimated;
  }

  push(chunk: Buffer): Buffer | null {
    if (!this.#started && chunk.length > 0) this.#start(chunk);
    const out = new ByteRun();
    for (const frame of this.#frames.push(chunk)) {
      if (this.#done) break;
      const failure = this.#take(frame, out);
      if (failure) throw withBefore(failure, out.take());
    }
    return out.take();
  }

  finish(members: string): Buffer {
    const held = this.#held;
    if (held === null) return members === '' ? DONE : this.#extraChunk(members);
    if (members === '') return Buffer.concat([held, DONE]);
    const close = held.lastIndexOf(CLOSE_BRACE);
    return Buffer.concat([held.subarray(0, close), Buffer.from(`,${members}`), held.subarray(close), DONE]);
  }

  end(): boolean {
    const last = this.#done ? null : this.#frames.end();
    if (last) {
      const out = new ByteRun();
      if (this.#take(last, out) === null) {
        // The last frame waits already or has nothing to wait for: both go out with `finish`.
        const released = out.take();
        if (released) this.#held = this.#held ? Buffer.concat([released, this.#held]) : released;
      }
    }
    return this.#done || (this.#finished && [...this.#choices.values()].every(Boolean));
  }

  #start(chunk: Buffer): void {
    this.#started = true;
    if (FIRST_BYTES.has(chunk[0] ?? 0)) return;
    throw new UpstreamFailure('malformed', "The provider's answer is no stream of events.");
  }

  #take(frame: SseFrame, out: ByteRun): UpstreamFailure | null {
    const data = frame.data;
    if (data === null || data.length === 0 || (!this.#begun && frame.event === 'ping')) {
      if (this.#begun) out.add(frame.raw);
      return null;
    }
    if (data.length < 16 && data.includes(DONE_DATA)) {
      if (!this.#begun)
        return new UpstreamFailure('malformed', 'The provider ended the stream without an answer.');
      this.#done = true;
      return null;
    }
    this.#begun = true;
    const found = findMembers(data);
    if (!found) return new UpstreamFailure('malformed', 'The provider sent an event that is no JSON object.');
    const [choices, usage, error] = found.values;
    if (error && data[error.start] !== NULL_START)
      return readInnerError(parseJson(data.subarray(error.start, error.end)));
    if (frame.event === 'error') return readInnerError(parseJson(data));

    const hasUsage = usage !== null && usage !== undefined && data[usage.start] === OPEN_BRACE;
    if (hasUsage) this.#usage = readUsage(parseJson(data.subarray(usage.start, usage.end))) ?? this.#usage;
    const hasChoices =
      choices !== null && choices !== undefined && data[skipSpace(data, choices.start + 1)] !== CLOSE_BRACKET;
    if (hasUsage && !hasChoices && !this.#call.includeUsage) return null;

    if (hasChoices) {
      this.#estimate(data.length);
      this.#finished ||= hasFinishReason(data, choices.start, choices.end);
      if (this.#finished) this.#noteChoices(data.subarray(choices.start, choices.end));
    }
    const relayed = (hasChoices ? this.#toolIndexes.renumbered(data) : null) ?? frame.raw;
    if (this.#held === null && !this.#finished && !(hasUsage && !hasChoices)) {
      out.add(relayed);
      return null;
    }
    if (this.#held) out.add(this.#held);
    this.#held = relayed;
    return null;
  }

  /** With n > 1 the others go on when one has finished; of most streams only the usage comes then. */
  #noteChoices(json: Buffer): void {
    const choices = parseJson(json);
    for (const each of Array.isArray(choices) ? choices : []) {
      const choice = asObject(each);
      const index = choice?.['index'] ?? 0;
      const isFinished = typeof choice?.['finish_reason'] === 'string';
      this.#choices.set(index, isFinished || this.#choices.get(index) === true);
    }
  }

  /** A frame is one token or more: what it has beyond the shortest is text. */
  #estimate(length: number): void {
    if (length < this.#overhead) this.#overhead = length;
    this.#estimated += Math.max(1, Math.ceil((length - this.#overhead) / BYTES_PER_TOKEN));
  }

  /** No frame could be held, as none had a finish_reason: only a client that expects a usage chunk gets one more. */
  #extraChunk(members: string): Buffer {
    if (!this.#call.includeUsage) return DONE;
    const head = {
      id: `chatcmpl-${this.#call.requestId}`,
      object: 'chat.completion.chunk',
      created: this.#call.created,
    };
    const chunk = JSON.stringify({ ...head, model: this.#call.model, choices: [] });
    return Buffer.from(`data: ${chunk.slice(0, -1)},${members}}\n\ndata: [DONE]\n\n`);
  }
}

/** Inside a JSON string the quotes would be escaped, so what is found is a member, and null means "not yet". */
function hasFinishReason(data: Buffer, start: number, end: number): boolean {
  let at = data.indexOf(FINISH_REASON, start);
  while (at !== -1 && at < end) {
    const colon = skipSpace(data, at + FINISH_REASON.length);
    if (data[colon] === COLON && data[skipSpace(data, colon + 1)] !== NULL_START) return true;
    at = data.indexOf(FINISH_REASON, colon);
  }
  return false;
}

function withBefore(failure: UpstreamFailure, before: Buffer | null): UpstreamFailure {
  if (before === null) return failure;
  return new UpstreamFailure(failure.kind, failure.message, {
    status: failure.status,
    upstreamCode: failure.upstreamCode,
    param: failure.param,
    retryAfterMs: failure.retryAfterMs,
    contextWindow: failure.contextWindow,
    before,
  });
}
