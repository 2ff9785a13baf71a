import { describe, expect, it } from 'vitest';
import type { TenantListQuery } from '#lib/generated/graphql.ts';
import { exportRows, linesOf, readList, shownLines, sortLink } from './tenant-list.ts';

const NOW = Date.parse('2026-11-23T12:00:00Z');

function tenant(id: string, name: string, active: boolean, lastUsedAt: string | null) {
  const key = {
    id: `k-${id}`,
    prefix: `omp-${id}`,
    label: 'primary',
    isPrimary: true,
    custom: false,
    enabled: true,
    expiresAt: id === 'b' ? '2026-11-01T00:00:00.000Z' : null,
    lastUsedAt,
    createdAt: '2026-01-01T00:00:00.000Z',
  };
  return {
    id,
    name,
    slug: name.toLowerCase(),
    active,
    modelConfig: { mode: 'ALL' as const, list: [] },
    rateLimit: { requestsPerMinute: 0, tokensPerMinute: 0 },
    keys: [key],
  };
}

const ANSWER: TenantListQuery = {
  tenants: [
    tenant('a', 'Alpha', true, null),
    tenant('b', 'Beta', false, '2026-11-20T00:00:00.000Z'),
    tenant('c', 'Gamma', true, '2026-11-22T00:00:00.000Z'),
  ],
  usage: {
    groups: [
      { tenantId: 'c', requests: 5, errors: 1, actualCost: 0.5 },
      { tenantId: 'b', requests: 9, errors: 0, actualCost: 0.1 },
    ],
  },
};
const lines = linesOf(ANSWER, NOW);
const names = (search: string) =>
  shownLines(lines, readList(new URLSearchParams(search))).map(({ tenant: { name } }) => name);

describe('the list of tenants', () => {
  it('joins each tenant with its use; none is zero', () => {
    expect(lines.map(({ requests, cost, usable }) => [requests, cost, usable])).toEqual([
      [0, 0, 1],
      [9, 0.1, 0],
      [5, 0.5, 1],
    ]);
  });

  it('finds by name, slug and the beginning of a key', () => {
    expect(names('q=BET')).toEqual(['Beta']);
    expect(names('q=omp-c')).toEqual(['Gamma']);
    expect(names('q=nobody')).toEqual([]);
  });

  it('filters by state and sorts by what is asked, by name when nothing is', () => {
    expect(names('')).toEqual(['Alpha', 'Beta', 'Gamma']);
    expect(names('state=on')).toEqual(['Alpha', 'Gamma']);
    expect(names('sort=spend')).toEqual(['Gamma', 'Beta', 'Alpha']);
    expect(names('sort=requests')).toEqual(['Beta', 'Gamma', 'Alpha']);
    expect(names('sort=used')).toEqual(['Gamma', 'Beta', 'Alpha']);
    expect(names('sort=errors')).toEqual(['Gamma', 'Beta', 'Alpha']);
    expect(names('sort=state&dir=down')).toEqual(['Beta', 'Alpha', 'Gamma']);
    expect(names('dir=down')).toEqual(['Gamma', 'Beta', 'Alpha']);
    expect(names('sort=nonsense&state=x')).toEqual(['Alpha', 'Beta', 'Gamma']);
  });

  it('is turned round by asking for the same order again, and keeps what else is asked', () => {
    const link = (search: string) => sortLink({ pathname: '/tenants', search }, 'spend');
    expect(link('?q=a')).toBe('/tenants?q=a&sort=spend');
    expect(link('?sort=spend')).toBe('/tenants?sort=spend&dir=up');
    expect(link('?sort=spend&dir=up')).toBe('/tenants?sort=spend');
  });

  it('goes into a file as plain figures', () => {
    expect(exportRows(lines)[2]).toMatchObject({
      name: 'Gamma',
      active: 'true',
      spend_this_month_usd: '0.5',
      requests_this_month: '5',
      models: 'All',
      last_used_at: '2026-11-22T00:00:00.000Z',
    });
  });
});
