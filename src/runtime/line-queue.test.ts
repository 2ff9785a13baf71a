import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createLineQueue } from './line-queue.ts';

it('gives lines back in their order, however they come and go', () => {
  const step = fc.oneof(
    fc.record({ add: fc.integer({ min: 1, max: 3_000 }) }),
    fc.record({ take: fc.integer({ min: 1, max: 3_000 }) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      const queue = createLineQueue();
      const model: string[] = [];
      let count = 0;
      for (const one of steps) {
        if ('add' in one) {
          for (let i = 0; i < one.add; i += 1) {
            queue.add(`line ${count}`);
            model.push(`line ${count}`);
            count += 1;
          }
        } else {
          for (let i = 0; i < one.take; i += 1) expect(queue.take()).toBe(model.shift());
        }
        expect(queue.isEmpty).toBe(model.length === 0);
        expect(queue.chars).toBe(model.join('').length);
      }
      expect(queue.clear()).toBe(model.length);
      expect([queue.isEmpty, queue.chars, queue.take()]).toEqual([true, 0, undefined]);
    }),
    { numRuns: 20 },
  );
});
