import { describe, expect, test } from 'vitest';
import { decide } from './decide.ts';
import { ALL, ask, CATEGORIES, category, request, rules, tools, view } from './view.fixture.ts';

describe('the tier of a request that may be several things', () => {
  const unsure = (ranking: readonly (readonly [string, number])[], gain?: number) => {
    const [[category, confidence] = ['', 0]] = ranking;
    return tools(category, confidence, {
      classify: () => ({
        category,
        confidence,
        ranking: ranking.map(([key, probability]) => ({ category: key, probability })),
        source: 'local' as const,
        ...(gain === undefined ? {} : { gain }),
      }),
    });
  };
  const off = { overrides: { confidence: { enabled: false } } };
  const more = category('code_review', { tier: 'medium' });
  const categories = new Map([...CATEGORIES, more].map((it) => [it.key, it]));
  const tierOf = (...given: Parameters<typeof unsure>) =>
    decide(ask('x'), view(ALL, off, { categories }), unsure(...given));

  test('is the one that they make likeliest together', () => {
    const decision = tierOf([
      ['smalltalk_simple', 0.4],
      ['code_generation', 0.35],
      ['code_review', 0.2],
    ]);
    expect(decision).toMatchObject({ category: 'smalltalk_simple', tier: 'medium' });
    expect(decision.reasoning).toContain('makes medium likelier');
  });

  test('is never lower than that of the likeliest', () => {
    const decision = tierOf([
      ['medical_analysis', 0.4],
      ['smalltalk_simple', 0.35],
      ['translation', 0.25],
    ]);
    expect(decision.tier).toBe(tierOf([['medical_analysis', 0.9]]).tier);
  });

  test('is the higher one in question where a strong model would gain much', () => {
    const both = [
      ['smalltalk_simple', 0.6],
      ['code_generation', 0.2],
    ] as const;
    expect(tierOf(both).tier).toBe('minimal');
    expect(tierOf(both, 0.1).tier).toBe('minimal');
    expect(tierOf(both, 0.4).tier).toBe('medium');
    expect(
      tierOf(
        [
          ['smalltalk_simple', 0.95],
          ['code_generation', 0.02],
        ],
        0.4,
      ).tier,
    ).toBe('minimal');
  });
});

test('uncertainty raises an easy request and never lowers a demanding one', () => {
  const easy = decide(ask('x'), view(ALL), tools('smalltalk_simple', 0.2));
  expect(easy).toMatchObject({
    tier: 'medium',
    overrides: [{ name: 'confidence', from: 'minimal', to: 'medium' }],
  });
  const hard = decide(ask('x'), view(ALL), tools('medical_analysis', 0.1));
  expect(hard).toMatchObject({ tier: 'critical', candidate: 'p/large' });
});

test('tools that merely come along change nothing; a loop that is under way does', () => {
  const tool = { type: 'function', function: { name: 'weather', parameters: {} } };
  const along = decide(ask('hi', { tools: [tool] }), view(ALL), tools('smalltalk_simple'));
  expect(along.overrides).toEqual([]);
  const loop = request({
    tools: [tool],
    messages: [
      { role: 'user', content: 'weather?' },
      {
        role: 'assistant',
        tool_calls: [{ id: '1', type: 'function', function: { name: 'weather', arguments: '{}' } }],
      },
      { role: 'tool', tool_call_id: '1', content: '12 °C' },
    ],
  });
  expect(decide(loop, view(ALL), tools('smalltalk_simple')).overrides.map((it) => it.name)).toEqual([
    'tool_calls',
  ]);
});

test('a budget that is nearly spent takes one tier less, but never less than a rule’s floor', () => {
  const budget = { overrides: { budgetEconomy: { dailyBudget: 10 } } };
  const broke = { ...ask('x'), spentToday: 8 };
  expect(decide(broke, view(ALL, budget), tools('code_generation')).tier).toBe('low');
  expect(decide({ ...broke, spentToday: 7 }, view(ALL, budget), tools('code_generation')).tier).toBe(
    'medium',
  );
  const floored = view(ALL, budget, { rules: rules({ tierMin: 'medium' }) });
  expect(decide(broke, floored, tools('code_generation')).tier).toBe('medium');
  expect(decide(broke, view(ALL), tools('code_generation')).tier).toBe('medium');
});
