import { calcPrice, type ModelInfo, type ModelPrice } from '@pydantic/genai-prices';

import { ratesFromPer1M } from '../accounting/cost.ts';
import type { Price, Rates } from '../accounting/price.ts';
import { variantOf } from './model-id.ts';

/** What a provider lists for one of its models. */
export interface Listing {
  /** The list's own id of the model; some lists take whatever begins like it. */
  readonly modelId: string;
  /** Null = listed without prices for tokens. */
  readonly price: Price | null;
  readonly contextWindow: number | null;
  /** True = tokens go in and none come out, as the prices have it: embeddings, rankings. */
  readonly inputOnly: boolean;
}

/**
 * Our provider types → providers of genai-prices. A type that is not here hosts models at prices of its own
 * (custom endpoints, vLLM, LM Studio, the simulator): nothing is known and nothing is guessed.
 */
const PROVIDERS: Readonly<Record<string, string>> = {
  openai: 'openai',
  anthropic: 'anthropic',
  openrouter: 'openrouter',
  azure: 'azure',
  bedrock: 'aws',
  google: 'google',
  mistral: 'mistral',
  deepseek: 'deepseek',
  xai: 'x-ai',
  moonshotai: 'moonshotai',
};

/** Google's APIs list models by their path. */
const GOOGLE_PATH = /^(?:publishers\/google\/)?models\//;

/**
 * Anthropic prices cache writes by their lifetime, as multiples of the input price: 1.25 for five minutes, 2 for an
 * hour (platform.claude.com/docs/en/build-with-claude/prompt-caching, "Pricing"). For where the list lacks them.
 */
const ANTHROPIC_CACHE_WRITE = { fiveMinutes: 1.25, oneHour: 2 };

/**
 * Looks a model up in the price list that ships with @pydantic/genai-prices, as of `now`; null = not listed. Never
 * goes online: the package does so only for those who call its `updatePrices`.
 */
export function listedPrice(providerType: string, modelId: string, now: number): Listing | null {
  const providerId = Object.hasOwn(PROVIDERS, providerType) ? PROVIDERS[providerType] : undefined;
  if (providerId === undefined) return null;
  const found = calcPrice({}, modelId.replace(GOOGLE_PATH, ''), { providerId, timestamp: new Date(now) });
  if (found === null || !isSameVariant(modelId, found.model)) return null;
  return {
    modelId: found.model.id,
    price: toPrice(found.model_price, providerType, variantOf(modelId) === ':free'),
    contextWindow: found.model.context_window ?? null,
    inputOnly:
      found.model_price['input_mtok'] !== undefined && found.model_price['output_mtok'] === undefined,
  };
}

/** The list matches some models by how their ids begin; a variant has a price of its own and must be listed as such. */
function isSameVariant(modelId: string, model: ModelInfo): boolean {
  const variant = variantOf(modelId);
  return variant === null || JSON.stringify(model.match).toLowerCase().includes(variant);
}

function toPrice(listed: ModelPrice, providerType: string, free: boolean): Price | null {
  if (listed['input_mtok'] === undefined) return free ? FREE : null;
  const thresholds = new Set(
    Object.values(listed).flatMap((price) =>
      typeof price === 'object' ? price.tiers.map((tier) => tier.start) : [],
    ),
  );
  const ratesAt = (tokens: number): Rates => toRates((key) => priceAt(listed[key], tokens), providerType);
  return {
    base: ratesAt(0),
    tiers: [...thresholds]
      .toSorted((a, b) => a - b)
      .map((start) => ({ overInputTokens: start, rates: ratesAt(start + 1) })),
    source: 'catalog',
  };
}

const NOTHING = ratesFromPer1M({ inputPer1M: 0, outputPer1M: 0 });
const FREE: Price = { base: NOTHING, tiers: [], source: 'catalog' };

/** The price of the last tier that `tokens` exceeds: the list's own rule, and ours. */
function priceAt(price: ModelPrice[string], tokens: number): number | undefined {
  if (typeof price !== 'object') return price;
  return price.tiers.findLast((tier) => tokens > tier.start)?.price ?? price.base;
}

function toRates(priceOf: (key: string) => number | undefined, providerType: string): Rates {
  const input = priceOf('input_mtok') ?? 0;
  const multiples = providerType === 'anthropic' ? ANTHROPIC_CACHE_WRITE : null;
  return ratesFromPer1M({
    inputPer1M: input,
    outputPer1M: priceOf('output_mtok') ?? 0, // only embeddings and the like are listed without one
    cachedInputPer1M: priceOf('cache_read_mtok'),
    cacheWritePer1M:
      priceOf('cache_write_5m_mtok') ?? priceOf('cache_write_mtok') ?? scaled(input, multiples?.fiveMinutes),
    cacheWrite1hPer1M: priceOf('cache_write_1h_mtok') ?? scaled(input, multiples?.oneHour),
    reasoningPer1M: priceOf('output_reasoning_mtok'),
    inputAudioPer1M: priceOf('input_audio_mtok'),
    outputAudioPer1M: priceOf('output_audio_mtok'),
  });
}

function scaled(input: number, multiple: number | undefined): number | undefined {
  return multiple === undefined ? undefined : input * multiple;
}
