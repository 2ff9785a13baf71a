import { expect, test } from 'vitest';
import { decide } from '../../routing/decide.ts';
import { ask, candidate, tools, view } from '../../routing/view.fixture.ts';
import { decisionTrace } from './members.ts';

test('of many candidates a log row keeps the chosen one and those that would have stepped in first', () => {
  const cheap = Array.from({ length: 30 }, (_, n) =>
    candidate(`cheap-${n}`, { tier: 'low', inputPer1M: 0.001 }),
  );
  const down = candidate('down', { providerId: 'down' });
  const fitting = [candidate('second', { inputPer1M: 2 }), candidate('first')];
  const alive = (id: string) => id !== 'down';
  const decision = decide(
    ask('x'),
    view([...cheap, down, ...fitting]),
    tools('code_generation', 0.9, { alive }),
  );
  const trace = decisionTrace(decision);
  expect(trace).toMatchObject({
    candidate: 'p/first',
    candidatesInAll: 33,
    candidates: expect.objectContaining({ length: 20 }) as unknown,
    alternatives: expect.objectContaining({ length: 19, 0: 'p/second' }) as unknown,
  });
  expect(trace['candidates']).toMatchObject([
    { key: 'p/first' },
    { key: 'p/second' },
    ...Array<object>(18).fill({ tier: 'low' }),
  ]);
  expect(decision.candidates).toHaveLength(33);
});

test('of few it keeps all, with why the others could not serve', () => {
  const alive = (id: string) => id !== 'down';
  const some = [candidate('down', { providerId: 'down' }), candidate('up')];
  const trace = decisionTrace(decide(ask('x'), view(some), tools('code_generation', 0.9, { alive })));
  expect(trace['candidates']).toMatchObject([
    { key: 'p/down', score: null, excluded: 'its provider is down' },
    { key: 'p/up', excluded: null },
  ]);
});
