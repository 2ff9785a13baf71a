import { describe, expect, it } from 'vitest';
import { accessInput, accessValues, accessWords, lineProblem } from './access-values.ts';

const TENANT = {
  modelConfig: { mode: 'WHITELIST' as const, list: ['gpt-4o'], aliases: { fast: 'gpt-4o-mini' } },
  pricing: { 'gpt-4o': { inputPer1M: 2.5, outputPer1M: 10, cachedInputPer1M: 1.25 } },
  providerIds: ['p1', 'p2'],
};

describe('what the access page edits', () => {
  it('is what the server has, line by line', () => {
    expect(accessValues(TENANT)).toEqual({
      mode: 'WHITELIST',
      list: ['gpt-4o'],
      aliases: [{ name: 'fast', model: 'gpt-4o-mini' }],
      prices: [
        {
          model: 'gpt-4o',
          inputPer1M: '2.5',
          outputPer1M: '10',
          cachedInputPer1M: '1.25',
          cacheWritePer1M: '',
          reasoningPer1M: '',
        },
      ],
      providerIds: ['p1', 'p2'],
    });
  });

  it('goes back as it came', () => {
    expect(accessInput(accessValues(TENANT))).toEqual({
      modelConfig: TENANT.modelConfig,
      pricing: TENANT.pricing,
      providerIds: TENANT.providerIds,
    });
  });

  it('sends only what differs, and no empty lines', () => {
    expect(accessInput({ list: [] })).toEqual({ modelConfig: { list: [] } });
    expect(accessInput({ aliases: [{ name: ' ', model: '' }] })).toEqual({ modelConfig: { aliases: {} } });
    expect(accessInput({ providerIds: ['p2'] })).toEqual({ providerIds: ['p2'] });
    expect(accessInput({})).toEqual({});
  });

  it('sends half a line, so that the server says what is missing', () => {
    expect(accessInput({ aliases: [{ name: 'fast', model: '' }] })).toEqual({
      modelConfig: { aliases: { fast: '' } },
    });
  });

  it('finds a name that stands there twice', () => {
    const lines = [{ key: 'a' }, { key: 'b' }, { key: 'a ' }, { key: '' }, { key: '' }];
    expect(lines.map((_, index) => lineProblem(lines, index))).toEqual([
      null,
      null,
      'is there twice',
      null,
      null,
    ]);
  });

  it('is said in words, where two have changed it', () => {
    const { mode, list, aliases, prices, providerIds } = accessValues(TENANT);
    expect(accessWords(mode, 'mode')).toBe('Only those listed');
    expect(accessWords(list, 'list')).toBe('gpt-4o');
    expect(accessWords([], 'list')).toBe('none');
    expect(accessWords(aliases, 'aliases')).toBe('fast → gpt-4o-mini');
    expect(accessWords(prices, 'prices')).toBe('gpt-4o: 2.5 / 10 USD');
    expect(accessWords(providerIds, 'providerIds', new Map([['p1', 'One']]))).toBe('One, p2');
  });
});
