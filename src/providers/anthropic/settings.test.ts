import { describe, expect, it } from 'vitest';
import type { ChatCall } from '../adapter.ts';
import { LOOP, sent, TOOL } from './request.case.ts';

describe('max_tokens', () => {
  it.each<[string, object, Partial<ChatCall>, number]>([
    ["is the client's", { max_tokens: 7 }, { modelMaxOutputTokens: 64_000 }, 7],
    ["is the newer name's where both are given", { max_tokens: 7, max_completion_tokens: 9 }, {}, 9],
    ['is what the gateway clamped it to', { max_tokens: 99_999 }, { maxTokens: 8192 }, 8192],
    [
      'is what the gateway clamped the newer name to',
      { max_completion_tokens: 99_999 },
      { maxCompletionTokens: 8192 },
      8192,
    ],
    [
      "is the model's maximum when the client has none",
      { max_tokens: null },
      { modelMaxOutputTokens: 64_000 },
      64_000,
    ],
    ['is a documented default when nothing is known', {}, {}, 16_384],
    ['is 4096 for the oldest models when nothing is known', {}, { model: 'claude-3-haiku-20240307' }, 4096],
    [
      "leaves room for the client's own thinking budget",
      { thinking: { type: 'enabled', budget_tokens: 20_000 } },
      {},
      24_096,
    ],
  ])('%s', (_name, json, more, expected) => {
    expect(sent(json, more)['max_tokens']).toBe(expected);
  });
});

describe('sampling', () => {
  const all = { temperature: 1.7, top_p: 0.9, top_k: 5 };
  it.each<[string, string, object, object]>([
    [
      'is clamped for models that take it',
      'claude-3-5-haiku-20241022',
      all,
      { temperature: 1, top_p: 0.9, top_k: 5 },
    ],
    [
      'is one of two for the 4.1 to 4.6 models',
      'claude-opus-4-1-20250805',
      all,
      { temperature: 1, top_k: 5 },
    ],
    ['keeps top_p when it is alone', 'claude-sonnet-4-5', { top_p: 0.9 }, { top_p: 0.9 }],
    ['is left out for models that refuse it', 'claude-opus-4-7', all, {}],
    ['is left out for a Claude that is not known yet', 'claude-mythos-preview', all, {}],
    ["goes to other makers' models", 'kimi-k3', all, { temperature: 1, top_p: 0.9, top_k: 5 }],
    [
      'is left out while thinking',
      'claude-sonnet-4-5',
      { ...all, max_tokens: 9000, reasoning_effort: 'high' },
      {},
    ],
  ])('%s', (_name, model, json, expected) => {
    const { temperature, top_p, top_k } = sent({ ...json, model });
    expect(JSON.parse(JSON.stringify({ temperature, top_p, top_k }))).toEqual(expected);
  });
});

describe('thinking', () => {
  const forced = { tools: [TOOL], tool_choice: 'required' };
  it.each<[string, string, object, object]>([
    [
      'is a budget for older models',
      'claude-opus-4-20250514',
      { reasoning_effort: 'high', max_tokens: 32_000 },
      { thinking: { type: 'enabled', budget_tokens: 16_384 } },
    ],
    [
      'leaves a quarter to the answer',
      'claude-sonnet-4-5',
      { reasoning_effort: 'high', max_tokens: 4000 },
      { thinking: { type: 'enabled', budget_tokens: 3000 } },
    ],
    [
      'is off where max_tokens has no room',
      'claude-sonnet-4-5',
      { reasoning_effort: 'high', max_tokens: 1000 },
      {},
    ],
    ['is off for models that cannot', 'claude-3-5-haiku-20241022', { reasoning_effort: 'high' }, {}],
    [
      'is off for a forced tool on older models',
      'claude-sonnet-4-5',
      { reasoning_effort: 'high', ...forced },
      {},
    ],
    [
      'keeps the effort for a forced tool',
      'claude-opus-4-6',
      { reasoning_effort: 'high', ...forced },
      { output_config: { effort: 'high' } },
    ],
    [
      'is off in a tool loop that lost its thinking',
      'claude-sonnet-4-5',
      { reasoning_effort: 'high', messages: LOOP, tools: [TOOL] },
      {},
    ],
    [
      'is adaptive for newer models',
      'claude-opus-4-6',
      { reasoning_effort: 'xhigh' },
      { thinking: { type: 'adaptive', display: 'summarized' }, output_config: { effort: 'high' } },
    ],
    [
      'goes to xhigh where that exists',
      'claude-opus-5-5',
      { reasoning_effort: 'xhigh' },
      { thinking: { type: 'adaptive', display: 'summarized' }, output_config: { effort: 'xhigh' } },
    ],
    [
      'is switched off where it is on by itself',
      'claude-opus-5',
      { reasoning_effort: 'none' },
      { thinking: { type: 'disabled' } },
    ],
    ['needs no switch where it is off by itself', 'claude-sonnet-4-5', { reasoning_effort: 'none' }, {}],
    [
      'is low where it cannot be switched off',
      'claude-fable-5-1',
      { reasoning_effort: 'none' },
      { output_config: { effort: 'low' } },
    ],
    [
      "is the client's own, untouched",
      'claude-sonnet-4-5',
      { thinking: { type: 'enabled', budget_tokens: 2000, x: 1 }, reasoning_effort: 'low' },
      { thinking: { type: 'enabled', budget_tokens: 2000, x: 1 } },
    ],
    [
      "lets the client's own output_config win",
      'claude-opus-5-5',
      { reasoning_effort: 'low', output_config: { effort: 'max' } },
      { thinking: { type: 'adaptive', display: 'summarized' }, output_config: { effort: 'max' } },
    ],
  ])('%s', (_name, model, json, expected) => {
    const { thinking, output_config } = sent({ ...json, model });
    expect(JSON.parse(JSON.stringify({ thinking, output_config }))).toEqual(expected);
  });
});
