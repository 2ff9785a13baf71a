import { describe, expect, test } from 'vitest';
import { compileRules, settingsInForce } from './rules.ts';
import type { RuleSetDefinition } from './rule-set.ts';
import type { RequestTexts } from './types.ts';

function texts(lastUser: string, system = ''): RequestTexts {
  return { lastUser, firstUser: '', system };
}

function names(definition: RuleSetDefinition, given: RequestTexts): string[] {
  return compileRules({ id: 'a', name: 'set', version: 1, definition })
    .match(given)
    .map((it) => it.name);
}

const LAW = {
  name: 'law',
  keywords: ['contract', 'liabilit*', 'NDA'],
  effects: { tierMin: 'high' as const },
};

describe('a rule', () => {
  test('matches any of its keywords, whatever the case', () => {
    expect(names({ rules: [LAW] }, texts('Is this CONTRACT valid?'))).toEqual(['law']);
    expect(names({ rules: [LAW] }, texts('liabilities'))).toEqual(['law']);
    expect(names({ rules: [LAW] }, texts('contractor'))).toEqual([]);
  });

  test('matches all of them, or as many different ones as it asks for', () => {
    const all = { ...LAW, match: 'all' as const };
    expect(names({ rules: [all] }, texts('contract and liability'))).toEqual([]);
    expect(names({ rules: [all] }, texts('contract, liability, nda'))).toEqual(['law']);
    const two = { ...LAW, minMatches: 2 };
    expect(names({ rules: [two] }, texts('contract contract'))).toEqual([]);
    expect(names({ rules: [two] }, texts('contract, NDA'))).toEqual(['law']);
  });

  test('looks where it is told to', () => {
    const inPrompt = { ...LAW, where: 'prompt' as const };
    expect(names({ rules: [inPrompt] }, texts('hi', 'You check contract clauses.'))).toEqual([]);
    const inSystem = { ...LAW, where: 'system' as const };
    expect(names({ rules: [inSystem] }, texts('contract', ''))).toEqual([]);
    expect(names({ rules: [LAW] }, texts('hi', 'You check contract clauses.'))).toEqual(['law']);
  });

  test('with case takes only the letters as they are', () => {
    const exact = { ...LAW, caseless: false };
    expect(names({ rules: [exact] }, texts('nda'))).toEqual([]);
    expect(names({ rules: [exact] }, texts('our NDA'))).toEqual(['law']);
  });

  test('that is switched off does nothing; a role looks at the system prompt only', () => {
    expect(names({ rules: [{ ...LAW, enabled: false }] }, texts('contract'))).toEqual([]);
    const role = { name: 'lawyer', keywords: ['legal advisor'], effects: { category: 'legal_analysis' } };
    expect(names({ systemPromptRoles: [role] }, texts('legal advisor'))).toEqual([]);
    expect(names({ systemPromptRoles: [role] }, texts('', 'You are a legal advisor.'))).toEqual(['lawyer']);
  });
});

describe('settings in force', () => {
  test('are the tenant’s, then its rule set’s, then the global one’s, then the defaults', () => {
    const tenantSet: RuleSetDefinition = { overrides: { toolCalls: { minTier: 'high' } } };
    const globalSet: RuleSetDefinition = {
      overrides: { toolCalls: { minTier: 'low', enabled: false }, frustration: { threshold: 0.9 } },
    };
    const settings = settingsInForce({ overrides: { frustration: { enabled: false } } }, [
      tenantSet,
      globalSet,
    ]);
    expect(settings.overrides.toolCalls).toEqual({ enabled: false, minTier: 'high' });
    expect(settings.overrides.frustration).toEqual({ enabled: false, threshold: 0.9 });
    expect(settings.costMode).toBe('balanced');
  });

  test('a rule set tunes an LLM classifier but never brings one', () => {
    const set: RuleSetDefinition = { thresholds: { confidence: 0.5 }, classifier: { timeoutMs: 900 } };
    expect(settingsInForce({}, [set]).llm).toBeNull();
    expect(settingsInForce({ llm: { model: 'small' } }, [set]).llm).toMatchObject({
      model: 'small',
      timeoutMs: 900,
      threshold: 0.5,
    });
  });

  test('what cannot be read falls back to the defaults', () => {
    expect(settingsInForce({ costMode: 'magic' }, []).costMode).toBe('balanced');
    expect(settingsInForce('nonsense', []).forced).toBe('off');
  });
});
