import { expect, it } from 'vitest';
import { csvRows } from './model-csv.ts';
import { model } from './model.fixture.ts';

it('writes models as a spreadsheet reads them: no scientific figures, nothing for what is not known', () => {
  const uses = new Map([['openai/gpt-4o', { requests: 12_345, cost: 0.0000004 }]]);
  const [row, plain] = csvRows(
    [model({ inputPer1M: 0.0000025 }), model({ modelId: 'x', benchmarks: null })],
    uses,
  );
  expect(row).toMatchObject({
    provider: 'openai',
    modelId: 'gpt-4o',
    tier: 'medium',
    inputPer1M: '0.0000025',
    cacheWritePer1M: '',
    contextWindow: '128000',
    requests7d: '12345',
    costUsd7d: '0.0000004',
  });
  expect(plain).toMatchObject({ modelId: 'x', intelligence: '', requests7d: '0' });
});
