import type { RuleSetOutcomeFragment, RuleSetRowFragment } from '#lib/generated/graphql.ts';
import { readDefinition } from './definition.ts';

/** What a rule set has done in the last 24 hours. */
export interface Done {
  readonly requests: number;
  readonly errors: number;
  readonly actualCost: number;
  readonly savedCost: number;
  /** Requests that any rule set of its scope has decided. */
  readonly ofScope: number;
}

export interface RuleSetEntry extends RuleSetRowFragment {
  readonly rules: number;
  readonly done: Done;
}

/** With what each has decided, all its versions together; its share is that of its scope. */
export function withResults(
  sets: readonly RuleSetRowFragment[],
  results: readonly RuleSetOutcomeFragment[],
): readonly RuleSetEntry[] {
  const done = sets.map((set) => {
    const own = results.filter((it) => it.ruleSetId === set.id);
    const sum = (of: 'requests' | 'errors' | 'actualCost' | 'savedCost'): number =>
      own.reduce((total, it) => total + it[of], 0);
    const { rules = [], systemPromptRoles = [] } = readDefinition(set.definition);
    return {
      ...set,
      rules: rules.length + systemPromptRoles.length,
      done: {
        requests: sum('requests'),
        errors: sum('errors'),
        actualCost: sum('actualCost'),
        savedCost: sum('savedCost'),
        ofScope: 0,
      },
    };
  });
  const ofScope = new Map<string | null, number>();
  for (const it of done) ofScope.set(it.tenantId, (ofScope.get(it.tenantId) ?? 0) + it.done.requests);
  return done.map((it) => ({ ...it, done: { ...it.done, ofScope: ofScope.get(it.tenantId) ?? 0 } }));
}

/** How it stands, as a Status says it. */
export function stateOf({
  isDefault,
  rolloutShare,
}: Pick<RuleSetRowFragment, 'isDefault' | 'rolloutShare'>): {
  readonly kind: 'ok' | 'running' | 'off';
  readonly word: string;
} {
  if (isDefault) return { kind: 'ok', word: 'In force' };
  if (rolloutShare !== null) return { kind: 'running', word: `Tried on ${rolloutShare} %` };
  return { kind: 'off', word: 'Not in force' };
}

export function scopeName({ tenantId, tenant }: Pick<RuleSetRowFragment, 'tenantId' | 'tenant'>): string {
  return tenantId === null ? 'All tenants' : (tenant?.name ?? 'a removed tenant');
}
