import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createMeanings, VIEWS } from './meaning.ts';
import { createScanner } from './scan.ts';

/** Texts of 180 words at most are looked at. */
const LOOKED_AT = 180;
const byte = fc.integer({ min: -128, max: 127 });

it('is the mean of the vectors, brought to one length: of all words, of the first sentence, of the last words', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(1, 2, 4, 6, 96),
      fc.array(byte, { minLength: 96 * 3, maxLength: 96 * 3 }),
      fc.array(fc.integer({ min: -1, max: 2 }), { minLength: 1, maxLength: LOOKED_AT }),
      (size, numbers, places) => {
        const meanings = createMeanings({ size, words: ['a', 'b', 'c'], values: Int8Array.from(numbers) });
        const tokens = createScanner()(places.map(() => 'word').join(' '));
        const into = new Float32Array(VIEWS * size).fill(9);
        meanings.ofText(
          tokens,
          Int32Array.from(places, (_, at) => at),
          Int32Array.from(places),
          into,
        );
        const meanOf = (some: readonly number[]): number[] => {
          const sums = Array.from({ length: size }, (_, d) =>
            some.reduce((sum, place) => sum + (place < 0 ? 0 : (numbers[place * size + d] ?? 0)), 0),
          );
          const length = Math.sqrt(sums.reduce((squares, it) => squares + it ** 2, 0));
          return sums.map((it) => (length === 0 ? 0 : (4 * it) / length));
        };
        const expected = [places, places.slice(0, 24), places.slice(-16)].flatMap(meanOf);
        expect(into.every((it, d) => Math.abs(it - (expected[d] ?? 0)) < 1e-4)).toBe(true);
      },
    ),
  );
});

it('says how near some words come to it', () => {
  const meanings = createMeanings({
    size: 2,
    words: ['east', 'north', 'west'],
    values: Int8Array.from([100, 0, 0, 100, -100, 0]),
  });
  const east = Float32Array.from([4, 0]);
  expect(meanings.fit(Int32Array.from([0]), east)).toBeCloseTo(1);
  expect(meanings.fit(Int32Array.from([0, 1]), east)).toBeCloseTo(Math.SQRT1_2);
  expect(meanings.fit(Int32Array.from([2]), east)).toBeCloseTo(-1);
  expect(meanings.fit(Int32Array.from([-1]), east)).toBe(0);
  expect(meanings.fit(Int32Array.from([]), east)).toBe(0);
});
