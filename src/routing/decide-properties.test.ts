import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decide } from './decide.ts';
import { rank } from './tiers.ts';
import { TIERS, type Candidate, type Decision } from './types.ts';
import { ALL, candidate, request, tools, view } from './view.fixture.ts';

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
});
