import { isIPv6 } from 'node:net';
import type { Prisma, PrismaClient } from '../database/generated/prisma/client.ts';
import { AppError } from '../errors.ts';

const LIMIT = 10;
const WINDOW_MS = 15 * 60 * 1000;
/** Attempts at one name wait for each other; in a flood that may take a while. */
const PATIENT = { maxWait: 10_000, timeout: 20_000 };

/** An attempt that was let in; it counts as a failure until `succeeded` says otherwise. */
export interface LoginAttempt {
  /** Clears the user's failures, this attempt included, in the caller's transaction. */
  succeeded(tx: Prisma.TransactionClient): Promise<void>;
  /** Takes this attempt back: no password was tried, because whoever knows it could not be asked. */
  withdraw(): Promise<void>;
}

export interface LoginGuard {
  /** Throws AppError too_many_attempts with retryAfterMs after 10 failures of the name or the address in 15 minutes. */
  admit(username: string, address: string): Promise<LoginAttempt>;
}

interface Count {
  readonly count: number;
  /** The failure that must grow old before there is room again. */
  readonly limiting: string | null;
}

/**
 * Counts failures in the database, so that all processes share them. An attempt is written down as a failure
 * before the password is looked at, under a lock of its name and one of its address: however many come at
 * once, no more than ten passwords can be tried.
 */
export function createLoginGuard(deps: {
  readonly db: PrismaClient;
  readonly clock: () => Date;
}): LoginGuard {
  return {
    async admit(username, from) {
      const address = addressKey(from);
      const now = deps.clock();
      const since = new Date(now.getTime() - WINDOW_MS);
      const id = await deps.db.$transaction(async (tx) => {
        // In one order for all, or two attempts could wait for each other.
        for (const name of [`login user ${username}`, `login address ${address}`]) {
          await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${name}, 0))`;
        }
        const [counts] = await tx.$queryRaw<{ byUser: Count; byAddress: Count }[]>`
          SELECT (SELECT json_build_object('count', count(*), 'limiting', (array_agg(at ORDER BY at DESC))[${LIMIT}::int])
                    FROM login_failure WHERE username = ${username} AND at > ${since}::timestamptz) AS "byUser",
                 (SELECT json_build_object('count', count(*), 'limiting', (array_agg(at ORDER BY at DESC))[${LIMIT}::int])
                    FROM login_failure WHERE address = ${address} AND at > ${since}::timestamptz) AS "byAddress"`;
        for (const { count, limiting } of counts ? [counts.byUser, counts.byAddress] : []) {
          if (count < LIMIT) continue;
          const roomAt = (limiting === null ? now : new Date(limiting)).getTime() + WINDOW_MS;
          throw new AppError('too_many_attempts', 'Too many failed sign-ins. Wait before you try again.', {
            retryAfterMs: Math.max(1000, roomAt - now.getTime()),
          });
        }
        // Rows that another process is deleting right now are left to it.
        await tx.$executeRaw`
          DELETE FROM login_failure WHERE id IN (
            SELECT id FROM login_failure WHERE at <= ${since}::timestamptz LIMIT 1000 FOR UPDATE SKIP LOCKED)`;
        const row = await tx.loginFailure.create({
          data: { username, address, at: now },
          select: { id: true },
        });
        return row.id;
      }, PATIENT);
      return {
        async succeeded(tx) {
          await tx.loginFailure.deleteMany({ where: { OR: [{ id }, { username }] } });
        },
        async withdraw() {
          await deps.db.loginFailure.deleteMany({ where: { id } });
        },
      };
    },
  };
}

/** IPv4 as it is; IPv6 by its /64, because one host can use all addresses of it (RFC 6177). */
export function addressKey(address: string): string {
  const plain = address.replace(/%.*$/, '').toLowerCase();
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(plain)?.[1];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(plain)) return plain.slice(0, 64);
  const [head = '', tail] = plain.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length;
  const groups = [...left, ...Array.from({ length: Math.max(0, zeros) }, () => '0'), ...right];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}
