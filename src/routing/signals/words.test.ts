import { expect, it } from 'vitest';
import { entriesOf, Lexicon, placesOf, readWords, wordsOf } from './words.ts';

it.each([
  ['Hello, World!', ['hello', 'world']],
  ["don't, non-compete; a_b 3rd -x x- '", ["don't", 'non-compete', 'a_b', '3rd', 'x', 'x']],
  ['Größe … straße', ['größe', 'straße']],
  ['', []],
  ['  \n', []],
])('words of %o', (text, words) => {
  expect(wordsOf(text, 10)).toEqual(words);
});

it('reads no more than it is asked for', () => {
  expect(wordsOf('one two three', 2)).toEqual(['one', 'two']);
});

const LEXICON = new Lexicon(entriesOf({ money: 'cash flow, cash', law: 'non-compete' }));

function found(text: string): string[] {
  const all: string[] = [];
  LEXICON.scan(readWords(text, 100), (meaning) => void all.push(meaning));
  return all;
}

it('finds words and phrases wherever they stand', () => {
  expect(found('Cash flow; a NON-COMPETE. Cash!')).toEqual(['money', 'money', 'law', 'money']);
  expect(found('cashflow, flow cash')).toEqual(['money']);
  expect(found('The last word is cash')).toEqual(['money']);
});

it('counts what occurs again only once, if asked to', () => {
  let count = 0;
  LEXICON.scanDistinct(readWords('cash cash flow cash flow', 100), () => (count += 1));
  expect(count).toBe(2);
});

it('knows which lists hold a word', () => {
  expect([...placesOf(['a b', '', 'b'])]).toEqual([
    ['a', [0]],
    ['b', [0, 2]],
  ]);
});
