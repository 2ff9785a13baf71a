import { describe, expect, test } from 'vitest';
import { grantOf, type GroupGrant } from './grant.ts';

const MAPPING: readonly GroupGrant[] = [
  { groupDn: 'cn=viewers-a,dc=x', role: 'tenant-viewer', tenantIds: ['a'] },
  { groupDn: 'cn=admins-b,dc=x', role: 'tenant-admin', tenantIds: ['b'] },
  { groupDn: 'CN=Admins-C, DC=x', role: 'tenant-admin', tenantIds: ['c', 'b'] },
  { groupDn: 'cn=ops,dc=x', role: 'maintainer', tenantIds: [] },
];

describe('what groups give', () => {
  test('the highest role wins', () => {
    expect(grantOf(['cn=viewers-a,dc=x', 'cn=ops,dc=x'], MAPPING, null)).toEqual({
      role: 'maintainer',
      tenantIds: [],
    });
  });

  test('the tenants of all lines with that role are united', () => {
    expect(grantOf(['CN=admins-b,DC=X', 'cn=admins-c,dc=x'], MAPPING, null)).toEqual({
      role: 'tenant-admin',
      tenantIds: ['b', 'c'],
    });
  });

  test('a viewer of one tenant does not become its admin because another group makes them admin elsewhere', () => {
    expect(grantOf(['cn=viewers-a,dc=x', 'cn=admins-b,dc=x'], MAPPING, null)).toEqual({
      role: 'tenant-admin',
      tenantIds: ['b'],
    });
  });

  test('without a mapped group there is the default role, or none', () => {
    expect(grantOf(['cn=others,dc=x'], MAPPING, null)).toEqual({ role: null, tenantIds: [] });
    expect(grantOf([], MAPPING, 'finops')).toEqual({ role: 'finops', tenantIds: [] });
  });
});
