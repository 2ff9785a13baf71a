import { describe, expect, it } from 'vitest';
import { frustrationOf, outputLengthOf } from './mood.ts';
import { readWords } from './words.ts';

const frustration = (text: string, turns = 2) => frustrationOf(readWords(text, 400), text, turns);
const length = (text: string, limit: number | null = null) => outputLengthOf(readWords(text, 400), limit);

describe('frustration', () => {
  it.each(['That is wrong.', 'It is still wrong!!', 'Das ist falsch.', 'Immer noch falsch'])(
    'is in complaints about an answer: %s',
    (text) => {
      expect(frustration(text)).toBeGreaterThanOrEqual(0.6);
    },
  );

  it.each(['Thanks, that helps.', 'And in German?', 'Super, danke!', ''])('is not in %o', (text) => {
    expect(frustration(text)).toBe(0);
  });

  it('needs an answer to complain about, and few words', () => {
    expect(frustration('That is wrong.', 1)).toBe(0);
    expect(frustration(`That is wrong. ${'word '.repeat(200)}`)).toBe(0);
  });

  it('is 1 at most, and a mild word is little', () => {
    expect(frustration('useless, completely wrong, still wrong, not what I asked!!!')).toBe(1);
    expect(frustration('Try that again')).toBeLessThan(0.6);
  });
});

describe('the length of the answer', () => {
  it.each([
    ['Explain it in detail.', 'long'],
    ['Schreibe einen ausführlichen Aufsatz darüber', 'long'],
    ['Answer in one sentence.', 'short'],
    ['Bitte kurz, in einem Satz.', 'short'],
    ['What is a monad?', 'medium'],
  ])('is what is asked for: %s', (text, wanted) => {
    expect(length(text)).toBe(wanted);
  });

  it('is short where no more is allowed', () => {
    expect(length('Write a long essay', 50)).toBe('short');
    expect(length('Write a long essay', 4_000)).toBe('long');
  });
});
