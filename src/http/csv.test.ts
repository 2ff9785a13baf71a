import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvLine } from './csv.ts';

/** A reader of RFC 4180 as simple as can be. */
function read(line: string): string[] {
  return [...line.slice(0, -2).matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/g)].map(
    ([, quoted, bare]) => quoted?.replaceAll('""', '"') ?? bare ?? '',
  );
}

describe('a line of CSV', () => {
  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', ' =1', '\r=1', '\n@x'])('defuses %j', (text) => {
    expect(read(csvLine(['a', text]))).toEqual(['a', `'${text}`]);
  });

  it.each(['a=b', 'gpt-4o', 'ann@example.com', "'quoted'", ''])('leaves %j as it is', (text) => {
    expect(read(csvLine(['a', text]))).toEqual(['a', text]);
  });

  it('keeps whatever there is in a cell', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 2 }), (cells) => {
        const back = read(csvLine(['x', ...cells])).slice(1);
        expect(back.map((cell, i) => (cell === cells[i] ? cell : cell.slice(1)))).toEqual(cells);
      }),
    );
  });

  it('writes what is not text as it is, and null as nothing', () => {
    expect(csvLine([{ plain: -1 }, { plain: null }, { plain: true }, { plain: '0.000001' }])).toBe(
      '-1,,true,0.000001\r\n',
    );
  });
});
