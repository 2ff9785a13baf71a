import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decide } from './decide.ts';
import { rank } from './tiers.ts';
import { TIERS, type Candidate, type Decision, type FiredRule, type RuleEffect } from './types.ts';
import { ask, candidate, CATEGORIES, category, classified, request, tools, view } from './view.fixture.ts';

const SMALL = candidate('small', { tier: 'minimal', inputPer1M: 0.1, outputPer1M: 0.4 });
const MIDDLE = candidate('middle', { tier: 'medium' });
const LARGE = candidate('large', { tier: 'critical', inputPer1M: 15, outputPer1M: 75 });
const SEEING = candidate('seeing', { tier: 'medium', capabilities: new Set(['vision', 'tools']) });
const ALL = [SMALL, MIDDLE, LARGE];

function rules(...effects: RuleEffect[]) {
  const fired = effects.map((effect, index): FiredRule => ({
    kind: 'keyword',
    name: `rule ${index}`,
    ruleSet: 'test',
    effect,
  }));
  const match = () => fired;
  return [{ id: 'test', name: 'test', version: 1, definition: {}, match, thresholds: { confidence: 0.65 } }];
}

describe('a decision', () => {
  test('takes the model of the category’s tier', () => {
    expect(decide(ask('hi'), view(ALL), tools('smalltalk_simple')).candidate).toBe('p/small');
    expect(decide(ask('write code'), view(ALL), tools('code_generation')).candidate).toBe('p/middle');
    expect(decide(ask('my chest hurts'), view(ALL), tools('medical_analysis')).candidate).toBe('p/large');
  });

  test('names everything that the trace shows', () => {
    const decision = decide(ask('write code'), view(ALL), tools('code_generation', 0.8));
    expect(decision).toMatchObject({
      category: 'code_generation',
      complexity: 'medium',
      tier: 'medium',
      confidence: 0.8,
      selectionMethod: 'benchmark_balanced',
      alternatives: ['p/large', 'p/small'],
      refusal: null,
    });
    expect(decision.candidates.map((it) => it.key)).toEqual(['p/small', 'p/middle', 'p/large']);
    expect(decision.reasoning).toContain('80 % sure');
  });

  test('looks upward first when a tier is empty, then downward', () => {
    expect(decide(ask('x'), view([SMALL, LARGE]), tools('code_generation')).candidate).toBe('p/large');
    expect(decide(ask('x'), view([SMALL]), tools('code_generation')).candidate).toBe('p/small');
  });

  test('says why nobody can serve', () => {
    const decision = decide(ask('x'), view(ALL), tools('qa_simple', 0.9, { alive: () => false }));
    expect(decision.candidate).toBeNull();
    expect(decision.refusal).toBe('No model can serve this request: its provider is down.');
    expect(decide(ask('x'), view([]), tools('qa_simple')).refusal).toBe('The tenant may use no chat model.');
  });

  test('never sends a long prompt to a small window', () => {
    const narrow = candidate('narrow', { contextWindow: 4_096 });
    const decision = decide(ask('word '.repeat(4_000)), view([narrow, LARGE]), tools('code_generation'));
    expect(decision.candidate).toBe('p/large');
    expect(decision.candidates[0]?.excluded).toMatch(/context window of 4096 tokens is too small/);
  });
});

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

describe('images', () => {
  const look = request({
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'what is this' },
          { type: 'image_url', image_url: { url: 'data:' } },
        ],
      },
    ],
  });

  test('are never autocomplete, and go to a model that is known to see', () => {
    const decision = decide(look, view([...ALL, SEEING]), tools('coding_autocomplete'));
    expect(decision.candidate).toBe('p/seeing');
    expect(decision.category).toMatch(/^vision_/);
  });

  test('are refused where no model is known to see', () => {
    expect(decide(look, view(ALL), tools('qa_simple')).refusal).toContain('not known to see images');
  });
});

