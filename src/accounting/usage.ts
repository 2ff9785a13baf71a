/**
 * What one answer used, in tokens, with OpenAI's meaning: totals with subsets.
 * Every adapter translates its provider's figures into this.
 */
export interface TokenUsage {
  /** All prompt tokens, cached ones and cache writes included. */
  readonly inputTokens: number;
  /** Of these, read from the provider's prompt cache. */
  readonly cachedTokens: number;
  /** Of these, written to the provider's prompt cache (any lifetime). */
  readonly cacheWriteTokens: number;
  /** Of the cache writes, those with a lifetime of one hour (Anthropic). */
  readonly cacheWrite1hTokens: number;
  /** Of the prompt tokens, audio. */
  readonly inputAudioTokens: number;
  /** All completion tokens, reasoning included. */
  readonly outputTokens: number;
  /** Of these, reasoning ("thinking"). */
  readonly reasoningTokens: number;
  /** Of the completion tokens, audio. */
  readonly outputAudioTokens: number;
}

export const NO_USAGE: TokenUsage = {
  inputTokens: 0,
  cachedTokens: 0,
  cacheWriteTokens: 0,
  cacheWrite1hTokens: 0,
  inputAudioTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
  outputAudioTokens: 0,
};
