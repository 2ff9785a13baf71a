import type { TokenUsage } from '../../accounting/usage.ts';
import type { JsonObject, JsonValue } from '../adapter.ts';
import { isObject } from './fields.ts';

/**
 * Anthropic's figures → OpenAI's meaning. `input_tokens` are only those that the cache had no part in; the prompt
 * is the sum of the three. Null = the answer has no usage, or only zeros, as some compatible servers send.
 */
export function readUsage(usage: JsonValue | undefined): TokenUsage | null {
  if (!isObject(usage)) return null;
  const cached = count(usage['cache_read_input_tokens']);
  const written = writtenToCache(usage);
  const details = isObject(usage['output_tokens_details']) ? usage['output_tokens_details'] : {};
  const lifetimes = isObject(usage['cache_creation']) ? usage['cache_creation'] : {};
  const inputTokens = count(usage['input_tokens']) + cached + written;
  const outputTokens = count(usage['output_tokens']);
  if (inputTokens === 0 && outputTokens === 0) return null;
  return {
    inputTokens,
    cachedTokens: cached,
    cacheWriteTokens: written,
    cacheWrite1hTokens: Math.min(count(lifetimes['ephemeral_1h_input_tokens']), written),
    inputAudioTokens: 0,
    outputTokens,
    reasoningTokens: Math.min(count(details['thinking_tokens']), outputTokens),
    outputAudioTokens: 0,
  };
}

function writtenToCache(usage: JsonObject): number {
  const total = count(usage['cache_creation_input_tokens']);
  const parts = isObject(usage['cache_creation']) ? usage['cache_creation'] : {};
  // The total covers the parts; some servers give the parts alone.
  return total || count(parts['ephemeral_5m_input_tokens']) + count(parts['ephemeral_1h_input_tokens']);
}

/** The `usage` object of an OpenAI answer; the cache figures also under Anthropic's names. */
export function openAiUsage(usage: TokenUsage, wire: JsonObject): JsonObject {
  const isReasoningKnown = isObject(wire['output_tokens_details']);
  return {
    prompt_tokens: usage.inputTokens,
    completion_tokens: usage.outputTokens,
    total_tokens: usage.inputTokens + usage.outputTokens,
    prompt_tokens_details: { cached_tokens: usage.cachedTokens },
    ...(isReasoningKnown ? { completion_tokens_details: { reasoning_tokens: usage.reasoningTokens } } : {}),
    cache_creation_input_tokens: usage.cacheWriteTokens,
    cache_read_input_tokens: usage.cachedTokens,
    ...(isObject(wire['cache_creation']) ? { cache_creation: wire['cache_creation'] } : {}),
    ...(isObject(wire['server_tool_use']) ? { server_tool_use: wire['server_tool_use'] } : {}),
  };
}

const PROMPT_MEMBERS = new Set(['input_tokens', 'cache_read_input_tokens', 'cache_creation_input_tokens']);

/**
 * A stream tells its usage twice: at the start, and at the end with totals that replace, never add. Figures that do
 * not apply are null or absent there; some compatible servers write 0 for the prompt that they counted at the start.
 */
export function mergeUsage(start: JsonObject, end: JsonValue | undefined): JsonObject {
  if (!isObject(end)) return start;
  const isPromptTold =
    count(end['input_tokens']) + count(end['cache_read_input_tokens']) + writtenToCache(end) > 0;
  const known = Object.entries(end).filter(
    ([key, value]) => value !== undefined && value !== null && (isPromptTold || !PROMPT_MEMBERS.has(key)),
  );
  return { ...start, ...Object.fromEntries(known) };
}

/** What the log can hold; nothing that is counted in tokens comes near. */
const LARGEST_COUNT = 2_147_483_647;

function count(value: JsonValue | undefined): number {
  return typeof value === 'number' && value > 0 && value <= LARGEST_COUNT ? Math.round(value) : 0;
}
