import { withAddress } from '#lib/address.ts';
import type { TenantListQuery } from '#lib/generated/graphql.ts';
import { lastUsed, usableKeys } from '#lib/keys.ts';
import { ordered, orderParts, readOrder } from '#lib/list/order.ts';
import type { Order } from '#lib/list/order.ts';
import { policySentence } from '#lib/policy.ts';

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

/** What it can be ordered by, and which way each goes unless one asks for the other. */
const NATURAL = {
  name: 'up',
  state: 'up',
  spend: 'down',
  requests: 'down',
  errors: 'down',
  keys: 'down',
  used: 'down',
} as const;
export type Sort = keyof typeof NATURAL;
export const STATES = ['on', 'off'] as const;

/** What the address says of the list. */
export interface ListView {
  readonly search: string;
  readonly state: (typeof STATES)[number] | '';
  readonly order: Order<Sort>;
}

export function readList(search: Pick<URLSearchParams, 'get'>): ListView {
  return {
    search: search.get('q') ?? '',
    state: STATES.find((state) => state === search.get('state')) ?? '',
    order: readOrder(search, NATURAL, 'name'),
  };
}

/** The same list ordered by this; by the same once more the other way round. */
export function sortLink(url: { readonly pathname: string; readonly search: string }, sort: Sort): string {
  const { order } = readList(new URLSearchParams(url.search));
  return withAddress(url, { ...orderParts(sort, order, NATURAL, 'name') });
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

const share = ({ errors, requests }: TenantLine): number => (requests === 0 ? -1 : errors / requests);

const COMPARE: Readonly<Record<Sort, (a: TenantLine, b: TenantLine) => number>> = {
  name: (a, b) => a.tenant.name.localeCompare(b.tenant.name),
  state: (a, b) => Number(b.tenant.active) - Number(a.tenant.active),
  spend: (a, b) => a.cost - b.cost,
  requests: (a, b) => a.requests - b.requests,
  errors: (a, b) => share(a) - share(b),
  keys: (a, b) => a.usable - b.usable,
  used: (a, b) => (a.lastUsedAt ?? '').localeCompare(b.lastUsedAt ?? ''),
};

/** Those that the view asks for. A search finds names, slugs and the beginnings of keys. */
export function shownLines(lines: readonly TenantLine[], { search, state, order }: ListView): TenantLine[] {
  const wanted = search.trim().toLowerCase();
  const fitting = lines
    .filter(({ tenant }) => state === '' || tenant.active === (state === 'on'))
    .filter(({ tenant: { name, slug, keys } }) =>
      [name, slug, ...keys.map(({ prefix }) => prefix)].some((text) => text.toLowerCase().includes(wanted)),
    );
  return ordered(fitting, COMPARE[order.by], order.down);
}

/** The lines for a file: figures as numbers, moments in UTC. */
export function exportRows(lines: readonly TenantLine[]): Record<string, string>[] {
  return lines.map(({ tenant, usable, lastUsedAt, requests, errors, cost }) => ({
    name: tenant.name,
    slug: tenant.slug,
    active: String(tenant.active),
    spend_this_month_usd: String(cost),
    requests_this_month: String(requests),
    errors_this_month: String(errors),
    usable_keys: String(usable),
    keys: String(tenant.keys.length),
    models: policySentence(tenant.modelConfig),
    requests_per_minute: String(tenant.rateLimit.requestsPerMinute),
    tokens_per_minute: String(tenant.rateLimit.tokensPerMinute),
    last_used_at: lastUsedAt ?? '',
    id: tenant.id,
  }));
}
