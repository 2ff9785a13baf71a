import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { countTokens as reference } from 'gpt-tokenizer/encoding/cl100k_base';
import { CL100K_TOKEN_SPLIT_REGEX } from 'gpt-tokenizer/encodingParams/constants';
import { describe, expect, it } from 'vitest';
import { countTokens, readRanks } from './byte-pairs.ts';

// The smaller of the tables: what is tested is the same for all.
const file = createRequire(import.meta.url).resolve('gpt-tokenizer/data/cl100k_base.tiktoken');
const pairs = { ranks: readRanks(readFileSync(file, 'latin1')), split: CL100K_TOKEN_SPLIT_REGEX };
const plain = { disallowedSpecial: new Set<string>() };

describe('counting by byte pairs', () => {
  it.each([
    ['', 0],
    ['Hello, how are you?', 6],
    ['<|endoftext|>', 7],
    ['antidisestablishmentarianism', 6],
  ])('%j has %i tokens', (text, count) => {
    expect(countTokens(pairs, text)).toBe(count);
    expect(reference(text, plain)).toBe(count);
  });

  it('counts as the library does, whatever the text', () => {
    const letters = fc.string({
      unit: fc.constantFrom(...Array.from('abcdeABC ,.!?\n\t019éß漢字ひ한😀👩‍👩')),
      maxLength: 200,
    });
    const text = fc.oneof(
      letters,
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.string({ maxLength: 200 }),
    );
    fc.assert(
      fc.property(text, (one) => countTokens(pairs, one) === reference(one, plain)),
      { numRuns: 500 },
    );
  });

  it('counts long pieces as the library does', () => {
    for (const text of [
      'a'.repeat(3000),
      'abcab'.repeat(500),
      '漢字'.repeat(400),
      '='.repeat(2000),
      ' '.repeat(999),
    ]) {
      expect([text.slice(0, 5), countTokens(pairs, text)]).toEqual([
        text.slice(0, 5),
        reference(text, plain),
      ]);
    }
  });

  it.each([
    ['one letter', 'a'.repeat(300_000)],
    ['blanks', `${' '.repeat(300_000)}x`],
    ['line breaks', '\n'.repeat(300_000)],
    ['signs', '!@#$%'.repeat(60_000)],
    ['Han', '漢'.repeat(100_000)],
    ['half surrogates', '\ud800'.repeat(100_000)],
  ])('takes a long run of %s without trouble', (_name, text) => {
    const start = performance.now();
    expect(countTokens(pairs, text)).toBeGreaterThan(0);
    // Quadratic work takes half a minute here; this is a bound for a busy machine.
    expect(performance.now() - start).toBeLessThan(5_000);
  });
});
