import { describe, expect, it } from 'vitest';
import { AppError } from '../errors.ts';
import { modelAccess } from './model-access.ts';

type Row = Parameters<typeof modelAccess>[0];
type Model = Row['providers'][number]['provider']['models'][number];

function model(modelId: string, more: Partial<Model> = {}): Model {
  return {
    modelId,
    name: modelId,
    kind: 'CHAT',
    visible: true,
    missingSince: null,
    tier: 'medium',
    priority: 50,
    capabilities: [],
    manualContext: false,
    contextWindow: null,
    learnedContextWindow: null,
    maxOutputTokens: null,
    inputPer1M: null,
    outputPer1M: null,
    ...more,
  } as Model;
}

function tenant(more: Partial<Row> = {}): Row {
  return {
    modelMode: 'ALL',
    modelList: [],
    aliases: { fast: 'mini' },
    pricing: {},
    providers: [
      {
        provider: {
          slug: 'one',
          active: true,
          models: [
            model('mini'),
            model('max'),
            model('secret', { visible: false }),
            model('old', { missingSince: new Date(0) }),
          ],
        },
      },
      { provider: { slug: 'two', active: false, models: [model('mini')] } },
    ],
    ...more,
  };
}

const reasons = (row: Row, draft: Parameters<typeof modelAccess>[1] = null, all = true) =>
  modelAccess(row, draft, all).map(({ model: { prefixedId }, allowed, reason }) => [
    prefixedId,
    allowed,
    reason,
  ]);

describe('which models a tenant may use', () => {
  it('says why each of its providers’ models is in or out', () => {
    expect(reasons(tenant())).toEqual([
      ['one/mini', true, 'every_model'],
      ['one/max', true, 'every_model'],
      ['one/secret', false, 'hidden'],
      ['one/old', false, 'vanished'],
      ['two/mini', false, 'provider_off'],
    ]);
  });

  it('keeps what is not of the policy from a tenant’s own people', () => {
    expect(reasons(tenant(), null, false)).toEqual([
      ['one/mini', true, 'every_model'],
      ['one/max', true, 'every_model'],
    ]);
  });

  it('goes by what is stored, aliases included', () => {
    const stored = tenant({ modelMode: 'WHITELIST', modelList: ['fast'] });
    expect(reasons(stored, null, false)).toEqual([
      ['one/mini', true, 'listed'],
      ['one/max', false, 'not_listed'],
    ]);
  });

  it('goes by a draft as if it were stored, and what it leaves out is as it is', () => {
    const stored = tenant({ modelMode: 'WHITELIST', modelList: ['one/max'] });
    expect(reasons(stored, { mode: 'blacklist' }, false)).toEqual([
      ['one/mini', true, 'not_excluded'],
      ['one/max', false, 'excluded'],
    ]);
    expect(reasons(stored, { list: [] }, false).map(([, allowed]) => allowed)).toEqual([false, false]);
  });

  it('refuses a draft that could not be stored, by its field', () => {
    const draft = { aliases: { a: 'b', b: 'c' } };
    expect(() => modelAccess(tenant(), draft, true)).toThrow(AppError);
    try {
      modelAccess(tenant(), draft, true);
    } catch (error) {
      expect(error instanceof AppError && error.fields[0]?.path).toBe('modelConfig.aliases.a');
    }
  });
});
