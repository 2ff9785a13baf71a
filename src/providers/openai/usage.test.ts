import { describe, expect, it } from 'vitest';
import { NO_USAGE } from '../../accounting/usage.ts';
import { readUsage } from './usage.ts';

describe('readUsage', () => {
  it('reads OpenAI’s classes', () => {
    expect(
      readUsage({
        prompt_tokens: 2006,
        completion_tokens: 300,
        total_tokens: 2306,
        prompt_tokens_details: { cached_tokens: 1920, audio_tokens: 5 },
        completion_tokens_details: { reasoning_tokens: 192, audio_tokens: 7, accepted_prediction_tokens: 0 },
      }),
    ).toEqual({
      inputTokens: 2006,
      cachedTokens: 1920,
      cacheWriteTokens: 0,
      cacheWrite1hTokens: 0,
      inputAudioTokens: 5,
      outputTokens: 300,
      reasoningTokens: 192,
      outputAudioTokens: 7,
    });
  });

  it.each([
    [
      'DeepSeek’s cache members',
      { prompt_tokens: 100, completion_tokens: 5, prompt_cache_hit_tokens: 64, prompt_cache_miss_tokens: 36 },
      { inputTokens: 100, outputTokens: 5, cachedTokens: 64 },
    ],
    [
      'OpenRouter’s cache writes',
      {
        prompt_tokens: 100,
        completion_tokens: 5,
        prompt_tokens_details: { cached_tokens: 10, cache_write_tokens: 80 },
      },
      { inputTokens: 100, outputTokens: 5, cachedTokens: 10, cacheWriteTokens: 80 },
    ],
    [
      'Anthropic’s members, when they stand beside the prompt',
      {
        prompt_tokens: 10,
        completion_tokens: 5,
        cache_read_input_tokens: 1000,
        cache_creation_input_tokens: 500,
        cache_creation: { ephemeral_1h_input_tokens: 200 },
      },
      {
        inputTokens: 1510,
        outputTokens: 5,
        cachedTokens: 1000,
        cacheWriteTokens: 500,
        cacheWrite1hTokens: 200,
      },
    ],
    [
      'Anthropic’s members, when only the total shows that they stand beside the prompt',
      {
        prompt_tokens: 1000,
        completion_tokens: 50,
        total_tokens: 1350,
        cache_read_input_tokens: 200,
        cache_creation_input_tokens: 100,
      },
      { inputTokens: 1300, outputTokens: 50, cachedTokens: 200, cacheWriteTokens: 100, reasoningTokens: 0 },
    ],
    [
      'reasoning beside the completion, be it as much as is cached',
      {
        prompt_tokens: 1000,
        completion_tokens: 20,
        total_tokens: 1320,
        prompt_tokens_details: { cached_tokens: 300 },
        completion_tokens_details: { reasoning_tokens: 300 },
      },
      { inputTokens: 1000, outputTokens: 320, cachedTokens: 300, reasoningTokens: 300 },
    ],
    [
      'Voyage’s total of an embedding',
      { total_tokens: 12 },
      { inputTokens: 12, outputTokens: 0, reasoningTokens: 0 },
    ],
    [
      'Anthropic’s members, when they are part of the prompt',
      {
        prompt_tokens: 1510,
        completion_tokens: 5,
        cache_read_input_tokens: 1000,
        cache_creation_input_tokens: 500,
      },
      { inputTokens: 1510, outputTokens: 5, cachedTokens: 1000, cacheWriteTokens: 500 },
    ],
    [
      'reasoning beside the completion (xAI)',
      {
        prompt_tokens: 32,
        completion_tokens: 9,
        total_tokens: 135,
        completion_tokens_details: { reasoning_tokens: 94 },
      },
      { inputTokens: 32, outputTokens: 103, reasoningTokens: 94 },
    ],
    [
      'thoughts that show in the total alone (Gemini)',
      { prompt_tokens: 8, completion_tokens: 9, total_tokens: 400 },
      { inputTokens: 8, outputTokens: 392, reasoningTokens: 383 },
    ],
    [
      'the names of the Responses API',
      { input_tokens: 3, output_tokens: 4 },
      { inputTokens: 3, outputTokens: 4 },
    ],
    ['embeddings', { prompt_tokens: 8, total_tokens: 8 }, { inputTokens: 8 }],
  ])('reads %s', (_name, usage, expected) => {
    expect(readUsage(usage)).toEqual({ ...NO_USAGE, ...expected });
  });

  it('takes what is no report for none', () => {
    for (const usage of [
      null,
      undefined,
      {},
      [],
      'x',
      { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 },
    ])
      expect(readUsage(usage)).toBeNull();
    expect(readUsage({ prompt_tokens: -5, completion_tokens: 'many' })).toBeNull();
    // Half a report would be charged as if the other half had cost nothing, a senseless one for ever.
    expect(readUsage({ prompt_tokens: -1, completion_tokens: 20, total_tokens: 19 })).toBeNull();
    expect(readUsage({ prompt_tokens: 1e300, completion_tokens: 1 })).toBeNull();
    expect(readUsage({ completion_tokens: 3.7 })).toEqual({ ...NO_USAGE, outputTokens: 3 });
  });
});
