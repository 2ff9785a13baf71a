import type { TenantListQuery } from '#lib/generated/graphql.ts';
import { lastUsed, usableKeys } from '#lib/keys.ts';

type Tenant = TenantListQuery['tenants'][number];

/** One line of the list. */
export interface TenantLine {
  readonly tenant: Tenant;
  readonly usable: number;
  readonly lastUsedAt: string | null;
  readonly requests: number;
  readonly errors: number;
  readonly cost: number;
}

export const SORTS = ['name', 'spend', 'requests', 'used'] as const;
export type Sort = (typeof SORTS)[number];
export const STATES = ['on', 'off'] as const;

/** What the address says of the list. */
export interface ListView {
  readonly search: string;
  readonly state: (typeof STATES)[number] | '';
  readonly sort: Sort;
}

export function readList(search: Pick<URLSearchParams, 'get'>): ListView {
  return {
    search: search.get('q') ?? '',
    state: STATES.find((state) => state === search.get('state')) ?? '',
    sort: SORTS.find((sort) => sort === search.get('sort')) ?? 'name',
  };
}

/** Every tenant with its use this month. */
export function linesOf({ tenants, usage }: TenantListQuery, now: number): TenantLine[] {
  const use = new Map(usage.groups.map((group) => [group.tenantId, group]));
  return tenants.map((tenant) => {
    const { requests = 0, errors = 0, actualCost = 0 } = use.get(tenant.id) ?? {};
    return {
      tenant,
      usable: usableKeys(tenant.keys, now),
      lastUsedAt: lastUsed(tenant.keys),
      requests,
      errors,
      cost: actualCost,
    };
  });
}

const ORDER: Readonly<Record<Sort, (a: TenantLine, b: TenantLine) => number>> = {
  name: () => 0,
  spend: (a, b) => b.cost - a.cost,
  requests: (a, b) => b.requests - a.requests,
  used: (a, b) => (b.lastUsedAt ?? '').localeCompare(a.lastUsedAt ?? ''),
};

/** Those that the view asks for. A search finds names, slugs and the beginnings of keys. */
export function shownLines(lines: readonly TenantLine[], { search, state, sort }: ListView): TenantLine[] {
  const wanted = search.trim().toLowerCase();
  return lines
    .filter(({ tenant }) => state === '' || tenant.active === (state === 'on'))
    .filter(({ tenant: { name, slug, keys } }) =>
      [name, slug, ...keys.map(({ prefix }) => prefix)].some((text) => text.toLowerCase().includes(wanted)),
    )
    .toSorted(ORDER[sort]);
}
