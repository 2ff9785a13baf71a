import type { Prisma, PrismaClient } from '../database/generated/prisma/client.ts';
import { AppError } from '../errors.ts';
import type { Actor, UserActor } from '../identity/actor.ts';
import { authorize, can } from '../identity/policy.ts';
import { record } from './audit.ts';
import { change, notify } from './change.ts';
import { notFound, requireId } from './validate.ts';

/** One login that has not ended, or has just been ended. */
export interface SessionResult {
  readonly id: string;
  readonly userId: string;
  readonly address: string;
  readonly userAgent: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

export interface SessionList {
  /** Those that have not ended, the newest first: one's own, or for an administrator anybody's. */
  list(actor: Actor, userId?: string | null): Promise<readonly SessionResult[]>;
  /** Ends one at once: one's own, or for an administrator anybody's. Throws not_found, also for one that has ended. */
  revoke(actor: Actor, id: string): Promise<SessionResult>;
  /** Ends all at once but the actor's current one: one's own, or for an administrator anybody's; answers how many. */
  revokeOthers(actor: Actor, userId?: string | null): Promise<number>;
}

const select = {
  id: true,
  userId: true,
  address: true,
  userAgent: true,
  createdAt: true,
  expiresAt: true,
} as const satisfies Prisma.SessionSelect;

export function createSessionList(deps: {
  readonly db: PrismaClient;
  readonly clock: () => Date;
}): SessionList {
  const { db, clock } = deps;
  const live = () => ({ revokedAt: null, expiresAt: { gt: clock() } });

  return {
    async list(actor, userId) {
      return await db.session.findMany({
        where: { userId: whose(actor, userId), ...live() },
        orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
        select,
      });
    },

    async revoke(actor, rawId) {
      authorize(actor, 'session.end');
      const id = requireId(rawId, 'session');
      return await change(db, async (tx) => {
        const session = await tx.session.findFirst({ where: { id, ...live() }, select });
        const isOwn = actor.kind === 'user' && session?.userId === actor.id;
        if (session === null || !(isOwn || can(actor, 'session.manage'))) throw notFound('session');
        const ended = await tx.session.updateMany({
          where: { id, revokedAt: null },
          data: { revokedAt: clock() },
        });
        // Somebody else was faster; the trail has their name.
        if (ended.count === 0) throw notFound('session');
        const target = { type: 'user', id: session.userId } as const;
        await record(tx, actor, 'session.revoke', target, { ...session }, null);
        await notify(tx, 'user', session.userId);
        return session;
      });
    },

    async revokeOthers(actor, rawUserId) {
      const userId = whose(actor, rawUserId);
      return await change(db, async (tx) => {
        const current = actor.kind === 'user' ? { id: { not: actor.sessionId } } : {};
        const { count } = await tx.session.updateMany({
          where: { userId, ...live(), ...current },
          data: { revokedAt: clock() },
        });
        if (count === 0) return 0;
        const target = { type: 'user', id: userId } as const;
        await record(tx, actor, 'session.revoke', target, null, { sessionsEnded: count });
        await notify(tx, 'user', userId);
        return count;
      });
    },
  };
}

/** Throws forbidden for somebody else's sessions, but not for an administrator. */
function whose(actor: Actor, userId: string | null | undefined): string {
  authorize(actor, 'session.end');
  const self = requirePerson(actor).id;
  const id = userId == null ? self : requireId(userId, 'user');
  if (id !== self) authorize(actor, 'session.manage');
  return id;
}

function requirePerson(actor: Actor): UserActor {
  if (actor.kind === 'user') return actor;
  throw new AppError('forbidden', 'Sessions belong to people; the program itself has none.');
}
