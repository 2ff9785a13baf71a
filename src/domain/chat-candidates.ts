import type { DiscoveredModel } from '../providers/adapter.ts';
import { pricesOf, type ModelCatalog } from './model-facts.ts';

const MOST = 3;

interface Stored {
  readonly modelId: string;
  readonly kind: string;
  readonly visible: boolean;
}

/**
 * Up to three models to try a provider with: those that surely chat (the catalog says so), the cheapest first;
 * else those that the provider calls chat models, in its order. What an admin has hidden comes last.
 */
export function chatCandidates(
  providerType: string,
  found: readonly DiscoveredModel[],
  stored: readonly Stored[],
  catalog: ModelCatalog,
): string[] {
  const rows = new Map(stored.map((row) => [row.modelId, row]));
  const byHand = stored.filter(({ modelId }) => !found.some(({ id }) => id === modelId));
  const ids = [
    ...found.filter(({ kind }) => kind === 'chat').map(({ id }) => id),
    ...byHand.map((row) => row.modelId),
  ];
  return ids
    .filter((id) => (rows.get(id)?.kind ?? 'CHAT') === 'CHAT')
    .map((id, index) => {
      const known = catalog.describe(providerType, id);
      const chats = known !== null && (known.kind ?? 'chat') === 'chat';
      const hidden = rows.get(id)?.visible === false;
      return {
        id,
        index,
        rank: (hidden ? 2 : 0) + (chats ? 0 : 1),
        cost: pricesOf(known).outputPer1M ?? Infinity,
      };
    })
    .sort((a, b) => a.rank - b.rank || compare(a.cost, b.cost) || a.index - b.index)
    .slice(0, MOST)
    .map(({ id }) => id);
}

function compare(a: number, b: number): number {
  return a === b ? 0 : a - b;
}
