import { formatExactMoment } from '#lib/format/time.ts';
import type { Model } from './model-list.ts';

type Priced = Pick<Model, 'priceSource' | 'catalogSource' | 'updatedAt' | 'provider'>;

/** Who says the price, in a word. */
export function priceWord({ priceSource }: Pick<Priced, 'priceSource'>): string {
  return { OWN: 'own', CATALOG: 'catalog', PROVIDER: 'provider', NONE: 'not known' }[priceSource];
}

/** Who says it, and since when. */
export function priceTitle({ priceSource, catalogSource, updatedAt, provider }: Priced): string {
  switch (priceSource) {
    case 'OWN':
      return `Set by hand. The model was last changed ${formatExactMoment(new Date(updatedAt))}.`;
    case 'CATALOG':
      return `The list that ships with this version (${catalogSource ?? 'prices: genai-prices'}), as of the last discovery${asked(provider.lastCheckedAt)}.`;
    case 'PROVIDER':
      return `Listed by ${provider.name}, asked${asked(provider.lastCheckedAt)}.`;
    case 'NONE':
      return 'Nobody lists a price: its requests are logged without cost.';
  }
}

function asked(at: string | null): string {
  return at === null ? '' : ` ${formatExactMoment(new Date(at))}`;
}
