import { describe, expect, it } from 'vitest';
import { ALL_FIELDS } from './routing-fields.ts';
import { routingValues, valueAt, withValues } from './routing-values.ts';

describe('routing settings as a draft', () => {
  it('have a place for every field, empty where the tenant says nothing', () => {
    const values = routingValues({ costMode: 'economy', overrides: { vision: { enabled: false } } });
    expect(Object.keys(values)).toHaveLength(ALL_FIELDS.length);
    expect(values['costMode']).toBe('economy');
    expect(values['overrides.vision.enabled']).toBe(false);
    expect(values['forced']).toBeUndefined();
  });

  it('tell “none” from nothing said', () => {
    expect(valueAt({ baselineModel: null }, 'baselineModel')).toBeNull();
    expect(valueAt({}, 'baselineModel')).toBeUndefined();
    expect(valueAt({ llm: null }, 'llm.model')).toBeUndefined();
  });

  it('are changed one by one, and keep what the page does not know', () => {
    const stored = { forced: 'smart', later: { kept: 1 }, overrides: { confidence: { threshold: 0.3 } } };
    const next = withValues(stored, {
      forced: undefined,
      'overrides.confidence.minTier': 'high',
      'overrides.budgetEconomy.dailyBudget': null,
    });
    expect(next).toEqual({
      later: { kept: 1 },
      overrides: { confidence: { threshold: 0.3, minTier: 'high' }, budgetEconomy: { dailyBudget: null } },
    });
    expect(stored.overrides).toEqual({ confidence: { threshold: 0.3 } });
  });

  it('leave no empty objects behind', () => {
    const stored = { overrides: { vision: { enabled: false } } };
    expect(withValues(stored, { 'overrides.vision.enabled': undefined })).toEqual({});
  });

  it('have no LLM classifier without its model', () => {
    const stored = { llm: { model: 'small', timeoutMs: 500 } };
    expect(withValues(stored, { 'llm.model': undefined })).toEqual({});
    expect(withValues(stored, { 'llm.timeoutMs': undefined })).toEqual({ llm: { model: 'small' } });
    expect(withValues({}, { 'llm.model': 'small', 'llm.fallbacks': ['other'] })).toEqual({
      llm: { model: 'small', fallbacks: ['other'] },
    });
  });
});
