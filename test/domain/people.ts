import type { Domain } from '../../src/domain/domain.ts';
import type { Role, UserActor } from '../../src/identity/actor.ts';
import { SYSTEM, type World } from './world.ts';

export const PASSWORD = 'correct horse battery';
export const FROM = { address: '192.0.2.10', userAgent: 'test' };

/** Somebody with a row in the database who has just signed in. */
export interface Person {
  readonly id: string;
  readonly username: string;
  readonly actor: UserActor;
  /** JWT. */
  readonly token: string;
}

/** Adds a user and signs in. */
export async function person(
  world: World,
  username: string,
  role: Role,
  tenantIds: readonly string[] = [],
): Promise<Person> {
  await world.domain.users.create(SYSTEM, { username, password: PASSWORD, role, tenantIds });
  return await signIn(world.domain, username);
}

export async function signIn(domain: Domain, username: string, password = PASSWORD): Promise<Person> {
  const { token } = await domain.sessions.login({ username, password }, FROM);
  const actor = await domain.sessions.authenticate(token, FROM);
  if (actor === null) throw new Error('not signed in');
  return { id: actor.id, username, actor, token };
}

/** Whether a JWT or an access token is still worth anything. */
export async function isAlive(domain: Domain, token: string): Promise<boolean> {
  return (await domain.sessions.authenticate(token, FROM)) !== null;
}
