import { describe, expect, it } from 'vitest';
import { startTenant } from './chosen-tenant.ts';
import type { TenantToChoose } from './chosen-tenant.ts';

const works = {
  active: true,
  providerIds: ['p'],
  modelConfig: { mode: 'ALL', list: [] },
} satisfies Partial<TenantToChoose>;
const OFF = { ...works, id: 'off', active: false };
const BARE = { ...works, id: 'bare', providerIds: [] };
const SHUT = { ...works, id: 'shut', modelConfig: { mode: 'WHITELIST', list: [] } } as const;
const FULL = { ...works, id: 'full' };
const MORE = { ...works, id: 'more' };

describe('the tenant that a page begins with', () => {
  it('is the one chosen last, as long as it is there, even when it is switched off', () => {
    expect(startTenant([OFF, FULL, MORE], 'more')).toBe('more');
    expect(startTenant([OFF, FULL, MORE], 'off')).toBe('off');
    expect(startTenant([OFF, FULL, MORE], 'gone')).toBe('full');
  });

  it('is else the first that is enabled and has models', () => {
    expect(startTenant([OFF, BARE, SHUT, FULL, MORE], null)).toBe('full');
  });

  it('is else one that is enabled, and any rather than none', () => {
    expect(startTenant([OFF, BARE], null)).toBe('bare');
    expect(startTenant([OFF], null)).toBe('off');
    expect(startTenant([], null)).toBeNull();
  });

  it('is the first for who may not read more than the names', () => {
    expect(startTenant([{ id: 'a' }, { id: 'b' }], null)).toBe('a');
  });
});
