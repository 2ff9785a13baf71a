import { formatCompact, formatCount } from '#lib/format/count.ts';
import type { Effect } from './decision.ts';

/** The router's own names in words. A name that is not here is shown with blanks in place of "_". */

const OVERRIDES: Readonly<Record<string, { readonly name: string; readonly why: string }>> = {
  vision: { name: 'Images', why: 'there are images in it' },
  tool_calls: { name: 'Tools in use', why: 'a tool is being used or must be called' },
  confidence: { name: 'Low confidence', why: 'the classification is not sure enough' },
  domain_gate: { name: 'Sensitive subject', why: 'it is about law, medicine or money' },
  conversation_turns: { name: 'Long conversation', why: 'the conversation has many turns' },
  frustration: { name: 'Complaint', why: 'the last message complains about the answers before' },
  output_length: { name: 'Long answer', why: 'a long answer is asked for' },
  context_fill: { name: 'Full context', why: 'the conversation nearly fills its model’s window' },
  budget_economy: { name: 'Daily budget', why: 'the tenant has nearly spent its daily budget' },
};

export function overrideName(name: string): string {
  return OVERRIDES[name]?.name ?? plain(name);
}

export function overrideWhy(name: string): string {
  return OVERRIDES[name]?.why ?? plain(name);
}

const METHODS: Readonly<Record<string, string>> = {
  category_default: 'the category’s default model',
  benchmark_economy: 'the best score, with cost weighing most',
  benchmark_balanced: 'the best of the tier for its cost',
  benchmark_quality: 'the best score, with quality weighing most',
  rule_model: 'the model that a rule names',
  session: 'the model that the conversation is with',
  forced_keep: 'the model that the request names',
  only_candidate: 'the only model that can serve it',
};

export function methodName(method: string): string {
  return METHODS[method] ?? plain(method);
}

const SOURCES: Readonly<Record<string, string>> = {
  local: 'by the local classifier',
  llm: 'by the LLM classifier',
  marker: 'by fill-in-the-middle markers',
  rule: 'by a rule',
};

export function sourceName(source: string): string {
  return SOURCES[source] ?? plain(source);
}

/** code_review → "code review". */
export function plain(name: string): string {
  return name.replaceAll('_', ' ');
}

/** A share of one: 0.824 → "82 %". Nearly all is never shown as all, nor a little as nothing. */
export function percent(share: number): string {
  const rounded = Math.round(share * 100);
  if (rounded === 100 && share < 1) return '> 99 %';
  if (rounded === 0 && share > 0) return '< 1 %';
  return `${rounded} %`;
}

/** What the expected gain of a strong model says. Of a lead that rounds to nothing no figure is told. */
export function gainWords(gain: number): string {
  const points = Math.round(gain * 100);
  if (points <= 0) return 'A strong model is not expected to do better than a weak one';
  return `A strong model is expected to do better than a weak one by ${points} of 100 points`;
}

/** Scores have no unit: three digits tell candidates apart. */
export function formatScore(score: number | null): string {
  if (score === null) return '—';
  return score >= 10_000 ? formatCompact(score) : formatCount(Number(score.toPrecision(3)));
}

/** What a rule does: ["category code review", "at least high"]. */
export function effectWords({ category, tierMin, tierMax, domain, model }: Effect): readonly string[] {
  return [
    ...(category === null ? [] : [`category ${plain(category)}`]),
    ...(domain === null ? [] : [`subject ${domain}`]),
    ...(tierMin === null ? [] : [`at least ${tierMin}`]),
    ...(tierMax === null ? [] : [`at most ${tierMax}`]),
    ...(model === null ? [] : [`model ${model}`]),
  ];
}
