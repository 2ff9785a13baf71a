import { atLeast, rank, shift } from './tiers.ts';
import type { Domain, OverrideFired, RouteRequest, RoutingSettings, Tier } from './types.ts';

/** What overrides look at. */
export interface OverrideInput {
  readonly request: RouteRequest;
  readonly settings: RoutingSettings;
  readonly confidence: number;
  readonly domain: Domain;
  /** Set by a rule: nothing lowers a tier below it. */
  readonly floor: Tier | null;
  /** Share of the window of the model that serves this conversation that it has filled; null = not known. */
  readonly fill: number | null;
}

interface Override {
  readonly name: string;
  /** The tier that it wants, given the one so far. */
  apply(tier: Tier, input: OverrideInput): Tier;
}

/** The subjects where a wrong answer costs more than a better model. */
const GATED: readonly Domain[] = ['legal', 'medical', 'finance'];

/** In the order in which they are applied. All but the last only raise. */
const OVERRIDES: readonly Override[] = [
  {
    name: 'vision',
    apply: (tier, { request: { signals }, settings }) =>
      settings.overrides.vision.enabled && signals.images > 0 ? atLeast(tier, 'low') : tier,
  },
  {
    name: 'tool_calls',
    apply(tier, { request: { signals }, settings: { overrides } }) {
      // Many clients send tools with everything: only a loop that is under way, or a tool that must be called, counts.
      const needed = signals.continuation || signals.toolResults > 0 || signals.agent !== null;
      return overrides.toolCalls.enabled && signals.tools > 0 && needed
        ? atLeast(tier, overrides.toolCalls.minTier)
        : tier;
    },
  },
  {
    name: 'confidence',
    apply: (tier, { confidence, settings: { overrides } }) =>
      overrides.confidence.enabled && confidence < overrides.confidence.threshold
        ? atLeast(tier, overrides.confidence.minTier)
        : tier,
  },
  {
    name: 'domain_gate',
    apply: (tier, { domain, settings: { overrides } }) =>
      overrides.domainGate.enabled && GATED.includes(domain)
        ? atLeast(tier, overrides.domainGate.minTier)
        : tier,
  },
  {
    name: 'conversation_turns',
    apply: (tier, { request: { signals }, settings: { overrides } }) =>
      overrides.conversationTurns.enabled &&
      signals.turns >= overrides.conversationTurns.turns &&
      rank(tier) < rank('medium')
        ? shift(tier, 1)
        : tier,
  },
  {
    name: 'frustration',
    apply: (tier, { request: { signals }, settings: { overrides } }) =>
      overrides.frustration.enabled &&
      signals.frustration >= overrides.frustration.threshold &&
      !signals.continuation
        ? shift(tier, 1)
        : tier,
  },
  {
    name: 'output_length',
    apply: (tier, { request: { signals }, settings: { overrides } }) =>
      overrides.outputLength.enabled && signals.outputLength === 'long'
        ? atLeast(tier, overrides.outputLength.minTier)
        : tier,
  },
  {
    name: 'context_fill',
    apply: (tier, { fill, settings: { overrides } }) =>
      overrides.contextFill.enabled && fill !== null && fill >= overrides.contextFill.share
        ? shift(tier, 1)
        : tier,
  },
  {
    name: 'budget_economy',
    apply(tier, { request, settings: { overrides }, floor }) {
      const { enabled, dailyBudget, share } = overrides.budgetEconomy;
      if (!enabled || dailyBudget === null || request.spentToday < dailyBudget * share) return tier;
      const lower = shift(tier, -1);
      return floor === null ? lower : rank(floor) > rank(lower) ? tier : lower;
    },
  },
];

/** Applies each override to the tier that the ones before have left. */
export function applyOverrides(
  start: Tier,
  input: OverrideInput,
): { readonly tier: Tier; readonly fired: readonly OverrideFired[] } {
  let tier = start;
  const fired: OverrideFired[] = [];
  for (const override of OVERRIDES) {
    const next = override.apply(tier, input);
    if (next !== tier) fired.push({ name: override.name, from: tier, to: next });
    tier = next;
  }
  return { tier, fired };
}
