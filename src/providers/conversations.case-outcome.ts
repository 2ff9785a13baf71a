import type { TokenUsage } from '../accounting/usage.ts';
import { isObject } from '../json-object.ts';
import type { JsonObject, JsonValue, StreamReader } from './adapter.ts';
import type { Result } from './conversations.case-shape.ts';

/** What a client understood of an answer, whichever way it came. */
export interface Outcome extends Omit<Result, 'usage'> {
  readonly usage: TokenUsage | null;
}

export interface StreamOutcome {
  readonly outcome: Outcome;
  /** What `finish` added to the last chunk. */
  readonly members: JsonObject;
  readonly hasUsageChunk: boolean;
  /** Every `thinking_blocks`, `citations` and `server_tool_blocks` entry, in order. */
  readonly lists: Readonly<
    Record<'thinking_blocks' | 'citations' | 'annotations' | 'server_tool_blocks', JsonValue[]>
  >;
}

export function readOutcome(completion: JsonObject, usage: TokenUsage | null): Outcome {
  const choice = objectOf(listOf(completion['choices'])[0]);
  const message = objectOf(choice['message']);
  return {
    content: stringOrNull(message['content']),
    refusal: stringOrNull(message['refusal']),
    reasoning: stringOrNull(message['reasoning_content']) ?? '',
    toolCalls: listOf(message['tool_calls']).map((call) => readToolCall(objectOf(call))),
    finishReason: stringOrNull(choice['finish_reason']) ?? '',
    usage,
  };
}

function readToolCall(call: JsonObject): Result['toolCalls'][number] {
  const fn = objectOf(call['function']);
  return {
    id: stringOrNull(call['id']) ?? '',
    name: stringOrNull(fn['name']) ?? '',
    arguments: stringOrNull(fn['arguments']) ?? '',
  };
}

/** Sends the bytes through the reader in these pieces (default: one) and reads what comes out as a client would. */
export function streamThrough(
  reader: StreamReader,
  bytes: Buffer,
  members: string,
  cuts: readonly number[] = [],
): StreamOutcome {
  return readStreamed(relay(reader, bytes, members, cuts), reader.usage);
}

/** What a client reads out of a whole stream. */
export function readStreamed(out: Buffer, usage: TokenUsage | null): StreamOutcome {
  const frames = out
    .toString('utf8')
    .split('\n\n')
    .filter((frame) => frame !== '' && !frame.startsWith(':'));
  if (frames.pop() !== 'data: [DONE]') throw new Error('the stream does not end with [DONE]');
  const chunks = frames.map((frame) => objectOf(JSON.parse(frame.replace(/^data: /, '')) as JsonValue));
  return joinDeltas(chunks, usage);
}

/** All that the client gets, as bytes. */
export function relay(reader: StreamReader, bytes: Buffer, members: string, cuts: readonly number[]): Buffer {
  const edges = [0, ...cuts, bytes.length].toSorted((a, b) => a - b);
  const parts: Buffer[] = [];
  for (const [i, edge] of edges.slice(1).entries()) {
    // A copy: nothing may depend on the memory of earlier chunks.
    const part = reader.push(Buffer.from(bytes.subarray(edges[i], edge)));
    if (part !== null) parts.push(part);
  }
  if (!reader.end()) throw new Error('the stream was cut off');
  return Buffer.concat([...parts, reader.finish(members)]);
}

function joinDeltas(chunks: readonly JsonObject[], usage: TokenUsage | null): StreamOutcome {
  let content = '';
  let refusal = '';
  let reasoning = '';
  let finishReason = '';
  const calls: { id: string; name: string; arguments: string }[] = [];
  const lists = {
    thinking_blocks: [] as JsonValue[],
    citations: [] as JsonValue[],
    annotations: [] as JsonValue[],
    server_tool_blocks: [] as JsonValue[],
  };
  for (const chunk of chunks) {
    const choice = objectOf(listOf(chunk['choices'])[0]);
    const delta = objectOf(choice['delta']);
    content += stringOrNull(delta['content']) ?? '';
    refusal += stringOrNull(delta['refusal']) ?? '';
    reasoning += stringOrNull(delta['reasoning_content']) ?? '';
    finishReason = stringOrNull(choice['finish_reason']) ?? finishReason;
    for (const key of ['thinking_blocks', 'citations', 'annotations', 'server_tool_blocks'] as const) {
      lists[key].push(...listOf(delta[key]));
    }
    for (const entry of listOf(delta['tool_calls'])) {
      const call = objectOf(entry);
      const fn = objectOf(call['function']);
      const index = Number(call['index']);
      calls[index] ??= { id: '', name: '', arguments: '' };
      const known = calls[index];
      known.id += stringOrNull(call['id']) ?? '';
      known.name += stringOrNull(fn['name']) ?? '';
      known.arguments += stringOrNull(fn['arguments']) ?? '';
    }
  }
  const last = chunks.at(-1) ?? {};
  const own = new Set([
    'id',
    'object',
    'created',
    'model',
    'choices',
    'usage',
    'service_tier',
    'system_fingerprint',
  ]);
  const isSilent = content === '' && (calls.length > 0 || refusal !== '');
  return {
    outcome: {
      content: isSilent ? null : content,
      refusal: refusal === '' ? null : refusal,
      reasoning,
      toolCalls: calls,
      finishReason,
      usage,
    },
    lists,
    members: Object.fromEntries(Object.entries(last).filter(([key]) => !own.has(key))),
    hasUsageChunk:
      listOf(last['choices']).length === 0 && last['usage'] !== undefined && last['usage'] !== null,
  };
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return isObject(value) ? value : {};
}

function listOf(value: JsonValue | undefined): JsonValue[] {
  return Array.isArray(value) ? value : [];
}

function stringOrNull(value: JsonValue | undefined): string | null {
  return typeof value === 'string' ? value : null;
}
