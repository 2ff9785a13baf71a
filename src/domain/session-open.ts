import type { Role, UserActor } from '../identity/actor.ts';
import { TOKEN_LIFETIME_MS, type Tokens } from '../identity/token.ts';
import { record } from './audit.ts';
import type { Tx } from './change.ts';

/** Where a request comes from. */
export interface Origin {
  readonly address: string;
  readonly userAgent: string;
}

export interface LoginResult {
  /** JWT, valid for 12 hours or until the session is revoked. */
  readonly token: string;
  readonly username: string;
  readonly role: Role;
  readonly expiresAt: Date;
}

/** A session that has been written, and not been signed yet. */
export interface OpenedSession {
  readonly id: string;
  readonly user: { readonly id: string; readonly username: string; readonly role: Role };
  readonly startedAt: Date;
  readonly expiresAt: Date;
}

/** Writes a new session and its audit row, for somebody who has just proved who they are. */
export async function openSession(
  tx: Tx,
  user: OpenedSession['user'],
  from: Origin,
  now: Date,
): Promise<OpenedSession> {
  const expiresAt = new Date(now.getTime() + TOKEN_LIFETIME_MS);
  // Past the client, which would call it a change of the user: whoever edits a user must not be told so by a login.
  await tx.$executeRaw`UPDATE app_user SET last_login_at = ${now} WHERE id = ${user.id}::uuid`;
  await tx.session.deleteMany({ where: { userId: user.id, expiresAt: { lte: now } } });
  const { id } = await tx.session.create({
    data: {
      userId: user.id,
      address: from.address,
      userAgent: from.userAgent.slice(0, 500),
      createdAt: now,
      expiresAt,
    },
    select: { id: true },
  });
  const by: UserActor = { kind: 'user', ...user, tenantIds: [], sessionId: id, address: from.address };
  await record(tx, by, 'session.login', { type: 'user', id: user.id }, null, { sessionId: id });
  return { id, user, startedAt: now, expiresAt };
}

/** The answer to a login, once its transaction has been committed. */
export async function signSession(tokens: Tokens, session: OpenedSession): Promise<LoginResult> {
  const { id, user, startedAt, expiresAt } = session;
  const token = await tokens.sign({ userId: user.id, sessionId: id }, startedAt, expiresAt);
  return { token, username: user.username, role: user.role, expiresAt };
}
