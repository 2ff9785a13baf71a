import { describe, expect, it } from 'vitest';
import { changesBetween } from './changes.ts';
import { indexIn, moved, readDefinition, tidy } from './definition.ts';
import type { Rule } from './definition.ts';
import { sentenceOf } from './sentence.ts';
import { shadowOf } from './shadowed.ts';

const rule = (given: Partial<Rule>): Rule => ({ name: 'A', keywords: ['audit'], effects: {}, ...given });

describe('a rule as a sentence', () => {
  it('says where, what and what follows', () => {
    const security = rule({
      keywords: ['vulnerab*', 'xss', 'csrf', 'cve', 'owasp'],
      minMatches: 2,
      effects: { domain: 'security', tierMin: 'high' },
    });
    expect(sentenceOf(security, 'rules')).toBe(
      'When the prompt or the system prompt has at least 2 of “vulnerab*”, “xss”, “csrf” and 2 more, its subject is security and it needs tier high or above.',
    );
    const title = rule({
      where: 'prompt',
      caseless: false,
      effects: { category: 'chat_title', tierMax: 'low' },
    });
    expect(sentenceOf(title, 'rules')).toBe(
      'When the prompt has “audit”, in this very case, it is chat title and it needs tier low or below.',
    );
  });

  it('stays a sentence while a rule is being made', () => {
    expect(sentenceOf(rule({ keywords: [] }), 'systemPromptRoles')).toBe(
      'When the system prompt has a keyword that nobody has given yet, nothing happens yet.',
    );
    expect(
      sentenceOf(
        rule({ keywords: ['a', 'b'], match: 'all', effects: { tierMin: 'low', tierMax: 'low' } }),
        'rules',
      ),
    ).toMatch(/all of “a” and “b”, it needs tier low\.$/);
  });
});

describe('a rule that can never count', () => {
  const first = rule({
    name: 'First',
    keywords: ['secur*'],
    effects: { domain: 'security', tierMin: 'high' },
  });

  it('is one whose words and effects an earlier one has', () => {
    const later = rule({ keywords: ['security audit'], effects: { domain: 'code', tierMin: 'medium' } });
    expect(shadowOf([first, later], 1, 'rules')).toContain('“First”');
  });

  it.each([
    ['it does more', rule({ keywords: ['secure'], effects: { model: 'x' } })],
    ['it raises more', rule({ keywords: ['secure'], effects: { tierMin: 'ultra' } })],
    ['one of its words is another', rule({ keywords: ['secure', 'other'], effects: { tierMin: 'low' } })],
    ['it is off', rule({ enabled: false, keywords: ['secure'], effects: { tierMin: 'low' } })],
  ])('is none when %s', (_why, later) => {
    expect(shadowOf([first, later], 1, 'rules')).toBeNull();
  });

  it('is none when the earlier one needs more or looks elsewhere', () => {
    const later = rule({ keywords: ['secure'], effects: { tierMin: 'low' } });
    for (const change of [
      { minMatches: 2 },
      { enabled: false },
      { where: 'system' as const },
      { caseless: false },
    ]) {
      expect(shadowOf([{ ...first, ...change }, later], 1, 'rules')).toBeNull();
    }
  });
});

describe('a definition', () => {
  it('is read without being touched, and tidied of what says nothing', () => {
    const raw = { rules: [], overrides: { vision: {} }, thresholds: { confidence: 0.5 } };
    expect(tidy(readDefinition(raw))).toEqual({ thresholds: { confidence: 0.5 } });
    expect(raw.rules).toEqual([]);
    expect(readDefinition(null)).toEqual({});
  });

  it('finds a rule by number and by name, and moves one', () => {
    const rules = [rule({ name: 'A' }), rule({ name: 'B' }), rule({ name: '7' })];
    expect(['1', 'B', '7', '9', '', null].map((named) => indexIn(rules, named))).toEqual([
      0, 1, 2, -1, -1, -1,
    ]);
    expect(moved(['a', 'b', 'c'], 0, 2)).toEqual(['b', 'c', 'a']);
    expect(moved(['a', 'b', 'c'], 2, 0)).toEqual(['c', 'a', 'b']);
  });

  it('tells what has changed', () => {
    const before = { rules: [rule({ name: 'A' }), rule({ name: 'B' }), rule({ name: 'C' })] };
    const after = {
      rules: [
        rule({ name: 'B' }),
        rule({ name: 'A', effects: { tierMin: 'low' as const } }),
        rule({ name: 'D' }),
      ],
      overrides: { vision: { enabled: false } },
    };
    expect(changesBetween(before, after).map(({ kind, what }) => `${kind} ${what}`)).toEqual([
      'changed Rule “A”',
      'added Rule “D”',
      'removed Rule “C”',
      'moved Rule “A”',
      'added Override vision, enabled',
    ]);
    expect(changesBetween(before, before)).toEqual([]);
  });
});
