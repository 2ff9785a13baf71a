import { describe, expect, it } from 'vitest';
import { AppError } from '../errors.ts';
import type { ServedModel, TenantView } from '../runtime/view.ts';
import { clampTokens, planTargets } from './plan.ts';
import { largerModels, overflows } from './upgrade.ts';
import { served, tenantOf } from './views.fixture.ts';

const codeOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
  return 'nothing was refused';
};
const ids = (targets: readonly ServedModel[]): string[] =>
  targets.map((it) => `${it.provider.slug}/${it.model.id}`);

describe('planTargets', () => {
  const models = [
    served('one', 'gpt-4o'),
    served('two', 'gpt-4o'),
    served('two', 'vendor/model:free'),
    served('two', 'one/gpt-4o'),
    served('two', 'embed', { kind: 'embedding' }),
  ];
  const tenant = tenantOf(models, {
    aliases: new Map([
      ['fast', 'two/gpt-4o'],
      ['loop', 'fast'],
    ]),
  });

  it('serves a bare id from every provider that has it, in order', () => {
    expect(ids(planTargets(tenant, 'gpt-4o', 'chat').targets)).toEqual(['one/gpt-4o', 'two/gpt-4o']);
  });

  it('pins the provider that the name begins with, and takes ids that hold "/" and ":" as they are', () => {
    expect(ids(planTargets(tenant, 'two/gpt-4o', 'chat').targets)).toEqual(['two/gpt-4o']);
    expect(ids(planTargets(tenant, 'vendor/model:free', 'chat').targets)).toEqual(['two/vendor/model:free']);
    expect(ids(planTargets(tenant, 'two/one/gpt-4o', 'chat').targets)).toEqual(['two/one/gpt-4o']);
  });

  it('lets a pin win over another provider’s id that is spelt the same', () => {
    expect(ids(planTargets(tenant, 'one/gpt-4o', 'chat').targets)).toEqual(['one/gpt-4o']);
  });

  it('says whether the name pinned a provider, itself or through its alias', () => {
    const pinned = ['gpt-4o', 'vendor/model:free', 'two/gpt-4o', 'fast'].map(
      (name) => planTargets(tenant, name, 'chat').pinned,
    );
    expect(pinned).toEqual([false, false, true, true]);
  });

  it('follows an alias once', () => {
    expect(ids(planTargets(tenant, 'fast', 'chat').targets)).toEqual(['two/gpt-4o']);
    expect(codeOf(() => planTargets(tenant, 'loop', 'chat'))).toBe('model_not_found');
  });

  it.each(['__proto__', 'constructor', 'nothing', 'nobody/gpt-4o'])('does not know %s', (name) => {
    expect(codeOf(() => planTargets(tenant, name, 'chat'))).toBe('model_not_found');
  });

  it('refuses a model of the wrong kind', () => {
    expect(codeOf(() => planTargets(tenant, 'embed', 'chat'))).toBe('invalid_request');
    expect(codeOf(() => planTargets(tenant, 'gpt-4o', 'embeddings'))).toBe('invalid_request');
  });

  it('checks the policy on whatever serves: aliases, pins and second providers included', () => {
    const restricted = (allows: TenantView['policy']['allows']): TenantView => ({
      ...tenant,
      policy: { mode: 'whitelist', allows },
    });
    const onlyOne = restricted((_, slug) => slug === 'one');
    expect(ids(planTargets(onlyOne, 'gpt-4o', 'chat').targets)).toEqual(['one/gpt-4o']);
    expect(codeOf(() => planTargets(onlyOne, 'fast', 'chat'))).toBe('access_denied');
    expect(codeOf(() => planTargets(onlyOne, 'two/gpt-4o', 'chat'))).toBe('access_denied');
    expect(
      codeOf(() =>
        planTargets(
          restricted(() => false),
          'nothing',
          'chat',
        ),
      ),
    ).toBe('access_denied');
  });
});

describe('clampTokens', () => {
  it('lowers what is above the maximum, and never invents a limit', () => {
    expect([clampTokens(9, 5), clampTokens(5, 5), clampTokens(null, 5), clampTokens(9, null)]).toEqual([
      5,
      null,
      null,
      null,
    ]);
  });
});

describe('largerModels', () => {
  const windowOf = (it: ServedModel): number | null => it.model.contextWindow;
  const small = served('one', 'small', { contextWindow: 8_000, tier: 'low' });

  it('offers what is larger, visible, allowed and chats, the nearest tier first and upward first', () => {
    const tenant = tenantOf([
      small,
      served('one', 'down', { contextWindow: 100_000, tier: 'minimal' }),
      served('one', 'up', { contextWindow: 100_000, tier: 'medium' }),
      served('one', 'far', { contextWindow: 100_000, tier: 'ultra' }),
      served('one', 'hidden', { contextWindow: 100_000, visible: false }),
      served('one', 'unknown', { contextWindow: null }),
      served('one', 'embed', { contextWindow: 100_000, kind: 'embedding' }),
      served('one', 'same', { contextWindow: 8_000 }),
    ]);
    expect(largerModels(tenant, small, 8_000, 20_000, windowOf).map((it) => it.model.id)).toEqual([
      'up',
      'down',
      'far',
    ]);
  });

  it('never leaves the policy, and keeps vision where the small model had it', () => {
    const seeing = served('one', 'seeing', { contextWindow: 8_000, capabilities: new Set(['vision']) });
    const tenant = tenantOf([
      seeing,
      served('one', 'blind', { contextWindow: 100_000 }),
      served('one', 'denied', { contextWindow: 100_000, capabilities: new Set(['vision']) }),
      served('one', 'sees', { contextWindow: 100_000, capabilities: new Set(['vision']) }),
    ]);
    const guarded: TenantView = { ...tenant, policy: { mode: 'blacklist', allows: (id) => id !== 'denied' } };
    expect(largerModels(guarded, seeing, 8_000, 20_000, windowOf).map((it) => it.model.id)).toEqual(['sees']);
  });

  it('stays at the small model’s provider where that was pinned', () => {
    const tenant = tenantOf([
      small,
      served('one', 'near', { contextWindow: 100_000 }),
      served('two', 'elsewhere', { contextWindow: 100_000, tier: 'low' }),
    ]);
    const larger = largerModels(tenant, small, 8_000, 20_000, windowOf, true);
    expect(larger.map((it) => it.model.id)).toEqual(['near']);
  });

  it('takes an overflow for sure only well above the window, and never where the window is not known', () => {
    expect([overflows(8_500, 8_000), overflows(9_300, 8_000), overflows(1e9, null)]).toEqual([
      false,
      true,
      false,
    ]);
  });
});
