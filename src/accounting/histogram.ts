/**
 * Upper bounds of the duration buckets, in ms, inclusive; one more bucket takes all above the last. The rollups
 * store counts in this order, so the list is part of the database's format: never reorder or remove, only append.
 * Steps are 25 to 100 %, so an interpolated percentile is off by less than that.
 */
export const BUCKET_BOUNDS: readonly number[] = [
  5, 10, 20, 35, 50, 75, 100, 150, 200, 300, 400, 500, 750, 1_000, 1_500, 2_000, 3_000, 4_000, 5_000, 7_500,
  10_000, 15_000, 20_000, 30_000, 45_000, 60_000, 90_000, 120_000, 180_000, 300_000, 600_000,
];

export const BUCKET_COUNT: number = BUCKET_BOUNDS.length + 1;

/**
 * The p-quantile (p from 0 to 1) in ms, interpolated inside its bucket; null = no durations were counted.
 * In the open last bucket it is that bucket's lower bound: a figure that can be stood by, not a guess.
 */
export function percentile(buckets: readonly number[], p: number): number | null {
  const total = buckets.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  const rank = Math.min(Math.max(p, 0), 1) * total;
  let below = 0;
  for (const [index, count] of buckets.entries()) {
    if (count > 0 && below + count >= rank) {
      const lower = index === 0 ? 0 : (BUCKET_BOUNDS[index - 1] ?? 0);
      const upper = BUCKET_BOUNDS[index] ?? lower;
      return lower + (upper - lower) * Math.max(0, (rank - below) / count);
    }
    below += count;
  }
  return BUCKET_BOUNDS.at(-1) ?? null;
}
