import { expect, it } from 'vitest';
import type { OverviewBreakdownQuery } from '#lib/generated/graphql.ts';
import { costsBefore, nameOf, othersOf, partsOf } from './breakdown.ts';

type Usage = OverviewBreakdownQuery['usage'];

const FIGURES = {
  requests: 2,
  errors: 1,
  inputTokens: 10,
  outputTokens: 5,
  actualCost: 0.5,
  saved: 1,
  p95DurationMs: 9,
};
const GROUP: Usage['groups'][number] = {
  model: null,
  provider: null,
  category: null,
  user: null,
  tenantId: null,
  tenant: null,
  keyId: null,
  ...FIGURES,
};

it('calls rows by their names, and says why one has none', () => {
  expect(nameOf('model', { ...GROUP, model: 'gpt-4o', provider: 'openai' })).toEqual({
    text: 'gpt-4o',
    beside: 'openai',
    unknown: false,
  });
  expect(nameOf('category', { ...GROUP, category: '' })).toMatchObject({ text: 'Not routed', unknown: true });
  expect(nameOf('user', { ...GROUP, user: '' }).text).toBe('No user named');
  expect(nameOf('tenant', { ...GROUP, tenantId: 't1' }).text).toBe('A removed tenant');
  const key = { label: '', prefix: 'omp-1234' };
  expect(nameOf('key', { ...GROUP, key, tenant: { name: 'Acme' } })).toMatchObject({
    text: 'omp-1234…',
    beside: 'Acme',
  });
});

it('leads to the same requests in the log, empty names included', () => {
  expect(partsOf('model', { ...GROUP, model: 'm', provider: '' })).toEqual({ model: 'm', provider: '' });
  expect(partsOf('category', { ...GROUP, category: '' })).toEqual({ category: '' });
  expect(partsOf('tenant', { ...GROUP, tenantId: 't1' })).toEqual({ tenant: 't1' });
  expect(partsOf('key', { ...GROUP, keyId: 'k1' })).toEqual({ key: 'k1' });
});

it('folds the rest into one row that adds up to the total', () => {
  const total = { ...FIGURES, requests: 7, errors: 3, actualCost: 0.5, saved: 2 };
  expect(othersOf({ groups: [GROUP], groupCount: 4, total })).toMatchObject({
    count: 3,
    requests: 5,
    errors: 2,
    actualCost: 0,
    saved: 1,
    p95DurationMs: null,
  });
  expect(othersOf({ groups: [GROUP], groupCount: 1, total })).toBeNull();
});

it('knows what a row has cost before, for as long a time', () => {
  const [old, fresh] = [
    { ...GROUP, model: 'old', provider: 'p', actualCost: 2 },
    { ...GROUP, model: 'fresh', provider: 'p' },
  ];
  const all = costsBefore('model', { groups: [old], groupCount: 1, total: FIGURES }, 0.5);
  expect([all(old), all(fresh)]).toEqual([1, 0]);
  // Only the dearest were told: what is not among them is not known.
  const some = costsBefore('model', { groups: [old], groupCount: 9, total: FIGURES }, 1);
  expect([some(old), some(fresh)]).toEqual([2, null]);
});
