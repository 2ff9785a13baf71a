import type { UpdateModelInput } from '#lib/generated/graphql.ts';
import type { Model } from './model-list.ts';

export const PRICE_FIELDS = [
  'inputPer1M',
  'cachedInputPer1M',
  'cacheWritePer1M',
  'outputPer1M',
  'reasoningPer1M',
] as const;
export type PriceField = (typeof PRICE_FIELDS)[number];

export const PRICE_NAMES: Readonly<Record<PriceField, string>> = {
  inputPer1M: 'Input',
  cachedInputPer1M: 'Cached input',
  cacheWritePer1M: 'Cache write',
  outputPer1M: 'Output',
  reasoningPer1M: 'Reasoning',
};

/** All prices back to what is listed. */
export const LISTED_PRICES: UpdateModelInput = Object.fromEntries(PRICE_FIELDS.map((field) => [field, null]));

/** How the model looks until the server has answered. `null` goes back to what only the server knows. */
export function expected(model: Model, input: UpdateModelInput): Model {
  const given = Object.entries(input).filter(([, value]) => value !== null && value !== undefined);
  const own = given.some(([field]) => isPrice(field));
  return {
    ...model,
    ...Object.fromEntries(given),
    ...(own ? { manualPricing: true, priceSource: 'OWN' as const } : {}),
    ...(input.contextWindow == null ? {} : { manualContext: true }),
  };
}

/** The input that takes a change of this model back. */
export function undoing(before: Model, input: UpdateModelInput): UpdateModelInput {
  const undo: UpdateModelInput = {};
  for (const field of fieldsOf(input)) {
    if (field === 'contextWindow') undo.contextWindow = before.manualContext ? before.contextWindow : null;
    else if (isPrice(field)) {
      // Prices are own or listed as a whole.
      for (const price of PRICE_FIELDS) undo[price] = before.manualPricing ? before[price] : null;
    } else if (field === 'categories') undo.categories = [...before.categories];
    else if (field === 'notes') undo.notes = before.notes ?? '';
    else Object.assign(undo, { [field]: before[field] });
  }
  return undo;
}

type Field = keyof UpdateModelInput & keyof Model;

function fieldsOf(input: UpdateModelInput): readonly Field[] {
  return (Object.keys(input) as Field[]).filter((field) => input[field] !== undefined);
}

function isPrice(field: string): field is PriceField {
  return PRICE_FIELDS.some((price) => price === field);
}

/** What was typed into a cell of figures; null = it is empty: back to what is listed. A string says what is wrong. */
export function readFigure(text: string, kind: 'price' | 'tokens'): number | null | string {
  const bare = text.trim().replaceAll(/[$,\s_]/g, '');
  if (bare === '') return null;
  const match = /^(\d+(?:\.\d+)?)([km]?)$/i.exec(bare);
  if (match === null)
    return kind === 'price' ? 'Write a price such as 2.50' : 'Write tokens such as 128000 or 128k';
  const scale = { '': 1, k: 1e3, m: 1e6 }[(match[2] ?? '').toLowerCase()] ?? 1;
  const value = Number(match[1]) * scale;
  if (kind === 'price') return scale === 1 ? value : 'Write a price such as 2.50';
  return Number.isInteger(value) && value > 0 ? value : 'Must be a whole number above 0';
}
