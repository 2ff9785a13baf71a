import { describe, expect, it } from 'vitest';
import { AppError } from '../errors.ts';
import { ROLES, type AccessGrant, type Actor, type Role, type UserActor } from './actor.ts';
import {
  authorize,
  can,
  isOfUse,
  POLICY,
  requireTenant,
  SCOPE_NAMES,
  SCOPES,
  tenantScope,
  type Action,
} from './policy.ts';

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
    'password.change',
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
    'password.change',
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
    'password.change',
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
    'password.change',
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

function holder(
  role: Role,
  grant: Partial<AccessGrant>,
  tenantIds: readonly string[] = ['t1', 't2'],
): UserActor {
  return {
    ...actor(role, tenantIds),
    grant: { id: 'p1', name: 'ci', scopes: [...SCOPE_NAMES], tenantIds: [], ...grant },
  };
}

/** What no token may do, whatever its scopes: it would make or change a way to sign in, or speak for a person. */
const PEOPLE_ONLY: readonly Action[] = [
  'setup.complete',
  'session.end',
  'session.manage',
  'password.change',
  'user.create',
  'user.update',
  'user.delete',
  'accessToken.own',
  'accessToken.manage',
  'ldap.write',
  'ldap.test',
];

/** The scope that each action takes, written a second time. */
const SCOPE_OF: Readonly<Partial<Record<Action, readonly string[]>>> = {
  'usage.read': ['usage:read'],
  'requestLog.read': ['requests:read'],
  'prompt.read': ['prompts:read'],
  'model.read': ['models:read'],
  'provider.read': ['models:read'],
  'category.read': ['models:read'],
  'ruleSet.read': ['models:read'],
  'tokens.estimate': ['models:read'],
  'model.write': ['models:write'],
  'provider.write': ['models:write'],
  'provider.delete': ['models:write'],
  'provider.check': ['models:write'],
  'provider.discover': ['models:write'],
  'provider.chat': ['models:write'],
  'category.write': ['models:write'],
  'ruleSet.write': ['models:write'],
  'tenant.identify': ['usage:read', 'requests:read', 'tenants:read'],
  'tenant.list': ['tenants:read'],
  'tenant.read': ['tenants:read'],
  'key.read': ['tenants:read'],
  'portal.read': ['tenants:read'],
  'tenant.write': ['tenants:write'],
  'tenant.delete': ['tenants:write'],
  'tenant.modelConfig': ['tenants:write'],
  'key.write': ['keys:write'],
  'user.read': ['admin:read'],
  'ldap.read': ['admin:read'],
  'settings.read': ['admin:read'],
  'audit.read': ['admin:read'],
  'system.read': ['admin:read'],
  'settings.write': ['admin:write'],
  'pod.evict': ['admin:write'],
};

describe('an access token', () => {
  const scoped = ACTIONS.filter((action) => action !== 'session.read' && !PEOPLE_ONLY.includes(action));

  it.each(scoped)('may do %s with its scope and its user’s role, and not without either', (action) => {
    const right = SCOPE_OF[action] ?? [];
    const wrong = SCOPE_NAMES.filter((scope) => !right.includes(scope));
    expect(right).not.toEqual([]);
    for (const role of ROLES) {
      const userMay = can(actor(role), action);
      for (const scope of right) expect(can(holder(role, { scopes: [scope] }), action)).toBe(userMay);
      expect(can(holder(role, { scopes: wrong }), action)).toBe(false);
      expect(codeOf(() => authorize(holder(role, { scopes: wrong }), action))).toBe('forbidden');
      expect(can(holder(role, { scopes: [] }), action)).toBe(false);
    }
  });

  it.each(PEOPLE_ONLY)('may not do %s, with all scopes there are', (action) => {
    for (const role of ROLES) expect(can(holder(role, {}), action)).toBe(false);
  });

  it('may always ask whose it is', () => {
    for (const role of ROLES)
      expect(can(holder(role, { scopes: [], tenantIds: ['t1'] }), 'session.read')).toBe(true);
  });

  it('gets nothing from a scope that does not exist (any more)', () => {
    for (const scope of ['everything', 'toString', '__proto__', '']) {
      const may = ACTIONS.filter((action) => can(holder('admin', { scopes: [scope] }), action));
      expect(may).toEqual(['session.read']);
    }
  });

  it.each(ACTIONS)('of some tenants may do %s only if a tenant’s own admin may', (action) => {
    const ownAdmin = can(actor('tenant-admin'), action);
    for (const role of ROLES) {
      const whole = can(holder(role, {}), action);
      expect(can(holder(role, { tenantIds: ['t1'] }), action)).toBe(whole && ownAdmin);
    }
  });

  it('sees its own tenants of those that its user sees, and never one more', () => {
    expect(tenantScope(holder('admin', {}))).toBe('all');
    expect(tenantScope(holder('admin', { tenantIds: ['t1'] }))).toEqual(['t1']);
    expect(tenantScope(holder('tenant-admin', {}))).toEqual(['t1', 't2']);
    expect(tenantScope(holder('tenant-admin', { tenantIds: ['t2', 't3'] }))).toEqual(['t2']);
    expect(tenantScope(holder('tenant-viewer', { tenantIds: ['t1'] }, []))).toEqual([]);
    expect(codeOf(() => requireTenant(holder('finops', { tenantIds: ['t1'] }), 't1'))).toBe('allowed');
    expect(codeOf(() => requireTenant(holder('finops', { tenantIds: ['t1'] }), 't2'))).toBe('not_found');
  });

  it('says what it lacks when it is refused', () => {
    const refused = () =>
      authorize(holder('admin', { scopes: ['usage:read'], tenantIds: ['t1'] }), 'audit.read');
    expect(refused).toThrow(
      'The access token "ci" (scopes: usage:read; limited to some tenants) of a user with the role "admin" may not do this (audit.read).',
    );
  });

  it('has scopes that are of use to somebody, and none that is not for its user', () => {
    for (const scope of SCOPE_NAMES) {
      expect(isOfUse(scope, 'admin')).toBe(true);
      for (const role of ROLES) {
        const may = SCOPES[scope].some((action) => can(actor(role), action));
        expect([scope, role, isOfUse(scope, role)]).toEqual([scope, role, may]);
      }
    }
  });
});
