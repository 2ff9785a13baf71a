import type {
  RequestFacetFragment,
  RequestFacetsQuery,
  RequestRuleSetsQuery,
  UsageFilter,
} from '#lib/generated/graphql.ts';
import { formatCount } from '#lib/format/count.ts';
import type { Condition, FieldName, RequestView } from './request-query.ts';
import { parseTyped, readRuleSet } from './request-query.ts';

/** A value that one can filter by, and how many requests have it; null = not counted. */
export interface FacetValue {
  readonly field: FieldName;
  readonly value: string;
  /** As people know it. */
  readonly shown: string;
  readonly count: number | null;
}

/** Field → the filter of the usage that has it. */
const USAGE = {
  tenant: 'tenantIds',
  model: 'models',
  provider: 'providers',
  category: 'categories',
  user: 'users',
  key: 'keyIds',
} as const satisfies Partial<Record<FieldName, keyof UsageFilter>>;
export type CountedField = keyof typeof USAGE;
export const COUNTED = Object.keys(USAGE) as readonly CountedField[];

/** What the other filters leave: a field's own condition does not narrow its own values. */
export function usageFilters(conditions: readonly Condition[]): Record<CountedField, UsageFilter> {
  const filters = COUNTED.map((field) => {
    const filter: UsageFilter = {};
    for (const { field: other, value, not } of conditions) {
      if (!not && other !== field && isCounted(other)) filter[USAGE[other]] = [value];
    }
    return [field, filter] as const;
  });
  return Object.fromEntries(filters) as Record<CountedField, UsageFilter>;
}

function isCounted(field: FieldName): field is CountedField {
  return Object.hasOwn(USAGE, field);
}

/** How many of a group fit the conditions that usage knows as measures; null = it cannot tell. */
export function countOf(group: RequestFacetFragment, conditions: readonly Condition[]): number | null {
  const { requests, errors, aborted, autoRouted } = group;
  if (conditions.some(({ field, not }) => not || field === 'session' || field === 'ruleset')) return null;
  const status = conditions.find(({ field }) => field === 'status')?.value;
  const routed = conditions.find(({ field }) => field === 'routed')?.value;
  if (status !== undefined && routed !== undefined) return null;
  if (status === 'ERROR') return errors;
  if (status === 'ABORTED') return aborted;
  if (status === 'SUCCESS') return requests - errors - aborted;
  if (routed === 'yes') return autoRouted;
  return routed === 'no' ? requests - autoRouted : requests;
}

/** All values that are offered, the most used of each field first. */
export function facetValues(
  facets: RequestFacetsQuery | null,
  { conditions }: Pick<RequestView, 'conditions'>,
  tenantName: (id: string) => string,
  ruleSets: RuleSets = [],
): readonly FacetValue[] {
  const values: FacetValue[] = [];
  const add = (field: FieldName, value: string | null, group: RequestFacetFragment, shown = value): void => {
    if (value === null) return;
    // A field's own condition is no part of what is counted for it.
    const count = countOf(
      group,
      conditions.filter((condition) => condition.not || condition.field !== field),
    );
    if (count !== 0) values.push({ field, value, shown: shown === '' ? 'none' : (shown ?? value), count });
  };
  for (const group of facets?.model.groups ?? []) if (group.model !== '') add('model', group.model, group);
  for (const group of facets?.tenant.groups ?? []) {
    add('tenant', group.tenantId, group, tenantName(group.tenantId ?? ''));
  }
  for (const group of facets?.provider.groups ?? []) add('provider', group.provider, group);
  for (const group of facets?.category.groups ?? []) add('category', group.category, group);
  for (const group of facets?.user.groups ?? []) add('user', group.user, group);
  for (const group of facets?.key?.groups ?? []) {
    add('key', group.keyId, group, group.key === null ? null : `${group.key.label} ${group.key.prefix}…`);
  }
  return [...values, ...FIXED, ...ruleSets.flatMap(ruleSetValues)];
}

/** What the filter knows of the rule sets; empty for those who may not see them. */
export type RuleSets = RequestRuleSetsQuery['ruleSets'];

/** Any of its versions, and the one in force. */
function ruleSetValues({ id, version }: RuleSets[number], _: number, all: RuleSets): FacetValue[] {
  return [id, `${id}@${version}`].map((value) => fixed('ruleset', value, ruleSetName(value, all)));
}

/** "Default, version 3" for "<id>@3". */
export function ruleSetName(value: string, ruleSets: RuleSets): string {
  const { id, version } = readRuleSet(value) ?? { id: value, version: null };
  const known = ruleSets.find((set) => set.id === id.toLowerCase());
  const owner = known?.tenant == null ? '' : ` of ${known.tenant.name}`;
  const name = known === undefined ? `…${id.slice(-6)}` : `${known.name}${owner}`;
  return version === null ? name : `${name}, version ${version}`;
}

const fixed = (field: FieldName, value: string, shown: string): FacetValue => ({
  field,
  value,
  shown,
  count: null,
});
const FIXED: readonly FacetValue[] = [
  fixed('status', 'SUCCESS', 'success'),
  fixed('status', 'ERROR', 'error'),
  fixed('status', 'ABORTED', 'aborted'),
  fixed('routed', 'yes', 'by the router'),
  fixed('routed', 'no', 'model named by the client'),
];

export interface Suggestions {
  /** A leading "-" excludes. */
  readonly not: boolean;
  /** Whether only this field was asked for: "model:gpt". */
  readonly field: FieldName | null;
  readonly text: string;
  /** What was typed is a condition by itself. */
  readonly typed: Condition | null;
}

/** What somebody is looking for, from what is typed so far. */
export function readTyped(text: string, fields: readonly FieldName[]): Suggestions {
  const trimmed = text.trim();
  const not = trimmed.startsWith('-');
  const rest = not ? trimmed.slice(1) : trimmed;
  const [, name = '', value = rest] = /^([a-z]+):(.*)$/i.exec(rest) ?? [];
  const field = fields.find((known) => known === name.toLowerCase()) ?? null;
  return {
    not,
    field,
    text: (field === null ? rest : value).trim().toLowerCase(),
    typed: parseTyped(trimmed),
  };
}

/** The values that fit what is typed, at most `most` of each field. */
export function matching(
  values: readonly FacetValue[],
  { field, text }: Pick<Suggestions, 'field' | 'text'>,
  most: number,
): ReadonlyMap<FieldName, readonly FacetValue[]> {
  const groups = new Map<FieldName, FacetValue[]>();
  for (const value of values) {
    const fits =
      (field === null || value.field === field) &&
      (value.shown.toLowerCase().includes(text) || value.value.toLowerCase().includes(text));
    if (!fits) continue;
    const group = groups.get(value.field) ?? [];
    if (group.length < most) group.push(value);
    groups.set(value.field, group);
  }
  return groups;
}

/** "1,234", or nothing where it is not counted. */
export function countText(count: number | null): string {
  return count === null ? '' : formatCount(count);
}
