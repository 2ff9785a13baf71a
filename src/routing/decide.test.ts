import { describe, expect, test } from 'vitest';
import { decide } from './decide.ts';
import {
  ALL,
  ask,
  candidate,
  category,
  classified,
  LARGE,
  MIDDLE,
  request,
  rules,
  SMALL,
  tools,
  view,
} from './view.fixture.ts';

const SEEING = candidate('seeing', { tier: 'medium', capabilities: new Set(['vision', 'tools']) });

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

  test('takes an LLM’s classification as it is given', () => {
    const given = {
      ...ask('x'),
      classification: { ...classified('qa_simple', 0.8), source: 'llm' as const },
    };
    expect(decide(given, view(ALL), tools('medical_analysis')).category).toBe('qa_simple');
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
