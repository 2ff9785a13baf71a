import { rank } from './tiers.ts';
import type { Candidate, SessionState, SessionVerdict, Signals, Tier } from './types.ts';
import { OUTPUT_TOKENS } from './select.ts';

/**
 * Whether a conversation stays with the model that has served it. It moves when its model can no longer serve it or
 * the work has grown beyond that model's tier; else only if what moving saves over the rest of the conversation is
 * more than the prompt cache that is lost by it. The rest is taken to be as long as what has been (Lindy's law: the
 * best guess where nothing else is known).
 */
export function judgeSession(
  session: SessionState,
  chosen: Candidate,
  order: readonly Candidate[],
  needed: Tier,
  signals: Signals,
): SessionVerdict | null {
  const current = order.find((it) => it.key === session.candidate);
  if (current === undefined || current === chosen) return null;
  const model = current.key;
  if (current.tier !== null && rank(current.tier) < rank(needed)) {
    return { stayed: false, model, saving: 0, lostCache: 0 };
  }
  const turns = Math.max(1, session.turns);
  const output =
    session.meanOutputTokens > 0 ? session.meanOutputTokens : OUTPUT_TOKENS[signals.outputLength];
  const cached = Math.min(session.cachedTokens, signals.tokens);
  const staying = turnCost(current, signals.tokens, cached, output);
  const moved = turnCost(chosen, signals.tokens, cached, output);
  const movedCold = turnCost(chosen, signals.tokens, 0, output);
  if (staying === null || moved === null || movedCold === null) {
    return { stayed: true, model, saving: 0, lostCache: 0 };
  }
  const saving = turns * (staying - moved);
  const lostCache = movedCold - moved;
  return { stayed: saving <= lostCache, model, saving, lostCache };
}

/** USD of one turn, `cached` of its prompt tokens read from the cache; null = a price is not known. */
function turnCost(candidate: Candidate, tokens: number, cached: number, output: number): number | null {
  const { inputPer1M, cachedInputPer1M, outputPer1M } = candidate;
  if (inputPer1M === null || outputPer1M === null) return null;
  const read = cachedInputPer1M ?? inputPer1M;
  return ((tokens - cached) * inputPer1M + cached * read + output * outputPer1M) / 1e6;
}
