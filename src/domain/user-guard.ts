import type { Prisma } from '../database/generated/prisma/client.ts';
import { AppError } from '../errors.ts';
import { roleFromDb, type Actor, type Role } from '../identity/actor.ts';
import { notify, type Tx } from './change.ts';
import { badInput, notFound } from './validate.ts';

/** Where a user's password is kept. */
export type UserSource = 'local' | 'ldap';

export interface UserResult {
  readonly id: string;
  readonly username: string;
  readonly role: Role;
  readonly tenantIds: readonly string[];
  readonly source: UserSource;
  readonly active: boolean;
  readonly lastLoginAt: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

const include = { tenants: { orderBy: { tenantId: 'asc' } } } as const satisfies Prisma.UserInclude;

/** Throws not_found. */
export async function readUser(tx: Tx, id: string): Promise<UserResult> {
  const row = await tx.user.findUnique({ where: { id }, include });
  if (row === null) throw notFound('user');
  const { username, active, lastLoginAt, createdAt, updatedAt } = row;
  return {
    id,
    username,
    role: roleFromDb(row.role),
    tenantIds: row.tenants.map(({ tenantId }) => tenantId),
    source: row.source === 'ldap' ? 'ldap' : 'local',
    active,
    lastLoginAt,
    createdAt,
    updatedAt,
  };
}

/** What of a user goes into the audit log. */
export function userFacts({ username, role, tenantIds, source, active }: UserResult) {
  return { username, role, tenantIds, source, active };
}

/**
 * One change of users at a time, over all processes. Whoever was an administrator when the request came in and has
 * been removed since by another one is refused: else two could remove each other. Throws unauthenticated.
 */
export async function lockUsers(tx: Tx, actor: Actor): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('users', 0))`;
  if (actor.kind !== 'user') return;
  const still = await tx.user.findFirst({
    where: { id: actor.id, active: true, role: 'ADMIN' },
    select: { id: true },
  });
  if (still === null) {
    throw new AppError('unauthenticated', 'Your own account was changed a moment ago; sign in again.');
  }
}

/**
 * There is always one active administrator whose password is here: with the others gone and the directory down or
 * misconfigured, nobody could repair it. Call under lockUsers. Throws conflict.
 */
export async function requireAnotherAdmin(tx: Tx, exceptId: string): Promise<void> {
  const other = await tx.user.findFirst({
    where: { id: { not: exceptId }, active: true, role: 'ADMIN', source: 'local' },
    select: { id: true },
  });
  if (other !== null) return;
  throw new AppError(
    'conflict',
    'This is the last active administrator who can sign in without a directory; make another one first.',
  );
}

/** Whether somebody counts for requireAnotherAdmin. */
export function isMainstay({
  role,
  active,
  source,
}: Pick<UserResult, 'role' | 'active' | 'source'>): boolean {
  return role === 'admin' && active && source === 'local';
}

/**
 * Ends every login and every access token of a user at once, live sockets included: after a change of role, tenants
 * or password, and on deactivation. Answers with how many there were.
 */
export async function endAccess(
  tx: Tx,
  userId: string,
  at: Date,
): Promise<{ sessionsEnded: number; tokensEnded: number }> {
  const live = { userId, revokedAt: null, expiresAt: { gt: at } };
  const sessions = await tx.session.updateMany({ where: live, data: { revokedAt: at } });
  const tokens = await tx.accessToken.updateMany({ where: live, data: { revokedAt: at } });
  await notify(tx, 'user', userId);
  return { sessionsEnded: sessions.count, tokensEnded: tokens.count };
}

/** Throws bad_input that names each id of no tenant. */
export async function requireTenants(tx: Tx, ids: readonly string[]): Promise<void> {
  const found = await tx.tenant.findMany({ where: { id: { in: [...ids] } }, select: { id: true } });
  const known = new Set(found.map((tenant) => tenant.id));
  const missing = ids.flatMap((id, index) =>
    known.has(id) ? [] : [{ path: `tenantIds.${index}`, message: `names no tenant: ${id}` }],
  );
  if (missing.length > 0) throw badInput(missing);
}
