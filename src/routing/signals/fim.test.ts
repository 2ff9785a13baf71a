import { describe, expect, it } from 'vitest';
import { isFillInMiddle } from './fim.ts';
import { readSignals } from './read-signals.ts';

describe('fill-in-the-middle', () => {
  it.each([
    '<fim_prefix>def f(<fim_suffix>): pass<fim_middle>',
    '<|fim_prefix|>a<|fim_suffix|>b<|fim_middle|>',
    '<｜fim▁begin｜>a<｜fim▁hole｜>b<｜fim▁end｜>',
    '<PRE> a <SUF> b <MID>',
    '[SUFFIX]b[PREFIX]a',
  ])('is told by both of a model’s own markers: %s', (text) => {
    expect(isFillInMiddle(text)).toBe(true);
  });

  it.each([
    'How does autocomplete work?',
    'Please complete the following function, fill in the middle part.',
    'What does <fim_prefix> mean?',
    '<fim_prefix> of one family and <SUF> of another',
    'the prefix and the suffix of a word',
    '',
  ])('is nothing else: %s', (text) => {
    expect(isFillInMiddle(text)).toBe(false);
  });

  it('is never a request with an image', () => {
    const text = '<fim_prefix>a<fim_suffix>b<fim_middle>';
    const image = { type: 'image_url', image_url: { url: 'data:' } };
    const read = (content: unknown) => readSignals({ messages: [{ role: 'user', content }] }).signals;
    expect(read(text).fillInMiddle).toBe(true);
    expect(read([{ type: 'text', text }, image]).fillInMiddle).toBe(false);
  });
});
