import { gunzipSync, gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import type { Weights } from './classifier.ts';
import { readWeights, writeWeights } from './format.ts';

const WEIGHTS: Weights = {
  labels: ['a', 'b', 'c'],
  hashes: Int32Array.from([-5, 7, 9]),
  // Hashed features in half bytes, the two dense ones in whole ones.
  matrix: Int8Array.from([-7, 0, 7, 1, 2, 3, -1, -2, -3, 127, -127, 4, 5, -6, 100]),
  scales: Float32Array.from([0.5, 1, 2, 0.25, 4]),
  bias: Float32Array.from([0.5, -0.5, 0]),
  temperature: 1.25,
  gain: {
    hashes: Int32Array.from([11]),
    weights: Int8Array.from([1, -2, 3, 99, 4, -127]),
    scale: 0.5,
    bias: 0.125,
  },
  vectors: { size: 2, words: ['one', 'zwei'], values: Int8Array.from([1, 2, -3, 4]) },
};

it('reads what it has written', () => {
  expect(readWeights(writeWeights(WEIGHTS))).toEqual(WEIGHTS);
});

it('refuses what is cut off, and what is of another version', () => {
  const file = gunzipSync(writeWeights(WEIGHTS));
  expect(() => readWeights(gzipSync(file.subarray(0, file.length - 1)))).toThrow(/cut off/);
  expect(() => readWeights(gzipSync(Buffer.concat([file, Buffer.from('x')])))).toThrow(/cut off/);
  const other = Buffer.from(file.toString('latin1').replace('"format":4', '"format":1'), 'latin1');
  expect(() => readWeights(gzipSync(other))).toThrow(/another version/);
});
