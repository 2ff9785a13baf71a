import { expect, it } from 'vitest';
import { chosen, tracksOf, widthOf } from './columns.ts';

const COLUMNS = [
  { id: 'time', label: 'Time', width: 120 },
  { id: 'model', label: 'Model', width: 200, grow: true },
  { id: 'menu', label: 'Actions', width: 44, quiet: true },
] as const;

it('makes a grid of columns, and knows how narrow it may get', () => {
  expect(tracksOf(COLUMNS)).toBe('120px minmax(200px, 1fr) 44px');
  expect(widthOf(COLUMNS)).toBe(364);
});

it('shows the columns that were chosen, in the order of the table, and those that must stay', () => {
  expect(chosen(COLUMNS, null, []).length).toBe(3);
  expect(chosen(COLUMNS, ['menu', 'gone'], ['time']).map(({ id }) => id)).toEqual(['time', 'menu']);
});
