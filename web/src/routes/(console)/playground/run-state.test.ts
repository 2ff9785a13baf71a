import { describe, expect, it } from 'vitest';
import { afterEvent, cutRun, newRun, tokensPerSecond } from './run-state.ts';
import type { Run, RunEvent } from './run-state.ts';

const BEGAN: RunEvent = {
  __typename: 'PlaygroundBegan',
  requestId: 'r1',
  httpStatus: 200,
  model: 'm',
  provider: 'p',
  afterMs: 5,
};
const chunk = (delta: object, more: object = {}) => ({ choices: [{ delta, finish_reason: null }], ...more });
const chunks = (afterMs: number, ...list: Record<string, unknown>[]): RunEvent => ({
  __typename: 'PlaygroundChunks',
  chunks: list,
  afterMs,
});
const ended = (afterMs: number, message: string | null = null): RunEvent => ({
  __typename: 'PlaygroundEnded',
  afterMs,
  error: message === null ? null : { message, type: 't', code: 'c' },
});
const after = (...events: RunEvent[]): Run => events.reduce(afterEvent, newRun({ model: 'm' }));

describe('a run', () => {
  it('grows with its chunks and knows when the first token came', () => {
    const run = after(
      BEGAN,
      chunks(40, chunk({ role: 'assistant' })),
      chunks(100, chunk({ content: 'Hel' }), chunk({ content: 'lo' })),
      ended(1100),
    );
    expect([run.phase, run.text, run.firstMs, run.totalMs]).toEqual(['done', 'Hello', 100, 1100]);
    expect(run.chunks).toHaveLength(3);
  });

  it('reads tokens by class, cost and route from the last chunks', () => {
    const usage = {
      prompt_tokens: 30,
      completion_tokens: 21,
      prompt_tokens_details: { cached_tokens: 10 },
      completion_tokens_details: { reasoning_tokens: 4 },
    };
    const run = after(
      BEGAN,
      chunks(100, chunk({ content: 'x' })),
      chunks(1000, {
        choices: [],
        usage,
        cost_info: { actual_cost: 0.002, saved: 0.001 },
        auto_routing: {
          category: 'smalltalk',
          cost_tier: 'low',
          confidence: 0.9,
          model_id: 'm',
          reasoning: 'w',
        },
      }),
      ended(1100),
    );
    expect(run.usage).toEqual({ input: 30, cached: 10, cacheWrite: 0, output: 21, reasoning: 4 });
    expect([run.cost, run.saved]).toEqual([0.002, 0.001]);
    expect(run.route).toEqual({
      category: 'smalltalk',
      tier: 'low',
      confidence: 0.9,
      model: 'm',
      reasoning: 'w',
    });
    expect(tokensPerSecond(run)).toBe(21);
  });

  it('puts the parts of tool calls together', () => {
    const part = (index: number, more: object) => chunk({ tool_calls: [{ index, function: more }] });
    const run = after(
      BEGAN,
      chunks(
        1,
        part(0, { name: 'find', arguments: '{"a"' }),
        part(1, { name: 'open' }),
        part(0, { arguments: ':1}' }),
      ),
    );
    expect(run.toolCalls).toEqual([
      { name: 'find', arguments: '{"a":1}' },
      { name: 'open', arguments: '' },
    ]);
    expect(run.firstMs).toBe(1);
  });

  it('fails with what the gateway says, and ends once', () => {
    const run = after(BEGAN, ended(20, 'No.'), chunks(30, chunk({ content: 'late' })));
    expect([run.phase, run.error?.message, run.text]).toEqual(['failed', 'No.', '']);
    expect(cutRun(run, null)).toBe(run);
    expect(cutRun(after(BEGAN), null).phase).toBe('stopped');
  });

  it('survives chunks of any shape', () => {
    const run = after(
      BEGAN,
      chunks(1, {}, { choices: 'none' }, { choices: [null], usage: 7, cost_info: [] }),
    );
    expect([run.text, run.usage, run.cost]).toEqual(['', null, null]);
  });
});
