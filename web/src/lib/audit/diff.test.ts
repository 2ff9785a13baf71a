import { describe, expect, it } from 'vitest';
import { diffOf } from './diff.ts';

describe('what differs', () => {
  it('is named member by member, at any depth, and nothing else', () => {
    const before = { name: 'Acme', rateLimit: { requestsPerMinute: 60, tokensPerMinute: 0 }, updatedAt: 'a' };
    const after = { ...before, rateLimit: { requestsPerMinute: 120, tokensPerMinute: 0 }, updatedAt: 'b' };
    expect(diffOf(before, after)).toEqual([
      { path: ['rateLimit', 'requestsPerMinute'], kind: 'value', before: 60, after: 120 },
    ]);
    expect(diffOf(before, before)).toEqual([]);
  });

  it('is what went and what came of a list, or its order', () => {
    expect(diffOf({ list: ['a', 'b'] }, { list: ['b', 'c'] })).toEqual([
      { path: ['list'], kind: 'list', before: ['a'], after: ['c'] },
    ]);
    expect(diffOf({ list: ['a', 'b'] }, { list: ['b', 'a'] })[0]).toMatchObject({ kind: 'order' });
  });

  it('is looked for in each thing of a list that has names', () => {
    const rule = (name: string, tier: string) => ({ name, effects: { tier } });
    expect(
      diffOf(
        { rules: [rule('a', 'low'), rule('b', 'low')] },
        { rules: [rule('b', 'high'), rule('a', 'low')] },
      ),
    ).toEqual([{ path: ['rules', 'b', 'effects', 'tier'], kind: 'value', before: 'low', after: 'high' }]);
  });

  it('tells of secrets only that they changed', () => {
    expect(diffOf({ hasBindPassword: false }, { hasBindPassword: true, bindPasswordChanged: true })).toEqual([
      { path: ['bindPassword'], kind: 'secret', before: undefined, after: undefined },
    ]);
    expect(diffOf({ auth: { apiKey: null } }, { auth: { apiKey: '[redacted]' } })).toEqual([
      { path: ['auth', 'apiKey'], kind: 'secret', before: undefined, after: undefined },
    ]);
    expect(diffOf({ apiKey: '[redacted]' }, { apiKey: '[redacted]' })).toEqual([]);
  });

  it('tells of a new thing what it has, and of a removed one what it had', () => {
    expect(diffOf(null, { id: 'x', name: 'Acme', list: [], notes: null, limit: { rpm: 5 } })).toEqual([
      { path: ['name'], kind: 'value', before: undefined, after: 'Acme' },
      { path: ['limit', 'rpm'], kind: 'value', before: undefined, after: 5 },
    ]);
    expect(diffOf({ name: 'Acme' }, null)).toEqual([
      { path: ['name'], kind: 'value', before: 'Acme', after: undefined },
    ]);
    expect(diffOf(null, null)).toEqual([]);
    expect(diffOf('text', 3)).toEqual([]);
  });

  it('does not take another order of members for a change', () => {
    expect(diffOf({ a: { x: 1, y: [{ p: 1, q: 2 }] } }, { a: { y: [{ q: 2, p: 1 }], x: 1 } })).toEqual([]);
  });
});
