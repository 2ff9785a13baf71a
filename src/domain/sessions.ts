import type { Actor, Role, UserActor } from '../identity/actor.ts';

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
