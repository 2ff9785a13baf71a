import { expect, it } from 'vitest';
import { canBeTaken, fieldText, groupsOf, isWeighty, shownFields, type Change } from './discovery.ts';

const change = (modelId: string, kind: Change['kind'], fields: Change['fields'] = []): Change => ({
  modelId,
  name: modelId,
  kind,
  kept: [],
  fields,
});

it('groups by kind in one order, narrowed down by id and name', () => {
  const changes = [change('b', 'GONE'), change('a', 'NEW'), change('c', 'KEPT'), change('ab', 'NEW')];
  expect(groupsOf(changes, '').map(({ kind, changes: all }) => [kind, all.length])).toEqual([
    ['NEW', 2],
    ['GONE', 1],
    ['KEPT', 1],
  ]);
  expect(groupsOf(changes, 'AB')).toHaveLength(1);
  expect(changes.filter(canBeTaken)).toHaveLength(3);
});

it('writes values as their field wants it', () => {
  expect(fieldText('inputPer1M', 2.5)).toBe('$2.50');
  expect(fieldText('contextWindow', 128_000)).toBe('128k');
  expect(fieldText('capabilities', ['tools', 'vision'])).toBe('tools, vision');
  expect(fieldText('tier', 'MEDIUM')).toBe('medium');
  expect(fieldText('outputPer1M', null)).toBe('—');
});

it('knows what weighs, and shows of a new model what one chooses by', () => {
  const price = { field: 'inputPer1M', before: 1, after: 2 };
  const owner = { field: 'ownedBy', before: null, after: 'x' };
  expect(isWeighty(change('a', 'CHANGED', [price]))).toBe(true);
  expect(isWeighty(change('a', 'CHANGED', [owner]))).toBe(false);
  expect(shownFields(change('a', 'NEW', [price, owner]))).toEqual([price]);
  expect(shownFields(change('a', 'CHANGED', [price, owner]))).toEqual([price, owner]);
});
