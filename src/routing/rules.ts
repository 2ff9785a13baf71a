import { isObject } from '../json-object.ts';
import { compileKeywords, type KeywordMatcher } from './keywords.ts';
import type { KeywordRule, RuleSetDefinition, SystemPromptRole } from './rule-set.ts';
import { readRoutingSettings } from './settings.ts';
import type { CompiledRules, FiredRule, RequestTexts, RoutingSettings, RuleEffect } from './types.ts';

/** A stored rule set: which one it is, and what it says. */
export interface NamedRuleSet {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly definition: RuleSetDefinition;
}

type Place = 'prompt' | 'system' | 'any';

interface Condition {
  readonly kind: FiredRule['kind'];
  readonly name: string;
  readonly where: Place;
  readonly caseless: boolean;
  /** Its keywords' indexes in the matcher of its case. */
  readonly from: number;
  readonly count: number;
  /** So many different ones must occur. */
  readonly needed: number;
  readonly effect: RuleEffect;
}

/** Below this the LLM classifier is asked, unless a rule set or the tenant says otherwise. */
const CONFIDENCE = 0.65;

/** Compiles a rule set: two automata (with and without case) find all keywords of all rules in one pass over a text. */
export function compileRules({ id, name, version, definition }: NamedRuleSet): CompiledRules {
  const patterns = { caseless: [] as string[], exact: [] as string[] };
  const conditions: Condition[] = [];
  const add = (kind: FiredRule['kind'], rule: KeywordRule | SystemPromptRole, where: Place): void => {
    if (rule.enabled === false) return;
    const caseless = rule.caseless !== false;
    const list = caseless ? patterns.caseless : patterns.exact;
    conditions.push({
      kind,
      name: rule.name,
      where,
      caseless,
      from: list.length,
      count: rule.keywords.length,
      needed: rule.match === 'all' ? new Set(rule.keywords).size : (rule.minMatches ?? 1),
      effect: rule.effects,
    });
    list.push(...rule.keywords);
  };
  for (const rule of definition.rules ?? []) add('keyword', rule, rule.where ?? 'any');
  for (const role of definition.systemPromptRoles ?? []) add('role', role, 'system');
  const matchers: Readonly<Record<'caseless' | 'exact', KeywordMatcher>> = {
    caseless: compileKeywords(patterns.caseless, { caseless: true }),
    exact: compileKeywords(patterns.exact, { caseless: false }),
  };
  return {
    id,
    name,
    version,
    definition,
    thresholds: { confidence: definition.thresholds?.confidence ?? CONFIDENCE },
    match(texts) {
      const found = {
        caseless: findIn(matchers.caseless, texts),
        exact: findIn(matchers.exact, texts),
      };
      return conditions
        .filter((it) => matches(it, it.caseless ? found.caseless : found.exact))
        .map((it) => ({ kind: it.kind, name: it.name, ruleSet: name, effect: it.effect }));
    },
  };
}

interface Found {
  readonly prompt: ReadonlySet<number>;
  readonly system: ReadonlySet<number>;
}

function findIn(matcher: KeywordMatcher, { lastUser, system }: RequestTexts): Found {
  return { prompt: matcher(lastUser), system: matcher(system) };
}

function matches({ where, from, count, needed }: Condition, { prompt, system }: Found): boolean {
  let hits = 0;
  for (let index = from; index < from + count; index += 1) {
    const inPrompt = where !== 'system' && prompt.has(index);
    const inSystem = where !== 'prompt' && system.has(index);
    if (inPrompt || inSystem) hits += 1;
  }
  return hits >= needed;
}

/**
 * The settings that are in force for a tenant: what it has set itself, then its own rule set, then the global one,
 * then the defaults. `stored` is `tenant.routing`; sets come in the order of precedence.
 */
export function settingsInForce(stored: unknown, sets: readonly RuleSetDefinition[]): RoutingSettings {
  const own = isObject(stored) ? stored : {};
  const layers = [...sets.toReversed().map(asSettings), own];
  const merged = layers.reduce<Record<string, unknown>>((below, above) => merge(below, above), {});
  const threshold = sets.find((set) => set.thresholds?.confidence !== undefined)?.thresholds?.confidence;
  const llm = merged['llm'];
  // A rule set tunes the classifier of tenants that have one; whether and with which model is the tenant's own choice.
  if (!isObject(llm) || llm['model'] === undefined) merged['llm'] = null;
  else if (threshold !== undefined && !('threshold' in llm)) merged['llm'] = { ...llm, threshold };
  return readRoutingSettings(merged);
}

function asSettings({ overrides, classifier }: RuleSetDefinition): Record<string, unknown> {
  return {
    ...(overrides === undefined ? {} : { overrides }),
    ...(classifier === undefined ? {} : { llm: classifier }),
  };
}

function merge(below: Record<string, unknown>, above: Record<string, unknown>): Record<string, unknown> {
  const merged = { ...below };
  for (const [name, value] of Object.entries(above)) {
    if (value === undefined) continue;
    const under = merged[name];
    merged[name] = isObject(value) && isObject(under) ? merge(under, value) : value;
  }
  return merged;
}
