import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileKeywords, keywordProblem } from './keywords.ts';

function finds(pattern: string, text: string, caseless = true): boolean {
  return compileKeywords([pattern], { caseless })(text).has(0);
}

describe('a keyword', () => {
  it.each([
    ['audit', 'An audit is due.', true],
    ['audit', 'AUDIT', true],
    ['audit', 'the auditor', false],
    ['audit', 'preaudit', false],
    ['audit*', 'the auditor', true],
    ['*audit', 'a preaudit', true],
    ['*audit', 'a preauditor', false],
    ['*audit*', 'preauditors', true],
    ['data protection', 'data \n\t protection', true],
    ['data protect*', 'our data\u00a0protection officer', true],
    ['data protection', 'dataprotection', false],
    ['c++', 'in C++17', true],
    ['c++', 'objc++', false],
    ['node.js', 'use node.js here', true],
    ['node.js', 'use nodexjs here', false],
    ['<fim_prefix>', 'x<fim_prefix>y', true],
    ['合同', '请审查这份合同。', true],
    ['straße', 'STRASSE', false],
    ['Größe', 'die GRÖSSE', false],
    ['größe', 'die GRÖßE', true],
    ['cafe\u0301', 'im caf\u00e9', true],
    ['😀', 'so😀so', true],
    ['mail', '😀mail𝒜', false],
    ['mail', '😀mail😀', true],
  ])('%j in %j: %s', (pattern, text, expected) => {
    expect(finds(pattern, text)).toBe(expected);
  });

  it('minds case where it should', () => {
    expect(finds('SQL', 'the SQL', false)).toBe(true);
    expect(finds('SQL', 'the sql', false)).toBe(false);
  });

  it.each([
    '(a+)+$',
    '.*secret',
    'secret.*',
    '\\bword\\b',
    '(?=x)',
    '[a-z]+',
    'a{1,9}',
    'a*b',
    '*',
    '**',
    '* *',
    ' audit',
    'audit ',
    'a\nb',
    'a\0b',
    '\ud800',
    '',
  ])('%j is refused, with what would be right', (pattern) => {
    expect(keywordProblem(pattern)).toMatch(/^(must|may) /);
  });

  it.each([
    'audit',
    'secur*',
    '*sql*',
    'c++',
    'C#',
    '$100',
    'what?',
    'array[0]',
    'f(x)',
    '{{HOLE}}',
    '\\frac',
    'a|b',
    '[PREFIX]',
  ])('%j is taken as it is', (pattern) => {
    expect(keywordProblem(pattern)).toBeNull();
    expect(finds(pattern, pattern.replaceAll('*', ''))).toBe(true);
  });
});

describe('many keywords', () => {
  it('are all found in one pass, those inside others too', () => {
    const find = compileKeywords(['he', 'she', 'hers', '*he*', 'his', '*er*'], { caseless: true });
    expect(find('ushers')).toEqual(new Set([3, 5]));
    expect(find('she and hers')).toEqual(new Set([1, 2, 3, 5]));
    expect(find('')).toEqual(new Set());
  });

  it('are found exactly where a search for each would find them', () => {
    const word = fc.string({
      unit: fc.constantFrom('a', 'b', 'A', ' ', 'é', '漢', '+'),
      minLength: 1,
      maxLength: 4,
    });
    const pattern = fc
      .tuple(fc.boolean(), word, fc.boolean())
      .map(([start, text, end]) => `${start ? '*' : ''}${text}${end ? '*' : ''}`)
      .filter((text) => keywordProblem(text) === null);
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'A', ' ', 'é', '漢', '+'), maxLength: 40 });
    fc.assert(
      fc.property(fc.array(pattern, { maxLength: 8 }), text, fc.boolean(), (patterns, raw, caseless) => {
        const found = compileKeywords(patterns, { caseless })(raw);
        expect(found).toEqual(
          new Set(patterns.flatMap((one, index) => (oracle(one, raw, caseless) ? [index] : []))),
        );
      }),
      { numRuns: 1000 },
    );
  });

  it('take time in proportion to the text, however they repeat themselves', () => {
    const patterns = Array.from({ length: 100 }, (_, n) => `${'a'.repeat(n)}b`);
    const find = compileKeywords([...patterns, '*aaaaaaaaaaaaaaaaaaaa*'], { caseless: true });
    const text = 'a'.repeat(1_000_000);
    const start = performance.now();
    expect(find(text).size).toBe(1);
    // Quadratic work would take hours; this is a bound for a busy machine.
    expect(performance.now() - start).toBeLessThan(3_000);
  });
});

/** As simple as can be: look at every place. */
function oracle(pattern: string, raw: string, caseless: boolean): boolean {
  const form = (text: string) => {
    const one = text.replaceAll(/\s+/g, ' ');
    return caseless ? one.toLowerCase() : one;
  };
  const literal = form(pattern.replaceAll('*', ''));
  const text = form(raw);
  const isWord = (character: string | undefined) => character !== undefined && /[a-zé]/i.test(character);
  for (let at = text.indexOf(literal); at !== -1; at = text.indexOf(literal, at + 1)) {
    const end = at + literal.length;
    const startFits = pattern.startsWith('*') || !isWord(literal[0]) || !isWord(text[at - 1]);
    const endFits = pattern.endsWith('*') || !isWord(literal.at(-1)) || !isWord(text[end]);
    if (startFits && endFits) return true;
  }
  return false;
}
