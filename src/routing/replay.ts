import { decide } from './decide.ts';
import type { KeywordRule, RuleSetDefinition, SystemPromptRole } from './rule-set.ts';
import type { StoredDecision } from './stored-decision.ts';
import type { CompiledRules, Decision, FiredRule, RouteTools, RoutingView } from './types.ts';

/** A rule of which nobody can say whether it matches: its words were not looked for when the request came. */
export interface UnjudgedRule {
  readonly kind: FiredRule['kind'];
  readonly name: string;
  readonly ruleSet: string;
}

export interface Replayed {
  readonly decision: Decision;
  readonly unjudged: readonly UnjudgedRule[];
}

/** What a rule set said when a request was decided; null = not known any more. */
export type DefinitionOf = (ruleSetId: string, version: number) => RuleSetDefinition | null;

/**
 * Decides a stored request again under another view, without its texts. A rule that looks for the same words in the
 * same place as one that was in force then matches if that one did, whatever either does. Any other is `unjudged`:
 * taken to match if a rule of its kind and name did. Null = cannot be decided: a rule that named the category then
 * does so no more, so nobody has classified the request.
 */
export type Replay = (
  stored: StoredDecision,
  view: RoutingView,
  tools: Omit<RouteTools, 'classify'>,
) => Replayed | null;

/** What is worked out of a rule set is kept, so a thousand rows cost no more than deciding them. */
export function createReplay(definitionOf: DefinitionOf): Replay {
  const asked = new WeakMap<RuleSetDefinition, readonly Condition[]>();
  function conditionsOf(definition: RuleSetDefinition): readonly Condition[] {
    const known = asked.get(definition);
    if (known !== undefined) return known;
    const found = listConditions(definition);
    asked.set(definition, found);
    return found;
  }

  return (stored, view, tools) => {
    const answers = answersOf(stored, definitionOf, conditionsOf);
    const unjudged: UnjudgedRule[] = [];
    const rules = view.rules.map((set): CompiledRules => {
      const fired: FiredRule[] = [];
      for (const { kind, name, test, effect } of conditionsOf(set.definition)) {
        const known = answers.get(test);
        if (known === undefined) unjudged.push({ kind, name, ruleSet: set.name });
        const matches = known ?? stored.rules.some((it) => it.kind === kind && it.name === name);
        if (matches) fired.push({ kind, name, ruleSet: set.name, effect });
      }
      return { ...set, match: () => fired };
    });
    const { signals, classification, given } = stored;
    const isRuled = rules.some((set) => set.match(NO_TEXTS).some((it) => it.effect.category !== undefined));
    if (classification.source === 'rule' && !isRuled && !signals.fillInMiddle) return null;
    const request = { ...given, signals, texts: NO_TEXTS, classification };
    const decision = decide(request, { ...view, rules }, { ...tools, classify: () => classification });
    return { decision, unjudged };
  };
}

const NO_TEXTS = { lastUser: '', firstUser: '', system: '' };

interface Condition {
  readonly kind: FiredRule['kind'];
  readonly name: string;
  /** What it looks for, and where: the same for rules that always match together. */
  readonly test: string;
  readonly effect: FiredRule['effect'];
}

/** Whether each of the conditions that were in force then was met. */
function answersOf(
  { rules, ruleSets }: StoredDecision,
  definitionOf: DefinitionOf,
  conditionsOf: (definition: RuleSetDefinition) => readonly Condition[],
): ReadonlyMap<string, boolean> {
  const answers = new Map<string, boolean>();
  for (const { id, name: ruleSet, version } of ruleSets) {
    const definition = definitionOf(id, version);
    if (definition === null) continue;
    for (const { kind, name, test } of conditionsOf(definition)) {
      const did = rules.some((it) => it.kind === kind && it.name === name && it.ruleSet === ruleSet);
      // Two rules of one name cannot be told apart: either may have been the one.
      answers.set(test, did || answers.get(test) === true);
    }
  }
  return answers;
}

function listConditions({ rules = [], systemPromptRoles = [] }: RuleSetDefinition): readonly Condition[] {
  return [
    ...rules.filter(isOn).map((rule) => conditionOf('keyword', rule, rule.where ?? 'any')),
    ...systemPromptRoles.filter(isOn).map((role) => conditionOf('role', role, 'system')),
  ];
}

function isOn({ enabled }: { readonly enabled?: boolean | undefined }): boolean {
  return enabled !== false;
}

function conditionOf(
  kind: Condition['kind'],
  rule: KeywordRule | SystemPromptRole,
  where: string,
): Condition {
  const keywords = rule.keywords.toSorted();
  const needed = rule.match === 'all' ? 'all' : (rule.minMatches ?? 1);
  return {
    kind,
    name: rule.name,
    test: JSON.stringify([where, rule.caseless !== false, needed, keywords]),
    effect: rule.effects,
  };
}
