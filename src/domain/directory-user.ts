import type { Prisma } from '../database/generated/prisma/client.ts';
import { roleFromDb, roleToDb, type Role } from '../identity/actor.ts';
import type { DirectoryPerson } from '../identity/ldap/directory.ts';
import { record } from './audit.ts';
import { notify, type Tx } from './change.ts';
import { endAccess, lockUsers } from './user-guard.ts';
import { insertUser } from './users.ts';

const BY = { kind: 'system', name: 'directory' } as const;
const include = { tenants: { select: { tenantId: true } } } as const satisfies Prisma.UserInclude;
type Row = Prisma.UserGetPayload<{ include: typeof include }>;

/** What the directory and we know of somebody, as it is kept. */
interface Standing {
  readonly role: Role;
  readonly tenantIds: readonly string[];
  readonly directoryDn: string;
}

/**
 * The id of the user for somebody whom the directory has vouched for: made at the first sign-in; at every one, role
 * and tenants become what the groups say, which ends older sessions and access tokens. Null = they stay out: disabled
 * here, in no mapped group, or the name is a local user's.
 */
export async function admitPerson(
  tx: Tx,
  username: string,
  person: DirectoryPerson,
  now: Date,
): Promise<string | null> {
  // Two first sign-ins of one person at once, perhaps by two names: the second one finds the first one's row.
  await lockUsers(tx, BY);
  const rows = await tx.user.findMany({
    where: { OR: [{ directoryDn: person.dn }, { username }] },
    include,
  });
  // The entry is the person, the name only what they were looked up by: who is disabled stays so under every name
  // that the directory knows them by.
  if (rows.some(({ source, active }) => source !== 'ldap' || !active)) return null;
  const row = rows.find(({ directoryDn }) => directoryDn === person.dn) ?? rows[0];
  const role = await roleFor(tx, row, person.role);
  if (role === null) {
    if (row !== undefined) await end(tx, row, now);
    return null;
  }
  const standing = { role, tenantIds: await lockTenants(tx, person.tenantIds), directoryDn: person.dn };
  if (row === undefined) return await provision(tx, username, standing);
  await refresh(tx, row, standing, now);
  return row.id;
}

/** Without any admin nobody could mend the mapping of groups: the last one of all stays one, whatever they say. */
async function roleFor(tx: Tx, row: Row | undefined, role: Role | null): Promise<Role | null> {
  if (row?.role !== 'ADMIN' || role === 'admin') return role;
  const where = { role: roleToDb('admin'), active: true, id: { not: row.id } };
  return (await tx.user.findFirst({ where, select: { id: true } })) === null ? 'admin' : role;
}

async function provision(tx: Tx, username: string, standing: Standing): Promise<string> {
  const { role, tenantIds, directoryDn } = standing;
  const tenants = { create: tenantIds.map((tenantId) => ({ tenantId })) };
  const data = { username, role: roleToDb(role), source: 'ldap', directoryDn, tenants };
  const { id } = await insertUser(tx, data);
  await record(tx, BY, 'user.provision', { type: 'user', id }, null, {
    username,
    source: 'ldap',
    ...standing,
  });
  await notify(tx, 'user', id);
  return id;
}

async function refresh(tx: Tx, row: Row, after: Standing, now: Date): Promise<void> {
  const { id } = row;
  const before = {
    role: roleFromDb(row.role),
    tenantIds: row.tenants.map(({ tenantId }) => tenantId).toSorted(),
    directoryDn: row.directoryDn,
  };
  const isSame =
    before.role === after.role &&
    before.directoryDn === after.directoryDn &&
    before.tenantIds.join() === after.tenantIds.join();
  if (isSame) return;
  await tx.userTenant.deleteMany({ where: { userId: id } });
  await tx.userTenant.createMany({ data: after.tenantIds.map((tenantId) => ({ userId: id, tenantId })) });
  const data = { role: roleToDb(after.role), directoryDn: after.directoryDn };
  await tx.user.update({ where: { id }, data, select: { id: true } });
  // Another entry by the same name, too, must not inherit what its predecessor was signed in with.
  const ended = await endAccess(tx, id, now);
  await record(tx, BY, 'user.update', { type: 'user', id }, before, { ...after, ...ended });
}

/** In no mapped group any more: what was signed in before ends. */
async function end(tx: Tx, { id }: Row, now: Date): Promise<void> {
  const ended = await endAccess(tx, id, now);
  if (ended.sessionsEnded + ended.tokensEnded === 0) return;
  await record(tx, BY, 'session.revoke', { type: 'user', id }, null, {
    reason: 'in no mapped group',
    ...ended,
  });
}

/** Those that exist, in order; they stay until the end of the transaction. */
async function lockTenants(tx: Tx, ids: readonly string[]): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT id::text FROM tenant WHERE id = ANY(${[...ids]}::uuid[]) ORDER BY id FOR KEY SHARE`;
  return rows.map(({ id }) => id).toSorted();
}
