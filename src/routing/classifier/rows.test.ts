import fc from 'fast-check';
import { expect, it } from 'vitest';
import { packFeatures, wholeRows } from './rows.ts';

const small = fc.integer({ min: -7, max: 7 });
const SIZES = [1, 2, 3, 8, 46];

/** Some with the same low bits, so that one stands where the next should; the last two have a lead and no row. */
const HASHES = [5, 5 + 16, 5 + 32, -5, 15, 31, 47, -17];
const ROWS = HASHES.length - 2;

it('adds rows and leads as they are, however many and however wide, and nothing for what it does not know', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...SIZES),
      fc.array(small, { minLength: 46 * ROWS, maxLength: 46 * ROWS }),
      fc.array(
        fc.record({
          hash: fc.constantFrom(...HASHES, 0, 7, 5 + 48, 63),
          value: fc.constantFrom(0.5, 1, -2),
        }),
        { maxLength: 9 },
      ),
      (size, numbers, used) => {
        const scales = Float32Array.from([1, 0.5, 2, 4, 0.25, 8]);
        const leads = Int8Array.from([1, -2, 3, 127, -128, 6, 7, -8]);
        const table = { hashes: Int32Array.from(HASHES), numbers: Int8Array.from(numbers), scales, leads };
        const rows = packFeatures(table, size, 9);
        const hash = Int32Array.from(used, (it) => it.hash);
        const value = Float32Array.from(used, (it) => it.value);
        const [scores, again] = [new Float64Array(size).fill(3), new Float64Array(size).fill(3)];
        const sums = [
          rows.add(scores, used.length, hash, value),
          // What one request leaves behind is nothing to the next.
          rows.add(again, used.length, hash, value),
        ];
        const known = used.map((it) => ({ ...it, row: HASHES.indexOf(it.hash) }));
        const expected = Array.from({ length: size }, (_, k) =>
          known.reduce(
            (sum, it) =>
              it.row === -1 || it.row >= ROWS
                ? sum
                : sum + it.value * (scales[it.row] ?? 0) * (numbers[it.row * size + k] ?? 0),
            3,
          ),
        );
        expect([...scores]).toEqual(expected);
        expect([...again]).toEqual(expected);
        const lead = known.reduce((sum, it) => sum + it.value * (leads[it.row] ?? 0), 0);
        expect(sums).toEqual([lead, lead]);
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

it('keeps sums apart that are as great as they can be', () => {
  const count = 4_096;
  const [up, down] = [7, -7];
  const hashes = Int32Array.from({ length: count }, (_, at) => at + 1);
  const numbers = Int8Array.from({ length: count * 3 }, (_, at) => (at % 3 === 1 ? down : up));
  const ones = new Float32Array(count).fill(1);
  const table = { hashes, numbers, scales: ones, leads: new Int8Array(count) };
  const scores = new Float64Array(3);
  packFeatures(table, 3, count).add(scores, count, hashes, ones);
  expect([...scores]).toEqual([count * up, count * down, count * up]);

  const most = [-128, 127, -128];
  const whole = Int8Array.from({ length: count * 3 }, (_, at) => most[at % 3] ?? 0);
  const sums = new Float64Array(3);
  wholeRows(whole, ones, 3).add(sums, ones);
  expect([...sums]).toEqual(most.map((each) => each * count));
});
