import { describe, expect, it } from 'vitest';
import { countOf, csvRows, grouped, isLow, readListView, withStandings } from './category-list.ts';
import type { CategoryEntry } from './category-list.ts';

function entry(given: Partial<CategoryEntry> & { key: string }): CategoryEntry {
  return {
    id: given.key,
    name: given.key,
    description: '',
    tier: 'LOW',
    axis: 'CODING',
    examples: [],
    defaultModel: null,
    presetDefault: false,
    requiresVision: false,
    position: 0,
    builtIn: true,
    updatedAt: '2026-01-01T00:00:00Z',
    standing: null,
    ...given,
  };
}

const standing = (score: number | null, bestScore: number | null) => ({
  category: 'x',
  score,
  bestModel: null,
  bestScore,
});

describe('the list of categories', () => {
  const entries = [
    entry({ key: 'sql', examples: ['Ten best customers'], defaultModel: 'gpt', standing: standing(40, 80) }),
    entry({ key: 'law', tier: 'HIGH', axis: 'INTELLIGENCE', defaultModel: 'gpt', presetDefault: true }),
    entry({ key: 'mine', builtIn: false }),
  ];

  it('groups by tier, ascending, and by benchmark', () => {
    const view = readListView(new URLSearchParams());
    expect(grouped(entries, view).map((it) => [it.key, it.entries.map(({ key }) => key)])).toEqual([
      ['LOW', ['sql', 'mine']],
      ['HIGH', ['law']],
    ]);
    const byAxis = grouped(entries, readListView(new URLSearchParams('group=axis')));
    expect(byAxis.map(({ key }) => key)).toEqual(['INTELLIGENCE', 'CODING']);
  });

  it('finds by all words, in examples too, and takes unknown parts of an address for none', () => {
    const found = grouped(entries, readListView(new URLSearchParams('q=CUSTOMERS ten&show=nonsense')));
    expect(found.flatMap((it) => it.entries.map(({ key }) => key))).toEqual(['sql']);
  });

  it('counts what is unassigned, low, set by hand and one’s own', () => {
    const counts = (['all', 'unassigned', 'low', 'hand', 'own'] as const).map((show) =>
      countOf(entries, show),
    );
    expect(counts).toEqual([3, 1, 1, 1, 1]);
  });

  it('calls a score low only against a known better one', () => {
    expect(
      [standing(84, 100), standing(86, 100), standing(null, 100), standing(10, null)].map(isLow),
    ).toEqual([true, false, false, false]);
    expect(isLow(null)).toBe(false);
  });

  it('is exported as it is shown', () => {
    const rows = csvRows(grouped(entries, readListView(new URLSearchParams('show=hand'))));
    expect(rows).toMatchObject([{ key: 'sql', tier: 'low', setBy: 'hand', score: '40', bestScore: '80' }]);
  });

  it('joins a category with its standing by key', () => {
    const [first] = withStandings([entry({ key: 'x' })], [standing(1, 2)]);
    expect(first?.standing?.score).toBe(1);
  });
});
