import type { Price, Rates } from '../accounting/price.ts';
import { indexLimits, type Limits } from './listed-limits.ts';
import { listedPrice, type Listing } from './listed-price.ts';
import { bareModelId, listersOf, normalizeModelId } from './model-id.ts';
import { modelFacts, type Benchmarks, type ModelFacts } from './models.ts';

/** What is known of a model. A member that is missing is not known; prices are USD for a million tokens. */
export interface ModelDescription {
  readonly kind?: 'chat' | 'embedding' | 'other';
  readonly family?: string;
  readonly vendor?: string;
  readonly tier?: string;
  readonly categories?: readonly string[];
  /** 1 to 100; the highest of a tier goes first. */
  readonly priority?: number;
  readonly benchmarks?: Benchmarks;
  /** Of tools, vision, audio, files, reasoning. */
  readonly capabilities?: readonly string[];
  readonly contextWindow?: number;
  readonly maxOutputTokens?: number;
  readonly inputPer1M?: number;
  readonly cachedInputPer1M?: number;
  readonly cacheWritePer1M?: number;
  readonly outputPer1M?: number;
  readonly reasoningPer1M?: number;
  /** Where it is from, in words: "prices: genai-prices; limits: models.dev; rating: Open Model Prism". */
  readonly source: string;
}

export interface ModelCatalog {
  /**
   * Everything known of a model as a provider of this type spells it; null = nothing. Type "" = of nobody in
   * particular: prices and limits are then those of whoever spells it so, or of its maker, and `source` says whose.
   */
  describe(providerType: string, modelId: string): ModelDescription | null;
  /** The provider's list price with all its tiers and token classes; null = not known, and never guessed. */
  priceOf(providerType: string, modelId: string): Price | null;
}

/** Prices change on dates and some by the hour: what was looked up is looked up again after this. */
const FRESH_MS = 600_000;
/** Ids come from providers' lists and from people; beyond this many the memory starts anew. */
const MAX_REMEMBERED = 20_000;
const KINDS: readonly (readonly [RegExp, NonNullable<ModelDescription['kind']>])[] = [
  [/embed/, 'embedding'],
  [/moderation|rerank|whisper|transcribe|(?:^|-)tts|dall-e|-image|realtime|sora|guard/, 'other'],
];

/** The provider type by which a maker sells its own models. */
const MAKER_TYPES: ReadonlyMap<string, string> = new Map([
  ['OpenAI', 'openai'],
  ['Anthropic', 'anthropic'],
  ['Google', 'google'],
  ['Mistral', 'mistral'],
  ['DeepSeek', 'deepseek'],
  ['Moonshot AI', 'moonshotai'],
]);

interface Indexes {
  readonly limits: ReturnType<typeof indexLimits>;
  readonly facts: ReadonlyMap<string, ModelFacts>;
}

/**
 * What ships with the product is all it knows: nothing is fetched. The lists are indexed at the first question; an
 * answer that was given before costs about a microsecond. `now`: Unix ms.
 */
export function createCatalog({ now = Date.now }: { readonly now?: () => number } = {}): ModelCatalog {
  let indexes: Indexes | null = null;
  const listing = remembered((type, id) => listedPrice(type, id, now()), now);
  const description = remembered(look, now);

  function look(providerType: string, modelId: string): ModelDescription | null {
    indexes ??= { limits: indexLimits(normalizeModelId), facts: modelFacts(normalizeModelId) };
    const normalized = normalizeModelId(modelId);
    const lister = providerType === '' ? listerOf(modelId, normalized, indexes) : undefined;
    if (lister !== undefined) return describeAs(lister, modelId, normalized, indexes, true);
    return describeAs(providerType, modelId, normalized, indexes, false);
  }

  /** Who lists a model that is spelt like this: nobody is believed who only lists something like it. */
  function listerOf(modelId: string, normalized: string, { limits, facts }: Indexes): string | undefined {
    const maker = MAKER_TYPES.get(facts.get(normalized)?.vendor ?? '');
    return listersOf(modelId).find((type) => {
      if (limits.lists(type, modelId)) return true;
      // OpenRouter's ids are its own; weights of the same name elsewhere are served otherwise.
      if (type === 'openrouter') return false;
      if (limits.own(type, modelId, normalized) !== null) return true;
      const listed = listing(type, bareModelId(modelId));
      if (listed === null) return false;
      if (type === maker && normalizeModelId(listed.modelId) === normalized) return true;
      return type === 'bedrock' || listed.modelId === bareModelId(modelId).toLowerCase();
    });
  }

  function describeAs(
    providerType: string,
    modelId: string,
    normalized: string,
    indexes: Indexes,
    isFound: boolean,
  ): ModelDescription | null {
    const listed =
      listing(providerType, isFound ? bareModelId(modelId) : modelId) ?? listing(providerType, modelId);
    const own = indexes.limits.own(providerType, modelId, normalized);
    const nominal = indexes.limits.nominal(normalized);
    const facts = indexes.facts.get(normalized) ?? null;
    const limits = own ?? nominal;
    if (listed === null && limits === null && facts === null) return null;
    const windows = windowsOf(listed, own, nominal);
    const sources = {
      prices: listed?.price == null ? null : isFound ? `genai-prices (${providerType})` : 'genai-prices',
      limits: windows.source,
      abilities: limits === null ? null : 'models.dev',
      rating: facts === null ? null : 'Open Model Prism',
      name: 'genai-prices',
    };
    return {
      kind: kindOf(normalized, listed),
      ...(facts === null ? {} : rating(facts)),
      ...(limits === null ? {} : abilities(limits)),
      ...(windows.context === undefined ? {} : { contextWindow: windows.context }),
      ...(windows.output === undefined ? {} : { maxOutputTokens: windows.output }),
      ...(listed?.price == null ? {} : prices(listed.price.base)),
      source: sourceText(sources),
    };
  }

  return {
    describe: description,
    priceOf: (providerType, modelId) => listing(providerType, modelId)?.price ?? null,
  };
}

