import type { Role, UserRowFragment, UserSource } from '#lib/generated/graphql.ts';
import { readRole } from '#lib/people/roles.ts';

export const SORTS = ['name', 'role', 'login'] as const;
export type Sort = (typeof SORTS)[number];

/** What the address of the list says. '' = everything. */
export interface UserView {
  readonly q: string;
  readonly role: Role | '';
  readonly source: UserSource | '';
  readonly state: 'active' | 'disabled' | '';
  readonly tenant: string;
  readonly sort: Sort;
}

export function readUserView(search: Pick<URLSearchParams, 'get'>): UserView {
  const source = search.get('source');
  const state = search.get('state');
  return {
    q: search.get('q') ?? '',
    role: readRole(search.get('role')) ?? '',
    source: source === 'LOCAL' || source === 'LDAP' ? source : '',
    state: state === 'active' || state === 'disabled' ? state : '',
    tenant: search.get('tenant') ?? '',
    sort: SORTS.find((sort) => sort === search.get('sort')) ?? 'name',
  };
}

export function isFiltered({ sort: _sort, ...filters }: UserView): boolean {
  return Object.values(filters).some((value) => value !== '');
}

/** Those that fit, in order; users who never signed in come last by their last sign-in. */
export function chooseUsers(users: readonly UserRowFragment[], view: UserView): readonly UserRowFragment[] {
  const q = view.q.trim().toLowerCase();
  const fitting = users.filter(
    (user) =>
      (q === '' || user.username.includes(q)) &&
      (view.role === '' || user.role === view.role) &&
      (view.source === '' || user.source === view.source) &&
      (view.state === '' || user.active === (view.state === 'active')) &&
      (view.tenant === '' || user.tenants.some(({ id }) => id === view.tenant)),
  );
  return fitting.toSorted((a, b) => ORDERS[view.sort](a, b) || a.username.localeCompare(b.username));
}

const RANKS: readonly Role[] = ['ADMIN', 'MAINTAINER', 'FINOPS', 'TENANT_ADMIN', 'TENANT_VIEWER'];

const ORDERS: Readonly<Record<Sort, (a: UserRowFragment, b: UserRowFragment) => number>> = {
  name: () => 0,
  role: (a, b) => RANKS.indexOf(a.role) - RANKS.indexOf(b.role),
  login: (a, b) => (b.lastLoginAt ?? '').localeCompare(a.lastLoginAt ?? ''),
};

/** The same address with some of its parts changed; '' takes one out. */
export function withUserParts(
  search: Pick<URLSearchParams, 'toString'>,
  parts: Readonly<Record<string, string>>,
): string {
  const next = new URLSearchParams(search.toString());
  for (const [part, value] of Object.entries(parts)) {
    if (value === '') next.delete(part);
    else next.set(part, value);
  }
  return `/users${next.size === 0 ? '' : `?${next.toString()}`}`;
}
