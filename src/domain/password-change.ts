import { z } from 'zod';
import type { PrismaClient } from '../database/generated/prisma/client.ts';
import { AppError } from '../errors.ts';
import type { Actor } from '../identity/actor.ts';
import type { LoginGuard } from '../identity/login-guard.ts';
import type { Passwords } from '../identity/password.ts';
import { authorize } from '../identity/policy.ts';
import type { Tokens } from '../identity/token.ts';
import { record } from './audit.ts';
import { change } from './change.ts';
import { openSession, signSession, type LoginResult, type Origin } from './session-open.ts';
import { endAccess } from './user-guard.ts';
import { newPassword } from './user-schema.ts';
import { badInput, validate } from './validate.ts';

export interface PasswordInput {
  readonly oldPassword: string;
  /** 8 characters at least. */
  readonly newPassword: string;
}

/**
 * Changes the actor's own password. Ends all their logins and access tokens, this login included, and begins a new one.
 * Throws bad_input for a wrong old password (the login itself is still good) and for users of a directory, who have no
 * password here, and too_many_attempts: it counts with failed logins, or a stolen session could guess without end.
 */
export type ChangePassword = (actor: Actor, input: PasswordInput, from: Origin) => Promise<LoginResult>;

const passwordInput = z.strictObject({ oldPassword: z.string().min(1).max(1024), newPassword });

export function createChangePassword(deps: {
  readonly db: PrismaClient;
  readonly clock: () => Date;
  readonly passwords: Passwords;
  readonly tokens: Tokens;
  readonly guard: LoginGuard;
}): ChangePassword {
  const { db, clock, passwords, tokens, guard } = deps;
  return async (actor, input, from) => {
    authorize(actor, 'password.change');
    if (actor.kind !== 'user') throw new AppError('forbidden', 'The program itself has no password.');
    const { oldPassword, newPassword: wanted } = validate(passwordInput, input);
    const { id, username, role } = actor;
    const user = await db.user.findUnique({ where: { id } });
    if (user === null || user.source !== 'local') throw inDirectory();
    const attempt = await guard.admit(username, from.address);
    const target = { type: 'user', id } as const;
    if (!(await passwords.verify(oldPassword, user.passwordHash))) {
      await change(db, (tx) => record(tx, actor, 'user.changePasswordFailed', target, null, null));
      throw badInput([{ path: 'oldPassword', message: 'is wrong' }]);
    }
    const passwordHash = await passwords.hash(wanted);
    const session = await change(db, async (tx) => {
      // Only if it is still the password that was compared: a change in between wins.
      const { count } = await tx.user.updateMany({
        where: { id, active: true, passwordHash: user.passwordHash },
        data: { passwordHash },
      });
      if (count === 0)
        throw new AppError('unauthenticated', 'Your account was changed a moment ago; sign in again.');
      await attempt.succeeded(tx);
      const now = clock();
      const ended = await endAccess(tx, id, now);
      await record(tx, actor, 'user.changePassword', target, null, ended);
      return await openSession(tx, { id, username, role }, from, now);
    });
    return await signSession(tokens, session);
  };
}

function inDirectory(): AppError {
  return badInput([
    { path: 'newPassword', message: 'cannot be set here: you sign in with the password of the directory' },
  ]);
}
