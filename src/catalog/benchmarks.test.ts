import { describe, expect, it } from 'vitest';
import { AXES, scoreOn } from './benchmarks.ts';
import { createCatalog } from './catalog.ts';
import { normalizeModelId } from './model-id.ts';
import { modelFacts } from './models.ts';

const catalog = createCatalog();
const score = (modelId: string, axis: (typeof AXES)[number]) =>
  scoreOn(axis, catalog.describe('openai', modelId)?.benchmarks);

describe('a benchmark score', () => {
  it.each([
    ['gpt-4o', 'coding', 90],
    ['openai/gpt-4o-2024-08-06', 'coding', 90],
    ['eu.anthropic.claude-sonnet-4-6', 'intelligence', 88],
    ['meta-llama/llama-3.3-70b-instruct', 'math', 72],
  ] as const)('of %s on %s is %i, however a provider spells the model', (modelId, axis, expected) => {
    expect(score(modelId, axis)).toBe(expected);
  });

  it.each(['gpt-5', 'claude-sonnet-4-5', 'gpt-4', 'mini', 'a-model-of-our-own'])(
    'of %s is not known, and not guessed from a name that is alike',
    (modelId) => {
      for (const axis of AXES) expect(score(modelId, axis)).toBeNull();
    },
  );

  it('lies between 0 and 100, for a good half of the models that we judge', () => {
    const facts = [...new Set(modelFacts(normalizeModelId).values())];
    const scored = facts.filter(({ benchmarks }) => benchmarks !== null);
    for (const { id, benchmarks } of scored) {
      for (const axis of AXES) {
        const value = scoreOn(axis, benchmarks) ?? -1;
        expect([id, axis, value >= 0 && value <= 100]).toEqual([id, axis, true]);
      }
    }
    expect(scored.length).toBeGreaterThan(facts.length / 2);
  });
});
