import { plainSpelling } from '../../graphql/enums.ts';
import type { TestRouteQuery } from '../generated/documents.ts';

/** A tested route in one piece: the decision with what stands beside it, every enum as REST spells it. */
export function presentRouteTest({ decision, notEvaluated, ...test }: TestRouteQuery['testRoute']) {
  const { classification, signals, rules, overrides, candidates } = decision;
  return {
    ...test,
    notEvaluated: notEvaluated.map((it) => ({ ...it, kind: plainSpelling('RuleKind', it.kind) })),
    ...decision,
    tier: tierOf(decision.tier),
    domain: domainOf(decision.domain),
    complexity: plainSpelling('RoutingComplexity', decision.complexity),
    classification: {
      ...classification,
      source: plainSpelling('ClassificationSource', classification.source),
    },
    signals: { ...signals, domain: domainOf(signals.domain) },
    rules: rules.map(({ effect, ...rule }) => ({
      ...rule,
      kind: plainSpelling('RuleKind', rule.kind),
      effect: {
        ...effect,
        tierMin: orNull(effect.tierMin, tierOf),
        tierMax: orNull(effect.tierMax, tierOf),
        domain: orNull(effect.domain, domainOf),
      },
    })),
    overrides: overrides.map((it) => ({ ...it, from: tierOf(it.from), to: tierOf(it.to) })),
    candidates: candidates.map((it) => ({ ...it, tier: orNull(it.tier, tierOf) })),
  };
}

function tierOf(spelt: string): string {
  return plainSpelling('Tier', spelt);
}

function domainOf(spelt: string): string {
  return plainSpelling('RoutingDomain', spelt);
}

function orNull(spelt: string | null | undefined, plain: (spelt: string) => string): string | null {
  return spelt === null || spelt === undefined ? null : plain(spelt);
}
