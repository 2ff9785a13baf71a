import type { OverviewBreakdownQuery } from '#lib/generated/graphql.ts';
import type { By } from './view.ts';

type Usage = OverviewBreakdownQuery['usage'];
type Group = Usage['groups'][number];

/** How a row is called. Names, not ids; what has no name says why. */
export interface RowName {
  readonly text: string;
  readonly beside: string;
  readonly unknown: boolean;
}

export function nameOf(by: By, group: Group): RowName {
  if (by === 'model') return named(group.model, 'No model', group.provider ?? '');
  if (by === 'provider') return named(group.provider, 'No provider was reached');
  if (by === 'category') return named(group.category, 'Not routed');
  if (by === 'user') return named(group.user, 'No user named');
  if (by === 'tenant') return named(group.tenant?.name, 'A removed tenant');
  const key = group.key ?? null;
  if (key === null) return named(null, 'A removed key', group.tenant?.name ?? '');
  return named(key.label === '' ? `${key.prefix}…` : key.label, '', group.tenant?.name ?? '');
}

function named(text: string | null | undefined, unknown: string, beside = ''): RowName {
  const isKnown = text !== null && text !== undefined && text !== '';
  return { text: isKnown ? text : unknown, beside, unknown: !isKnown };
}

/** What chooses the same requests in the log. */
export function partsOf(by: By, group: Group): Readonly<Record<string, string>> {
  if (by === 'model') return { model: group.model ?? '', provider: group.provider ?? '' };
  if (by === 'tenant') return { tenant: group.tenantId ?? '' };
  if (by === 'key') return { key: group.keyId ?? '' };
  return { [by]: group[by] ?? '' };
}

/**
 * What each row has cost in the period before, for as long a time: `scale` is how long this one is beside it. Null =
 * not known, for the dearest rows only were asked for.
 */
export function costsBefore(
  by: By,
  { groups, groupCount }: Usage,
  scale: number,
): (group: Group) => number | null {
  const costs = new Map(groups.map((group) => [rowKey(by, group), group.actualCost * scale]));
  const rest = groupCount > groups.length ? null : 0;
  return (group) => costs.get(rowKey(by, group)) ?? rest;
}

/** Which row it is. */
export function rowKey(by: By, group: Group): string {
  return JSON.stringify(partsOf(by, group));
}

/** Everything that is not shown: the total without the rows. A percentile of the rest is not known. */
export function othersOf({ groups, groupCount, total }: Usage) {
  const count = groupCount - groups.length;
  if (count <= 0) return null;
  const rest = (
    name: 'requests' | 'errors' | 'inputTokens' | 'outputTokens' | 'actualCost' | 'saved',
  ): number => groups.reduce((left, group) => left - group[name], total[name]);
  return {
    count,
    requests: rest('requests'),
    errors: rest('errors'),
    inputTokens: rest('inputTokens'),
    outputTokens: rest('outputTokens'),
    actualCost: Math.max(0, rest('actualCost')),
    saved: rest('saved'),
    p95DurationMs: null,
  };
}
