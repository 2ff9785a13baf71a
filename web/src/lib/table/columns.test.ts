import { expect, it } from 'vitest';
import { laidOut, movedTo, readLayout, sameLayout, tracksOf, widthOf } from './columns.ts';
import type { Column } from './columns.ts';

type Id = 'time' | 'model' | 'cost' | 'menu';
const COLUMNS: readonly Column<Id>[] = [
  { id: 'time', label: 'Time', width: 120 },
  { id: 'model', label: 'Model', width: 200, grow: true },
  { id: 'cost', label: 'Cost', width: 80 },
  { id: 'menu', label: 'Actions', width: 44, quiet: true },
];
const PINNED = { first: 'time', last: 'menu' } as const;

it('makes a grid of columns, and knows how narrow it may get', () => {
  expect(tracksOf(COLUMNS)).toBe('120px minmax(200px, 1fr) 80px 44px');
  expect(widthOf(COLUMNS)).toBe(444);
});

it('lays columns out in somebody’s order; a width of their own no longer grows', () => {
  const columns = laidOut(COLUMNS, { columns: ['time', 'cost', 'model', 'menu'], widths: { model: 300 } });
  expect(columns.map(({ id }) => id)).toEqual(['time', 'cost', 'model', 'menu']);
  expect(tracksOf(columns)).toBe('120px 80px 300px 44px');
});

it('reads what it knows of a stored layout, and keeps the pinned columns at their ends', () => {
  const read = readLayout(COLUMNS, PINNED, ['menu', 'cost', 'gone', 'cost', 'model'], {
    cost: 9_000,
    model: 'wide',
    gone: 80,
  });
  expect(read).toEqual({ columns: ['time', 'cost', 'model', 'menu'], widths: { cost: 640 } });
  expect(readLayout(COLUMNS, PINNED, ['time', 'gone'], {})).toBeNull();
});

it('moves one item, and tells layouts apart', () => {
  expect(movedTo(['a', 'b', 'c'], 0, 2)).toEqual(['b', 'c', 'a']);
  expect(movedTo(['a', 'b', 'c'], 2, 1)).toEqual(['a', 'c', 'b']);
  expect(movedTo(['a'], 5, 0)).toEqual(['a']);
  const one = { columns: ['a', 'b'], widths: { a: 1, b: 2 } };
  expect(sameLayout(one, { columns: ['a', 'b'], widths: { b: 2, a: 1 } })).toBe(true);
  expect(sameLayout(one, { columns: ['b', 'a'], widths: { a: 1, b: 2 } })).toBe(false);
});
