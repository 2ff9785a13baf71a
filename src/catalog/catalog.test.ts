import { afterEach, describe, expect, test, vi } from 'vitest';

import { costOf } from '../accounting/cost.ts';
import type { Price } from '../accounting/price.ts';
import { NO_USAGE } from '../accounting/usage.ts';
import { createCatalog } from './catalog.ts';

const NOW = Date.UTC(2026, 10, 1);
const catalog = createCatalog({ now: () => NOW });

const usd = (price: Price | null, usage: Partial<typeof NO_USAGE>): number =>
  costOf({ ...NO_USAGE, ...usage }, price).pico / 1e12;

afterEach(() => {
  vi.restoreAllMocks();
});

describe('priceOf', () => {
  test('knows a plain price, with the discount for cached tokens', () => {
    const price = catalog.priceOf('openai', 'gpt-4o-2024-11-20');
    expect(price?.source).toBe('catalog');
    expect(usd(price, { inputTokens: 1e6 })).toBe(2.5);
    expect(usd(price, { inputTokens: 1e6, cachedTokens: 1e6 })).toBe(1.25);
    expect(usd(price, { outputTokens: 1e6 })).toBe(10);
  });

  test('knows the tier for long prompts', () => {
    const price = catalog.priceOf('google', 'gemini-2.5-pro');
    expect(usd(price, { inputTokens: 200_000, outputTokens: 1_000 })).toBe(0.25 + 0.01);
    expect(usd(price, { inputTokens: 400_000, outputTokens: 1_000 })).toBe(1 + 0.015);
  });

  test("knows both lifetimes of Anthropic's cache writes", () => {
    const price = catalog.priceOf('anthropic', 'claude-haiku-4-5-20251001');
    expect(usd(price, { inputTokens: 1e5, cacheWriteTokens: 1e5 })).toBe(0.125);
    expect(usd(price, { inputTokens: 1e5, cacheWriteTokens: 1e5, cacheWrite1hTokens: 1e5 })).toBe(0.2);
  });

  test('knows audio, and embeddings, whose output is nothing', () => {
    expect(usd(catalog.priceOf('openai', 'gpt-audio'), { inputTokens: 1e6, inputAudioTokens: 1e6 })).toBe(32);
    expect(usd(catalog.priceOf('openai', 'text-embedding-3-small'), { inputTokens: 1e6 })).toBe(0.02);
  });

  test('takes the price that is in force now', () => {
    const at = (date: string): Price | null =>
      createCatalog({ now: () => Date.parse(date) }).priceOf('openai', 'o3');
    expect(usd(at('2025-06-01'), { inputTokens: 1e6 })).toBe(10);
    expect(usd(at('2025-07-01'), { inputTokens: 1e6 })).toBe(2);
  });

  test('looks again when its answer has grown old', () => {
    let now = Date.parse('2025-06-09T23:59:00Z');
    const watching = createCatalog({ now: () => now });
    expect(usd(watching.priceOf('openai', 'o3'), { inputTokens: 1e6 })).toBe(10);
    now += 15 * 60_000;
    expect(usd(watching.priceOf('openai', 'o3'), { inputTokens: 1e6 })).toBe(2);
  });

  test.each([
    ['openai', 'gpt-99'],
    ['openai', ''],
    ['openai', '__proto__'],
    ['openai', 'whisper-1'],
    ['constructor', 'gpt-4o'],
    ['custom', 'gpt-4o'],
    ['vllm', 'meta-llama/Llama-3.1-70B-Instruct'],
    ['simulator', 'gpt-4o'],
    ['openrouter', 'meta-llama/llama-3.3-70b-instruct:nitro'],
  ])('never guesses: %s "%s" has no price', (type, id) => {
    expect(catalog.priceOf(type, id)).toBeNull();
  });

  test('a free variant is free, not unknown', () => {
    const price = catalog.priceOf('openrouter', 'deepseek/deepseek-r1:free');
    expect(costOf({ ...NO_USAGE, inputTokens: 1_000 }, price)).toEqual({ pico: 0, priced: true });
  });
});

