import { describe, expect, it } from 'vitest';
import { AppError } from '../errors.ts';
import { ROLES, type Actor, type Role, type UserActor } from './actor.ts';
import { authorize, can, POLICY, requireTenant, tenantScope, type Action } from './policy.ts';

function actor(role: Role, tenantIds: readonly string[] = ['t1']): UserActor {
  return {
    kind: 'user',
    id: 'u1',
    username: 'someone',
    role,
    tenantIds,
    sessionId: 's1',
    address: '127.0.0.1',
  };
}

const SYSTEM: Actor = { kind: 'system', name: 'cli' };

/** The whole matrix, written a second time by role: a row changed by accident shows here. */
const ALLOWED: Readonly<Record<Exclude<Role, 'admin'>, readonly Action[]>> = {
  maintainer: [
    'session.read',
    'session.end',
    'provider.read',
    'provider.write',
    'provider.delete',
    'provider.check',
    'provider.discover',
    'provider.chat',
    'model.read',
    'model.write',
    'tenant.identify',
    'tenant.list',
    'tenant.read',
    'tenant.write',
    'tenant.delete',
    'tenant.modelConfig',
    'key.read',
    'key.write',
    'usage.read',
    'requestLog.read',
    'prompt.read',
    'accessToken.own',
    'category.read',
    'category.write',
    'ruleSet.read',
    'ruleSet.write',
    'tokens.estimate',
    'portal.read',
  ],
  finops: [
    'session.read',
    'session.end',
    'accessToken.own',
    'category.read',
    'tokens.estimate',
    'tenant.identify',
    'usage.read',
    'requestLog.read',
  ],
  'tenant-admin': [
    'session.read',
    'session.end',
    'tenant.identify',
    'tenant.read',
    'tenant.modelConfig',
    'accessToken.own',
    'category.read',
    'tokens.estimate',
    'portal.read',
    'usage.read',
    'requestLog.read',
  ],
  'tenant-viewer': [
    'session.read',
    'session.end',
    'accessToken.own',
    'category.read',
    'tokens.estimate',
    'tenant.identify',
    'usage.read',
    'requestLog.read',
  ],
};

const ACTIONS = Object.keys(POLICY).filter((name): name is Action => name in POLICY);

function codeOf(work: () => void): string {
  try {
    work();
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
  return 'allowed';
}

describe('policy', () => {
  it.each(ACTIONS)('grants %s to exactly the roles of the matrix', (action) => {
    expect(can(actor('admin'), action)).toBe(true);
    for (const role of ROLES.filter((name) => name !== 'admin')) {
      const expected = ALLOWED[role].includes(action);
      expect([role, can(actor(role), action)]).toEqual([role, expected]);
      expect([role, codeOf(() => authorize(actor(role), action))]).toEqual([
        role,
        expected ? 'allowed' : 'forbidden',
      ]);
    }
  });

  it('lets the process itself do everything', () => {
    for (const action of ACTIONS) expect(can(SYSTEM, action)).toBe(true);
  });

  it.each(['nothing.known', 'toString', '__proto__', 'constructor', ''])(
    'refuses the unknown action "%s" to all',
    (name) => {
      const action = name as Action;
      for (const role of ROLES) expect(can(actor(role), action)).toBe(false);
    },
  );

  it('limits tenant roles to their tenants, and nobody else', () => {
    expect(tenantScope(SYSTEM)).toBe('all');
    for (const role of ['admin', 'maintainer', 'finops'] as const)
      expect(tenantScope(actor(role))).toBe('all');
    for (const role of ['tenant-admin', 'tenant-viewer'] as const) {
      expect(tenantScope(actor(role))).toEqual(['t1']);
      expect(tenantScope(actor(role, []))).toEqual([]);
    }
  });

  it('shows another tenant as absent', () => {
    expect(codeOf(() => requireTenant(actor('tenant-admin'), 't1'))).toBe('allowed');
    expect(codeOf(() => requireTenant(actor('tenant-admin'), 't2'))).toBe('not_found');
    expect(codeOf(() => requireTenant(actor('tenant-viewer', []), 't1'))).toBe('not_found');
    expect(codeOf(() => requireTenant(actor('finops', []), 't2'))).toBe('allowed');
  });
});
