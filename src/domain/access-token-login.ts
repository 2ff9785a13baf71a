import { Prisma, type PrismaClient } from '../database/generated/prisma/client.ts';
import { hashAccessToken, isAccessToken } from '../identity/access-token.ts';
import type { Role, UserActor } from '../identity/actor.ts';

/** What a program signs in with. One query each; null = no such token, expired, revoked, or its user is not active. */
export interface AccessTokenLogin {
  authenticate(secret: string, from: { address: string }): Promise<UserActor | null>;
  /** The same for a token that has been presented before, by its id; it does not count as used. */
  authenticateAgain(id: string, from: { address: string }): Promise<UserActor | null>;
}

interface LiveToken {
  readonly id: string;
  readonly name: string;
  readonly scopes: string[];
  readonly limitedTo: string[];
  readonly expiresAt: Date;
  readonly lastUsedAt: Date | null;
  readonly userId: string;
  readonly username: string;
  /** The database's own names of the roles are ours. */
  readonly role: Role;
  readonly tenantIds: string[];
}

const USED_EVERY_MS = 60_000;

export function createAccessTokenLogin({
  db,
  clock,
}: {
  readonly db: PrismaClient;
  readonly clock: () => Date;
}): AccessTokenLogin {
  async function find(where: Prisma.Sql, now: Date): Promise<LiveToken | null> {
    const [live] = await db.$queryRaw<LiveToken[]>`
      SELECT p.id::text, p.name, p.scopes, p.tenant_ids::text[] AS "limitedTo", p.expires_at AS "expiresAt",
             p.last_used_at AS "lastUsedAt", u.id::text AS "userId", u.username, u.role::text AS role,
             ARRAY(SELECT t.tenant_id::text FROM user_tenant t WHERE t.user_id = u.id ORDER BY 1) AS "tenantIds"
        FROM access_token p JOIN app_user u ON u.id = p.user_id
       WHERE ${where} AND p.revoked_at IS NULL AND p.expires_at > ${now}::timestamptz AND u.active`;
    return live ?? null;
  }

  /** At most once a minute and token, however many requests come. */
  async function noteUse({ id, lastUsedAt }: LiveToken, now: Date): Promise<void> {
    const due = new Date(now.getTime() - USED_EVERY_MS);
    if (lastUsedAt !== null && lastUsedAt > due) return;
    await db.$executeRaw`
      UPDATE access_token SET last_used_at = ${now}::timestamptz
       WHERE id = ${id}::uuid AND (last_used_at IS NULL OR last_used_at <= ${due}::timestamptz)`;
  }

  return {
    async authenticate(secret, { address }) {
      if (!isAccessToken(secret)) return null;
      const now = clock();
      const live = await find(Prisma.sql`p.hash = ${hashAccessToken(secret)}`, now);
      if (live === null) return null;
      await noteUse(live, now);
      return actorOf(live, address);
    },

    async authenticateAgain(id, { address }) {
      const live = await find(Prisma.sql`p.id = ${id}::uuid`, clock());
      return live === null ? null : actorOf(live, address);
    },
  };
}

function actorOf(live: LiveToken, address: string): UserActor {
  const { id, name, scopes, limitedTo, expiresAt, userId, username, role, tenantIds } = live;
  return {
    kind: 'user',
    id: userId,
    username,
    role,
    tenantIds,
    sessionId: id,
    expiresAt,
    grant: { id, name, scopes, tenantIds: limitedTo },
    address,
  };
}
