import { z } from 'zod';
import {
  catalogPrices,
  kindToDb,
  MIDDLE_PRIORITY,
  PRICE_FIELDS,
  tierOf,
  tokensOf,
  type CatalogEntry,
} from './model-facts.ts';
import { TIERS } from './model-types.ts';
import { displayName, modelName, pricePer1M } from './tenant-schema.ts';

const price = pricePer1M.nullish();
const tokens = z.int().min(1).max(1_000_000_000).nullish();
export const updateInput = z.strictObject({
  name: displayName.nullish(),
  kind: z.enum(['chat', 'embedding', 'other']).nullish(),
  tier: z.enum(TIERS).nullish(),
  categories: z
    .array(z.string().regex(/^[a-z][a-z0-9_]{0,63}$/, 'must be the key of a category'))
    .max(100)
    .nullish(),
  priority: z.int().min(1).max(100).nullish(),
  notes: z.string().max(2000).nullish(),
  inputPer1M: price,
  cachedInputPer1M: price,
  cacheWritePer1M: price,
  outputPer1M: price,
  reasoningPer1M: price,
  contextWindow: tokens,
  maxOutputTokens: tokens,
  visible: z.boolean().nullish(),
});
export const createInput = updateInput.extend({ modelId: modelName });

type Update = z.output<typeof updateInput>;

/** What the catalog fills in where nobody said anything. */
export function automatic(known: CatalogEntry | null) {
  return {
    ...catalogPrices(known),
    priority: known?.priority ?? MIDDLE_PRIORITY,
    contextWindow: tokensOf(known?.contextWindow),
    maxOutputTokens: tokensOf(known?.maxOutputTokens),
    tier: tierOf(known?.tier),
    categories: [...(known?.categories ?? [])],
  };
}

/** The columns that a patch changes: missing = none, null = automatic. */
export function toColumns(given: Update, known: CatalogEntry | null, modelId: string) {
  const back = automatic(known);
  return {
    ...(given.name === undefined ? {} : { name: given.name ?? modelId }),
    ...(given.kind === undefined ? {} : { kind: kindToDb(given.kind ?? known?.kind ?? 'chat') }),
    ...(given.tier === undefined ? {} : { tier: given.tier ?? back.tier }),
    ...(given.categories === undefined ? {} : { categories: given.categories ?? back.categories }),
    ...(given.priority === undefined ? {} : { priority: given.priority ?? back.priority }),
    ...(given.notes === undefined ? {} : { notes: given.notes === '' ? null : given.notes }),
    ...(given.visible === undefined ? {} : { visible: given.visible ?? true }),
    ...(given.maxOutputTokens === undefined
      ? {}
      : { maxOutputTokens: given.maxOutputTokens ?? back.maxOutputTokens }),
    ...(given.contextWindow === undefined
      ? {}
      : {
          contextWindow: given.contextWindow ?? back.contextWindow,
          manualContext: given.contextWindow !== null,
        }),
    ...priceColumns(given, known),
  };
}

function priceColumns(given: Update, known: CatalogEntry | null) {
  const named = PRICE_FIELDS.filter((field) => given[field] !== undefined);
  if (named.length === 0) return {};
  if (named.every((field) => given[field] === null)) return { ...catalogPrices(known), manualPricing: false };
  const prices = Object.fromEntries(named.map((field) => [field, given[field]]));
  return { ...prices, manualPricing: true, catalogPricing: false };
}
