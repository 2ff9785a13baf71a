import fc from 'fast-check';
import { expect, test } from 'vitest';

import { normalizeModelId, variantOf } from './model-id.ts';

const SPELLINGS: readonly (readonly [spelling: string, normalized: string])[] = [
  ['gpt-4o', 'gpt-4o'],
  ['gpt-4o-2024-11-20', 'gpt-4o'],
  ['openai/gpt-4o', 'gpt-4o'],
  ['gpt-4.1-mini', 'gpt-4-1-mini'],
  ['claude-3.5-sonnet', 'claude-3-5-sonnet'],
  ['claude-3-5-sonnet-20241022', 'claude-3-5-sonnet'],
  ['claude-3-5-sonnet-latest', 'claude-3-5-sonnet'],
  ['anthropic/claude-sonnet-4.5', 'claude-sonnet-4-5'],
  ['claude-opus-4@20250514', 'claude-opus-4'],
  ['us.anthropic.claude-sonnet-4-20250514-v1:0', 'claude-sonnet-4'],
  ['anthropic.claude-3-5-sonnet-20241022-v2:0', 'claude-3-5-sonnet'],
  ['global.anthropic.claude-opus-4-6-v1:0', 'claude-opus-4-6'],
  ['eu.amazon.nova-pro-v1:0', 'nova-pro'],
  ['meta.llama3-1-70b-instruct-v1:0', 'llama-3-1-70b'],
  ['meta-llama/Llama-3.1-70B-Instruct', 'llama-3-1-70b'],
  ['meta-llama/llama-3.3-70b-instruct:free', 'llama-3-3-70b'],
  ['models/gemini-2.5-pro', 'gemini-2-5-pro'],
  ['publishers/google/models/gemini-2.0-flash@001', 'gemini-2-0-flash'],
  ['Qwen/Qwen3-32B-AWQ', 'qwen3-32b'],
  ['llama-3.3-70b-instruct@q4_k_m', 'llama-3-3-70b'],
  ['accounts/fireworks/models/deepseek-r1', 'deepseek-r1'],
  ['accounts/fireworks/models/llama-v3p3-70b-instruct', 'llama-3-3-70b'],
  ['arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-3-haiku-20240307-v1:0', 'claude-3-haiku'],
  ['us-gov.anthropic.claude-3-haiku-20240307-v1:0', 'claude-3-haiku'],
  ['llama3.3:70b', 'llama-3-3-70b'],
  ['llama3.1:8b-instruct-q4_K_M', 'llama-3-1-8b'],
  ['llama3.1:latest', 'llama-3-1'],
  ['gpt-oss:20b', 'gpt-oss-20b'],
  ['gemma3:27b-it-qat', 'gemma-3-27b-it-qat'],
  ['gemma3:27b', 'gemma-3-27b'],
  ['phi4:latest', 'phi-4'],
  ['qwen3:32b-q8_0', 'qwen3-32b'],
  ['qwen2.5:72b-instruct-fp16', 'qwen2-5-72b'],
  ['Meta-Llama-3.1-8B-Instruct-Q5_K_S.gguf', 'llama-3-1-8b'],
  ['hugging-quants/Meta-Llama-3.1-70B-Instruct-AWQ-INT4', 'llama-3-1-70b'],
  ['neuralmagic/Meta-Llama-3.1-70B-Instruct-quantized.w4a16', 'llama-3-1-70b'],
  ['mradermacher/Llama-3.3-70B-Instruct-i1-GGUF', 'llama-3-3-70b'],
  ['unsloth/Llama-3.3-70B-Instruct-bnb-4bit', 'llama-3-3-70b'],
  ['llama-3.3-70b-instruct.IQ4_XS.gguf', 'llama-3-3-70b'],
];

test.each(SPELLINGS)('%s is %s', (spelling, normalized) => {
  expect(normalizeModelId(spelling)).toBe(normalized);
});

const DIFFERENT: readonly (readonly [string, string])[] = [
  ['gpt-4o', 'gpt-4o-mini'],
  ['gpt-4', 'gpt-4-0613'],
  ['kimi-k2', 'kimi-k2-thinking'],
  ['llama-3.1-8b', 'llama-3.1-70b'],
  ['claude-sonnet-4', 'claude-sonnet-4-5'],
  ['deepseek-r1', 'deepseek-r1-distill-qwen-32b'],
  ['llama3.1:8b', 'llama3.1:70b'],
  ['llama3.1', 'llama3.1:8b'],
  ['gemma3:4b', 'gemma3n:e4b'],
  ['mixtral:8x7b', 'mixtral:8x22b'],
  ['deepseek-r1:671b', 'deepseek-r1:32b'],
  ['text-embedding-3-small', 'text-embedding-3-large'],
];

test.each(DIFFERENT)('%s and %s stay two models', (one, other) => {
  expect(normalizeModelId(one)).not.toBe(normalizeModelId(other));
});

test('any text has a normal form, and a normal form is its own', () => {
  const parts = fc.constantFrom(
    'gpt',
    '-4',
    '.5',
    'us.',
    'anthropic.',
    '/',
    ':free',
    '-20250101',
    '-v1:0',
    '@',
    '-it',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(parts).map((some) => some.join('')),
      ),
      (id) => {
        expect(typeof normalizeModelId(id)).toBe('string');
      },
    ),
  );
  for (const [, normalized] of SPELLINGS) expect(normalizeModelId(normalized)).toBe(normalized);
});

test('a variant is told from a size and from a revision', () => {
  expect(variantOf('deepseek/deepseek-r1:free')).toBe(':free');
  expect(variantOf('llama3.1:8b')).toBeNull();
  expect(variantOf('anthropic.claude-3-haiku-20240307-v1:0')).toBeNull();
});