test('talk about autocompletion is not fill-in-the-middle; its markers are', () => {
  const talk = decide(ask('How does autocomplete work? What is FIM?'), view(ALL), tools('qa_simple'));
  expect(talk.category).toBe('qa_simple');
  const real = decide(
    ask('<fim_prefix>def f(<fim_suffix>  return 1<fim_middle>'),
    view(ALL),
    tools('qa_simple'),
  );
  expect(real).toMatchObject({ category: 'coding_autocomplete', classification: { source: 'marker' } });
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

describe('rules', () => {
  test('set the category, the bounds and the model', () => {
    const pinned = view(ALL, {}, { rules: rules({ category: 'qa_simple', model: 'large' }) });
    expect(decide(ask('x'), pinned, tools('code_generation'))).toMatchObject({
      category: 'qa_simple',
      candidate: 'p/large',
      selectionMethod: 'rule_model',
    });
    const capped = view(ALL, {}, { rules: rules({ tierMax: 'minimal' }) });
    expect(decide(ask('x'), capped, tools('code_generation')).candidate).toBe('p/small');
    const floored = view(ALL, {}, { rules: rules({ tierMin: 'critical' }) });
    expect(decide(ask('x'), floored, tools('smalltalk_simple')).candidate).toBe('p/large');
  });

  test('cannot pin a model that the tenant may not use', () => {
    const pinned = view([SMALL], {}, { rules: rules({ model: 'large' }) });
    expect(decide(ask('x'), pinned, tools('smalltalk_simple')).candidate).toBe('p/small');
  });

  test('that contradict each other keep the floor', () => {
    const both = view(ALL, {}, { rules: rules({ tierMax: 'minimal' }, { tierMin: 'critical' }) });
    expect(decide(ask('x'), both, tools('qa_simple')).candidate).toBe('p/large');
  });
});

describe('what is not known', () => {
  test('of a price is not free: the tier’s peers stand in for it, and the trace says so', () => {
    const unpriced = candidate('unpriced', { inputPer1M: null, outputPer1M: null });
    const decision = decide(ask('x'), view([unpriced, MIDDLE]), tools('code_generation'));
    const trace = decision.candidates.find((it) => it.key === 'p/unpriced');
    expect(trace).toMatchObject({ cost: null, imputed: true });
    expect(trace?.score).toBe(decision.candidates.find((it) => it.key === 'p/middle')?.score);
  });

  test('of a benchmark is not zero', () => {
    const unmeasured = candidate('unmeasured', { benchmarks: new Map(), inputPer1M: 0.9, outputPer1M: 3.6 });
    const decision = decide(ask('x'), view([unmeasured, MIDDLE]), tools('code_generation'));
    expect(decision.candidate).toBe('p/unmeasured');
    expect(decision.candidates[0]).toMatchObject({ quality: 60, imputed: true });
  });
});

test('a category’s own model has it, unless the tier was raised above the category’s', () => {
  const own = view(ALL, {}, { categories: new Map([['qa', category('qa', { defaultModel: 'small' })]]) });
  expect(decide(ask('x'), own, tools('qa'))).toMatchObject({
    candidate: 'p/small',
    selectionMethod: 'category_default',
  });
  expect(decide(ask('x'), own, tools('qa', 0.1)).candidate).toBe('p/middle');
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

describe('a conversation', () => {
  const session = {
    candidate: 'p/middle',
    category: 'qa_simple',
    tier: 'medium' as const,
    cachedTokens: 50_000,
    turns: 1,
    meanOutputTokens: 50,
  };
  const long = ask('word '.repeat(45_000));

  test('stays while moving would cost more than it saves', () => {
    const cheaper = candidate('cheaper', { tier: 'low', inputPer1M: 0.9, outputPer1M: 3.6 });
    const decision = decide({ ...long, session }, view([cheaper, MIDDLE]), tools('qa_simple'));
    expect(decision).toMatchObject({
      candidate: 'p/middle',
      selectionMethod: 'session',
      session: { stayed: true },
    });
    expect(decision.session?.lostCache).toBeGreaterThan(decision.session?.saving ?? 0);
  });

  test('moves when that pays', () => {
    const cheap = candidate('cheap', {
      tier: 'low',
      inputPer1M: 0.01,
      cachedInputPer1M: 0.001,
      outputPer1M: 0.01,
    });
    const decision = decide({ ...long, session }, view([cheap, MIDDLE]), tools('qa_simple'));
    expect(decision).toMatchObject({ candidate: 'p/cheap', session: { stayed: false } });
  });

  test('escalates when the work has grown beyond its model', () => {
    const decision = decide({ ...ask('x'), session }, view(ALL), tools('medical_analysis'));
    expect(decision).toMatchObject({ candidate: 'p/large', session: { stayed: false } });
  });
});

describe('whatever comes', () => {
  const tier = fc.constantFrom(...TIERS, null);
  const money = fc.option(fc.double({ min: 0, max: 100, noNaN: true }), { nil: null });
  const anyCandidate = fc.record({
    id: fc.string({ minLength: 1, maxLength: 8 }),
    tier,
    capabilities: fc.option(fc.subarray(['vision', 'tools', 'audio']), { nil: null }),
    contextWindow: fc.option(fc.integer({ min: 1, max: 1e6 }), { nil: null }),
    maxOutputTokens: fc.option(fc.integer({ min: 1, max: 1e5 }), { nil: null }),
    inputPer1M: money,
    outputPer1M: money,
    score: fc.option(fc.integer({ min: 0, max: 100 }), { nil: null }),
    provider: fc.constantFrom('up', 'down'),
  });
  const candidates = fc.uniqueArray(anyCandidate, { selector: (it) => it.id, maxLength: 8 }).map((list) =>
    list.map(({ id, score, capabilities, provider, ...facts }): Candidate =>
      candidate(id, {
        ...facts,
        providerId: provider,
        capabilities: capabilities === null ? null : new Set(capabilities),
        benchmarks: new Map(score === null ? [] : [['intelligence', score]]),
      }),
    ),
  );
  const content = fc.oneof(
    fc.string(),
    fc.array(
      fc.oneof(
        fc.record({ type: fc.constant('text'), text: fc.string() }),
        fc.record({ type: fc.constant('image_url') }),
        fc.jsonValue(),
      ),
    ),
    fc.jsonValue(),
  );
  const messages = fc.array(
    fc.oneof(
      fc.record({ role: fc.constantFrom('system', 'user', 'assistant', 'tool'), content }),
      fc.jsonValue(),
    ),
    { maxLength: 6 },
  );
  const body = fc.record(
    {
      messages,
      tools: fc.jsonValue(),
      max_tokens: fc.jsonValue(),
      response_format: fc.jsonValue(),
      tool_choice: fc.jsonValue(),
    },
    { requiredKeys: ['messages'] },
  );
  const kind = fc.constantFrom('smalltalk_simple', 'code_generation', 'medical_analysis', 'never heard of');
  const alive = (providerId: string): boolean => providerId === 'up';

  function run(list: readonly Candidate[], given: Record<string, unknown>, key: string, p: number): Decision {
    return decide(request(given), view(list), tools(key, p, { alive }));
  }

  test('the model is allowed, capable and alive, or the refusal says why', () => {
    fc.assert(
      fc.property(
        candidates,
        body,
        kind,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (list, given, key, p) => {
          const decision = run(list, given, key, p);
          const chosen = list.find((it) => it.key === decision.candidate);
          if (decision.candidate === null) {
            expect(decision.refusal).not.toBeNull();
            return;
          }
          expect(chosen?.providerId).toBe('up');
          if (decision.signals.images > 0) expect(chosen?.capabilities?.has('vision')).toBe(true);
          if (decision.signals.tools > 0 && chosen?.capabilities != null)
            expect(chosen.capabilities.has('tools')).toBe(true);
          if (chosen?.contextWindow != null)
            expect(chosen.contextWindow).toBeGreaterThanOrEqual(decision.signals.tokens);
        },
      ),
    );
  });

  test('the same request and the same view give the same decision', () => {
    fc.assert(
      fc.property(candidates, body, kind, (list, given, key) => {
        const decision = run(list, given, key, 0.7);
        expect(run(list, given, key, 0.7)).toEqual(decision);
        // Nor does it matter in which order the database names the models.
        expect(run(list.toReversed(), given, key, 0.7).candidate).toBe(decision.candidate);
      }),
    );
  });

  test('overrides but for the budget’s only raise, and less confidence never lowers', () => {
    fc.assert(
      fc.property(
        body,
        kind,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (given, key, a, b) => {
          const [low, high] = [Math.min(a, b), Math.max(a, b)];
          const unsure = run(ALL, given, key, low);
          for (const { from, to } of unsure.overrides) expect(rank(to)).toBeGreaterThan(rank(from));
          expect(rank(unsure.tier)).toBeGreaterThanOrEqual(rank(run(ALL, given, key, high).tier));
        },
      ),
    );
  });

  test('an LLM’s classification is taken as it is given', () => {
    const given = {
      ...ask('x'),
      classification: { ...classified('qa_simple', 0.8), source: 'llm' as const },
    };
    expect(decide(given, view(ALL), tools('medical_analysis')).category).toBe('qa_simple');
  });
});
