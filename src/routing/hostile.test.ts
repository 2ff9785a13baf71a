import { describe, expect, it } from 'vitest';
import { createExtractor } from './classifier/features.ts';
import { readSignals } from './signals/read-signals.ts';

/** As much of a prompt as is looked at, and then some. */
const LENGTH = 4_000;
const fill = (part: string): string => part.repeat(Math.ceil(LENGTH / part.length));

/** Ended by thanks, which are cut off: what stands before them becomes the end. */
const HOSTILE: Readonly<Record<string, string>> = {
  'rules of CSS that never end': fill('.a{:::'),
  'selectors and colons': fill('.a{:'),
  'line breaks before thanks': `Say something about it. ${'\n'.repeat(2_600)} thanks`,
  'blanks before thanks': `Say something about it.${' \n'.repeat(1_300)} thanks`,
  'openings of tags': fill('<aaaaaaaaaaaaaaaaaaaa'),
  'beginnings of SQL': fill('select '),
  'quotation marks': fill('"'),
  'formulas without an end': fill('$aaaa'),
  'words that nobody knows': fill('abcdefghijklmno '),
  'heads of containers': fill('FROM x\n'),
  arrows: fill('x => '),
};

describe('a prompt made to be slow', () => {
  const words = ['something', 'select', 'thanks', 'because', 'about'];
  const extract = createExtractor({ size: 2, words, values: new Int8Array(words.length * 2) });

  it.each(Object.entries(HOSTILE))('is read as fast as any other: %s', (_name, content) => {
    const body = { messages: [{ role: 'user', content }] };
    const began = performance.now();
    for (let round = 0; round < 60; round += 1) {
      const { texts, signals } = readSignals(body);
      extract(texts, signals);
    }
    // Some 50 ms on an idle machine; a pattern that backtracks takes a second and more.
    expect(performance.now() - began).toBeLessThan(400);
  });
});
