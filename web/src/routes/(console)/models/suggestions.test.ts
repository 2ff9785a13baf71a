import { expect, it } from 'vitest';
import { LISTED_PRICES } from './changes.ts';
import { model } from './model.fixture.ts';
import { suggestionsFor, type Known } from './suggestions.ts';

const KNOWN: Known = {
  kind: 'CHAT',
  family: 'GPT-4o',
  vendor: 'OpenAI',
  tier: 'MEDIUM',
  categories: [],
  contextWindow: 128_000,
  maxOutputTokens: 16_384,
  inputPer1M: 2.5,
  cachedInputPer1M: 1.25,
  cacheWritePer1M: null,
  outputPer1M: 10,
  reasoningPer1M: null,
  source: 'prices: genai-prices',
};

it('suggests nothing where all is said alike', () => {
  expect(suggestionsFor(model(), KNOWN)).toEqual([]);
});

it('suggests field by field, prices as a whole', () => {
  const own = model({ tier: null, contextWindow: 8_000, manualPricing: true, inputPer1M: 1 });
  expect(suggestionsFor(own, KNOWN).map(({ field, now, suggested }) => [field, now, suggested])).toEqual([
    ['tier', 'No tier', 'Medium'],
    ['contextWindow', '8,000', '128,000'],
    ['prices', 'input $1.00', 'input $2.50'],
  ]);
  expect(suggestionsFor(own, KNOWN).at(-1)?.input).toEqual(LISTED_PRICES);
  expect(suggestionsFor(own, { ...KNOWN, tier: null, contextWindow: null, inputPer1M: null })).toEqual([]);
});
