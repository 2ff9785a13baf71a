import { expect, test } from 'vitest';
import { ridge } from './ridge.ts';

const row = (...values: number[]) => ({
  places: Int32Array.from(values.keys()),
  values: Float64Array.from(values),
});

test('the weights are those that the normal equations give', () => {
  // XᵀX + I = [[3, 1], [1, 3]] and Xᵀy = [5, 7]: w = [1, 2].
  const weights = ridge([row(1, 0), row(0, 1), row(1, 1)], [1, 3, 4], 2, 1);
  expect(weights[0]).toBeCloseTo(1, 3);
  expect(weights[1]).toBeCloseTo(2, 3);
});

test('a greater penalty makes smaller weights, and nothing to learn makes none', () => {
  const rows = [row(1, 0), row(0, 1)];
  expect(ridge(rows, [1, 1], 2, 9)[0]).toBeCloseTo(0.1, 6);
  expect([...ridge(rows, [0, 0], 2, 1)]).toEqual([0, 0]);
  expect([...ridge([], [], 2, 1)]).toEqual([0, 0]);
});
