import type { Prisma, PrismaClient } from '../database/generated/prisma/client.ts';
import { AppError } from '../errors.ts';
import { roleToDb, type Actor, type Role } from '../identity/actor.ts';
import type { Passwords } from '../identity/password.ts';
import { authorize } from '../identity/policy.ts';
import { record } from './audit.ts';
import { change, notify, orConflict, type Tx } from './change.ts';
import { requireUnchanged } from './edited.ts';
import {
  endAccess,
  isMainstay,
  lockUsers,
  readUser,
  requireAnotherAdmin,
  requireTenants,
  userFacts,
  type UserResult,
  type UserSource,
} from './user-guard.ts';
import { userCreate, userUpdate } from './user-schema.ts';
import { badInput, requireId, validate } from './validate.ts';

export type { UserResult } from './user-guard.ts';

export interface UserInput {
  readonly username: string;
  /** 8 characters at least. */
  readonly password: string;
  readonly role: Role;
  readonly tenantIds?: readonly string[] | null | undefined;
}

/** What is missing or null stays as it is. */
export interface UserUpdateInput {
  readonly role?: Role | null | undefined;
  /** Replaced as a whole. */
  readonly tenantIds?: readonly string[] | null | undefined;
  /** Not for users of a directory. */
  readonly password?: string | null | undefined;
  readonly active?: boolean | null | undefined;
}

export interface Users {
  /** Throws bad_input with `fields`, conflict when the name is taken. */
  create(actor: Actor, input: UserInput): Promise<UserResult>;
  /**
   * A change of role, tenants, password or state ends the user's logins and access tokens at once. Throws forbidden
   * for one's own role or deactivation, conflict for the last administrator and beside another `base`: the `updatedAt`
   * of what was edited.
   */
  update(actor: Actor, id: string, input: UserUpdateInput, base?: Date | null): Promise<UserResult>;
  /** Throws forbidden for oneself, conflict for the last administrator. */
  remove(actor: Actor, id: string): Promise<UserResult>;
  /** Where the actor's own password is kept. */
  ownSource(actor: Actor): Promise<UserSource>;
}

export interface UsersDeps {
  readonly db: PrismaClient;
  readonly clock: () => Date;
  readonly passwords: Passwords;
}

export function createUsers({ db, clock, passwords }: UsersDeps): Users {
  return {
    async create(actor, input) {
      authorize(actor, 'user.create');
      const { username, password, role, tenantIds } = validate(userCreate, input);
      const ids = [...new Set(tenantIds ?? [])];
      const passwordHash = await passwords.hash(password);
      return await change(db, async (tx) => {
        await lockUsers(tx, actor);
        await requireTenants(tx, ids);
        const tenants = { create: ids.map((tenantId) => ({ tenantId })) };
        const { id } = await insertUser(tx, { username, passwordHash, role: roleToDb(role), tenants });
        const user = await readUser(tx, id);
        await record(tx, actor, 'user.create', { type: 'user', id }, null, userFacts(user));
        await notify(tx, 'user', id);
        return user;
      });
    },

    async update(actor, rawId, input, base) {
      authorize(actor, 'user.update');
      const id = requireId(rawId, 'user');
      const { role, tenantIds, password, active } = validate(userUpdate, input);
      const passwordHash = password == null ? null : await passwords.hash(password);
      return await change(db, async (tx) => {
        await lockUsers(tx, actor);
        const before = await lockUser(tx, id);
        requireUnchanged('user', before, base);
        const wanted = { role: role ?? before.role, active: active ?? before.active, source: before.source };
        refuseOwn(actor, before, wanted);
        if (passwordHash !== null) requireOwnPassword(before);
        if (isMainstay(before) && !isMainstay(wanted)) await requireAnotherAdmin(tx, id);
        await tx.user.update({
          where: { id },
          data: {
            role: roleToDb(wanted.role),
            active: wanted.active,
            ...(passwordHash === null ? {} : { passwordHash }),
          },
          select: { id: true },
        });
        if (tenantIds != null) await linkTenants(tx, id, tenantIds);
        const after = await readUser(tx, id);
        const passwordChanged = passwordHash !== null;
        const ended = passwordChanged || accessDiffers(before, after) ? await endAccess(tx, id, clock()) : {};
        const facts = { ...userFacts(after), ...(passwordChanged ? { passwordChanged } : {}), ...ended };
        await record(tx, actor, 'user.update', { type: 'user', id }, userFacts(before), facts);
        await notify(tx, 'user', id);
        return after;
      });
    },

    async remove(actor, rawId) {
      authorize(actor, 'user.delete');
      const id = requireId(rawId, 'user');
      if (actor.kind === 'user' && actor.id === id) {
        throw new AppError('forbidden', 'You cannot remove your own account; another administrator can.');
      }
      return await change(db, async (tx) => {
        await lockUsers(tx, actor);
        const before = await lockUser(tx, id);
        if (isMainstay(before)) await requireAnotherAdmin(tx, id);
        // Sessions and access tokens go with the row.
        await tx.user.delete({ where: { id }, select: { id: true } });
        await record(tx, actor, 'user.delete', { type: 'user', id }, userFacts(before), null);
        await notify(tx, 'user', id);
        return before;
      });
    },

    async ownSource(actor) {
      authorize(actor, 'session.read');
      if (actor.kind !== 'user') return 'local';
      const row = await db.user.findUnique({ where: { id: actor.id }, select: { source: true } });
      return row?.source === 'ldap' ? 'ldap' : 'local';
    },
  };
}

/** Inserts a user; throws conflict when the name is taken. */
export async function insertUser(
  tx: Tx,
  data: Prisma.UserCreateInput,
): Promise<{ id: string; username: string }> {
  return await orConflict(
    { path: 'username', message: `"${data.username}" is taken` },
    tx.user.create({ data, select: { id: true, username: true } }),
  );
}

/** The user, its row locked: a login or a new access token of the same moment waits. Throws not_found. */
async function lockUser(tx: Tx, id: string): Promise<UserResult> {
  await tx.$queryRaw`SELECT 1 FROM app_user WHERE id = ${id}::uuid FOR UPDATE`;
  return await readUser(tx, id);
}

/** Nobody shuts oneself out by mistake: somebody else has to take a role or an account away. */
function refuseOwn(actor: Actor, before: UserResult, wanted: Pick<UserResult, 'role' | 'active'>): void {
  if (actor.kind !== 'user' || actor.id !== before.id) return;
  if (wanted.role !== before.role) {
    throw new AppError('forbidden', 'You cannot change your own role; another administrator can.');
  }
  if (!wanted.active && before.active) {
    throw new AppError('forbidden', 'You cannot deactivate your own account; another administrator can.');
  }
}

function requireOwnPassword({ source }: UserResult): void {
  if (source === 'local') return;
  throw badInput([
    {
      path: 'password',
      message: 'cannot be set here: this user signs in with the password of the directory',
    },
  ]);
}

function accessDiffers(before: UserResult, after: UserResult): boolean {
  return (
    before.role !== after.role ||
    before.active !== after.active ||
    before.tenantIds.join() !== after.tenantIds.join()
  );
}

async function linkTenants(tx: Tx, userId: string, given: readonly string[]): Promise<void> {
  const ids = [...new Set(given)];
  await requireTenants(tx, ids);
  await tx.userTenant.deleteMany({ where: { userId } });
  await tx.userTenant.createMany({ data: ids.map((tenantId) => ({ userId, tenantId })) });
}
