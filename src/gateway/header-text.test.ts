import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { headerText, encodedHeaderText } from './header-text.ts';

/** As node:http hands it on. */
const onTheWire = (text: string, encoding: 'utf8' | 'latin1' = 'utf8'): string =>
  Buffer.from(text, encoding).toString('latin1');

describe('a header', () => {
  test('is read as UTF-8, whatever was written', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (text) => {
        expect(headerText(onTheWire(text.trim()))).toBe(text.trim());
      }),
    );
  });

  test('that is no UTF-8 is Latin-1', () => {
    expect(headerText(onTheWire(' Jürgen ', 'latin1'))).toBe('Jürgen');
  });
});

describe('a percent-encoded name', () => {
  test('reads as it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (name) => {
        expect(encodedHeaderText(encodeURIComponent(name))).toBe(name);
      }),
    );
  });

  test.each(['100 %', '%E0%A4%A', '50%-off', 'Jürgen'])('that is none (%s) stays as it is', (name) => {
    expect(encodedHeaderText(onTheWire(name))).toBe(name);
  });
});
