import { z } from 'zod';
import { ratesFromPer1M, type PricesPer1M } from '../accounting/cost.ts';
import type { Price } from '../accounting/price.ts';
import type { ModelRow } from './snapshot-rows.ts';

/** What the catalog knows; null = nothing. */
export type CatalogPrice = (providerType: string, modelId: string) => Price | null;

/**
 * What a model costs, before tenants' own prices: set by hand > listed by the provider itself > the catalog.
 * A price needs an input and an output rate. Where a hand-set or listed one has but one of them, the catalog's
 * fills the gap; an embedding has no output and needs none. Null = not known.
 *
 * A list that says what the catalog says stands for the catalog's price, which knows more: tiers for long prompts,
 * audio, hour-long cache writes.
 */
export function resolvePrice(row: ModelRow, catalog: Price | null): Price | null {
  const source = row.manualPricing ? 'manual' : 'provider';
  const own = row.inputPer1M ?? row.outputPer1M;
  if (own === null) return catalog;
  const input = row.inputPer1M ?? per1M(catalog?.base.input);
  const output = row.outputPer1M ?? per1M(catalog?.base.output) ?? (row.kind === 'embedding' ? 0 : null);
  if (input === null || output === null) return catalog;
  const { cachedInputPer1M, cacheWritePer1M, reasoningPer1M } = row;
  if (!row.manualPricing && catalog !== null && saysTheSame(row, catalog)) return catalog;
  return priceOf(source, {
    inputPer1M: input,
    outputPer1M: output,
    cachedInputPer1M,
    cacheWritePer1M,
    reasoningPer1M,
  });
}

function saysTheSame(row: ModelRow, { base }: Price): boolean {
  const pairs: readonly (readonly [number | null, number])[] = [
    [row.inputPer1M, base.input],
    [row.cachedInputPer1M, base.cached],
    [row.cacheWritePer1M, base.cacheWrite],
    [row.outputPer1M, base.output],
    [row.reasoningPer1M, base.reasoning],
  ];
  return pairs.every(([listed, rate]) => listed === null || Math.round(listed * 1e6) === rate);
}

const perMillion = z.number().nonnegative();
const optional = perMillion.nullish();
const tenantPrice = z.object({
  inputPer1M: perMillion,
  outputPer1M: perMillion.default(0),
  cachedInputPer1M: optional,
  cacheWritePer1M: optional,
  reasoningPer1M: optional,
});

/** Negotiated prices of one tenant, by model name: bare id or `<provider-slug>/<id>`. */
export type TenantPrices = ReadonlyMap<string, Price>;

/**
 * Compiles `tenant.pricing`; an alias among the names stands for its target, unless the target has a price itself.
 * `onBad` gets the names whose price cannot be understood; they are left out.
 */
export function compileTenantPrices(
  stored: Readonly<Record<string, unknown>>,
  aliases: ReadonlyMap<string, string>,
  onBad: (name: string) => void,
): TenantPrices {
  const prices = new Map<string, Price>();
  for (const [name, value] of Object.entries(stored)) {
    const parsed = tenantPrice.safeParse(value);
    if (parsed.success) prices.set(name, priceOf('tenant', parsed.data));
    else onBad(name);
  }
  for (const name of Object.keys(stored)) {
    const [price, target] = [prices.get(name), aliases.get(name)];
    if (price !== undefined && target !== undefined && !Object.hasOwn(stored, target))
      prices.set(target, price);
  }
  return prices;
}

function priceOf(source: Price['source'], prices: PricesPer1M): Price {
  return { base: ratesFromPer1M(prices), tiers: [], source };
}

/** Pico-USD a token → USD for a million. */
function per1M(rate: number | undefined): number | null {
  return rate === undefined ? null : rate / 1e6;
}
