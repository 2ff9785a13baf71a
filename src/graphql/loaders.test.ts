import { describe, expect, it } from 'vitest';
import { createLoader } from './loaders.ts';

function counting() {
  const calls: string[][] = [];
  const load = createLoader((keys: readonly string[]) => {
    calls.push([...keys]);
    return Promise.resolve(
      new Map(keys.filter((key) => key !== 'none').map((key) => [key, key.toUpperCase()])),
    );
  });
  return { calls, load };
}

describe('a loader', () => {
  it('fetches what is asked for at the same time with one call, each key once', async () => {
    const { calls, load } = counting();
    expect(await Promise.all([load('a'), load('b'), load('a'), load('none')])).toEqual(['A', 'B', 'A', null]);
    expect(calls).toEqual([['a', 'b', 'none']]);
  });

  it('keeps what it has fetched', async () => {
    const { calls, load } = counting();
    await load('a');
    expect(await Promise.all([load('a'), load('b')])).toEqual(['A', 'B']);
    expect(calls).toEqual([['a'], ['b']]);
  });

  it('passes a failure on to everybody who asked', async () => {
    const load = createLoader<string, string>(() => Promise.reject(new Error('gone')));
    const outcomes = await Promise.allSettled([load('a'), load('b')]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });
});
