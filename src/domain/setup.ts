import { z } from 'zod';
import type { PrismaClient } from '../database/generated/prisma/client.ts';
import { AppError } from '../errors.ts';
import { roleToDb, type Actor, type Role } from '../identity/actor.ts';
import type { Passwords } from '../identity/password.ts';
import { authorize } from '../identity/policy.ts';
import { record } from './audit.ts';
import { change, notify, type Tx } from './change.ts';
import { newPassword, newUsername } from './user-schema.ts';
import { insertUser } from './users.ts';
import { validate } from './validate.ts';

export interface AdminInput {
  readonly username: string;
  /** 8 characters at least. */
  readonly password: string;
}

export interface CreatedAdmin {
  readonly id: string;
  readonly username: string;
  readonly role: Role;
}

/** First-run setup. */
export interface Setup {
  /** Open to everybody. */
  status(): Promise<{ setupComplete: boolean }>;
  /** Open to everybody: whether there is an account to sign in with. */
  accountExists(): Promise<boolean>;
  /** Open to everybody, once: AppError conflict as soon as any user exists. `address` goes into the audit log. */
  createAdmin(input: AdminInput, address: string): Promise<CreatedAdmin>;
  /** Marks setup as done; may be repeated. */
  complete(actor: Actor): Promise<{ setupComplete: true }>;
}

const SETTING = 'setup';
const adminInput = z.strictObject({ username: newUsername, password: newPassword });
const storedSetup = z.object({ completed: z.boolean() });

export function createSetup(deps: { readonly db: PrismaClient; readonly passwords: Passwords }): Setup {
  const { db, passwords } = deps;
  return {
    async status() {
      return { setupComplete: await isComplete(db) };
    },
    accountExists: () => hasUsers(db),
    async createAdmin(input, address) {
      // Looked at before the hash, so that strangers cannot keep a running product busy with hashing …
      await refuseIfUsersExist(db);
      const { username, password } = validate(adminInput, input);
      const passwordHash = await passwords.hash(password);
      return await change(db, async (tx) => {
        // … and again under a lock: of two that come at once, one wins.
        await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('first admin', 0))`;
        await refuseIfUsersExist(tx);
        const row = await insertUser(tx, { username, passwordHash, role: roleToDb('admin') });
        const by = { kind: 'stranger', name: username, address } as const;
        await record(tx, by, 'setup.createAdmin', { type: 'user', id: row.id }, null, {
          username,
          role: 'admin',
        });
        return { id: row.id, username: row.username, role: 'admin' };
      });
    },
    async complete(actor) {
      authorize(actor, 'setup.complete');
      return await change(db, async (tx) => {
        const before = await isComplete(tx);
        const value = { completed: true };
        await tx.setting.upsert({
          where: { key: SETTING },
          create: { key: SETTING, value },
          update: { value },
        });
        if (!before) {
          const target = { type: 'setting', id: SETTING } as const;
          await record(tx, actor, 'setup.complete', target, { completed: before }, value);
          await notify(tx, 'setting', SETTING);
        }
        return { setupComplete: true };
      });
    },
  };
}

async function isComplete(db: Pick<Tx, 'setting'>): Promise<boolean> {
  const row = await db.setting.findUnique({ where: { key: SETTING } });
  return storedSetup.safeParse(row?.value).data?.completed ?? false;
}

async function refuseIfUsersExist(db: Pick<Tx, 'user'>): Promise<void> {
  if (!(await hasUsers(db))) return;
  throw new AppError('conflict', 'The first administrator exists already; sign in instead.');
}

async function hasUsers(db: Pick<Tx, 'user'>): Promise<boolean> {
  return (await db.user.findFirst({ select: { id: true } })) !== null;
}
