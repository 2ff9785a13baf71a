import { describe, expect, it } from 'vitest';
import { hashText } from './hash.ts';
import { WORD_SEED } from './scan.ts';
import { createVocabulary } from './vocabulary.ts';

const WORDS = ['translate', 'summarize', 'table', 'kündigung', 'photosynthesis', 'house', 'cat'];
const vocabulary = createVocabulary(WORDS);
const meant = (text: string): string | undefined => WORDS[vocabulary.nearest(text, 0, text.length)];

describe('a mistyped word', () => {
  it.each([
    ['tarnslate', 'translate'],
    ['transalte', 'translate'],
    ['transate', 'translate'],
    ['transslate', 'translate'],
    ['tabel', 'table'],
    ['tabble', 'table'],
    ['kündgiung', 'kündigung'],
    ['photosynthasis', 'photosynthesis'],
    ['houses', 'house'],
  ])('%s is taken for %s', (typed, word) => {
    expect(meant(typed)).toBe(word);
  });

  it.each(['mouse', 'cta', 'transport', 'xtranslate', 'elbat', 'summarizing', ''])(
    '%s is left as it is',
    (typed) => {
      expect(meant(typed)).toBeUndefined();
    },
  );
});

it('finds words by the hash of the whole of them', () => {
  expect(vocabulary.find(hashText('table', WORD_SEED))).toBe(2);
  expect(vocabulary.find(hashText('chair', WORD_SEED))).toBe(-1);
  expect(vocabulary.hashOf(2)).toBe(hashText('table', WORD_SEED));
});
