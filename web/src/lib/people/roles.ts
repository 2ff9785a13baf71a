import type { Role } from '#lib/generated/graphql.ts';

/** In the order of the server: the most powerful first. */
export const ROLES = [
  'ADMIN',
  'MAINTAINER',
  'FINOPS',
  'TENANT_ADMIN',
  'TENANT_VIEWER',
] as const satisfies readonly Role[];

const LABELS: Readonly<Record<Role, string>> = {
  ADMIN: 'Admin',
  MAINTAINER: 'Maintainer',
  FINOPS: 'FinOps',
  TENANT_ADMIN: 'Tenant admin',
  TENANT_VIEWER: 'Tenant viewer',
};

export function roleLabel(role: Role): string {
  return LABELS[role];
}

/** From an address, or as REST and the audit log spell it (`tenant-admin`). */
export function readRole(text: string | null): Role | null {
  const spelt = text?.toUpperCase().replaceAll('-', '_');
  return ROLES.find((role) => role === spelt) ?? null;
}

/** Whether the tenants of a user make a difference: the other roles see all of them. */
export function needsTenants(role: Role): boolean {
  return role === 'TENANT_ADMIN' || role === 'TENANT_VIEWER';
}
