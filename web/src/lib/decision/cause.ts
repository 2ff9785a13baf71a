import { boundsOf, startOf } from './decision.ts';
import type { Decision } from './decision.ts';
import { methodName, overrideWhy, percent, plain } from './words.ts';
import { stepOf } from './tiers.ts';

/** One sentence: what it was taken for, what that needs, what changed it, and who serves it. */
export function causeOf(decision: Decision): string {
  const parts = [takenFor(decision), needs(decision), ...corrected(decision)];
  return `${parts.join(', ')}; ${served(decision)}.`;
}

function takenFor({ classification, category, rules }: Decision): string {
  const name = `Taken for ${plain(category)}`;
  const ruled = rules.find(({ effect }) => effect.category !== null);
  switch (classification.source) {
    case 'rule':
      return ruled === undefined ? `${name} by a rule` : `${name} by the rule “${ruled.name}”`;
    case 'marker':
      return `${name} by its fill-in-the-middle markers`;
    case 'llm':
      return `${name} by the LLM classifier (${percent(classification.confidence)} sure)`;
    default:
      return `${name} (${percent(classification.confidence)} sure)`;
  }
}

function needs(decision: Decision): string {
  const start = startOf(decision);
  const { floor, ceiling } = boundsOf(decision);
  const by = (end: string, member: 'tierMin' | 'tierMax'): string => {
    const rule = decision.rules.find(({ effect }) => effect[member] === end);
    return rule === undefined
      ? ''
      : ` (${member === 'tierMin' ? 'at least' : 'at most'} that, says the rule “${rule.name}”)`;
  };
  const bound = floor === start ? by(start, 'tierMin') : ceiling === start ? by(start, 'tierMax') : '';
  return `which needs tier ${start}${bound}`;
}

function corrected({ overrides }: Decision): readonly string[] {
  return overrides.map(({ name, from, to }) => {
    const verb = stepOf(to) > stepOf(from) ? 'raised' : 'lowered';
    return `${verb} to ${to} because ${overrideWhy(name)}`;
  });
}

function served({ model, refusal, method, session }: Decision): string {
  if (model === null) return `nobody can serve it: ${trimmed(refusal ?? 'no model fits')}`;
  if (session?.stayed === true) return `it stays with ${model}, as moving would cost more than it saves`;
  return `it goes to ${model}, ${methodName(method)}`;
}

/** The whole sentence brings its own end. */
function trimmed(sentence: string): string {
  return sentence.replace(/\.$/, '');
}
