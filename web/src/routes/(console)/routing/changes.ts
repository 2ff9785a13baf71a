import { LISTS } from './definition.ts';
import type { Definition, ListName, Rule } from './definition.ts';
import { sentenceOf } from './sentence.ts';

/** One difference between two definitions, for people. */
export interface Change {
  readonly kind: 'added' | 'removed' | 'changed' | 'moved';
  readonly what: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** What becomes of a definition, part by part. Rules are known by their name. */
export function changesBetween(before: Definition, after: Definition): readonly Change[] {
  return [
    ...(Object.keys(LISTS) as ListName[]).flatMap((list) =>
      ruleChanges(list, before[list] ?? [], after[list] ?? []),
    ),
    ...settingChanges('', before.thresholds, after.thresholds),
    ...overrideChanges(before.overrides ?? {}, after.overrides ?? {}),
    ...settingChanges('LLM classifier, ', before.classifier, after.classifier),
  ];
}

function ruleChanges(list: ListName, before: readonly Rule[], after: readonly Rule[]): readonly Change[] {
  const kind = LISTS[list].one === 'rule' ? 'Rule' : 'Role';
  const left = new Map(before.map((rule, index) => [index, rule]));
  const changes: Change[] = [];
  const kept: { readonly rule: Rule; readonly was: number }[] = [];
  for (const rule of after) {
    const was = [...left].find(([, old]) => old.name === rule.name)?.[0];
    const what = `${kind} “${rule.name}”`;
    if (was === undefined) {
      changes.push({ kind: 'added', what, before: null, after: said(rule, list) });
      continue;
    }
    const old = left.get(was);
    left.delete(was);
    kept.push({ rule, was });
    if (old !== undefined && JSON.stringify(sorted(old)) !== JSON.stringify(sorted(rule))) {
      changes.push({ kind: 'changed', what, before: said(old, list), after: said(rule, list) });
    }
  }
  for (const old of left.values()) {
    changes.push({ kind: 'removed', what: `${kind} “${old.name}”`, before: said(old, list), after: null });
  }
  let last = -1;
  for (const { rule, was } of kept) {
    if (was < last)
      changes.push({
        kind: 'moved',
        what: `${kind} “${rule.name}”`,
        before: null,
        after: 'later than before',
      });
    last = Math.max(last, was);
  }
  return changes;
}

/** The sentence, with the keywords where the sentence leaves some out. */
function said(rule: Rule, list: ListName): string {
  const off = rule.enabled === false ? 'Off. ' : '';
  const all = rule.keywords.length > 4 ? ` All keywords: ${rule.keywords.join(', ')}.` : '';
  return `${off}${sentenceOf(rule, list)}${all}`;
}

type Settings = Readonly<Record<string, unknown>>;

function overrideChanges(
  before: Readonly<Record<string, Settings>>,
  after: Readonly<Record<string, Settings>>,
): readonly Change[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((name) =>
    settingChanges(`Override ${name}, `, before[name], after[name]),
  );
}

function settingChanges(prefix: string, before: Settings = {}, after: Settings = {}): readonly Change[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
    .map((name) => ({
      kind: name in before ? (name in after ? 'changed' : 'removed') : 'added',
      what: `${prefix}${name}`,
      before: name in before ? String(before[name]) : 'inherited',
      after: name in after ? String(after[name]) : 'inherited',
    }));
}

/** The order of members means nothing. */
function sorted(rule: Rule): unknown {
  const { effects, ...rest } = rule;
  const byName = (it: object) => Object.entries(it).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return [byName(rest), byName(effects)];
}
