import { describe, expect, it } from 'vitest';
import type { SetupStateQuery } from '#lib/generated/graphql.ts';
import { after, doneSteps, stepOf } from './steps.ts';

const EMPTY = {
  setupStatus: { setupComplete: false },
  me: { username: 'admin', tenants: [] },
  providers: [],
  categories: [{ id: 'c', presetDefault: false }],
  requestLogs: { edges: [] },
} as const satisfies SetupStateQuery;

const MODEL = { modelId: 'm', kind: 'CHAT', visible: true, missingSince: null, inputPer1M: 1 } as const;
const PROVIDER = {
  id: 'p',
  slug: 'p',
  name: 'P',
  type: 'openai',
  active: true,
  status: 'CONNECTED',
  statusMessage: null,
} as const;

function state(changes: Partial<SetupStateQuery>): SetupStateQuery {
  return { ...structuredClone(EMPTY), ...changes };
}

describe('the wizard', () => {
  it('begins with the account, whatever the address says', () => {
    expect(stepOf(null, null)).toBe('account');
    expect(stepOf('presets', null)).toBe('account');
  });

  it('resumes at the first step that is left', () => {
    expect(stepOf(null, state({}))).toBe('provider');
    expect(stepOf(null, state({ providers: [{ ...PROVIDER, models: [] }] }))).toBe('provider');
    const providers = [{ ...PROVIDER, models: [{ ...MODEL }] }];
    expect(stepOf(null, state({ providers }))).toBe('tenant');
    const me = { username: 'admin', tenants: [{ id: 't', slug: 't', name: 'T' }] };
    expect(stepOf(null, state({ providers, me }))).toBe('request');
    expect([...doneSteps(state({ providers, me }))]).toEqual(['account', 'provider', 'tenant']);
  });

  it('goes where the address says, but never back to the account', () => {
    expect(stepOf('presets', state({}))).toBe('presets');
    expect(stepOf('account', state({}))).toBe('provider');
    expect(stepOf('nonsense', state({}))).toBe('provider');
  });

  it('ends', () => {
    expect(after('provider')).toBe('/setup?step=tenant');
    expect(after('presets')).toBe('/setup?step=done');
    expect(after('done')).toBe('/setup?step=done');
  });
});
