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
