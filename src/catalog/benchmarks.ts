import type { Benchmarks } from './models.ts';

/**
 * What a category measures models by: one of the three benchmark scores (0 to 100) that catalog/models.ts keeps.
 * Speed is scored there too, but it says nothing about how good an answer is.
 */
export const AXES = ['intelligence', 'coding', 'math'] as const;
export type Axis = (typeof AXES)[number];

/** The score on the axis, or null where nobody has measured: never a guess, never a zero. */
export function scoreOn(axis: Axis, benchmarks: Benchmarks | null | undefined): number | null {
  return benchmarks?.[axis] ?? null;
}

/** All scores by axis; what nobody has measured is absent. */
export function scoresOf(benchmarks: Benchmarks | null | undefined): ReadonlyMap<string, number> {
  if (benchmarks === null || benchmarks === undefined) return NO_SCORES;
  return new Map(AXES.map((axis) => [axis, benchmarks[axis]]));
}

const NO_SCORES: ReadonlyMap<string, number> = new Map();
