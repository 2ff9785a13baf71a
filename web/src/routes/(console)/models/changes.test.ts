import { describe, expect, it } from 'vitest';
import { expected, LISTED_PRICES, readFigure, undoing } from './changes.ts';
import { model } from './model.fixture.ts';

describe('what was typed into a cell', () => {
  it.each([
    ['2.5', 'price', 2.5],
    [' $1,200.50 ', 'price', 1200.5],
    ['', 'price', null],
    ['2k', 'price', 'Write a price such as 2.50'],
    ['-1', 'price', 'Write a price such as 2.50'],
    ['128000', 'tokens', 128_000],
    ['128k', 'tokens', 128_000],
    ['1.5M', 'tokens', 1_500_000],
    ['0', 'tokens', 'Must be a whole number above 0'],
    ['much', 'tokens', 'Write tokens such as 128000 or 128k'],
  ] as const)('reads "%s" as a %s', (text, kind, value) => expect(readFigure(text, kind)).toBe(value));
});

describe('a change', () => {
  it('shows at once what is sure', () => {
    expect(expected(model(), { inputPer1M: 3, visible: false })).toMatchObject({
      inputPer1M: 3,
      visible: false,
      manualPricing: true,
      priceSource: 'OWN',
    });
    expect(expected(model(), { contextWindow: null })).toMatchObject({
      contextWindow: 128_000,
      manualContext: false,
    });
  });

  it('is taken back to what was listed, or to what was set by hand', () => {
    expect(undoing(model(), { inputPer1M: 3 })).toEqual(LISTED_PRICES);
    const own = model({ manualPricing: true, inputPer1M: 1, outputPer1M: 2, cachedInputPer1M: null });
    expect(undoing(own, { inputPer1M: 3 })).toMatchObject({
      inputPer1M: 1,
      outputPer1M: 2,
      cachedInputPer1M: null,
    });
    expect(undoing(model({ tier: 'LOW', priority: 7 }), { tier: 'HIGH', priority: 99 })).toEqual({
      tier: 'LOW',
      priority: 7,
    });
    expect(undoing(model({ notes: null }), { notes: 'x' })).toEqual({ notes: '' });
    expect(undoing(model({ manualContext: true }), { contextWindow: 5 })).toEqual({ contextWindow: 128_000 });
    expect(undoing(model(), { contextWindow: 5 })).toEqual({ contextWindow: null });
  });
});
