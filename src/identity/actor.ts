import { Role as DbRole } from '../database/generated/prisma/enums.ts';

/** What a person of the console may do; the matrix is policy.ts. */
export const ROLES = ['admin', 'maintainer', 'finops', 'tenant-admin', 'tenant-viewer'] as const;
export type Role = (typeof ROLES)[number];

/** A personal access token as its user's narrowing: what it takes away, never what it adds. */
export interface AccessGrant {
  readonly id: string;
  /** As its user called it. */
  readonly name: string;
  /** Rows of SCOPES (policy.ts); a name that has no row any more allows nothing. */
  readonly scopes: readonly string[];
  /** Empty = all tenants of its user. */
  readonly tenantIds: readonly string[];
}

/** A person who is signed in, or a program that has one of this person's access tokens. */
export interface UserActor {
  readonly kind: 'user';
  readonly id: string;
  readonly username: string;
  readonly role: Role;
  /** The tenants that a tenant-admin or tenant-viewer belongs to; of no effect for the other roles. */
  readonly tenantIds: readonly string[];
  /** The session, or the access token, that this is: both end on a notice of noun 'user'. */
  readonly sessionId: string;
  /** When session or token end by themselves. */
  readonly expiresAt?: Date;
  /** Missing = signed in with a password. */
  readonly grant?: AccessGrant;
  /** Where this request comes from. */
  readonly address: string;
}

/** The process itself: command line, demo data. Never made from a request. */
export interface SystemActor {
  readonly kind: 'system';
  /** Shown in the audit log: "demo", "cli". */
  readonly name: string;
}

export type Actor = UserActor | SystemActor;

/** What somebody may do, as a text to compare: equal texts are equal rights. */
export function rightsOf({ role, tenantIds, grant }: UserActor): string {
  const limits = grant && [grant.scopes.toSorted(), grant.tenantIds.toSorted()];
  return JSON.stringify([role, tenantIds.toSorted(), limits]);
}

const TO_DB: Readonly<Record<Role, DbRole>> = {
  admin: DbRole.ADMIN,
  maintainer: DbRole.MAINTAINER,
  finops: DbRole.FINOPS,
  'tenant-admin': DbRole.TENANT_ADMIN,
  'tenant-viewer': DbRole.TENANT_VIEWER,
};

const FROM_DB: Readonly<Record<DbRole, Role>> = {
  ADMIN: 'admin',
  MAINTAINER: 'maintainer',
  FINOPS: 'finops',
  TENANT_ADMIN: 'tenant-admin',
  TENANT_VIEWER: 'tenant-viewer',
};

export function roleToDb(role: Role): DbRole {
  return TO_DB[role];
}

export function roleFromDb(role: DbRole): Role {
  return FROM_DB[role];
}
