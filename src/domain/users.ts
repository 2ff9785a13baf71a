import { z } from 'zod';
import type { Prisma, PrismaClient } from '../database/generated/prisma/client.ts';
import { ROLES, roleToDb, type Actor, type Role } from '../identity/actor.ts';
import type { Passwords } from '../identity/password.ts';
import { authorize } from '../identity/policy.ts';
import { record } from './audit.ts';
import { change, orConflict, type Tx } from './change.ts';
import { badInput, validate } from './validate.ts';

export interface UserInput {
  readonly username: string;
  /** 8 characters at least. */
  readonly password: string;
  readonly role: Role;
  readonly tenantIds?: readonly string[] | null | undefined;
}

export interface UserResult {
  readonly id: string;
  readonly username: string;
  readonly role: Role;
  readonly tenantIds: readonly string[];
  readonly active: boolean;
  readonly createdAt: Date;
}

export interface Users {
  /** Throws bad_input with `fields`, conflict when the name is taken. */
  create(actor: Actor, input: UserInput): Promise<UserResult>;
}

/** As stored and compared: without case, without the look-alikes of Unicode. */
export function normalizeUsername(username: string): string {
  return username.trim().normalize('NFKC').toLowerCase();
}

export const newUsername = z
  .string()
  .transform(normalizeUsername)
  .pipe(
    z
      .string()
      .regex(
        /^[a-z0-9][a-z0-9._@+-]{0,99}$/,
        'must have 1 to 100 letters, digits or . _ @ + - and begin with a letter or digit',
      ),
  );

/** Long enough to be a passphrase, bounded so that hashing costs what it should. */
export const newPassword = z.string().min(8).max(256);

const userInput = z.strictObject({
  username: newUsername,
  password: newPassword,
  role: z.enum(ROLES),
  tenantIds: z.array(z.uuid('must be the id of a tenant')).max(1000).nullish(),
});

export function createUsers(deps: { readonly db: PrismaClient; readonly passwords: Passwords }): Users {
  return {
    async create(actor, input) {
      authorize(actor, 'user.create');
      const { username, password, role, tenantIds } = validate(userInput, input);
      const ids = [...new Set(tenantIds ?? [])];
      const passwordHash = await deps.passwords.hash(password);
      return await change(deps.db, async (tx) => {
        await requireTenants(tx, ids);
        const tenants = { create: ids.map((tenantId) => ({ tenantId })) };
        const row = await insertUser(tx, { username, passwordHash, role: roleToDb(role), tenants });
        const result = { ...row, role, tenantIds: ids };
        await record(tx, actor, 'user.create', { type: 'user', id: row.id }, null, {
          username,
          role,
          tenantIds: ids,
        });
        return result;
      });
    },
  };
}

/** Inserts a user; throws conflict when the name is taken. */
export async function insertUser(
  tx: Tx,
  data: Prisma.UserCreateInput,
): Promise<{ id: string; username: string; active: boolean; createdAt: Date }> {
  const select = { id: true, username: true, active: true, createdAt: true };
  return await orConflict(
    { path: 'username', message: `"${data.username}" is taken` },
    tx.user.create({ data, select }),
  );
}

/** Ends every login of a user at once: after a change of role, tenants or password, and on deactivation. */
export async function revokeSessions(tx: Tx, userId: string, at: Date): Promise<number> {
  const { count } = await tx.session.updateMany({
    where: { userId, revokedAt: null },
    data: { revokedAt: at },
  });
  return count;
}

async function requireTenants(tx: Tx, ids: readonly string[]): Promise<void> {
  const found = await tx.tenant.findMany({ where: { id: { in: [...ids] } }, select: { id: true } });
  const known = new Set(found.map((tenant) => tenant.id));
  const missing = ids.flatMap((id, index) =>
    known.has(id) ? [] : [{ path: `tenantIds.${index}`, message: `names no tenant: ${id}` }],
  );
  if (missing.length > 0) throw badInput(missing);
}
