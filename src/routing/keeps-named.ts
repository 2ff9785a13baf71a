import { isNamed } from './select.ts';
import { rank } from './tiers.ts';
import type { Decision, RoutingView } from './types.ts';

/**
 * Whether a request that names a model keeps it, although its tenant routes such requests: a forced mode never makes
 * one dearer. "smart" moves easy work down, "all" stays at or below the named tier.
 */
export function keepsNamed(view: RoutingView, decision: Decision, named: string): boolean {
  const own = view.candidates.find((it) => isNamed(it, named));
  const chosen = view.candidates.find((it) => it.key === decision.candidate);
  if (chosen === undefined) return true;
  // Hidden, or of a tier that nobody knows: nothing says that another one is not dearer.
  if (own === undefined || own.tier === null || chosen.tier === null) return true;
  const step = rank(chosen.tier) - rank(own.tier);
  return view.settings.forced === 'smart' ? step >= 0 : step > 0;
}

/** Who serves in the end: the named model where it is kept, else who was chosen. Candidate key; null = nobody can. */
export function servesFor(view: RoutingView, decision: Decision, named: string | null): string | null {
  if (named === null || !keepsNamed(view, decision, named)) return decision.candidate;
  return view.candidates.find((it) => isNamed(it, named))?.key ?? named;
}
