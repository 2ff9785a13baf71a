import { expect, it } from 'vitest';
import { estimateRun } from './estimate.ts';

const MODELS = [
  { id: 'a', prefixedId: 'p/a', aliases: ['fast'], inputPer1M: 2, outputPer1M: 8 },
  { id: 'b', prefixedId: 'p/b', aliases: [], inputPer1M: null, outputPer1M: null },
];

it('adds the prompts of all columns, and the answers where they are bounded', () => {
  const columns = ['a', 'p/a', 'fast'].map((model) => ({ model, maxTokens: '' }));
  expect(estimateRun(1_000_000, columns, MODELS)).toEqual({ usd: 6, unknown: 0 });
  expect(estimateRun(0, [{ model: 'a', maxTokens: '500000' }], MODELS)).toEqual({ usd: 4, unknown: 0 });
});

it('counts the columns that it cannot say', () => {
  const columns = ['auto', 'b', 'a'].map((model) => ({ model, maxTokens: '' }));
  expect(estimateRun(1_000_000, columns, MODELS)).toEqual({ usd: 2, unknown: 2 });
});
