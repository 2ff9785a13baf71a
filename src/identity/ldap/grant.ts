import { ROLES, type Role } from '../actor.ts';
import { normalizeDn } from './dn.ts';

/** What the members of a group get. */
export interface GroupGrant {
  readonly groupDn: string;
  readonly role: Role;
  /** For the tenant roles: where the role holds. */
  readonly tenantIds: readonly string[];
}

export interface Granted {
  /** Null = may not sign in. */
  readonly role: Role | null;
  readonly tenantIds: readonly string[];
}

/**
 * The highest role that any of the groups gives (in the order of ROLES), in the tenants of all the lines that give
 * that role. Tenants of a lower role are left out: a viewer's line must not make somebody that tenant's admin because
 * another line makes them admin elsewhere. No line matches: the default role, without tenants.
 */
export function grantOf(
  groups: readonly string[],
  mapping: readonly GroupGrant[],
  defaultRole: Role | null,
): Granted {
  const member = new Set(groups.map(normalizeDn));
  const lines = mapping.filter(({ groupDn }) => {
    const dn = normalizeDn(groupDn);
    return dn !== null && member.has(dn);
  });
  const role = ROLES.find((one) => lines.some((line) => line.role === one));
  if (role === undefined) return { role: defaultRole, tenantIds: [] };
  const tenantIds = lines.filter((line) => line.role === role).flatMap((line) => line.tenantIds);
  return { role, tenantIds: [...new Set(tenantIds)] };
}
