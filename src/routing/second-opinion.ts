import type { Decision, LlmClassifierSettings, RoutingView } from './types.ts';

/** The LLM classifier to be asked before this decision is acted on; null = it stands as it is. */
export function secondOpinionOf(view: RoutingView, decision: Decision): LlmClassifierSettings | null {
  const { llm } = view.settings;
  const { source, confidence } = decision.classification;
  return llm !== null && source === 'local' && confidence < llm.threshold ? llm : null;
}
