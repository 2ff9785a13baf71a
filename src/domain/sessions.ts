import { z } from 'zod';
import type { PrismaClient } from '../database/generated/prisma/client.ts';
import { AppError } from '../errors.ts';
import { rightsOf, roleFromDb, type Actor, type Role, type UserActor } from '../identity/actor.ts';
import type { LoginGuard } from '../identity/login-guard.ts';
import type { Passwords } from '../identity/password.ts';
import { authorize } from '../identity/policy.ts';
import type { Tokens } from '../identity/token.ts';
import type { AccessTokens } from './access-tokens.ts';
import { record } from './audit.ts';
import { change, notify } from './change.ts';
import type { DirectoryLogin } from './directory-login.ts';
import { createChangePassword, type ChangePassword } from './password-change.ts';
import { createSessionList, type SessionList } from './session-list.ts';
import { plainText } from './plain-text.ts';
import { openSession, signSession, type LoginResult, type Origin } from './session-open.ts';
import { normalizeUsername } from './user-schema.ts';
import { validate } from './validate.ts';

export type { LoginResult, Origin } from './session-open.ts';

export interface LoginInput {
  readonly username: string;
  readonly password: string;
}

/** Who is signed in. */
export interface Viewer {
  readonly id: string;
  readonly username: string;
  readonly role: Role;
  readonly tenantIds: readonly string[];
}

export interface Sessions extends SessionList {
  /**
   * Throws AppError unauthenticated (wrong name or password alike) or too_many_attempts (with retryAfterMs); for users
   * of the directory also forbidden (in no mapped group) and unavailable (the directory cannot be asked).
   */
  login(input: LoginInput, from: Origin): Promise<LoginResult>;
  /** A JWT or an access token; one query. Null = none of ours, expired, revoked, or the user is no longer active. */
  authenticate(token: string, from: { address: string }): Promise<UserActor | null>;
  /** Whether what somebody has signed in with still stands, with the same rights: for answers that take long. */
  stands(actor: UserActor): Promise<boolean>;
  /** Revokes the actor's own session at once. */
  logout(actor: Actor): Promise<void>;
  me(actor: Actor): Viewer;
  readonly changePassword: ChangePassword;
}

export interface SessionsDeps {
  readonly db: PrismaClient;
  readonly clock: () => Date;
  readonly passwords: Passwords;
  readonly tokens: Tokens;
  readonly guard: LoginGuard;
  readonly accessTokens: Pick<AccessTokens, 'authenticate' | 'authenticateAgain'>;
  /** Asked for names that are nobody's here, and for users of the directory. */
  readonly directory: DirectoryLogin;
}

/** Longer than any real one, short enough to cost nothing. */
const loginInput = z.strictObject({
  username: plainText(200, 1),
  password: z.string().min(1).max(1024),
});

interface LiveSession {
  readonly expiresAt: Date;
  readonly username: string;
  /** The database's own names of the roles are ours. */
  readonly role: Role;
  readonly tenantIds: readonly string[];
}

export function createSessions(deps: SessionsDeps): Sessions {
  const { db, clock, passwords, tokens, guard, accessTokens, directory } = deps;

  async function readSession(
    id: string,
    sessionId: string,
    { address }: { readonly address: string },
  ): Promise<UserActor | null> {
    const [live] = await db.$queryRaw<LiveSession[]>`
      SELECT s.expires_at AS "expiresAt", u.username, u.role::text AS role,
             ARRAY(SELECT t.tenant_id::text FROM user_tenant t WHERE t.user_id = u.id ORDER BY 1) AS "tenantIds"
        FROM session s JOIN app_user u ON u.id = s.user_id
       WHERE s.id = ${sessionId}::uuid AND u.id = ${id}::uuid
         AND s.revoked_at IS NULL AND s.expires_at > ${clock()}::timestamptz AND u.active`;
    return live === undefined ? null : { kind: 'user', id, sessionId, ...live, address };
  }

  return {
    ...createSessionList(deps),
    changePassword: createChangePassword(deps),

    async login(input, from) {
      const { username: typed, password } = validate(loginInput, input);
      const username = normalizeUsername(typed);
      const attempt = await guard.admit(username, from.address);
      const user = await db.user.findUnique({ where: { username } });
      // Always one hash, so that the time it takes says nothing about which names exist.
      const right = await passwords.verify(password, user?.passwordHash ?? null);
      if (user === null || (user.source === 'ldap' && user.active)) {
        const session = await directory.signIn({ username, password }, from, attempt);
        if (session !== null) return await signSession(tokens, session);
      }
      if (!user?.active || !right) {
        await change(db, async (tx) => {
          const by = { kind: 'stranger', name: username, address: from.address } as const;
          await record(tx, by, 'session.loginFailed', { type: 'user', id: user?.id ?? '' }, null, null);
        });
        throw new AppError('unauthenticated', 'The user name or the password is wrong.');
      }
      const outdated = user.passwordHash !== null && passwords.isOutdated(user.passwordHash);
      const kept = outdated ? await passwords.hash(password) : user.passwordHash;
      const session = await change(db, async (tx) => {
        // Only if the user is still the one whose password was compared: a change in between ends this login. Past the
        // client, which would call it a change of the user.
        const count = await tx.$executeRaw`
          UPDATE app_user SET password_hash = ${kept}
           WHERE id = ${user.id}::uuid AND active AND password_hash IS NOT DISTINCT FROM ${user.passwordHash}`;
        if (count === 0) throw new AppError('unauthenticated', 'The user name or the password is wrong.');
        await attempt.succeeded(tx);
        return await openSession(tx, { id: user.id, username, role: roleFromDb(user.role) }, from, clock());
      });
      return await signSession(tokens, session);
    },

    async authenticate(token, from) {
      const claims = await tokens.verify(token);
      if (claims === null) return await accessTokens.authenticate(token, from);
      return await readSession(claims.userId, claims.sessionId, from);
    },

    async stands(actor) {
      const { id, sessionId, grant } = actor;
      const now =
        grant === undefined
          ? await readSession(id, sessionId, actor)
          : await accessTokens.authenticateAgain(grant.id, actor);
      return now !== null && rightsOf(now) === rightsOf(actor);
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
        await notify(tx, 'user', actor.id);
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
