import { describe, expect, it } from 'vitest';
import { causeOf } from './cause.ts';
import { boundsOf, readDecision, startOf } from './decision.ts';
import type { Decision } from './decision.ts';
import { signalChips } from './signals.ts';
import { gainWords, percent } from './words.ts';

/** As a log row keeps it. */
const STORED = {
  candidate: 'openai/gpt-4o',
  refusal: null,
  category: 'code_review',
  domain: 'security',
  tier: 'high',
  confidence: 0.824,
  classification: {
    category: 'code_review',
    confidence: 0.824,
    ranking: [{ category: 'code_review', probability: 0.824 }],
    source: 'local',
  },
  signals: { tokens: 1200, images: 0, tools: 2, continuation: true, domain: 'security', language: 'und' },
  rules: [
    {
      kind: 'keyword',
      name: 'Security',
      ruleSet: 'Default',
      effect: { domain: 'security', tierMin: 'medium' },
    },
    { kind: 'role', name: 'Cheap', ruleSet: 'Default', effect: { tierMax: 'advanced' } },
  ],
  ruleSets: [{ id: 'a', name: 'Default', version: 3 }],
  overrides: [{ name: 'tool_calls', from: 'medium', to: 'high' }],
  candidates: [
    {
      key: 'openai/gpt-4o',
      tier: 'high',
      score: 12,
      cost: 0.01,
      quality: 60,
      imputed: false,
      excluded: null,
    },
  ],
  candidatesInAll: 31,
  alternatives: ['openai/gpt-5'],
  baseline: null,
  selectionMethod: 'benchmark_balanced',
  session: null,
  given: { session: null, named: null, spentToday: 0 },
  ms: 0.42,
};

function read(raw: unknown): Decision {
  const decision = readDecision(raw);
  if (decision === null) throw new Error('was not understood');
  return decision;
}

describe('a decision', () => {
  it('reads the same from a log row and from the test bench', () => {
    const { candidate, ms, given: _given, ...rest } = STORED;
    const tested = {
      ...rest,
      model: candidate,
      analysisTimeMs: ms,
      tier: 'HIGH',
      domain: 'SECURITY',
      classification: { ...STORED.classification, source: 'LOCAL', reasoning: null },
      rules: STORED.rules.map((rule) => ({
        ...rule,
        kind: rule.kind.toUpperCase(),
        effect: {
          category: null,
          tierMin: null,
          tierMax: null,
          domain: null,
          model: null,
          ...upper(rule.effect),
        },
      })),
      overrides: STORED.overrides.map((it) => ({ ...it, from: 'MEDIUM', to: 'HIGH' })),
      candidates: STORED.candidates.map((it) => ({ ...it, tier: 'HIGH' })),
    };
    expect(read(tested)).toEqual(read(STORED));
  });

  it('is none where nothing was decided', () => {
    for (const raw of [null, undefined, {}, [], 'x', { tier: 'gone', category: 'a' }]) {
      expect(readDecision(raw)).toBeNull();
    }
  });

  it('survives rows that lack nearly everything', () => {
    const decision = read({ tier: 'low', category: 'translation' });
    expect(decision.candidates).toEqual([]);
    expect(causeOf(decision)).toBe(
      'Taken for translation (0 % sure), which needs tier low; nobody can serve it: no model fits.',
    );
  });

  it('knows the bounds and where it began', () => {
    expect(boundsOf(read(STORED))).toEqual({ floor: 'medium', ceiling: 'advanced' });
    expect(startOf(read(STORED))).toBe('medium');
    const contradicting = [{ effect: { tierMin: 'high' } }, { effect: { tierMax: 'low' } }];
    expect(boundsOf(read({ ...STORED, rules: contradicting }))).toEqual({ floor: 'high', ceiling: 'high' });
  });

  it('says its cause in one sentence', () => {
    expect(causeOf(read(STORED))).toBe(
      'Taken for code review (82 % sure), which needs tier medium (at least that, says the rule “Security”), ' +
        'raised to high because a tool is being used or must be called; ' +
        'it goes to openai/gpt-4o, the best of the tier for its cost.',
    );
  });

  it('rounds no certainty into being', () => {
    expect([0.998, 1, 0.824, 0.003, 0].map(percent)).toEqual(['> 99 %', '100 %', '82 %', '< 1 %', '0 %']);
  });

  it('says what a strong model would gain, and of a lead of nothing no figure', () => {
    const gained = { ...STORED, classification: { ...STORED.classification, gain: 0.312 } };
    expect(read(gained).classification.gain).toBe(0.312);
    expect(read(STORED).classification.gain).toBeNull();
    expect(gainWords(0.312)).toBe(
      'A strong model is expected to do better than a weak one by 31 of 100 points',
    );
    const none = 'A strong model is not expected to do better than a weak one';
    expect([0.004, -0.2].map(gainWords)).toEqual([none, none]);
  });

  it('shows only signals that say something', () => {
    expect(signalChips(STORED.signals).map(({ label, value }) => `${label} ${value}`)).toEqual([
      'Prompt tokens 1,200',
      'Subject security',
      'Tools 2',
      'Tool loop yes',
    ]);
  });
});

function upper(effect: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(effect).map(([key, value]) => [key, value.toUpperCase()]));
}
