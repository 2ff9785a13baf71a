import { stepOf } from '#lib/decision/tiers.ts';
import type { Effects, ListName, Rule } from './definition.ts';

/**
 * Why a rule never changes anything: it is beyond doubt that an earlier rule always matches with it and has taken all
 * that it does. Null = it may well count. (All rules that match take effect; of two that name a category, subject or
 * model the first has it.)
 */
export function shadowOf(rules: readonly Rule[], index: number, list: ListName): string | null {
  const rule = rules[index];
  if (rule === undefined || rule.enabled === false) return null;
  if (rule.keywords.length === 0) return null;
  const earlier = rules
    .slice(0, index)
    .find(
      (other) => other.enabled !== false && includes(other, rule, list) && takes(other.effects, rule.effects),
    );
  return earlier === undefined ? null : `“${earlier.name}” always matches with it, and has it all first.`;
}

/** Whether `earlier` matches wherever `later` does. */
function includes(earlier: Rule, later: Rule, list: ListName): boolean {
  if (list === 'rules' && (earlier.where ?? 'any') !== 'any' && earlier.where !== later.where) return false;
  if (earlier.match === 'all' && new Set(earlier.keywords).size > 1) return false;
  if ((earlier.minMatches ?? 1) > 1) return false;
  const caseless = earlier.caseless !== false;
  if (!caseless && later.caseless !== false) return false;
  const covered = (word: string): boolean => earlier.keywords.some((by) => covers(by, word, caseless));
  // One word that is surely there is enough; of "any" every word may be the only one.
  return later.match === 'all' ? later.keywords.some(covered) : later.keywords.every(covered);
}

/** Whether a text that has `word` always has `by`, too. */
function covers(by: string, word: string, caseless: boolean): boolean {
  const [outer, inner] = caseless ? [by.toLowerCase(), word.toLowerCase()] : [by, word];
  if (outer === inner) return true;
  const [starts, ends] = [outer.startsWith('*'), outer.endsWith('*')];
  const core = outer.slice(starts ? 1 : 0, ends ? -1 : undefined);
  if (starts && ends) return inner.includes(core);
  if (ends) return inner.startsWith(core);
  return starts && inner.endsWith(core);
}

/** Whether nothing is left for the later one to do. */
function takes(earlier: Effects, later: Effects): boolean {
  for (const name of ['category', 'domain', 'model'] as const) {
    if (later[name] !== undefined && earlier[name] === undefined) return false;
  }
  const { tierMin, tierMax } = later;
  if (tierMin !== undefined && (earlier.tierMin === undefined || stepOf(earlier.tierMin) < stepOf(tierMin)))
    return false;
  return !(
    tierMax !== undefined &&
    (earlier.tierMax === undefined || stepOf(earlier.tierMax) > stepOf(tierMax))
  );
}
