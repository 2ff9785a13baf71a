import {
  UpstreamFailure,
  type JsonObject,
  type JsonValue,
  type Reply,
  type StreamReader,
} from './adapter.ts';
import { isObject } from './json-object.ts';
import { skipSpace } from './json-spans.ts';
import { mergeDetails } from './reasoning-details.ts';
import { SseReader } from './sse.ts';

/** What the lines of a stream of events begin with, and no JSON does: a comment, data, event, id, retry. */
const FIRST_BYTES: ReadonlySet<number> = new Set(Buffer.from(':deir'));
/** Texts that come whole, or again; all others come in pieces. */
const WHOLE_TEXTS: ReadonlySet<string> = new Set(['role', 'id', 'type', 'name']);

/** Whether an answer is a stream of events, whatever its header says. */
export function isEvents(body: Buffer): boolean {
  return FIRST_BYTES.has(body[skipSpace(body, 0)] ?? 0);
}

/**
 * A stream as the whole answer that the client has asked for: some servers only stream. `reader` must be new and
 * keep the usage chunk.
 *
 * @throws UpstreamFailure when the stream is cut off, or tells an error
 */
export function wholeOf(reader: StreamReader, body: Buffer): Reply {
  const relayed = reader.push(body) ?? Buffer.alloc(0);
  if (!reader.done && !reader.end())
    throw new UpstreamFailure('malformed', 'The stream ended before the answer was complete.');
  const completion = new Completion();
  const frames = new SseReader({ maxFrameBytes: Number.MAX_SAFE_INTEGER });
  for (const { data } of frames.push(Buffer.concat([relayed, reader.finish('')]))) {
    const chunk: unknown = data === null || data[0] !== OPEN_BRACE ? null : JSON.parse(data.toString('utf8'));
    if (isObject(chunk)) completion.add(chunk);
  }
  return {
    body: Buffer.from(JSON.stringify(completion.take())),
    usage: reader.usage,
    estimatedOutputTokens: reader.estimatedOutputTokens,
  };
}

const OPEN_BRACE = 0x7b;

/** Puts chunks together: pieces of text are joined, lists go on, of everything else the last word counts. */
class Completion {
  readonly #members: JsonObject = {};
  readonly #choices = new Map<number, JsonObject>();

  add(chunk: JsonObject): void {
    const { choices, ...members } = chunk;
    for (const [name, value] of Object.entries(members)) setLast(this.#members, name, value);
    for (const choice of Array.isArray(choices) ? choices.filter(isObject) : []) this.#addChoice(choice);
  }

  take(): JsonObject {
    const choices = [...this.#choices.values()].sort((a, b) => Number(a['index']) - Number(b['index']));
    for (const { message } of choices) if (isObject(message)) complete(message);
    return { ...this.#members, object: 'chat.completion', choices };
  }

  #addChoice(chunk: JsonObject): void {
    // Perplexity sends the whole message beside each piece of it.
    const { index: at, delta, message: _, logprobs, ...members } = chunk;
    const index = typeof at === 'number' ? at : 0;
    const message: JsonObject = { role: 'assistant', content: null };
    const choice = this.#choices.get(index) ?? { index, message, logprobs: null, finish_reason: null };
    this.#choices.set(index, choice);
    for (const [name, value] of Object.entries(members)) setLast(choice, name, value);
    if (isObject(logprobs)) choice['logprobs'] = joined(choice['logprobs'], logprobs);
    if (isObject(delta) && isObject(choice['message'])) addDelta(choice['message'], delta);
  }
}

function addDelta(message: JsonObject, delta: JsonObject): void {
  for (const [name, value] of Object.entries(delta)) {
    if (name !== 'tool_calls') addMember(message, name, value);
    else if (Array.isArray(value)) message[name] = withCalls(message[name], value.filter(isObject));
  }
}

/** Calls lie in the order of their indexes, which they keep until the end. */
function withCalls(known: JsonValue | undefined, pieces: readonly JsonObject[]): JsonValue[] {
  const calls = Array.isArray(known) ? known.filter(isObject) : [];
  for (const [at, piece] of pieces.entries()) {
    const index = piece['index'] ?? at;
    const call = calls.find((it) => it['index'] === index);
    if (call === undefined) calls.push({ ...piece, index });
    else for (const [name, value] of Object.entries(piece)) addMember(call, name, value);
  }
  return calls.sort((a, b) => Number(a['index']) - Number(b['index']));
}

/** As a whole answer has it: calls without an index, reasoning in one piece, no empty text beside a call or a refusal. */
function complete(message: JsonObject): void {
  const calls = message['tool_calls'];
  if (Array.isArray(calls)) {
    for (const call of calls) if (isObject(call)) delete call['index'];
  }
  const details = message['reasoning_details'];
  if (Array.isArray(details)) message['reasoning_details'] = mergeDetails(details);
  const isSilent = message['content'] === '';
  if (isSilent && (Array.isArray(calls) || typeof message['refusal'] === 'string')) message['content'] = null;
}

function addMember(to: JsonObject, name: string, value: JsonValue | undefined): void {
  if (WHOLE_TEXTS.has(name)) {
    if (value !== '') setLast(to, name, value);
  } else if (value !== null && value !== undefined) to[name] = joined(to[name], value);
  else to[name] ??= null;
}

function joined(known: JsonValue | undefined, more: JsonValue): JsonValue {
  if (typeof known === 'string' && typeof more === 'string') return known + more;
  if (Array.isArray(known) && Array.isArray(more)) {
    // Both are ours alone. A list of thousands of pieces is not copied for each of them.
    for (const each of more) known.push(each);
    return known;
  }
  if (!isObject(known) || !isObject(more)) return more;
  const both: JsonObject = { ...known };
  for (const [name, value] of Object.entries(more)) addMember(both, name, value);
  return both;
}

/** Null says nothing about what is known. */
function setLast(to: JsonObject, name: string, value: JsonValue | undefined): void {
  if ((value !== null && value !== undefined) || to[name] === undefined) to[name] = value;
}
