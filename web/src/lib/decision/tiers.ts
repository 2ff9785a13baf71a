/** What a model costs and can do, ascending; as stored decisions and definitions spell them. */
export const TIERS = ['micro', 'minimal', 'low', 'medium', 'advanced', 'high', 'ultra', 'critical'] as const;
export type TierName = (typeof TIERS)[number];

/** As either side spells it: "medium" of a stored decision, "MEDIUM" of GraphQL. Null = no tier. */
export function readTier(value: unknown): TierName | null {
  const name = typeof value === 'string' ? value.toLowerCase() : null;
  return TIERS.find((tier) => tier === name) ?? null;
}

/** 1 to 8. */
export function stepOf(tier: TierName): number {
  return TIERS.indexOf(tier) + 1;
}

/** The higher of two; null = no floor. */
export function higher(a: TierName | null, b: TierName | null): TierName | null {
  if (a === null || b === null) return a ?? b;
  return stepOf(a) >= stepOf(b) ? a : b;
}

/** The lower of two; null = no ceiling. */
export function lower(a: TierName | null, b: TierName | null): TierName | null {
  if (a === null || b === null) return a ?? b;
  return stepOf(a) <= stepOf(b) ? a : b;
}
