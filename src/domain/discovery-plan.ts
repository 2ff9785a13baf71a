import { Prisma, type ProviderModel } from '../database/generated/prisma/client.ts';
import { AppError } from '../errors.ts';
import type { DiscoveredModel } from '../providers/adapter.ts';
import {
  catalogPrices,
  hasPrice,
  kindToDb,
  MIDDLE_PRIORITY,
  PRICE_FIELDS,
  pricesOf,
  tierOf,
  tokensOf,
  type CatalogEntry,
} from './model-facts.ts';
import { modelName } from './tenant-schema.ts';

/** What a discovery makes of one model. A model that is as it was has no change. */
export interface DiscoveryChange {
  readonly modelId: string;
  readonly name: string;
  /** kept = nothing changes, because what would was set by hand. */
  readonly kind: 'new' | 'changed' | 'gone' | 'back' | 'kept';
  readonly fields: readonly FieldChange[];
  /** Set by hand, so they stay although the provider or the catalog says otherwise: "prices", "contextWindow". */
  readonly kept: readonly string[];
}

/** Of a new model: what is known of it, `before` is null. */
export interface FieldChange {
  readonly field: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** The largest listings known have some hundred models; what is far beyond is no listing. */
const MAX_MODELS = 10_000;

/** By id; what cannot be a model's name is left out. */
export function usableModels(models: readonly DiscoveredModel[]): Map<string, DiscoveredModel> {
  if (models.length > MAX_MODELS) {
    throw new AppError(
      'provider_error',
      `The provider lists more than ${MAX_MODELS} models; that is no model list.`,
    );
  }
  return new Map(
    models.filter(({ id }) => modelName.safeParse(id).success).map((model) => [model.id, model]),
  );
}

export type Facts = ReturnType<typeof mergeListed>;

/** What a model's row should say: set by hand before told by the provider before known to the catalog. */
export function mergeListed(model: DiscoveredModel, entry: CatalogEntry | null, row: ProviderModel | null) {
  const capabilities = new Set([...(model.capabilities ?? []), ...(entry?.capabilities ?? [])]);
  return {
    name: row !== null && row.name !== row.modelId ? row.name : (model.name ?? model.id).slice(0, 200),
    kind: row?.kind ?? kindToDb(model.kind === 'chat' ? (entry?.kind ?? 'chat') : model.kind),
    ownedBy: model.ownedBy ?? entry?.vendor ?? row?.ownedBy ?? null,
    capabilities: capabilities.size > 0 ? [...capabilities].sort() : (row?.capabilities ?? []),
    contextWindow: row?.manualContext ? row.contextWindow : listedWindow(model, entry),
    maxOutputTokens: tokensOf(row?.maxOutputTokens, model.maxOutputTokens, entry?.maxOutputTokens),
    tier: row?.tier ?? tierOf(entry?.tier),
    categories: row !== null && row.categories.length > 0 ? row.categories : [...(entry?.categories ?? [])],
    missingSince: null,
    ...(row === null ? { priority: entry?.priority ?? MIDDLE_PRIORITY } : {}),
    ...(row?.manualPricing ? {} : listedPrices(model, entry)),
  };
}

/** A model that was there, is not listed any more, and that nobody has entered by hand. */
export function isGone(row: ProviderModel, listed: ReadonlyMap<string, unknown>): boolean {
  return !row.byHand && row.missingSince === null && !listed.has(row.modelId);
}

/** What a discovery would change, by id. */
export function differences(
  listed: ReadonlyMap<string, DiscoveredModel>,
  rows: readonly ProviderModel[],
  describe: (modelId: string) => CatalogEntry | null,
): DiscoveryChange[] {
  const known = new Map(rows.map((row) => [row.modelId, row]));
  const changes: DiscoveryChange[] = [];
  for (const model of listed.values()) {
    const row = known.get(model.id) ?? null;
    const entry = describe(model.id);
    const facts = mergeListed(model, entry, row);
    const fields = shown(changedFields(row, facts), row, facts);
    const kept = row === null ? [] : keptByHand(row, model, entry);
    const kind = kindOf(row, fields, kept);
    if (kind !== null) changes.push({ modelId: model.id, name: facts.name, kind, fields, kept });
  }
  for (const row of rows) {
    if (!isGone(row, listed)) continue;
    changes.push({ modelId: row.modelId, name: row.name, kind: 'gone', fields: [], kept: [] });
  }
  return changes.sort((a, b) => (a.modelId < b.modelId ? -1 : 1));
}

function kindOf(
  row: ProviderModel | null,
  fields: readonly unknown[],
  kept: readonly string[],
): DiscoveryChange['kind'] | null {
  if (row === null) return 'new';
  if (row.missingSince !== null) return 'back';
  if (fields.length > 0) return 'changed';
  return kept.length > 0 ? 'kept' : null;
}

/** The members of `facts` that say something else than the row; all that say something where there is no row. */
export function changedFields(row: ProviderModel | null, facts: Facts): string[] {
  const before: Readonly<Record<string, unknown>> = { ...row };
  return Object.entries(facts)
    .filter(([name, value]) => plain(before[name]) !== plain(value))
    .map(([name]) => name);
}

/** Not for people: what follows from other members, or is shown as the kind of the change. */
const HIDDEN = ['missingSince', 'catalogPricing', 'priority'];

function shown(names: readonly string[], row: ProviderModel | null, facts: Facts): FieldChange[] {
  const before: Readonly<Record<string, unknown>> = { ...row };
  const after: Readonly<Record<string, unknown>> = facts;
  return names
    .filter((field) => !HIDDEN.includes(field) && !isNothing(after[field], before[field]))
    .map((field) => ({ field, before: value(before[field]), after: value(after[field]) }));
}

function isNothing(after: unknown, before: unknown): boolean {
  return (before === undefined || before === null) && Array.isArray(after) && after.length === 0;
}

function keptByHand(row: ProviderModel, model: DiscoveredModel, entry: CatalogEntry | null): string[] {
  const prices = listedPrices(model, entry);
  const otherPrices = PRICE_FIELDS.some((field) => plain(row[field]) !== plain(prices[field]));
  const otherWindow = row.contextWindow !== listedWindow(model, entry);
  return [
    ...(row.manualPricing && hasPrice(prices) && otherPrices ? ['prices'] : []),
    ...(row.manualContext && otherWindow ? ['contextWindow'] : []),
  ];
}

function listedWindow(model: DiscoveredModel, entry: CatalogEntry | null): number | null {
  return tokensOf(model.contextWindow, entry?.contextWindow);
}

/** The provider's own prices as a whole, else the catalog's as a whole: halves of two lists are no price. */
function listedPrices(model: DiscoveredModel, entry: CatalogEntry | null) {
  const own = pricesOf(model);
  return hasPrice(own) ? { ...own, catalogPricing: false } : catalogPrices(entry);
}

/** As plain data that goes into JSON. */
function value(of: unknown): unknown {
  return of === undefined ? null : Prisma.Decimal.isDecimal(of) ? of.toNumber() : of;
}

/** Decimals, dates and lists as text that can be compared; a Decimal of 2.50 is the number 2.5. */
function plain(of: unknown): string {
  return JSON.stringify(value(of));
}
