import { describe, expect, it } from 'vitest';
import { readDecision } from '#lib/decision/decision.ts';
import { curlOf, inputOf, NO_TRIAL } from './bench-input.ts';
import { differenceOf } from './difference.ts';

describe('what is tried', () => {
  it('is nothing without a prompt or a tenant', () => {
    expect(inputOf(NO_TRIAL, 't', {})).toBeNull();
    expect(inputOf({ ...NO_TRIAL, prompt: 'Hello' }, '', {})).toBeNull();
  });

  it('is what a client would send', () => {
    const input = inputOf({ ...NO_TRIAL, prompt: 'Look', system: 'Be kind', image: true, tools: true }, 't', {
      ruleSetId: 'r',
    });
    expect(input).toMatchObject({
      tenantId: 't',
      ruleSetId: 'r',
      messages: [
        { role: 'system', content: 'Be kind' },
        { role: 'user', content: [{ type: 'text' }, { type: 'image_url' }] },
      ],
      tools: [{ type: 'function' }],
    });
    expect(input).not.toHaveProperty('responseFormat');
  });

  it('is a request of the log alone, whatever is typed beside', () => {
    expect(inputOf({ ...NO_TRIAL, prompt: 'x', request: 'id', costMode: 'quality' }, 't', {})).toEqual({
      requestId: 'id',
      costMode: 'quality',
    });
  });
});

describe('a test as a curl command', () => {
  it('survives a shell and holds no token', () => {
    const text = curlOf('https://prism.example', { tenantId: 't', prompt: "It's $HOME" });
    expect(text).toContain(`-d '{"tenantId":"t","prompt":"It'\\''s $HOME"}'`);
    expect(text).toContain('Bearer $PRISM_TOKEN');
  });
});

describe('two decisions', () => {
  const decide = (tier: string, model: string, cost: number | null) => {
    const decision = readDecision({
      tier,
      category: 'translation',
      candidate: model,
      candidates: [{ key: model, tier, cost, score: 1 }],
    });
    if (decision === null) throw new Error('was not understood');
    return decision;
  };

  it('differ by tier, model and cost', () => {
    const difference = differenceOf(decide('low', 'a/x', 0.25), decide('high', 'a/y', 0.75));
    expect(difference).toEqual({
      direction: 'up',
      parts: ['tier low → high', 'model a/x → a/y'],
      cost: 0.5,
    });
  });

  it('are the same, or cost what nobody knows', () => {
    expect(differenceOf(decide('low', 'a/x', null), decide('low', 'a/x', 1))).toEqual({
      direction: 'same',
      parts: [],
      cost: null,
    });
  });
});
