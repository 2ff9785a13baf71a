import type { Benchmarks } from '../catalog/models.ts';
import type { Prisma } from '../database/generated/prisma/client.ts';
import { ModelKind as DbKind } from '../database/generated/prisma/enums.ts';
import { TIERS, type Kind, type ModelPrices, type ProviderModelResult, type Tier } from './model-types.ts';

/** What the catalog tells of a model; a member that is missing is not known. */
export interface CatalogEntry {
  readonly kind?: Kind | undefined;
  readonly family?: string | undefined;
  readonly vendor?: string | undefined;
  readonly tier?: string | undefined;
  readonly categories?: readonly string[] | undefined;
  /** 1 to 100. */
  readonly priority?: number | undefined;
  readonly capabilities?: readonly string[] | undefined;
  readonly contextWindow?: number | undefined;
  readonly maxOutputTokens?: number | undefined;
  readonly inputPer1M?: number | undefined;
  readonly cachedInputPer1M?: number | undefined;
  readonly cacheWritePer1M?: number | undefined;
  readonly outputPer1M?: number | undefined;
  readonly reasoningPer1M?: number | undefined;
  /** 0 to 100 each; missing = nobody has measured it. */
  readonly benchmarks?: Benchmarks | undefined;
  readonly source: string;
}

/** src/catalog/catalog.ts, as far as the domain needs it. */
export interface ModelCatalog {
  describe(providerType: string, modelId: string): CatalogEntry | null;
}

/** Of a model that nobody and nothing rates: 1 to 100. */
export const MIDDLE_PRIORITY = 50;

export const PRICE_FIELDS = [
  'inputPer1M',
  'cachedInputPer1M',
  'cacheWritePer1M',
  'outputPer1M',
  'reasoningPer1M',
] as const satisfies readonly (keyof ModelPrices)[];

const NO_PRICES: ModelPrices = {
  inputPer1M: null,
  cachedInputPer1M: null,
  cacheWritePer1M: null,
  outputPer1M: null,
  reasoningPer1M: null,
};

/** Prices as the column keeps them, numeric(18, 6); what is no price (OpenRouter's -1 for "varies") is not known. */
export function pricesOf(
  from: { readonly [K in keyof ModelPrices]?: number | null | undefined } | null,
): ModelPrices {
  const prices = { ...NO_PRICES };
  for (const field of PRICE_FIELDS) {
    const price = from?.[field];
    if (price != null && price >= 0 && price < 1e9) prices[field] = Number(price.toFixed(6));
  }
  return prices;
}

/** The catalog's prices, as the copy of them that a row shows. */
export function catalogPrices(
  known: CatalogEntry | null,
): ModelPrices & { readonly catalogPricing: boolean } {
  const prices = pricesOf(known);
  return { ...prices, catalogPricing: hasPrice(prices) };
}

export function hasPrice(prices: ModelPrices): boolean {
  return prices.inputPer1M !== null || prices.outputPer1M !== null;
}

/** A count of tokens that fits its column; null = none. */
export function tokensOf(...candidates: (number | null | undefined)[]): number | null {
  const fits = (count: number | null | undefined) =>
    count != null && Number.isInteger(count) && count > 0 && count < 2 ** 31;
  return candidates.find(fits) ?? null;
}

export function tierOf(text: string | null | undefined): Tier | null {
  return TIERS.find((tier) => tier === text) ?? null;
}

const KINDS = { chat: DbKind.CHAT, embedding: DbKind.EMBEDDING, other: DbKind.OTHER } as const;
const KIND_NAMES = { CHAT: 'chat', EMBEDDING: 'embedding', OTHER: 'other' } as const;

export function kindToDb(kind: Kind): DbKind {
  return KINDS[kind];
}

export const withProvider = {
  provider: { select: { name: true, slug: true, type: true } },
} as const satisfies Prisma.ProviderModelInclude;

type Row = Prisma.ProviderModelGetPayload<{ include: typeof withProvider }>;

export function toModelResult(row: Row): ProviderModelResult {
  return {
    id: row.id,
    providerId: row.providerId,
    providerName: row.provider.name,
    providerSlug: row.provider.slug,
    providerType: row.provider.type,
    modelId: row.modelId,
    name: row.name,
    kind: KIND_NAMES[row.kind],
    ownedBy: row.ownedBy,
    capabilities: row.capabilities,
    contextWindow: row.contextWindow,
    manualContext: row.manualContext,
    learnedContextWindow: row.learnedContextWindow,
    maxOutputTokens: row.maxOutputTokens,
    tier: tierOf(row.tier),
    categories: row.categories,
    priority: row.priority,
    notes: row.notes,
    inputPer1M: row.inputPer1M?.toNumber() ?? null,
    cachedInputPer1M: row.cachedInputPer1M?.toNumber() ?? null,
    cacheWritePer1M: row.cacheWritePer1M?.toNumber() ?? null,
    outputPer1M: row.outputPer1M?.toNumber() ?? null,
    reasoningPer1M: row.reasoningPer1M?.toNumber() ?? null,
    manualPricing: row.manualPricing,
    visible: row.visible,
    byHand: row.byHand,
    missingSince: row.missingSince,
  };
}
