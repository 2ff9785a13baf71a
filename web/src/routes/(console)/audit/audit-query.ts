import type { AuditEntriesQueryVariables, AuditFilter } from '#lib/generated/graphql.ts';
import { EVERYTHING, readRange } from '#lib/range/range.ts';
import type { Range } from '#lib/range/range.ts';

export const PAGE = 50;

/** What the address of the audit log says. '' = everything. */
export interface AuditView {
  readonly actor: string;
  readonly action: string;
  /** What kind of thing. */
  readonly type: string;
  /** The id of one thing. */
  readonly object: string;
  readonly tenant: string;
  /** Without sign-ins and trials. */
  readonly changesOnly: boolean;
  readonly range: Range;
  readonly variables: AuditEntriesQueryVariables;
}

/** `now` in milliseconds since 1970; `zone` for ranges by the day. */
export function readAuditView(search: URLSearchParams, now: number, zone: string): AuditView {
  const [actor, action, type, object, tenant] = ['actor', 'action', 'type', 'object', 'tenant'].map(
    (part) => search.get(part)?.trim() ?? '',
  ) as [string, string, string, string, string];
  const changesOnly = search.get('show') === 'changes';
  const range = readRange(search, now, zone, EVERYTHING.key);
  const filter: AuditFilter = {
    ...(actor === '' ? {} : { actor }),
    ...(action === '' ? {} : { action }),
    ...(type === '' ? {} : { targetType: type }),
    ...(object === '' ? {} : { targetId: object }),
    ...(tenant === '' ? {} : { tenantId: tenant }),
    ...(changesOnly ? { changesOnly } : {}),
    ...(range.from === null ? {} : { from: range.from }),
    ...(range.to === null ? {} : { to: range.to }),
  };
  const before = search.get('before');
  const after = search.get('after');
  const page =
    before === null ? { first: PAGE, ...(after === null ? {} : { after }) } : { last: PAGE, before };
  return { actor, action, type, object, tenant, changesOnly, range, variables: { filter, ...page } };
}

export function isFiltered({ actor, action, type, object, tenant, changesOnly, range }: AuditView): boolean {
  if (changesOnly) return true;
  return [actor, action, type, object, tenant, range.key].some((value) => value !== '');
}

/** The same address with some parts changed; '' takes one out. The page goes with the filter, an open entry with both. */
export function withAuditParts(
  search: Pick<URLSearchParams, 'toString'>,
  parts: Readonly<Record<string, string>>,
): string {
  const next = new URLSearchParams(search.toString());
  const isOpening = Object.keys(parts).every((part) => part === 'open');
  if (!isOpening) for (const part of ['after', 'before', 'open']) next.delete(part);
  for (const [part, value] of Object.entries(parts)) {
    if (value === '') next.delete(part);
    else next.set(part, value);
  }
  return `/audit${next.size === 0 ? '' : `?${next.toString()}`}`;
}
