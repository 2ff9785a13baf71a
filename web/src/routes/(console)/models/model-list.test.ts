import { describe, expect, it } from 'vitest';
import { arrange, between, boardOf, matches, readView, usesOf } from './model-list.ts';
import { model } from './model.fixture.ts';
import { namedBy, referencesOf } from './references.ts';
import { tierOfKey, tierStep } from './tiers.ts';

const view = (search: string) => readView(new URLSearchParams(search));
const other = { id: 'q', slug: 'other', name: 'Other', type: 'custom', active: true, lastCheckedAt: null };

describe('the address', () => {
  it('says what is shown, and nonsense is as if nothing were said', () => {
    expect(view('')).toMatchObject({
      view: 'list',
      group: 'tier',
      sort: 'priority',
      show: 'listed',
      tier: '',
    });
    expect(view('view=tiers&group=family&tier=LOW&kind=CHAT&show=all&q=gpt')).toMatchObject({
      view: 'tiers',
      group: 'family',
      tier: 'LOW',
      kind: 'CHAT',
      show: 'all',
      q: 'gpt',
    });
    expect(view('group=x&tier=x&kind=x&show=x')).toMatchObject({
      group: 'tier',
      tier: '',
      kind: '',
      show: 'listed',
    });
  });
});

describe('the list', () => {
  const models = [
    model({ modelId: 'b', tier: 'LOW', priority: 10 }),
    model({ modelId: 'a', tier: 'LOW', priority: 90 }),
    model({ modelId: 'c', tier: 'HIGH', inputPer1M: null, family: null }),
    model({ modelId: 'd', tier: null, provider: other }),
  ];

  it('finds by id, name, family and alias, and hides what is hidden or gone', () => {
    expect(matches(model(), view('q=GPT-4'), [])).toBe(true);
    expect(matches(model(), view('q=best'), ['best'])).toBe(true);
    expect(matches(model(), view('q=claude'), [])).toBe(false);
    expect(matches(model({ visible: false }), view(''), [])).toBe(false);
    expect(matches(model({ visible: false }), view('show=hidden'), [])).toBe(true);
    expect(matches(model({ missingSince: '2026-11-01T00:00:00Z' }), view('show=gone'), [])).toBe(true);
    expect(matches(model({ tier: null }), view('tier=NONE'), [])).toBe(true);
    expect(matches(model(), view('provider=other'), [])).toBe(false);
  });

  it('stands by tier with the dearest first, best first in each, and without a tier last', () => {
    const keys = arrange(models, { group: 'tier', sort: 'priority' }, new Map()).map(({ key }) => key);
    expect(keys).toEqual(['group:HIGH', 'c', 'group:LOW', 'a', 'b', 'group:NONE', 'd']);
  });

  it('stands by provider or family, sorted by price or use, the unknown last', () => {
    const byFamily = arrange(models, { group: 'family', sort: 'name' }, new Map()).map(({ key }) => key);
    expect(byFamily).toEqual(['group:GPT-4o', 'a', 'b', 'd', 'group:', 'c']);
    const byPrice = arrange(models, { group: 'none', sort: 'input' }, new Map()).map(({ key }) => key);
    expect(byPrice).toEqual(['a', 'b', 'd', 'c']);
    const uses = usesOf([{ provider: 'other', model: 'd', requests: 5, actualCost: 1 }]);
    expect(arrange(models, { group: 'none', sort: 'requests' }, uses)[0]?.key).toBe('d');
  });

  it('knows what lies between two rows, headings left out', () => {
    const lines = arrange(models, { group: 'tier', sort: 'priority' }, new Map());
    expect(between(lines, 'b', 'c')).toEqual(['c', 'a', 'b']);
    expect(between(lines, 'nowhere', 'c')).toEqual(['c']);
  });

  it('makes a column of each tier for the board', () => {
    const board = boardOf(models);
    expect(board.map(({ tier }) => tier)).toHaveLength(9);
    expect(board.find(({ tier }) => tier === 'LOW')?.models.map(({ modelId }) => modelId)).toEqual([
      'a',
      'b',
    ]);
  });
});

it('names tiers by the digits 1 to 8', () => {
  expect([tierOfKey('1'), tierOfKey('8'), tierOfKey('9'), tierOfKey('a')]).toEqual([
    'MICRO',
    'CRITICAL',
    null,
    null,
  ]);
  expect([tierStep('MICRO'), tierStep(null)]).toEqual([1, 0]);
});

it('knows where a model is named, by its id or pinned to its provider', () => {
  const references = referencesOf({
    tenants: [
      {
        id: 't',
        name: 'Acme',
        modelConfig: { mode: 'WHITELIST', list: ['openai/gpt-4o'], aliases: { best: 'gpt-4o' } },
      },
    ],
    categories: [{ id: 'c', name: 'Mail', defaultModel: 'gpt-4o' }],
    ruleSets: [
      { id: 'r', name: 'House', definition: { rules: [{ effects: { model: 'gpt-4o' } }, 'broken'] } },
    ],
  });
  expect(namedBy(references, model()).map(({ kind, label, pinned }) => [kind, label, pinned])).toEqual([
    ['list', 'Acme', true],
    ['alias', 'best', false],
    ['category', 'Mail', false],
    ['rule', 'House', false],
  ]);
  expect(namedBy(references, model({ provider: other })).map(({ kind }) => kind)).toEqual([
    'alias',
    'category',
    'rule',
  ]);
});
