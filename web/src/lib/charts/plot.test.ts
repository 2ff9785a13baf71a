import { expect, it } from 'vitest';
import { marksAt } from './plot.ts';

it('marks that would lie on each other are one, whatever their order', () => {
  expect(marksAt([], 10)).toEqual([]);
  expect(marksAt([40, 0, 9, 10, 19, 41], 10)).toEqual([0, 10, 40]);
});
