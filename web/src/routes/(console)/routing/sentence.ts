import { plain } from '#lib/decision/words.ts';
import type { Effects, ListName, Rule } from './definition.ts';

const WHERE = {
  prompt: 'the prompt',
  system: 'the system prompt',
  any: 'the prompt or the system prompt',
} as const;

const SHOWN = 3;

/** One rule as a sentence: “When the prompt says “audit” or “cve”, it is about security and needs at least high.” */
export function sentenceOf(rule: Rule, list: ListName): string {
  const where = list === 'systemPromptRoles' ? 'the system prompt' : WHERE[rule.where ?? 'any'];
  const exact = rule.caseless === false ? ', in this very case' : '';
  return `When ${where} has ${conditionOf(rule)}${exact}, ${effectOf(rule.effects)}.`;
}

function conditionOf({ keywords, match = 'any', minMatches = 1 }: Rule): string {
  if (keywords.length === 0) return 'a keyword that nobody has given yet';
  const shown = keywords
    .slice(0, keywords.length === SHOWN + 1 ? SHOWN + 1 : SHOWN)
    .map((word) => `“${word}”`);
  const more = keywords.length - shown.length;
  const all = more > 0 ? [...shown, `${more} more`] : shown;
  if (keywords.length === 1) return all.join('');
  if (match === 'all') return `all of ${joined(all, 'and')}`;
  return minMatches > 1 ? `at least ${minMatches} of ${joined(all, 'and')}` : joined(all, 'or');
}

function effectOf({ category, domain, tierMin, tierMax, model }: Effects): string {
  const parts = [
    ...(category === undefined ? [] : [`it is ${plain(category)}`]),
    ...(domain === undefined ? [] : [`its subject is ${domain}`]),
    ...tierOf(tierMin, tierMax),
    ...(model === undefined || model === '' ? [] : [`${model} serves it`]),
  ];
  return parts.length === 0 ? 'nothing happens yet' : joined(parts, 'and');
}

function tierOf(min: string | undefined, max: string | undefined): readonly string[] {
  if (min === undefined && max === undefined) return [];
  if (min === max) return [`it needs tier ${min ?? ''}`];
  if (max === undefined) return [`it needs tier ${min ?? ''} or above`];
  return [min === undefined ? `it needs tier ${max} or below` : `it needs a tier from ${min} to ${max}`];
}

function joined(parts: readonly string[], word: 'and' | 'or'): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} ${word} ${parts.at(-1) ?? ''}`;
}
