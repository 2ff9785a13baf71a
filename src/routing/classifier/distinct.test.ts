import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createDistinct } from './distinct.ts';

it('keeps each feature once, in the order in which they came, with the largest of its values', () => {
  const distinct = createDistinct(64);
  // Hashes that want the same slot are the hard ones.
  const hash = fc.oneof(fc.integer({ min: -4, max: 4 }), fc.constantFrom(0, 128, -128, 1 << 30, -(2 ** 31)));
  fc.assert(
    fc.property(
      fc.array(fc.record({ hash, value: fc.constantFrom(0.25, 0.5, 1) }), { maxLength: 64 }),
      (features) => {
        const seen = distinct.take(
          features.length,
          Int32Array.from(features, (it) => it.hash),
          Float32Array.from(features, (it) => it.value),
        );
        const expected = new Map<number, number>();
        for (const it of features) expected.set(it.hash, Math.max(expected.get(it.hash) ?? 0, it.value));
        expect([...distinct.hash.subarray(0, seen)]).toEqual([...expected.keys()]);
        expect([...distinct.value.subarray(0, seen)]).toEqual([...expected.values()]);
      },
    ),
  );
});
