import type { Model } from './model-list.ts';

/** A model for tests. */
export function model(more: Partial<Model> = {}): Model {
  return {
    id: more.modelId ?? 'gpt-4o',
    modelId: 'gpt-4o',
    name: 'GPT-4o',
    kind: 'CHAT',
    ownedBy: 'OpenAI',
    family: 'GPT-4o',
    capabilities: ['tools', 'vision'],
    contextWindow: 128_000,
    manualContext: false,
    learnedContextWindow: null,
    maxOutputTokens: 16_384,
    tier: 'MEDIUM',
    categories: [],
    priority: 50,
    notes: null,
    inputPer1M: 2.5,
    cachedInputPer1M: 1.25,
    cacheWritePer1M: null,
    outputPer1M: 10,
    reasoningPer1M: null,
    manualPricing: false,
    priceSource: 'CATALOG',
    catalogSource: 'prices: genai-prices',
    benchmarks: { intelligence: 87, coding: 90, math: 77, speed: 60 },
    byHand: false,
    visible: true,
    missingSince: null,
    updatedAt: '2026-11-23T00:00:00.000Z',
    provider: {
      id: 'p',
      slug: 'openai',
      name: 'OpenAI',
      type: 'openai',
      active: true,
      lastCheckedAt: '2026-11-23T00:00:00.000Z',
    },
    ...more,
  };
}
