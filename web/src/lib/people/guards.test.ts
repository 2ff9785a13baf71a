import { describe, expect, it } from 'vitest';
import { guardsOf } from './guards.ts';

const person = (id: string, more: Partial<Parameters<typeof guardsOf>[0]> = {}) => ({
  id,
  role: 'ADMIN' as const,
  active: true,
  source: 'LOCAL' as const,
  ...more,
});

describe('what cannot be done to a user', () => {
  it('is everything that would shut oneself out', () => {
    const both = [person('me'), person('other')];
    expect(Object.keys(guardsOf(person('me'), both, 'me'))).toEqual(['role', 'disable', 'delete']);
    expect(guardsOf(person('other'), both, 'me')).toEqual({});
  });

  it('is to take away the last administrator who needs no directory', () => {
    const all = [
      person('last'),
      person('off', { active: false }),
      person('ldap', { source: 'LDAP' }),
      person('m', { role: 'MAINTAINER' }),
    ];
    expect(guardsOf(person('last'), all, 'ldap').delete).toContain('last active administrator');
    for (const other of all.slice(1)) expect(guardsOf(other, all, 'last')).toEqual({});
  });
});
