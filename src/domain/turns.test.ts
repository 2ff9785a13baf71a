import { expect, it } from 'vitest';
import { createTurns } from './turns.ts';

it('lets so many run at a time, the others in their order, also after one has failed', async () => {
  const turns = createTurns(2);
  const begun: number[] = [];
  const gates = Array.from({ length: 5 }, () => Promise.withResolvers<number>());
  const results = gates.map((gate, at) =>
    turns(() => {
      begun.push(at);
      return gate.promise;
    }).catch((error: Error) => error.message),
  );
  await Promise.resolve();
  expect(begun).toEqual([0, 1]);
  gates[1]?.reject(new Error('no'));
  expect(await results[1]).toBe('no');
  expect(begun).toEqual([0, 1, 2]);
  for (const [at, gate] of gates.entries()) gate.resolve(at);
  expect(await Promise.all(results)).toEqual([0, 'no', 2, 3, 4]);
  expect(begun).toEqual([0, 1, 2, 3, 4]);
  expect(await turns(() => Promise.resolve('free again'))).toBe('free again');
});
