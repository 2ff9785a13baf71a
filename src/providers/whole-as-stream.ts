import type { ChatCall, JsonObject, JsonValue, Reply, StreamEnd } from './adapter.ts';
import { isObject } from './json-object.ts';

/** Members of a completion that every chunk has, too. */
const IN_EVERY_CHUNK: ReadonlySet<string> = new Set([
  'id',
  'created',
  'model',
  'system_fingerprint',
  'service_tier',
]);

/**
 * A whole answer as the stream that the client has asked for: some servers do not know `stream`. Each choice comes in
 * one piece and then its `finish_reason`; what else the answer holds is on the last of them. The usage has a chunk of
 * its own if the client asked for one.
 */
export function streamOf(call: ChatCall, reply: Reply): StreamEnd {
  return {
    usage: reply.usage,
    estimatedOutputTokens: reply.estimatedOutputTokens,
    finish(members) {
      const chunks = chunksOf(call, JSON.parse(reply.body.toString('utf8')) as JsonObject);
      const frames = chunks.map((chunk) => JSON.stringify(chunk));
      const last = frames.pop() ?? '{}';
      frames.push(members === '' ? last : `${last.slice(0, -1)},${members}}`, '[DONE]');
      return Buffer.from(frames.map((data) => `data: ${data}\n\n`).join(''));
    },
  };
}

/** At least one. */
function chunksOf(call: ChatCall, completion: JsonObject): JsonObject[] {
  const { choices: listed, usage, object: _, ...members } = completion;
  const choices = (Array.isArray(listed) ? listed : []).filter(isObject);
  const common: [string, JsonValue | undefined][] = [];
  const others: [string, JsonValue | undefined][] = [];
  for (const member of Object.entries(members))
    (IN_EVERY_CHUNK.has(member[0]) ? common : others).push(member);
  const chunk = (of: JsonObject[]): JsonObject => ({
    id: `chatcmpl-${call.requestId}`,
    object: 'chat.completion.chunk',
    created: call.created,
    model: call.model,
    ...Object.fromEntries(common),
    choices: of,
    // OpenAI's rule: with include_usage every chunk has the member, null in all but the last.
    ...(call.includeUsage ? { usage: null } : {}),
  });

  const chunks = choices.map((choice, at) => chunk([said(choice, at)]));
  chunks.push(...choices.map((choice, at) => chunk([finished(choice, at)])));
  if (chunks.length === 0) chunks.push(chunk([]));
  Object.assign(chunks.at(-1) ?? {}, Object.fromEntries(others));
  if (call.includeUsage && isObject(usage)) chunks.push({ ...chunk([]), usage });
  return chunks;
}

function said(choice: JsonObject, at: number): JsonObject {
  const { index = at, message, logprobs = null } = choice;
  const delta: JsonObject = isObject(message) ? { ...message } : {};
  const calls = delta['tool_calls'];
  // Clients put the pieces of a call together by its index, which a whole answer does not have.
  if (Array.isArray(calls))
    delta['tool_calls'] = calls.filter(isObject).map((call, index) => ({ ...call, index }));
  return { index, delta: { role: 'assistant', ...delta }, logprobs, finish_reason: null };
}

function finished(choice: JsonObject, at: number): JsonObject {
  const { index = at, message: _, logprobs: __, finish_reason: reason = null, ...others } = choice;
  return { ...others, index, delta: {}, logprobs: null, finish_reason: reason };
}
