import { describe, expect, it } from 'vitest';
import { where } from './audit-filter.ts';

describe('a filter of the audit log', () => {
  it.each(['actor', 'targetId'])('names %s where it holds what no text in the database does', (name) => {
    expect(() => where({ [name]: 'a\0b' })).toThrow(`"${name}" must not hold a NUL`);
  });

  it('takes everything else as it is', () => {
    expect(where({ targetId: '' })).toEqual({ at: {}, targetId: '' });
  });
});
