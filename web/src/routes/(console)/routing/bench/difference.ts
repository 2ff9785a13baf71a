import type { Decision } from '#lib/decision/decision.ts';
import { stepOf } from '#lib/decision/tiers.ts';
import { plain } from '#lib/decision/words.ts';

/** What the second decision does otherwise than the first. */
export interface Difference {
  /** Up = to a higher tier. */
  readonly direction: 'up' | 'down' | 'same';
  readonly parts: readonly string[];
  /** Expected USD: the second's less the first's; null = a price is not known. */
  readonly cost: number | null;
}

export function differenceOf(first: Decision, second: Decision): Difference {
  const [before, after] = [stepOf(first.tier), stepOf(second.tier)];
  return {
    direction: after > before ? 'up' : after < before ? 'down' : 'same',
    parts: [
      ...(first.category === second.category
        ? []
        : [`category ${plain(first.category)} → ${plain(second.category)}`]),
      ...(before === after ? [] : [`tier ${first.tier} → ${second.tier}`]),
      ...(first.model === second.model
        ? []
        : [`model ${first.model ?? 'nobody'} → ${second.model ?? 'nobody'}`]),
    ],
    cost: subtracted(costOf(second), costOf(first)),
  };
}

/** Expected USD of the request with the model that is chosen; null = not known. */
export function costOf({ model, candidates }: Decision): number | null {
  return candidates.find(({ key }) => key === model)?.cost ?? null;
}

function subtracted(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a - b;
}
