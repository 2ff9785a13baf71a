import type { Tier } from '#lib/generated/graphql.ts';

/** In ascending order; the key that chooses each is its place. */
export const TIERS = [
  'MICRO',
  'MINIMAL',
  'LOW',
  'MEDIUM',
  'ADVANCED',
  'HIGH',
  'ULTRA',
  'CRITICAL',
] as const satisfies readonly Tier[];

export function tierName(tier: Tier | null): string {
  return tier === null ? 'No tier' : `${tier.charAt(0)}${tier.slice(1).toLowerCase()}`;
}

/** 1 to 8; 0 = none. */
export function tierStep(tier: Tier | null): number {
  return tier === null ? 0 : TIERS.indexOf(tier) + 1;
}

/** The tier of a digit key; null = that is none. */
export function tierOfKey(key: string): Tier | null {
  return /^[1-8]$/.test(key) ? (TIERS[Number(key) - 1] ?? null) : null;
}
