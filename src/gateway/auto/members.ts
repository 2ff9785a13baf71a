import type { Decision, ScoredCandidate, SessionState } from '../../routing/types.ts';
import type { Routed } from './route.ts';

/** The answer's `auto_routing` (the API reference's nine members and contract §5's two), as JSON with its name. */
export function autoRoutingMember(decision: Decision, modelId: string, baseline: string | null): string {
  return `"auto_routing":${JSON.stringify({
    category: decision.category,
    confidence: decision.confidence,
    complexity: decision.complexity,
    cost_tier: decision.tier,
    model_id: modelId,
    override_applied: decision.overrides.map((it) => it.name).join('+'),
    analysis_time_ms: Math.round(decision.ms * 1_000) / 1_000,
    domain: decision.domain,
    reasoning: reasoningOf(decision),
    baseline_model: baseline ?? modelId,
    selection_method: decision.selectionMethod,
  })}`;
}

/** With the words of the LLM classifier, for whoever has asked: they may tell of the prompt. */
function reasoningOf({ reasoning, classification }: Decision): string {
  const words = classification.reasoning?.slice(0, MAX_WORDS_CHARS) ?? '';
  return words === '' ? reasoning : `${reasoning}; ${words}`;
}

const MAX_WORDS_CHARS = 200;

/** What the log row keeps of a decision: everything but the texts, and of many candidates the first that were to be tried. */
export function decisionTrace(decision: Decision): Record<string, unknown> {
  const { candidates, classification, alternatives, ...rest } = decision;
  return {
    ...rest,
    classification: { ...classification, ranking: classification.ranking.slice(0, 3) },
    candidates: firstOf(decision).map((it) => ({
      ...it,
      score: it.score === null ? null : Number(it.score.toPrecision(4)),
    })),
    candidatesInAll: candidates.length,
    alternatives: alternatives.slice(0, MAX_CANDIDATES - 1),
  };
}

const MAX_CANDIDATES = 20;

/** In the order in which they were to be tried; those that could not serve last. */
function firstOf({ candidate, alternatives, candidates }: Decision): readonly ScoredCandidate[] {
  if (candidates.length <= MAX_CANDIDATES) return candidates;
  const byKey = new Map<string | null, ScoredCandidate>(candidates.map((it) => [it.key, it]));
  const order = [candidate, ...alternatives].slice(0, MAX_CANDIDATES);
  const tried = order.flatMap((key) => byKey.get(key) ?? []);
  const others = candidates.filter((it) => it.excluded !== null).slice(0, MAX_CANDIDATES - tried.length);
  return [...tried, ...others];
}

/**
 * The same with what it was decided from: enough to decide again under other rules. Without the LLM classifier's own
 * words: the log is also read by those who may read no prompts.
 */
export function routedTrace({ decision, given }: Routed): Record<string, unknown> {
  const { reasoning: _words, ...classification } = decision.classification;
  return {
    ...decisionTrace({ ...decision, classification }),
    given: { ...given, session: sessionOf(given.session) },
  };
}

/** Without what the memory keeps of it beside. */
function sessionOf(session: SessionState | null): SessionState | null {
  if (session === null) return null;
  const { candidate, category, tier, cachedTokens, turns, meanOutputTokens } = session;
  return { candidate, category, tier, cachedTokens, turns, meanOutputTokens };
}
