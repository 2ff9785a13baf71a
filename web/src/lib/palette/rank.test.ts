import { describe, expect, it } from 'vitest';
import { rank } from './rank.ts';

const ENTRIES = [
  { label: 'Overview' },
  { label: 'Requests' },
  { label: 'Providers' },
  { label: 'Acme Search', words: 'acme-search' },
  { label: 'Search providers' },
  { label: 'Key of Acme Search', words: 'omp-1a2b3c' },
  { label: 'gpt-4o-mini' },
];

const found = (query: string, most = 9): string[] =>
  rank([{ title: 'All', most, list: ENTRIES }], query).flatMap(({ list }) => list.map(({ label }) => label));

describe('what one types', () => {
  it('finds what begins with it first, then words, then what holds it', () => {
    expect(found('search')).toEqual(['Search providers', 'Acme Search', 'Key of Acme Search']);
    expect(found('prov')[0]).toBe('Providers');
    expect(found('mini')).toEqual(['gpt-4o-mini']);
    expect(found('4o')).toEqual(['gpt-4o-mini']);
  });

  it('finds words in any order, letters in theirs, and what else a thing is called', () => {
    expect(found('acme key')).toEqual(['Key of Acme Search']);
    expect(found('ovw')).toEqual(['Overview']);
    expect(found('omp-1a')).toEqual(['Key of Acme Search']);
    expect(found('  ACME ')[0]).toBe('Acme Search');
  });

  it('finds nothing where there is nothing, and never fails on signs', () => {
    expect(found('zzz')).toEqual([]);
    expect(found('(*[')).toEqual([]);
    expect(found('xq')).toEqual([]);
  });

  it('is limited, and gives the first ones when nothing is typed', () => {
    expect(found('', 2)).toEqual(['Overview', 'Requests']);
    expect(found('e', 3)).toHaveLength(3);
  });
});

describe('groups', () => {
  const groups = [
    { title: 'Do', most: 5, list: [{ label: 'Use the light theme' }] },
    { title: 'Models', most: 5, list: [{ label: 'a-sim' }, { label: 'sim-fast' }] },
    { title: 'Providers', most: 5, list: [{ label: 'Simulator' }] },
  ];
  const titles = (query: string): string[] => rank(groups, query).map(({ title }) => title);

  it('come in the order of their best, and guesses only when there is nothing better', () => {
    expect(titles('simul')).toEqual(['Providers']);
    expect(titles('sim')).toEqual(['Models', 'Providers']);
    expect(titles('ulth')).toEqual(['Do']);
    expect(titles('')).toEqual(['Do', 'Models', 'Providers']);
    expect(titles('zz')).toEqual([]);
  });
});
