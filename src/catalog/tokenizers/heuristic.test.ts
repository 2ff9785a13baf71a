import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { estimateText } from './heuristic.ts';

describe('an estimate', () => {
  it('is four characters a token for plain English', () => {
    expect(estimateText('Hello, how are you?\n')).toEqual({ tokens: 5, chars: 20 });
  });

  it.each([
    // Tokens counted by o200k_base.
    ['Die Sitzung wurde auf Montag verschoben, weil der Vorsitzende krank ist.', 17],
    ['人工智能是计算机科学的一个分支，它企图了解智能的实质', 19],
    ['Искусственный интеллект — свойство систем выполнять творческие функции', 13],
    ['if (found === undefined) {\n        return null;\n      }\n', 14],
    ['0123456789 '.repeat(20), 99],
    [Buffer.from('the quick brown fox jumps over the lazy dog again').toString('base64'), 40],
  ])('of %j is near the truth', (text, truth) => {
    const { tokens } = estimateText(text);
    expect(tokens).toBeGreaterThan(truth * 0.6);
    expect(tokens).toBeLessThan(truth * 2.2);
  });

  it('counts characters as people do', () => {
    expect(estimateText('a😀é').chars).toBe(3);
    expect(estimateText('\ud800').chars).toBe(1);
    expect(estimateText('')).toEqual({ tokens: 0, chars: 0 });
  });

  it('never falls when a text grows, and adds up', () => {
    const text = fc.string({ unit: 'binary', maxLength: 300 });
    fc.assert(
      fc.property(text, text, (a, b) => {
        const [whole, first, second] = [estimateText(`${a} ${b}`), estimateText(`${a} `), estimateText(b)];
        expect(whole.chars).toBe(Array.from(`${a} ${b}`).length);
        expect(whole.tokens).toBeGreaterThanOrEqual(first.tokens);
        expect(whole.tokens).toBeLessThanOrEqual(first.tokens + second.tokens + 1e-9);
        expect(Number.isFinite(whole.tokens) && whole.tokens <= whole.chars).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('of a megabyte of anything is quick', () => {
    for (const unit of ['a', '漢', '😀', ' ', '\ud800', 'é€']) {
      const text = unit.repeat(1_000_000 / unit.length);
      const start = performance.now();
      estimateText(text);
      expect(performance.now() - start).toBeLessThan(1_000);
    }
  });
});
