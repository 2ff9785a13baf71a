import { TIERS, type Complexity, type Tier } from './types.ts';

export function rank(tier: Tier): number {
  return TIERS.indexOf(tier);
}

/** The tier so many steps up (or down, below zero); ends at the first and the last. */
export function shift(tier: Tier, steps: number): Tier {
  return TIERS[Math.min(TIERS.length - 1, Math.max(0, rank(tier) + steps))] ?? tier;
}

/** The higher of two. */
export function atLeast(tier: Tier, floor: Tier): Tier {
  return rank(tier) < rank(floor) ? floor : tier;
}

/** The lower of two. */
export function atMost(tier: Tier, ceiling: Tier): Tier {
  return rank(tier) > rank(ceiling) ? ceiling : tier;
}

/** micro to low are simple, medium and advanced medium, what is above is complex. */
export function complexityOf(tier: Tier): Complexity {
  if (rank(tier) <= rank('low')) return 'simple';
  return rank(tier) <= rank('advanced') ? 'medium' : 'complex';
}

/** Where to look when a tier has nobody: the tier itself, then upward, then downward. */
export function neighbours(tier: Tier): readonly Tier[] {
  const at = rank(tier);
  return [...TIERS.slice(at), ...TIERS.slice(0, at).toReversed()];
}

/**
 * The tier that a task most likely needs: probabilities of categories with the same tier count together. Of equally
 * likely ones the higher; null where no category is known.
 */
export function likelyTier(
  ranking: readonly { readonly category: string; readonly probability: number }[],
  tierOf: (category: string) => Tier | null,
): Tier | null {
  const shares = new Map<Tier, number>();
  for (const { category, probability } of ranking) {
    const tier = tierOf(category);
    if (tier !== null) shares.set(tier, (shares.get(tier) ?? 0) + probability);
  }
  let best: Tier | null = null;
  for (const [tier, share] of shares) {
    const most = best === null ? -1 : (shares.get(best) ?? 0);
    if (share > most || (share === most && best !== null && rank(tier) > rank(best))) best = tier;
  }
  return best;
}