function kindOf(normalized: string, listed: Listing | null): 'chat' | 'embedding' | 'other' {
  const named = KINDS.find(([pattern]) => pattern.test(normalized))?.[1];
  return named ?? (listed?.inputOnly === true ? 'other' : 'chat');
}

function rating({
  vendor,
  family,
  tier,
  categories,
  priority,
  benchmarks,
}: ModelFacts): Partial<ModelDescription> {
  return { vendor, family, tier, categories, priority, ...(benchmarks === null ? {} : { benchmarks }) };
}

function abilities(limits: Limits): Partial<ModelDescription> {
  const input = limits.modalities?.input ?? [];
  const has: Readonly<Record<string, boolean>> = {
    tools: limits.tool_call === true,
    vision: input.includes('image'),
    audio: input.includes('audio'),
    files: input.includes('pdf'),
    reasoning: limits.reasoning === true,
  };
  return { capabilities: Object.keys(has).filter((name) => has[name]) };
}

interface Windows {
  readonly context: number | undefined;
  readonly output: number | undefined;
  readonly source: string | null;
}

/**
 * models.dev has the exact figures, the price list rounded ones, but of newer models too. What a model may write is
 * told only where its provider lists it: requests are cut to that figure, and another host's would cut them wrongly.
 */
function windowsOf(listed: Listing | null, own: Limits | null, nominal: Limits | null): Windows {
  const output = positive(own?.limit?.output);
  const exact = positive(own?.limit?.context);
  if (exact !== undefined) return { context: exact, output, source: 'models.dev' };
  const rounded = positive(listed?.contextWindow);
  if (rounded !== undefined) return { context: rounded, output, source: 'genai-prices' };
  const context = positive(nominal?.limit?.context);
  return { context, output, source: context === undefined ? null : 'models.dev (its maker)' };
}

function positive(tokens: number | null | undefined): number | undefined {
  return tokens != null && tokens > 0 ? tokens : undefined;
}

function prices(rates: Rates): Partial<ModelDescription> {
  return {
    inputPer1M: rates.input / 1e6,
    cachedInputPer1M: rates.cached / 1e6,
    cacheWritePer1M: rates.cacheWrite / 1e6,
    outputPer1M: rates.output / 1e6,
    reasoningPer1M: rates.reasoning / 1e6,
  };
}

/** "prices: genai-prices; limits: models.dev"; the name alone where nothing else is known. */
function sourceText({ name, ...sources }: Readonly<Record<string, string | null>>): string {
  const known = Object.entries(sources).filter(([, source]) => source !== null);
  return known.length === 0
    ? `name: ${name}`
    : known.map(([what, source]) => `${what}: ${source}`).join('; ');
}

/** Remembers answers, "not known" included, for a while. */
function remembered<T>(
  look: (providerType: string, modelId: string) => T,
  now: () => number,
): (providerType: string, modelId: string) => T {
  const answers = new Map<string, { readonly value: T; readonly until: number }>();
  return (providerType, modelId) => {
    const key = `${providerType}\0${modelId}`;
    const known = answers.get(key);
    if (known !== undefined && known.until > now()) return known.value;
    if (answers.size >= MAX_REMEMBERED) answers.clear();
    const value = look(providerType, modelId);
    answers.set(key, { value, until: now() + FRESH_MS });
    return value;
  };
}
