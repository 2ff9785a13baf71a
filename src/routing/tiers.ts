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
