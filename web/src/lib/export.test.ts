import { expect, it } from 'vitest';
import { toCsv } from './export.ts';

it('quotes what must be quoted and disarms formulas', () => {
  expect(
    toCsv([
      { name: 'Ada, "the first"', note: '=1+1' },
      { name: 'two\nlines', note: '' },
    ]),
  ).toBe('name,note\r\n"Ada, ""the first""",\'=1+1\r\n"two\nlines",\r\n');
  expect(toCsv([])).toBe('');
});
