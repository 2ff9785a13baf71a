import type { Actor, Role } from '../identity/actor.ts';

export interface AdminInput {
  readonly username: string;
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
  /** Open to everybody, once: AppError conflict as soon as any user exists. `address` goes into the audit log. */
  createAdmin(input: AdminInput, address: string): Promise<CreatedAdmin>;
  /** Marks setup as done; may be repeated. */
  complete(actor: Actor): Promise<{ setupComplete: true }>;
}
