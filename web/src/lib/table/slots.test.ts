import { expect, it } from 'vitest';
import { Slots } from './slots.ts';

const table = (): Slots<string> => new Slots((row) => row);
const ids = (slots: readonly { readonly id: number }[]): readonly number[] => slots.map(({ id }) => id);

it('keeps a row in its line and gives the free ones to the rows that have come into sight', () => {
  const slots = table();
  expect(ids(slots.place(['a', 'b', 'c', 'd']))).toEqual([1, 2, 3, 4]);
  const scrolled = slots.place(['c', 'd', 'e', 'f']);
  expect(ids(scrolled)).toEqual([3, 4, 1, 2]);
  expect(scrolled.map(({ fresh }) => fresh)).toEqual([false, false, true, true]);
  expect(scrolled.map(({ row }) => row)).toEqual(['c', 'd', 'e', 'f']);
  expect(ids(slots.place(['x', 'c', 'd', 'e']))).toEqual([2, 3, 4, 1]);
});

it('moves no line when all rows are others, and has no more lines than rows', () => {
  const slots = table();
  slots.place(['a', 'b', 'c']);
  expect(ids(slots.place(['x', 'y', 'z']))).toEqual([1, 2, 3]);
  expect(ids(slots.place(['y']))).toEqual([2]);
  expect(ids(slots.place(['y', 'z']))).toEqual([2, 4]);
});

it('keeps the line of a row that is on its way, and what it showed', () => {
  const slots = table();
  slots.place(['a', 'b']);
  const waiting = slots.place([undefined, undefined]);
  expect(waiting).toEqual([
    { id: 1, row: 'a', key: null, fresh: true },
    { id: 2, row: 'b', key: null, fresh: true },
  ]);
  expect(slots.place(['c', undefined])[0]).toEqual({ id: 1, row: 'c', key: 'c', fresh: true });
  expect(table().place([undefined])).toEqual([{ id: 1, row: undefined, key: null, fresh: true }]);
});

it('has a line for each of two rows with one key', () => {
  const slots = table();
  const twice = slots.place(['a', 'b', 'a']);
  expect(new Set(ids(twice)).size).toBe(3);
  expect(ids(slots.place(['a', 'b', 'a']))).toEqual(ids(twice));
});
