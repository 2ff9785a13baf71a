import { AppError } from '../errors.ts';
import type { Actor, Role } from './actor.ts';

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
  'session.end': EVERYONE,
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

/** Roles that see all tenants; the others see those they belong to. */
const ALL_TENANTS: readonly Role[] = ['admin', 'maintainer', 'finops'];

export function can(actor: Actor, action: Action): boolean {
  if (actor.kind === 'system') return true;
  // Read as unknown on purpose: an action without a row (from a table of strings) must mean no, not a crash.
  const roles: readonly Role[] | undefined = Object.hasOwn(POLICY, action) ? POLICY[action] : undefined;
  return roles?.includes(actor.role) ?? false;
}

/** The first line of every domain method. Throws AppError forbidden. */
export function authorize(actor: Actor, action: Action): void {
  if (can(actor, action)) return;
  const role = actor.kind === 'user' ? actor.role : 'system';
  throw new AppError('forbidden', `The role "${role}" may not do this (${action}).`);
}

/** The tenants whose data the actor may touch at all; every query about tenants is limited to them. */
export function tenantScope(actor: Actor): 'all' | readonly string[] {
  if (actor.kind === 'system' || ALL_TENANTS.includes(actor.role)) return 'all';
  return actor.tenantIds;
}

/** Another tenant's row does not exist for the actor: throws AppError not_found. */
export function requireTenant(actor: Actor, tenantId: string): void {
  const scope = tenantScope(actor);
  if (scope === 'all' || scope.includes(tenantId)) return;
  throw new AppError('not_found', 'There is no such tenant.');
}
