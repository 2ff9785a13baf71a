import { formatCount } from '#lib/format/count.ts';
import { formatPrice } from '#lib/format/money.ts';
import type { ModelSuggestionsQuery, UpdateModelInput } from '#lib/generated/graphql.ts';
import { LISTED_PRICES, PRICE_FIELDS, PRICE_NAMES } from './changes.ts';
import type { Model } from './model-list.ts';
import { tierName } from './tiers.ts';

export type Known = ModelSuggestionsQuery['modelSuggestion'];

/** Something that the catalog says otherwise. */
export interface Suggestion {
  readonly field: string;
  readonly label: string;
  readonly now: string;
  readonly suggested: string;
  readonly input: UpdateModelInput;
}

/** Where the catalog says otherwise than the model's row; what it does not know it does not suggest. */
export function suggestionsFor(model: Model, known: Known): readonly Suggestion[] {
  const found: Suggestion[] = [];
  const add = (field: string, label: string, now: string, suggested: string, input: UpdateModelInput) =>
    void found.push({ field, label, now, suggested, input });
  if (known.tier !== null && known.tier !== model.tier) {
    add('tier', 'Tier', tierName(model.tier), tierName(known.tier), { tier: known.tier });
  }
  if (known.kind !== null && known.kind !== model.kind) {
    add('kind', 'Kind', model.kind.toLowerCase(), known.kind.toLowerCase(), { kind: known.kind });
  }
  if (known.contextWindow !== null && known.contextWindow !== model.contextWindow) {
    // Not set by hand: what is listed later is taken over, too.
    add(
      'contextWindow',
      'Context window',
      formatCount(model.contextWindow),
      formatCount(known.contextWindow),
      {
        contextWindow: null,
      },
    );
  }
  if (known.maxOutputTokens !== null && known.maxOutputTokens !== model.maxOutputTokens) {
    add(
      'maxOutputTokens',
      'Longest answer',
      formatCount(model.maxOutputTokens),
      formatCount(known.maxOutputTokens),
      {
        maxOutputTokens: known.maxOutputTokens,
      },
    );
  }
  if (known.categories.length > 0 && known.categories.join() !== model.categories.join()) {
    add('categories', 'Good at', model.categories.join(', ') || '—', known.categories.join(', '), {
      categories: [...known.categories],
    });
  }
  const other = PRICE_FIELDS.filter((field) => known[field] !== null && known[field] !== model[field]);
  if (other.length > 0) {
    const text = (of: Pick<Model, (typeof PRICE_FIELDS)[number]>) =>
      other.map((field) => `${PRICE_NAMES[field].toLowerCase()} ${formatPrice(of[field])}`).join(', ');
    add('prices', 'Prices', text(model), text(known), LISTED_PRICES);
  }
  return found;
}