describe('a description', () => {
  test('says what is known of a model, and where from', () => {
    expect(catalog.describe('openai', 'gpt-4o')).toEqual({
      kind: 'chat',
      family: 'GPT-4o',
      vendor: 'OpenAI',
      tier: 'medium',
      categories: [
        'analysis_complex',
        'coding_complex',
        'tool_use',
        'vision_complex',
        'document_qa',
        'creative_long',
      ],
      priority: 70,
      benchmarks: { intelligence: 87, coding: 90, math: 77, speed: 60 },
      capabilities: ['tools', 'vision'],
      contextWindow: 128_000,
      maxOutputTokens: 16_384,
      inputPer1M: 2.5,
      cachedInputPer1M: 1.25,
      cacheWritePer1M: 2.5,
      outputPer1M: 10,
      reasoningPer1M: 10,
      source: 'prices: genai-prices; limits: models.dev; abilities: models.dev; rating: Open Model Prism',
    });
  });

  test('knows the same model at another host, but neither its price nor its output limit there', () => {
    const elsewhere = catalog.describe('custom', 'openai/gpt-4o');
    expect(elsewhere).toMatchObject({
      tier: 'medium',
      contextWindow: 128_000,
      capabilities: ['tools', 'vision'],
    });
    expect(elsewhere).not.toHaveProperty('maxOutputTokens');
    expect(elsewhere).not.toHaveProperty('inputPer1M');
  });

  test('tells embeddings from chat and from the rest', () => {
    expect(catalog.describe('openai', 'text-embedding-3-large')?.kind).toBe('embedding');
    expect(catalog.describe('openai', 'whisper-1')).toEqual({ kind: 'other', source: 'name: genai-prices' });
    expect(catalog.describe('openai', 'gpt-5-mini')?.kind).toBe('chat');
  });

  test.each([
    ['gpt-4o', 'GPT-4o', 2.5, 'genai-prices (openai)'],
    ['openai/gpt-4o-mini-2024-07-18', 'GPT-4o Mini', 0.15, 'genai-prices (openai)'],
    ['claude-sonnet-4-5-20250929', 'Claude Sonnet 4.5', 3, 'genai-prices (anthropic)'],
    ['eu.anthropic.claude-sonnet-4-20250514-v1:0', 'Claude Sonnet 4', 3, 'genai-prices (bedrock)'],
    ['models/gemini-2.5-pro', 'Gemini 2.5 Pro', 1.25, 'genai-prices (google)'],
    ['azure/gpt-4o', 'GPT-4o', 2.5, 'genai-prices (azure)'],
    ['mistral-large-latest', undefined, 2, 'genai-prices (mistral)'],
    ['kimi-k2-0905-preview', 'Kimi K2', 0.6, 'genai-prices (moonshotai)'],
    ['text-embedding-3-small', undefined, 0.02, 'genai-prices (openai)'],
  ])(
    'of nobody in particular: %s is priced as its spelling or its maker has it',
    (id, family, price, source) => {
      const known = catalog.describe('', id);
      expect([known?.family, known?.inputPer1M]).toEqual([family, price]);
      expect(known?.source).toContain(`prices: ${source}`);
    },
  );

  test.each([
    ['llama3.3:70b', 'Llama 3.3 70B'],
    ['unsloth/Llama-3.3-70B-Instruct-GGUF', 'Llama 3.3 70B'],
    ['Meta-Llama-3.1-8B-Instruct-Q5_K_S.gguf', 'Llama 3.1 8B'],
    ['RedHatAI/Llama-3.3-70B-Instruct-FP8-dynamic', 'Llama 3.3 70B'],
    ['gpt-oss:20b', 'GPT OSS 20B'],
    ['gemma3:27b', 'Gemma 3 27B'],
    ['qwen3:32b-q8_0', 'Qwen3 32B'],
    ['deepseek-r1:32b', 'DeepSeek R1 Distill 32B'],
    ['TheBloke/Mixtral-8x7B-Instruct-v0.1-GPTQ', 'Mixtral 8x7B'],
  ])('of weights that anybody may serve: %s is known, but nobody’s price is its price', (id, family) => {
    const known = catalog.describe('', id);
    expect(known?.family).toBe(family);
    expect(known).not.toHaveProperty('inputPer1M');
  });

  // Each of them has been taken for a model that only looks like it.
  test.each([
    'gpt-4-0613',
    'mistral',
    'llama3',
    'llama3.1:latest',
    'mini',
    'gpt',
    'claude',
    'gemini',
    'o',
    '4o',
    'gpt-4o-foo',
    'my-own-gpt-4o',
    'gpt-4o-ft',
    'chatgpt-4o',
    'codex',
    'ft:gpt-4o-mini-2024-07-18:my-org::abc123',
    'together_ai/meta-llama/Llama-3.3-70B-Instruct-Turbo',
    'deepseek-r1:14b',
    '',
    '/',
    ':',
    '__proto__',
  ])('never guesses: "%s" is nobody', (id) => {
    expect(catalog.describe('', id)).toBeNull();
  });

  test('tells gpt-4 from gpt-4.1, and codex-mini from gpt-5-mini', () => {
    expect(catalog.describe('', 'gpt-4')).toMatchObject({ contextWindow: 8192, inputPer1M: 30 });
    expect(catalog.describe('', 'codex-mini')).toMatchObject({ family: 'Codex Mini', inputPer1M: 1.5 });
  });

  test('is null for what nobody lists', () => {
    expect(catalog.describe('openai', 'gpt-99')).toBeNull();
    expect(catalog.describe('vllm', 'our-own-finetune')).toBeNull();
  });
});

test('nothing is fetched', () => {
  const fetched = vi.spyOn(globalThis, 'fetch');
  createCatalog().describe('openai', 'gpt-4.1');
  expect(fetched).not.toHaveBeenCalled();
});
