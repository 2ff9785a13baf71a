import { z } from 'zod';
import type { PrismaClient } from '../database/generated/prisma/client.ts';
import { AppError } from '../errors.ts';
import { roleFromDb, type Actor, type Role, type UserActor } from '../identity/actor.ts';
import type { LoginGuard } from '../identity/login-guard.ts';
import type { Passwords } from '../identity/password.ts';
import { authorize } from '../identity/policy.ts';
import { TOKEN_LIFETIME_MS, type Tokens } from '../identity/token.ts';
import { record } from './audit.ts';
import { change } from './change.ts';
import { normalizeUsername } from './users.ts';
import { validate } from './validate.ts';

export interface LoginInput {
  readonly username: string;
  readonly password: string;
}

export interface LoginResult {
  /** JWT, valid for 12 hours or until the session is revoked. */
  readonly token: string;
  readonly username: string;
  readonly role: Role;
  readonly expiresAt: Date;
}

/** Who is signed in. */
export interface Viewer {
  readonly id: string;
  readonly username: string;
  readonly role: Role;
  readonly tenantIds: readonly string[];
}

export interface Sessions {
  /** Throws AppError unauthenticated (wrong name or password alike) or too_many_attempts (with retryAfterMs). */
  login(input: LoginInput, from: { address: string; userAgent: string }): Promise<LoginResult>;
  /** One query. Null = no token of ours, expired, revoked, or the user is no longer active. */
  authenticate(token: string, from: { address: string }): Promise<UserActor | null>;
  /** Revokes the actor's own session at once. */
  logout(actor: Actor): Promise<void>;
  me(actor: Actor): Viewer;
}

export interface SessionsDeps {
  readonly db: PrismaClient;
  readonly clock: () => Date;
  readonly passwords: Passwords;
  readonly tokens: Tokens;
  readonly guard: LoginGuard;
}

/** Longer than any real one, short enough to cost nothing. */
const loginInput = z.strictObject({
  username: z.string().min(1).max(200),
  password: z.string().min(1).max(1024),
});

interface LiveSession {
  readonly username: string;
  /** The database's own names of the roles are ours. */
  readonly role: Role;
  readonly tenantIds: readonly string[];
}

export function createSessions(deps: SessionsDeps): Sessions {
  const { db, clock, passwords, tokens, guard } = deps;

  return {
    async login(input, from) {
      const { username: typed, password } = validate(loginInput, input);
      const username = normalizeUsername(typed);
      const attempt = await guard.admit(username, from.address);
      const user = await db.user.findUnique({ where: { username } });
      // Always one hash, so that the time it takes says nothing about which names exist.
      const right = await passwords.verify(password, user?.passwordHash ?? null);
      if (!user?.active || !right) {
        await change(db, async (tx) => {
          const by = { kind: 'stranger', name: username, address: from.address } as const;
          await record(tx, by, 'session.loginFailed', { type: 'user', id: user?.id ?? '' }, null, null);
        });
        throw new AppError('unauthenticated', 'The user name or the password is wrong.');
      }
      const outdated = user.passwordHash !== null && passwords.isOutdated(user.passwordHash);
      const renewed = outdated ? { passwordHash: await passwords.hash(password) } : {};
      const now = clock();
      const expiresAt = new Date(now.getTime() + TOKEN_LIFETIME_MS);
      const sessionId = await change(db, async (tx) => {
        // Only if the user is still the one whose password was compared: a change in between ends this login.
        const { count } = await tx.user.updateMany({
          where: { id: user.id, active: true, passwordHash: user.passwordHash },
          data: { lastLoginAt: now, ...renewed },
        });
        if (count === 0) throw new AppError('unauthenticated', 'The user name or the password is wrong.');
        await attempt.succeeded(tx);
        await tx.session.deleteMany({ where: { userId: user.id, expiresAt: { lte: now } } });
        const session = await tx.session.create({
          data: {
            userId: user.id,
            address: from.address,
            userAgent: from.userAgent.slice(0, 500),
            createdAt: now,
            expiresAt,
          },
          select: { id: true },
        });
        const by: UserActor = {
          ...asActor(user.id, session.id, from.address),
          username,
          role: roleFromDb(user.role),
        };
        await record(tx, by, 'session.login', { type: 'user', id: user.id }, null, { sessionId: session.id });
        return session.id;
      });
      const token = await tokens.sign({ userId: user.id, sessionId }, now, expiresAt);
      return { token, username, role: roleFromDb(user.role), expiresAt };
    },

    async authenticate(token, from) {
      const claims = await tokens.verify(token);
      if (claims === null) return null;
      const [live] = await db.$queryRaw<LiveSession[]>`
        SELECT u.username, u.role::text AS role,
               ARRAY(SELECT t.tenant_id::text FROM user_tenant t WHERE t.user_id = u.id ORDER BY 1) AS "tenantIds"
          FROM session s JOIN app_user u ON u.id = s.user_id
         WHERE s.id = ${claims.sessionId}::uuid AND u.id = ${claims.userId}::uuid
           AND s.revoked_at IS NULL AND s.expires_at > ${clock()}::timestamptz AND u.active`;
      if (!live) return null;
      const { username, role, tenantIds } = live;
      return {
        ...asActor(claims.userId, claims.sessionId, from.address),
        username,
        role,
        tenantIds,
      };
    },

    async logout(actor) {
      authorize(actor, 'session.end');
      if (actor.kind !== 'user') return;
      await change(db, async (tx) => {
        const { count } = await tx.session.updateMany({
          where: { id: actor.sessionId, revokedAt: null },
          data: { revokedAt: clock() },
        });
        if (count === 0) return;
        const target = { type: 'user', id: actor.id } as const;
        await record(tx, actor, 'session.logout', target, null, { sessionId: actor.sessionId });
      });
    },

    me(actor) {
      authorize(actor, 'session.read');
      if (actor.kind !== 'user') throw new AppError('unauthenticated', 'Nobody is signed in.');
      const { id, username, role, tenantIds } = actor;
      return { id, username, role, tenantIds };
    },
  };
}

function asActor(id: string, sessionId: string, address: string) {
  return { kind: 'user', id, sessionId, address, tenantIds: [] } as const;
}
