import type { JsonObject } from '../adapter.ts';

/** Members that request.ts translates; they never pass as they are. */
const TRANSLATED = [
  'model', 'messages', 'system', 'stream', 'max_tokens', 'max_completion_tokens', 'temperature', 'top_p', 'top_k',
  'stop', 'stop_sequences', 'tools', 'tool_choice', 'parallel_tool_calls', 'functions', 'function_call', 'thinking',
  'reasoning_effort', 'response_format', 'output_config', 'user', 'safety_identifier', 'metadata', 'service_tier',
  'betas', 'n', 'modalities', 'audio', 'web_search_options',
]; // prettier-ignore

/**
 * OpenAI's members that the Messages API does not know and that do not change what an answer means: left out.
 * `logprobs` is among them: the answer is the same text, its `logprobs` are null.
 */
const IGNORED = [
  'stream_options', 'frequency_penalty', 'presence_penalty', 'logit_bias', 'logprobs', 'top_logprobs', 'seed',
  'prediction', 'prompt_cache_key', 'prompt_cache_options', 'prompt_cache_retention', 'store', 'verbosity', 'moderation',
]; // prettier-ignore

const HELD_BACK = new Set([...TRANSLATED, ...IGNORED]);

/**
 * Everything else goes through untouched: `cache_control`, `container`, `context_management`, `mcp_servers`,
 * `inference_geo`, `speed` and whatever comes next. What the API does not know either, it names in its own 400.
 */
export function untouchedMembers(json: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(json).filter(
      ([key, value]) => value !== undefined && value !== null && !HELD_BACK.has(key),
    ),
  );
}
