import { TIERS } from '../routing/types.ts';
import type { ServedModel, TenantView } from '../runtime/view.ts';
import { OVERFLOW_MARGIN } from './estimate.ts';

/** Tells a model's context window in tokens, what was learned from its provider included; null = not known. */
export type WindowOf = (served: ServedModel) => number | null;

/** True when the prompt surely does not fit; false also where nothing is known. */
export function overflows(estimatedTokens: number, window: number | null): boolean {
  return window !== null && estimatedTokens > window * OVERFLOW_MARGIN;
}

/**
 * The models that may step in when a prompt does not fit: of this tenant, inside its policy, visible, known to
 * have a larger window that takes the prompt, and with vision if the small one had it. Nearest tier first (upward
 * before downward), then the cheaper input, then the smaller window. `pinned`: only from the small one's provider.
 */
export function largerModels(
  tenant: TenantView,
  small: ServedModel,
  smallWindow: number | null,
  estimatedTokens: number,
  windowOf: WindowOf,
  pinned = false,
): ServedModel[] {
  const floor = Math.max(smallWindow ?? 0, Math.ceil(estimatedTokens / OVERFLOW_MARGIN));
  const larger: ServedModel[] = [];
  for (const served of tenant.modelsById.values()) {
    for (const candidate of served) {
      const { model, provider } = candidate;
      if (pinned && provider.id !== small.provider.id) continue;
      const window = windowOf(candidate);
      if (window === null || window <= floor || model.kind === 'embedding' || !model.visible) continue;
      if (!provider.adapter.features.chat || !tenant.policy.allows(model.id, provider.slug)) continue;
      if (small.model.capabilities.has('vision') && !model.capabilities.has('vision')) continue;
      larger.push(candidate);
    }
  }
  const home = tierIndex(small);
  return larger.sort(
    (a, b) =>
      distance(home, tierIndex(a)) - distance(home, tierIndex(b)) ||
      inputPrice(a) - inputPrice(b) ||
      (windowOf(a) ?? 0) - (windowOf(b) ?? 0),
  );
}

function tierIndex(served: ServedModel): number {
  return TIERS.findIndex((tier) => tier === served.model.tier);
}

/** Half a step more for going down: a weaker model is the worse surprise. Unknown tiers come last. */
function distance(from: number, to: number): number {
  if (to === -1) return TIERS.length;
  if (from === -1) return to / TIERS.length;
  return to >= from ? to - from : from - to + 0.5;
}

function inputPrice(served: ServedModel): number {
  return served.price?.base.input ?? Number.MAX_SAFE_INTEGER;
}
