import { describe, expect, it } from 'vitest';
import { toInput, toValues, USUAL } from './directory-form.ts';

const SETTINGS = {
  enabled: false,
  url: '',
  startTls: false,
  tlsCaCert: null,
  bindDn: null,
  hasBindPassword: true,
  searchBase: '',
  searchFilter: '(uid={{username}})',
  groupSearchBase: null,
  groupSearchFilter: '(member={{dn}})',
  defaultRole: null,
  groupMapping: [{ groupDn: 'cn=a', role: 'ADMIN' as const, tenantIds: [] }],
  timeoutMs: 5000,
  updatedAt: '1970-01-01T00:00:00.000Z',
};

describe('the form of the directory', () => {
  it('shows no password, and texts where there is nothing', () => {
    expect(toValues(SETTINGS)).toMatchObject({
      bindPassword: '',
      bindDn: '',
      tlsCaCert: '',
      defaultRole: '',
    });
  });

  it('sends only what changed, and empties what was emptied', () => {
    expect(toInput({})).toEqual({});
    expect(toInput({ bindDn: ' ', tlsCaCert: '', groupSearchBase: '', defaultRole: '' })).toEqual({
      bindDn: null,
      tlsCaCert: null,
      groupSearchBase: null,
      defaultRole: null,
    });
    expect(toInput({ bindPassword: 'x', url: 'ldaps://a', defaultRole: 'FINOPS' })).toEqual({
      bindPassword: 'x',
      url: 'ldaps://a',
      defaultRole: 'FINOPS',
    });
    expect(toInput({ bindPassword: '' })).toEqual({});
  });

  it('offers filters that the server takes', () => {
    for (const usual of USUAL) {
      expect(usual.searchFilter).toContain('{{username}}');
      expect(usual.groupSearchFilter).toContain('{{dn}}');
    }
  });
});
