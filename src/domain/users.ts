import type { Actor, Role } from '../identity/actor.ts';

export interface UserInput {
  readonly username: string;
  readonly password: string;
  readonly role: Role;
  readonly tenantIds?: readonly string[];
}

export interface UserResult {
  readonly id: string;
  readonly username: string;
  readonly role: Role;
  readonly tenantIds: readonly string[];
  readonly active: boolean;
  readonly createdAt: Date;
}

export interface Users {
  create(actor: Actor, input: UserInput): Promise<UserResult>;
}
