import type { TokenUsage } from '../../accounting/usage.ts';
import type { JsonObject } from '../adapter.ts';
import { asCount, asObject, firstCount } from './fields.ts';

/**
 * OpenAI's `usage` → token classes; null = none was reported: absent, empty, all zero, as some servers send, or a
 * total that is no count (text, −1 for "not known").
 *
 * Servers differ in what their totals contain. What must hold is that the cached and reasoning tokens are part
 * of the totals, so figures that contradict it are read as "beside", not "of which":
 * - DeepSeek: prompt_cache_hit_tokens; OpenRouter: prompt_tokens_details.cache_write_tokens;
 *   Anthropic behind a compatible front: cache_read_input_tokens, cache_creation_input_tokens.
 * - xAI and Gemini's compatible API: total_tokens = prompt + completion + reasoning, completion without reasoning.
 * - Voyage tells nothing but total_tokens of an embedding: all of it is the prompt.
 */
export function readUsage(value: unknown): TokenUsage | null {
  const usage = asObject(value);
  if (!usage) return null;
  const total = asCount(usage['total_tokens']) ?? 0;
  const toldPrompt = usage['prompt_tokens'] ?? usage['input_tokens'] ?? null;
  const toldCompletion = usage['completion_tokens'] ?? usage['output_tokens'] ?? null;
  const isTotalOnly = toldPrompt === null && toldCompletion === null;
  const prompt = asCount(isTotalOnly ? total : (toldPrompt ?? 0));
  const completion = asCount(toldCompletion ?? 0);
  if (prompt === null || completion === null) return null;
  if (prompt === 0 && completion === 0 && total === 0) return null;

  const promptDetails = details(usage, 'prompt_tokens_details', 'input_tokens_details');
  const completionDetails = details(usage, 'completion_tokens_details', 'output_tokens_details');
  const cached =
    firstCount(promptDetails, 'cached_tokens') ??
    firstCount(usage, 'prompt_cache_hit_tokens', 'cache_read_input_tokens', 'cached_tokens') ??
    0;
  const cacheWrite =
    firstCount(promptDetails, 'cache_write_tokens', 'cache_creation_tokens') ??
    firstCount(usage, 'cache_creation_input_tokens') ??
    0;
  const cacheWrite1h = firstCount(details(usage, 'cache_creation'), 'ephemeral_1h_input_tokens') ?? 0;
  const reasoning =
    firstCount(completionDetails, 'reasoning_tokens') ?? firstCount(usage, 'reasoning_tokens') ?? 0;
  const ofCache = cached + cacheWrite;
  const isBeside = ofCache > prompt || (ofCache !== reasoning && total === prompt + completion + ofCache);
  const inputTokens = isBeside ? prompt + ofCache : prompt;

  const beyond = total > inputTokens + completion ? total - inputTokens - completion : 0;
  const outputTokens = Math.max(completion + beyond, reasoning);
  return {
    inputTokens,
    cachedTokens: cached,
    cacheWriteTokens: cacheWrite,
    cacheWrite1hTokens: Math.min(cacheWrite1h, cacheWrite),
    inputAudioTokens: Math.min(firstCount(promptDetails, 'audio_tokens') ?? 0, inputTokens),
    outputTokens,
    reasoningTokens: Math.max(reasoning, beyond),
    outputAudioTokens: Math.min(firstCount(completionDetails, 'audio_tokens') ?? 0, outputTokens),
  };
}

function details(usage: JsonObject, ...names: readonly string[]): JsonObject {
  for (const name of names) {
    const found = asObject(usage[name]);
    if (found) return found;
  }
  return {};
}
