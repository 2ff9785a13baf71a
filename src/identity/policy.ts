import { AppError } from '../errors.ts';
import type { AccessGrant, Actor, Role } from './actor.ts';

const EVERYONE = ['admin', 'maintainer', 'finops', 'tenant-admin', 'tenant-viewer'] as const;
const OPERATORS = ['admin', 'maintainer'] as const;
const ADMIN = ['admin'] as const;

/**
 * Who may do what. A new operation is a new row; what has no row is refused.
 * Rows that tenant roles have are limited to their own tenants by `tenantScope`.
 */
export const POLICY = {
  'setup.complete': ADMIN,
  'session.read': EVERYONE,
  /** One's own: list, revoke, sign out. */
  'session.end': EVERYONE,
  /** Everybody's. */
  'session.manage': ADMIN,
  'password.change': EVERYONE,
  'user.read': ADMIN,
  'user.create': ADMIN,
  'user.update': ADMIN,
  'user.delete': ADMIN,
  /** One's own tokens for programs; an admin sees and revokes everybody's. */
  'accessToken.own': EVERYONE,
  'accessToken.manage': ADMIN,
  'ldap.read': ADMIN,
  'ldap.write': ADMIN,
  'ldap.test': ADMIN,

  'provider.read': OPERATORS,
  'provider.write': OPERATORS,
  'provider.delete': OPERATORS,
  'provider.check': OPERATORS,
  'provider.discover': OPERATORS,
  'provider.chat': OPERATORS,
  'model.read': OPERATORS,
  'model.write': OPERATORS,

  /** Id, slug and name: what a dashboard needs to offer a choice. */
  'tenant.identify': EVERYONE,
  /** All tenants with their settings. */
  'tenant.list': OPERATORS,
  /** One tenant with its settings. */
  'tenant.read': ['admin', 'maintainer', 'tenant-admin'],
  'tenant.write': OPERATORS,
  'tenant.delete': OPERATORS,
  /** Which models a tenant may use: also its own admin's (tenant portal). */
  'tenant.modelConfig': ['admin', 'maintainer', 'tenant-admin'],
  'key.read': OPERATORS,
  'key.write': OPERATORS,

  'category.read': EVERYONE,
  'category.write': OPERATORS,
  'ruleSet.read': OPERATORS,
  'ruleSet.write': OPERATORS,
  'tokens.estimate': EVERYONE,
  /** The tenant portal: a tenant's own admin, or an operator on its behalf. */
  'portal.read': ['admin', 'maintainer', 'tenant-admin'],

  'usage.read': EVERYONE,
  'requestLog.read': EVERYONE,
  /** Prompts and answers in clear: not for those who look after money, nor for tenant roles. */
  'prompt.read': OPERATORS,

  'settings.read': ADMIN,
  'settings.write': ADMIN,
  'audit.read': ADMIN,
  'system.read': ADMIN,
  'pod.evict': ADMIN,
} as const satisfies Record<string, readonly Role[]>;

export type Action = keyof typeof POLICY;

/**
 * What an access token may be allowed, of what its user may do. What makes or changes a way to sign in (users,
 * passwords, sessions, tokens, the directory) stands in no scope: a stolen token must not become more than it is.
 */
export const SCOPES = {
  'usage:read': ['usage.read', 'tenant.identify'],
  'requests:read': ['requestLog.read', 'tenant.identify'],
  'prompts:read': ['prompt.read'],
  'models:read': ['model.read', 'provider.read', 'category.read', 'ruleSet.read', 'tokens.estimate'],
  'models:write': [
    'model.write',
    'provider.write',
    'provider.delete',
    'provider.check',
    'provider.discover',
    'provider.chat',
    'category.write',
    'ruleSet.write',
  ],
  'tenants:read': ['tenant.identify', 'tenant.list', 'tenant.read', 'key.read', 'portal.read'],
  'tenants:write': ['tenant.write', 'tenant.delete', 'tenant.modelConfig'],
  'keys:write': ['key.write'],
  'admin:read': ['user.read', 'ldap.read', 'settings.read', 'audit.read', 'system.read'],
  'admin:write': ['settings.write', 'pod.evict'],
} as const satisfies Record<string, readonly Action[]>;

export type Scope = keyof typeof SCOPES;
export const SCOPE_NAMES = Object.keys(SCOPES).filter((name): name is Scope => Object.hasOwn(SCOPES, name));

/** Roles that see all tenants; the others see those they belong to. */
const ALL_TENANTS: readonly Role[] = ['admin', 'maintainer', 'finops'];

export function seesAllTenants(role: Role): boolean {
  return ALL_TENANTS.includes(role);
}

export function can(actor: Actor, action: Action): boolean {
  if (actor.kind === 'system') return true;
  return roleAllows(actor.role, action) && (actor.grant === undefined || grantAllows(actor.grant, action));
}

function roleAllows(role: Role, action: Action): boolean {
  // Read as unknown on purpose: an action without a row (from a table of strings) must mean no, not a crash.
  const roles: readonly Role[] | undefined = Object.hasOwn(POLICY, action) ? POLICY[action] : undefined;
  return roles?.includes(role) ?? false;
}

function grantAllows({ scopes, tenantIds }: AccessGrant, action: Action): boolean {
  // A token of some tenants may do what a tenant's own people may: only that is known to stay within tenants.
  if (tenantIds.length > 0 && !roleAllows('tenant-admin', action)) return false;
  // Which token this is, and what it may do, is for each token to know.
  return action === 'session.read' || scopes.some((scope) => scopeAllows(scope, action));
}

function scopeAllows(scope: string, action: Action): boolean {
  return isScope(scope) && SCOPES[scope].some((one) => one === action);
}

function isScope(name: string): name is Scope {
  return Object.hasOwn(SCOPES, name);
}

/** Whether a scope gives somebody with the role anything at all. */
export function isOfUse(scope: Scope, role: Role): boolean {
  return SCOPES[scope].some((action) => roleAllows(role, action));
}

/** The first line of every domain method. Throws AppError forbidden. */
export function authorize(actor: Actor, action: Action): void {
  if (!can(actor, action)) throw refusal(actor, `do this (${action})`);
}

/** AppError forbidden: who may not do what, and why. `what` completes "may not …". */
export function refusal(actor: Actor, what: string): AppError {
  if (actor.kind === 'user' && actor.grant !== undefined) {
    const { name, scopes, tenantIds } = actor.grant;
    const limits = `scopes: ${scopes.join(', ')}${tenantIds.length > 0 ? '; limited to some tenants' : ''}`;
    return new AppError(
      'forbidden',
      `The access token "${name}" (${limits}) of a user with the role "${actor.role}" may not ${what}.`,
    );
  }
  const role = actor.kind === 'user' ? actor.role : 'system';
  return new AppError('forbidden', `The role "${role}" may not ${what}.`);
}

/** The tenants whose data the actor may touch at all; every query about tenants is limited to them. */
export function tenantScope(actor: Actor): 'all' | readonly string[] {
  if (actor.kind === 'system') return 'all';
  const limit = actor.grant?.tenantIds ?? [];
  if (!seesAllTenants(actor.role)) {
    return limit.length === 0 ? actor.tenantIds : actor.tenantIds.filter((id) => limit.includes(id));
  }
  return limit.length === 0 ? 'all' : limit;
}

/** Another tenant's row does not exist for the actor: throws AppError not_found. */
export function requireTenant(actor: Actor, tenantId: string): void {
  const scope = tenantScope(actor);
  if (scope === 'all' || scope.includes(tenantId)) return;
  throw new AppError('not_found', 'There is no such tenant.');
}
