import { describe, expect, it } from 'vitest';
import { countOf, facetValues, matching, readTyped, ruleSetName, usageFilters } from './facets.ts';
import { FIELD_NAMES } from './request-query.ts';
import type { Condition } from './request-query.ts';

const is = (field: Condition['field'], value: string, not = false): Condition => ({ field, value, not });
const GROUP = { requests: 100, errors: 10, aborted: 5, autoRouted: 40 };

describe('counts beside values', () => {
  it('are those of the other filters, not of the field’s own', () => {
    const filters = usageFilters([is('model', 'm'), is('provider', 'p'), is('user', 'x', true)]);
    expect(filters.model).toEqual({ providers: ['p'] });
    expect(filters.provider).toEqual({ models: ['m'] });
    expect(filters.category).toEqual({ models: ['m'], providers: ['p'] });
  });

  it('follow the status or the router, and are left out where usage cannot tell', () => {
    expect(countOf(GROUP, [])).toBe(100);
    expect(countOf(GROUP, [is('status', 'SUCCESS')])).toBe(85);
    expect(countOf(GROUP, [is('status', 'ERROR')])).toBe(10);
    expect(countOf(GROUP, [is('routed', 'no')])).toBe(60);
    expect(countOf(GROUP, [is('routed', 'no'), is('status', 'ERROR')])).toBeNull();
    expect(countOf(GROUP, [is('session', 's')])).toBeNull();
    expect(countOf(GROUP, [is('model', 'm', true)])).toBeNull();
  });
});

describe('what is offered while one types', () => {
  const empty = { groups: [] };
  const values = facetValues(
    {
      model: {
        groups: [
          { ...GROUP, model: 'gpt-4o' },
          { ...GROUP, model: 'sonnet' },
        ],
      },
      tenant: { groups: [{ ...GROUP, tenantId: 't1' }] },
      provider: empty,
      category: { groups: [{ ...GROUP, category: '' }] },
      user: empty,
    },
    { conditions: [] },
    () => 'Acme',
  );

  it('is every value with its name and its count', () => {
    expect(values.slice(0, 4)).toEqual([
      { field: 'model', value: 'gpt-4o', shown: 'gpt-4o', count: 100 },
      { field: 'model', value: 'sonnet', shown: 'sonnet', count: 100 },
      { field: 'tenant', value: 't1', shown: 'Acme', count: 100 },
      { field: 'category', value: '', shown: 'none', count: 100 },
    ]);
  });

  it('narrows by text, by field and by a leading minus', () => {
    const found = (text: string) => {
      const typed = readTyped(text, FIELD_NAMES);
      return [typed.not, [...matching(values, typed, 8).values()].flat().map(({ shown }) => shown)];
    };
    expect(found('gpt')).toEqual([false, ['gpt-4o']]);
    expect(found('acm')).toEqual([false, ['Acme']]);
    expect(found('-model:s')).toEqual([true, ['sonnet']]);
    expect(found('status:')).toEqual([false, ['success', 'error', 'aborted']]);
    expect(matching(values, readTyped('', FIELD_NAMES), 1).get('model')).toHaveLength(1);
  });
});

describe('rule sets', () => {
  const id = '0198c5b0-0000-7000-8000-000000000001';
  const other = '0198c5b0-0000-7000-8000-000000000002';
  const sets = [
    { id, name: 'Default', version: 3, tenant: null },
    { id: other, name: 'Careful', version: 1, tenant: { id: 't1', name: 'Acme' } },
  ];

  it('are known by their names, and by their ends where nobody knows them', () => {
    expect(ruleSetName(id, sets)).toBe('Default');
    expect(ruleSetName(`${id}@2`, sets)).toBe('Default, version 2');
    expect(ruleSetName(`${other}@1`, sets)).toBe('Careful of Acme, version 1');
    expect(ruleSetName(id, [])).toBe('…000001');
  });

  it('are offered whole and in their newest version, without a count', () => {
    const offered = matching(
      facetValues(null, { conditions: [] }, String, sets),
      readTyped('ruleset:default', FIELD_NAMES),
      5,
    );
    expect(offered.get('ruleset')).toEqual([
      { field: 'ruleset', value: id, shown: 'Default', count: null },
      { field: 'ruleset', value: `${id}@3`, shown: 'Default, version 3', count: null },
    ]);
  });
});
