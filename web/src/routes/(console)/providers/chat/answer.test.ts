import { expect, it } from 'vitest';
import { costOf, readAnswer } from './answer.ts';

const COMPLETION = {
  model: 'm-2026',
  choices: [{ message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 1000, completion_tokens: 500, prompt_tokens_details: { cached_tokens: 400 } },
};

it('reads an answer, and takes a broken one as it is', () => {
  expect(readAnswer(COMPLETION)).toEqual({
    text: 'Hello',
    model: 'm-2026',
    finish: 'stop',
    inputTokens: 1000,
    cachedTokens: 400,
    outputTokens: 500,
  });
  expect(readAnswer({ choices: [{ message: { content: [{ text: 'a' }, { text: 'b' }] } }] }).text).toBe('ab');
  expect(readAnswer({ choices: 'none' })).toMatchObject({ text: '', inputTokens: null });
});

it('costs what the tokens cost by their class', () => {
  const answer = readAnswer(COMPLETION);
  const prices = { inputPer1M: 10, cachedInputPer1M: 1, outputPer1M: 20 };
  expect(costOf(answer, prices)).toBeCloseTo((600 * 10 + 400 * 1 + 500 * 20) / 1e6, 12);
  expect(costOf(answer, { ...prices, cachedInputPer1M: null })).toBeCloseTo(0.02, 12);
  expect(costOf(answer, { ...prices, outputPer1M: null })).toBeNull();
  expect(costOf(answer, undefined)).toBeNull();
});
