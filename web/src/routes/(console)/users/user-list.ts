import type { Role, UserRowFragment, UserSource } from '#lib/generated/graphql.ts';
import { ordered, orderParts, readOrder } from '#lib/list/order.ts';
import type { Order } from '#lib/list/order.ts';
import { readRole, roleLabel } from '#lib/people/roles.ts';

/** What the list can be ordered by, and which way each goes unless one asks for the other. */
const NATURAL = { name: 'up', role: 'up', state: 'up', login: 'down', sessions: 'down' } as const;
export type Sort = keyof typeof NATURAL;

/** What the address of the list says. '' = everything. */
export interface UserView {
  readonly q: string;
  readonly role: Role | '';
  readonly source: UserSource | '';
  readonly state: 'active' | 'disabled' | '';
  readonly tenant: string;
  readonly order: Order<Sort>;
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
    order: readOrder(search, NATURAL, 'name'),
  };
}

export function isFiltered({ order: _order, ...filters }: UserView): boolean {
  return Object.values(filters).some((value) => value !== '');
}

/** Those that fit, in order; those that are equal in it by name. */
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
  const byName = ordered(fitting, COMPARE.name, view.order.by === 'name' && view.order.down);
  return ordered(byName, COMPARE[view.order.by], view.order.down);
}

const RANKS: readonly Role[] = ['ADMIN', 'MAINTAINER', 'FINOPS', 'TENANT_ADMIN', 'TENANT_VIEWER'];

const COMPARE: Readonly<Record<Sort, (a: UserRowFragment, b: UserRowFragment) => number>> = {
  name: (a, b) => a.username.localeCompare(b.username),
  role: (a, b) => RANKS.indexOf(a.role) - RANKS.indexOf(b.role),
  state: (a, b) => Number(b.active) - Number(a.active),
  login: (a, b) => (a.lastLoginAt ?? '').localeCompare(b.lastLoginAt ?? ''),
  sessions: (a, b) => a.sessionCount - b.sessionCount,
};

/** The same list ordered by this; by the same once more the other way round. */
export function userSortLink(search: Pick<URLSearchParams, 'get' | 'toString'>, sort: Sort): string {
  const parts = orderParts(sort, readOrder(search, NATURAL, 'name'), NATURAL, 'name');
  return withUserParts(search, { ...parts });
}

/** The users for a file, moments in UTC. */
export function exportRows(users: readonly UserRowFragment[]): Record<string, string>[] {
  return users.map((user) => ({
    username: user.username,
    role: roleLabel(user.role),
    tenants: user.tenants.map(({ name }) => name).join(', '),
    source: user.source.toLowerCase(),
    active: String(user.active),
    last_login_at: user.lastLoginAt ?? '',
    sessions: String(user.sessionCount),
    created_at: user.createdAt,
    id: user.id,
  }));
}

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
