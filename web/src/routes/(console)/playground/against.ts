import { costOf } from '../routing/bench/difference.ts';
import type { Decision } from '#lib/decision/decision.ts';
import { readTier, stepOf } from '#lib/decision/tiers.ts';
import type { Run } from './run-state.ts';

/** What draft rules would have done, against what was done. */
export interface Against {
  /** Up = to a higher tier; null = nothing was routed that it could be held against. */
  readonly direction: 'up' | 'down' | 'same' | null;
  /** Whether the same model would have answered; null = nobody has answered yet. */
  readonly sameModel: boolean | null;
  /** Expected USD, of the draft's model; null = a price is not known. */
  readonly cost: number | null;
  /** The same less that of the model that has answered. */
  readonly costLess: number | null;
}

export function againstRun(
  decision: Decision,
  { route, provider, model }: Pick<Run, 'route' | 'provider' | 'model'>,
): Against {
  const served = provider === null || model === null ? null : `${provider}/${model}`;
  const tier = readTier(route?.tier);
  const step = tier === null ? null : stepOf(decision.tier) - stepOf(tier);
  const cost = costOf(decision);
  const paid = decision.candidates.find(({ key }) => key === served)?.cost ?? null;
  return {
    direction: step === null ? null : step > 0 ? 'up' : step < 0 ? 'down' : 'same',
    sameModel: served === null ? null : decision.model === served,
    cost,
    costLess: cost === null || paid === null ? null : cost - paid,
  };
}
