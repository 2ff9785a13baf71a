import fc from 'fast-check';
import { expect, it } from 'vitest';
import { packRows, wholeRows } from './rows.ts';

const small = fc.integer({ min: -7, max: 7 });
const SIZES = [1, 2, 3, 8, 46];

it('adds rows as they are, however many and however wide', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...SIZES),
      fc.array(small, { minLength: 46 * 6, maxLength: 46 * 6 }),
      fc.array(fc.record({ row: fc.nat(5), value: fc.constantFrom(0.5, 1, -2) }), { maxLength: 9 }),
      (size, numbers, used) => {
        const scales = Float32Array.from([1, 0.5, 2, 4, 0.25, 8]);
        const rows = packRows(Int8Array.from(numbers), scales, size, 9);
        const row = Int32Array.from(used, (it) => it.row);
        const value = Float32Array.from(used, (it) => it.value);
        const [scores, again] = [new Float64Array(size).fill(3), new Float64Array(size).fill(3)];
        rows.add(scores, used.length, row, value);
        // What one request leaves behind is nothing to the next.
        rows.add(again, used.length, row, value);
        const expected = Array.from({ length: size }, (_, k) =>
          used.reduce(
            (sum, it) => sum + it.value * (scales[it.row] ?? 0) * (numbers[it.row * size + k] ?? 0),
            3,
          ),
        );
        expect([...scores]).toEqual(expected);
        expect([...again]).toEqual(expected);
      },
    ),
  );
});

it('adds all rows of whole bytes, however many', () => {
  const numbers = Int8Array.from([1, 2, 127, -127, 3, -4, 5, 6, -7, 8]);
  const scores = Float64Array.from([10, 20]);
  wholeRows(numbers, Float32Array.from([1, 0.5, 2, 1, 4]), 2).add(
    scores,
    Float32Array.from([1, 2, 3, 0, -1]),
  );
  expect([...scores]).toEqual([10 + 1 + 127 + 18 + 28, 20 + 2 - 127 - 24 - 32]);
});
