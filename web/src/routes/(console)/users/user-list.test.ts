import { describe, expect, it } from 'vitest';
import type { UserRowFragment } from '#lib/generated/graphql.ts';
import {
  chooseUsers,
  exportRows,
  isFiltered,
  readUserView,
  userSortLink,
  withUserParts,
} from './user-list.ts';

const user = (username: string, more: Partial<UserRowFragment> = {}): UserRowFragment => ({
  id: username,
  username,
  role: 'FINOPS',
  source: 'LOCAL',
  active: true,
  lastLoginAt: null,
  createdAt: '2026-01-01T00:00:00.000Z',
  sessionCount: 0,
  tenants: [],
  ...more,
});
const view = (search: string) => readUserView(new URLSearchParams(search));
const names = (search: string) => chooseUsers(ALL, view(search)).map(({ username }) => username);

const ALL = [
  user('mo', { role: 'TENANT_VIEWER', tenants: [{ id: 't1', name: 'Acme' }] }),
  user('ada', { role: 'ADMIN', lastLoginAt: '2026-02-01T00:00:00.000Z' }),
  user('lin', { source: 'LDAP', active: false, lastLoginAt: '2026-03-01T00:00:00.000Z' }),
];

describe('the list of users', () => {
  it('is in order of name, role or last sign-in', () => {
    expect(names('')).toEqual(['ada', 'lin', 'mo']);
    expect(names('sort=role')).toEqual(['ada', 'lin', 'mo']);
    expect(names('sort=login')).toEqual(['lin', 'ada', 'mo']);
    expect(names('sort=login&dir=up')).toEqual(['mo', 'ada', 'lin']);
    expect(names('sort=state')).toEqual(['ada', 'mo', 'lin']);
    expect(names('dir=down')).toEqual(['mo', 'lin', 'ada']);
  });

  it('is limited by what the address says', () => {
    expect(names('q=%20AD')).toEqual(['ada']);
    expect(names('role=tenant-viewer')).toEqual(['mo']);
    expect(names('source=LDAP')).toEqual(['lin']);
    expect(names('state=disabled')).toEqual(['lin']);
    expect(names('tenant=t1')).toEqual(['mo']);
    expect(names('tenant=t1&state=disabled')).toEqual([]);
  });

  it('knows whether anything limits it, and takes nonsense for nothing', () => {
    expect(isFiltered(view('sort=login'))).toBe(false);
    expect(isFiltered(view('role=KING&source=x&state=y'))).toBe(false);
    expect(isFiltered(view('state=active'))).toBe(true);
  });

  it('keeps what is not changed in the address', () => {
    const search = new URLSearchParams('q=a&sort=role');
    expect(withUserParts(search, { role: 'ADMIN', q: '' })).toBe('/users?sort=role&role=ADMIN');
    expect(withUserParts(search, { q: '', sort: '' })).toBe('/users');
  });

  it('is turned round by asking for the same order again', () => {
    expect(userSortLink(new URLSearchParams('q=a'), 'login')).toBe('/users?q=a&sort=login');
    expect(userSortLink(new URLSearchParams('sort=login'), 'login')).toBe('/users?sort=login&dir=up');
  });

  it('goes into a file with names, not ids', () => {
    expect(exportRows(ALL.slice(0, 1))[0]).toMatchObject({
      username: 'mo',
      role: 'Tenant viewer',
      tenants: 'Acme',
      active: 'true',
      last_login_at: '',
    });
  });
});
