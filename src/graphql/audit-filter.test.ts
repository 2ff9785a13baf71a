import { describe, expect, it } from 'vitest';
import { AUDIT_WITHOUT_CHANGE } from '../domain/audit.ts';
import { where } from './audit-filter.ts';

describe('a filter of the audit log', () => {
  it.each(['actor', 'targetId'])('names %s where it holds what no text in the database does', (name) => {
    expect(() => where({ [name]: 'a\0b' })).toThrow(`"${name}" must not hold a NUL`);
  });

  it('takes everything else as it is', () => {
    expect(where({ targetId: '' })).toEqual({ at: {}, targetId: '' });
  });

  it('leaves out what changes nothing, beside every other condition', () => {
    const { NOT, action } = where({ changesOnly: true, action: 'tenant.update' });
    expect(action).toBe('tenant.update');
    expect(NOT).toEqual({ action: { in: [...AUDIT_WITHOUT_CHANGE] } });
    expect(AUDIT_WITHOUT_CHANGE).toContain('session.login');
    expect(where({ changesOnly: false })).toEqual({ at: {} });
  });
});
