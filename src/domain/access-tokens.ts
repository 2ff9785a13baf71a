import type { Prisma, PrismaClient } from '../database/generated/prisma/client.ts';
import { AppError } from '../errors.ts';
import { accessTokenPrefix, generateAccessToken, hashAccessToken } from '../identity/access-token.ts';
import type { Actor, UserActor } from '../identity/actor.ts';
import { authorize, can, tenantScope } from '../identity/policy.ts';
import { createAccessTokenLogin, type AccessTokenLogin } from './access-token-login.ts';
import {
  requireExpiry,
  requireUsefulScopes,
  tokenInput,
  type AccessTokenInput,
} from './access-token-schema.ts';
import { record } from './audit.ts';
import { change, notify, type Tx } from './change.ts';
import { requireTenants } from './user-guard.ts';
import { badInput, notFound, requireId, validate } from './validate.ts';

/** A token without what it is: `hash` never leaves this room. */
export interface AccessTokenResult {
  readonly id: string;
  readonly userId: string;
  readonly name: string;
  /** The first characters, for display. */
  readonly prefix: string;
  readonly scopes: readonly string[];
  /** Empty = all tenants of its user. */
  readonly tenantIds: readonly string[];
  readonly createdAt: Date;
  readonly expiresAt: Date;
  /** To the minute. */
  readonly lastUsedAt: Date | null;
  readonly revokedAt: Date | null;
}

/** `secret` is shown this once. */
export interface AccessTokenCreated {
  readonly accessToken: AccessTokenResult;
  readonly secret: string;
}

export interface AccessTokens extends AccessTokenLogin {
  /** For oneself, signed in with a password. Throws bad_input, conflict when there are too many. */
  create(actor: Actor, input: AccessTokenInput): Promise<AccessTokenCreated>;
  /** One's own, or for an administrator anybody's; the newest first. */
  list(actor: Actor, userId?: string | null): Promise<readonly AccessTokenResult[]>;
  /** Everybody's; the newest first, at most 1,000. For administrators. */
  listAll(actor: Actor): Promise<readonly AccessTokenResult[]>;
  /** Ends it at once; may be repeated. One's own, or for an administrator anybody's. */
  revoke(actor: Actor, id: string): Promise<AccessTokenResult>;
}

const MOST_LIVE = 50;
const MOST_LISTED = 1000;
/** Tokens that ended so long ago are removed when their user makes a new one; the audit log keeps their story. */
const KEPT_MS = 90 * 24 * 60 * 60 * 1000;

const select = {
  id: true,
  userId: true,
  name: true,
  prefix: true,
  scopes: true,
  tenantIds: true,
  createdAt: true,
  expiresAt: true,
  lastUsedAt: true,
  revokedAt: true,
} as const satisfies Prisma.AccessTokenSelect;

export function createAccessTokens(deps: {
  readonly db: PrismaClient;
  readonly clock: () => Date;
}): AccessTokens {
  const { db, clock } = deps;

  return {
    ...createAccessTokenLogin(deps),

    async create(actor, input) {
      authorize(actor, 'accessToken.own');
      const user = requirePerson(actor);
      const { name, scopes, tenantIds, expiresAt } = validate(tokenInput, input);
      const now = clock();
      requireUsefulScopes(scopes, user.role);
      requireExpiry(expiresAt, now);
      const limitedTo = [...new Set(tenantIds ?? [])];
      const secret = generateAccessToken();
      return await change(db, async (tx) => {
        await lockOwner(tx, user, now);
        await requireOwnTenants(tx, user, limitedTo);
        await tx.accessToken.deleteMany({ where: { userId: user.id, ...endedBefore(now) } });
        const live = { userId: user.id, revokedAt: null, expiresAt: { gt: now } };
        if ((await tx.accessToken.count({ where: live })) >= MOST_LIVE) {
          throw new AppError('conflict', `You have ${MOST_LIVE} access tokens; revoke one first.`);
        }
        const accessToken = await tx.accessToken.create({
          data: {
            userId: user.id,
            name,
            hash: hashAccessToken(secret),
            prefix: accessTokenPrefix(secret),
            scopes: [...new Set(scopes)],
            tenantIds: limitedTo,
            createdAt: now,
            expiresAt,
          },
          select,
        });
        const target = { type: 'accessToken', id: accessToken.id } as const;
        await record(tx, actor, 'accessToken.create', target, null, { ...accessToken });
        return { accessToken, secret };
      });
    },

    async list(actor, rawUserId) {
      authorize(actor, 'accessToken.own');
      const self = requirePerson(actor).id;
      const userId = rawUserId == null ? self : requireId(rawUserId, 'user');
      if (userId !== self) authorize(actor, 'accessToken.manage');
      return await db.accessToken.findMany({
        where: { userId },
        orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
        select,
      });
    },

    async listAll(actor) {
      authorize(actor, 'accessToken.manage');
      return await db.accessToken.findMany({
        orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
        take: MOST_LISTED,
        select,
      });
    },

    async revoke(actor, rawId) {
      authorize(actor, 'accessToken.own');
      const id = requireId(rawId, 'access token');
      return await change(db, async (tx) => {
        await tx.$queryRaw`SELECT 1 FROM access_token WHERE id = ${id}::uuid FOR UPDATE`;
        const before = await tx.accessToken.findUnique({ where: { id }, select });
        const isOwn = actor.kind === 'user' && before?.userId === actor.id;
        if (before === null || !(isOwn || can(actor, 'accessToken.manage'))) throw notFound('access token');
        if (before.revokedAt !== null) return before;
        const data = { revokedAt: clock() };
        const after = await tx.accessToken.update({ where: { id }, data, select });
        const target = { type: 'accessToken', id } as const;
        await record(tx, actor, 'accessToken.revoke', target, { ...before }, { ...after });
        await notify(tx, 'user', before.userId);
        return after;
      });
    },
  };
}

function requirePerson(actor: Actor): UserActor {
  if (actor.kind === 'user') return actor;
  throw new AppError('forbidden', 'Access tokens belong to people; the program itself has none.');
}

/**
 * Against a change of the same moment: what has just ended the user's access must not miss a token that is being made.
 * Throws unauthenticated.
 */
async function lockOwner(tx: Tx, user: UserActor, now: Date): Promise<void> {
  const rows = await tx.$queryRaw<
    unknown[]
  >`SELECT 1 FROM app_user WHERE id = ${user.id}::uuid AND active FOR UPDATE`;
  const session = await tx.session.findFirst({
    where: { id: user.sessionId, userId: user.id, revokedAt: null, expiresAt: { gt: now } },
    select: { id: true },
  });
  if (rows.length > 0 && session !== null) return;
  throw new AppError('unauthenticated', 'Your session has ended; sign in again.');
}

/** Somebody else's tenant does not exist for the user. */
async function requireOwnTenants(tx: Tx, user: UserActor, ids: readonly string[]): Promise<void> {
  const scope = tenantScope(user);
  const foreign = ids.flatMap((id, index) =>
    scope === 'all' || scope.includes(id)
      ? []
      : [{ path: `tenantIds.${index}`, message: `names no tenant: ${id}` }],
  );
  if (foreign.length > 0) throw badInput(foreign);
  await requireTenants(tx, ids);
}

function endedBefore(now: Date): Prisma.AccessTokenWhereInput {
  const old = new Date(now.getTime() - KEPT_MS);
  return { OR: [{ expiresAt: { lt: old } }, { revokedAt: { lt: old } }] };
}
