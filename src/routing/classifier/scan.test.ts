import { expect, it } from 'vitest';
import { createScanner, KIND } from './scan.ts';

const scan = createScanner();
const tokensOf = (text: string): string[] => {
  const { text: lower, count, from, to } = scan(text);
  return Array.from({ length: count }, (_, at) => lower.slice(from[at], to[at]));
};

it('splits a text into words, numbers and signs, in lower case', () => {
  expect(tokensOf('Don’t panic: it costs $42.50 (net)!')).toEqual([
    'don’t',
    'panic',
    ':',
    'it',
    'costs',
    '$',
    '42',
    '50',
    '(',
    'net',
    ')',
    '!',
  ]);
  expect(tokensOf('Über Größe entscheidet ГОСТ')).toEqual(['über', 'größe', 'entscheidet', 'гост']);
});

it('takes an apostrophe for nothing, and numbers of one length for the same', () => {
  const hashesOf = (text: string) => [...scan(text).hash.subarray(0, scan(text).count)];
  expect(hashesOf("don't 12")).toEqual(hashesOf('dont 97'));
  expect(hashesOf('12')).not.toEqual(hashesOf('123'));
  expect(hashesOf('12345')).toEqual(hashesOf('123456789'));
});

it('takes ideographs one by one', () => {
  expect(tokensOf('请翻译 this')).toEqual(['请', '翻', '译', 'this']);
  expect([...scan('请').kind.subarray(0, 1)]).toEqual([KIND.ideograph]);
});

it('knows where sentences and lines begin', () => {
  const opensOf = (text: string) => {
    const { text: lower, count, from, to, opens } = scan(text);
    return Array.from({ length: count }, (_, at) => at)
      .filter((at) => opens[at] === 1)
      .map((at) => lower.slice(from[at], to[at]));
  };
  expect(opensOf('Fix this. It fails\nEvery day, at 3.15 sharp. Why? Nobody knows')).toEqual([
    'fix',
    'it',
    'every',
    'why',
    'nobody',
  ]);
});

it('takes anything, and not more than a thousand tokens of it', () => {
  for (const text of ['', '\ud800', '\udc00\ud800', '😀 ok', '\u0000', 'ıİ', 'a'.repeat(100_000)])
    expect(scan(text).count).toBeLessThan(4);
  expect(scan('a '.repeat(5_000)).count).toBe(1_024);
});
