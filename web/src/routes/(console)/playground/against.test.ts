import { expect, it } from 'vitest';
import { readDecision } from '#lib/decision/decision.ts';
import { againstRun } from './against.ts';
import { isRouted, testOf } from './draft-rules.ts';

const candidate = (key: string, cost: number | null) => ({ key, tier: 'low', score: 1, cost });
const decision = readDecision({
  model: 'p/big',
  tier: 'HIGH',
  category: 'coding_medium',
  candidates: [candidate('p/big', 0.004), candidate('p/small', 0.001), candidate('p/free', null)],
});
const route = { category: 'chat', tier: 'low', confidence: 1, model: 'small', reasoning: '' };
const against = (model: string | null, tier = 'low') =>
  decision === null
    ? null
    : againstRun(decision, { route: { ...route, tier }, provider: model === null ? null : 'p', model });

it('holds a draft’s decision against what was served', () => {
  expect(against('small')).toMatchObject({ direction: 'up', sameModel: false, cost: 0.004 });
  expect(against('small')?.costLess).toBeCloseTo(0.003);
  expect(against('big', 'high')).toEqual({ direction: 'same', sameModel: true, cost: 0.004, costLess: 0 });
  expect(against('small', 'critical')?.direction).toBe('down');
});

it('says nothing of what is not known', () => {
  expect(against(null, '')).toEqual({ direction: null, sameModel: null, cost: 0.004, costLess: null });
  expect(against('free')?.costLess).toBeNull();
});

it('asks the router about the request as it was sent', () => {
  const rules = { id: 'r', name: 'Strict' };
  const messages = [{ role: 'user', content: 'Hello' }];
  expect(testOf('t', { model: 'auto', messages, temperature: 1 }, rules)).toEqual({
    tenantId: 't',
    ruleSetId: 'r',
    messages,
  });
  const more = { tools: [{ type: 'function' }], response_format: { type: 'json_object' }, max_tokens: 5 };
  expect(testOf('t', { messages, ...more }, rules)).toMatchObject({
    tools: more.tools,
    responseFormat: more.response_format,
    maxTokens: 5,
  });
  expect(testOf('t', { messages: [] }, rules)).toBeNull();
  expect(['auto', 'auto-prism', 'gpt-4o'].map(isRouted)).toEqual([true, true, false]);
});
