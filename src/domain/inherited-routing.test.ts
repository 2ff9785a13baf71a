import { expect, it } from 'vitest';
import { inheritedRouting } from './inherited-routing.ts';

it('is the defaults where no rule set says anything', () => {
  const { llm, ...rest } = inheritedRouting([]);
  expect(rest).toMatchObject({ costMode: 'balanced', forced: 'off', tierBoost: 0, baselineModel: null });
  expect(llm).toMatchObject({ fallbacks: [], timeoutMs: 1500, threshold: 0.65 });
  expect(llm).not.toHaveProperty('model');
});

it('takes the first that says something, member by member; what is not understood says nothing', () => {
  const own = { overrides: { confidence: { threshold: 0.2 } } };
  const common = {
    overrides: { confidence: { threshold: 0.9, minTier: 'high' } },
    classifier: { timeoutMs: 700 },
    thresholds: { confidence: 0.5 },
  };
  const settings = inheritedRouting([own, common, { rules: 'none' }]);
  expect(settings).toMatchObject({
    overrides: { confidence: { threshold: 0.2, minTier: 'high' } },
    llm: { timeoutMs: 700, threshold: 0.5 },
  });
});
