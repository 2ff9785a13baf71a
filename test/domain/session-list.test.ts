import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FROM, isAlive, PASSWORD, person, signIn, type Person } from './people.ts';
import { createWorld, pathsOf, refusal, SYSTEM, type World } from './world.ts';

let world: World;
let admin: Person;
let vera: Person;
let count = 0;
beforeAll(async () => {
  world = await createWorld();
  admin = await person(world, 'root', 'admin');
});
beforeEach(async () => {
  await world.db.loginFailure.deleteMany();
  count += 1;
  vera = await person(world, `vera-${count}`, 'tenant-viewer');
});
afterAll(() => world.close());

const auditOf = (id: string, action: string) =>
  world.db.auditEntry.findMany({ where: { targetId: id, action }, orderBy: { id: 'asc' } });

describe('sessions', () => {
  it('are listed to their user and to administrators, and to nobody else', async () => {
    const second = await signIn(world.domain, vera.username);
    const { sessions } = world.domain;
    const mine = await sessions.list(vera.actor);
    expect(mine.map(({ id }) => id).toSorted()).toEqual(
      [vera.actor.sessionId, second.actor.sessionId].toSorted(),
    );
    expect(mine[0]).toMatchObject({ userId: vera.id, address: FROM.address, userAgent: FROM.userAgent });
    expect(await sessions.list(admin.actor, vera.id)).toEqual(mine);
    expect((await refusal(sessions.list(vera.actor, admin.id))).code).toBe('forbidden');
    expect((await refusal(sessions.list(SYSTEM))).code).toBe('forbidden');
  });

  it('that have ended are not listed', async () => {
    const second = await signIn(world.domain, vera.username);
    await world.domain.sessions.logout(second.actor);
    const began = world.now.value;
    expect(await world.domain.sessions.list(vera.actor)).toHaveLength(1);
    world.now.value = new Date(began.getTime() + 12 * 3_600_000);
    expect(await world.domain.sessions.list(vera.actor)).toHaveLength(0);
    world.now.value = began;
  });

  it('are ended one by one, by their user or an administrator, with an audit row and a notice', async () => {
    const second = await signIn(world.domain, vera.username);
    const { sessions } = world.domain;
    await world.notices();
    await sessions.revoke(vera.actor, second.actor.sessionId);
    expect(await world.notices()).toEqual([`user:${vera.id}`]);
    expect(await isAlive(world.domain, second.token)).toBe(false);
    expect(await isAlive(world.domain, vera.token)).toBe(true);
    await sessions.revoke(admin.actor, vera.actor.sessionId);
    expect(await isAlive(world.domain, vera.token)).toBe(false);
    const trail = await auditOf(vera.id, 'session.revoke');
    expect(trail.map(({ actorName }) => actorName)).toEqual([vera.username, 'root']);
    expect((await refusal(sessions.revoke(admin.actor, vera.actor.sessionId))).code).toBe('not_found');
  });

  it('of somebody else do not exist for a user', async () => {
    const { sessions } = world.domain;
    const foreign = await refusal(sessions.revoke(vera.actor, admin.actor.sessionId));
    const unknown = await refusal(sessions.revoke(vera.actor, '01930000-0000-7000-8000-00000000dead'));
    expect([foreign.code, foreign.message]).toEqual([unknown.code, unknown.message]);
    expect((await refusal(sessions.revokeOthers(vera.actor, admin.id))).code).toBe('forbidden');
    expect(await isAlive(world.domain, admin.token)).toBe(true);
  });

  it('are ended all but the current one', async () => {
    const others = [await signIn(world.domain, vera.username), await signIn(world.domain, vera.username)];
    expect(await world.domain.sessions.revokeOthers(vera.actor)).toBe(2);
    for (const { token } of others) expect(await isAlive(world.domain, token)).toBe(false);
    expect(await isAlive(world.domain, vera.token)).toBe(true);
    expect(await world.domain.sessions.revokeOthers(vera.actor)).toBe(0);
    expect(await world.domain.sessions.revokeOthers(admin.actor, vera.id)).toBe(1);
    expect(await isAlive(world.domain, vera.token)).toBe(false);
  });

  it('tell live sockets when somebody signs out', async () => {
    await world.notices();
    await world.domain.sessions.logout(vera.actor);
    expect(await world.notices()).toEqual([`user:${vera.id}`]);
    await world.domain.sessions.logout(vera.actor);
    expect(await world.notices()).toEqual([]);
  });

  it('tell when they end by themselves', () => {
    expect(vera.actor.expiresAt?.getTime()).toBe(world.now.value.getTime() + 12 * 3_600_000);
  });
});

describe('one’s own password', () => {
  const NEW = 'another long password';
  const change = (who: Person, oldPassword: string, newPassword = NEW) =>
    world.domain.sessions.changePassword(who.actor, { oldPassword, newPassword }, FROM);

  it('is changed with the old one: all logins and tokens end, and a new login begins', async () => {
    const { secret } = await world.domain.accessTokens.create(vera.actor, {
      name: 'ci',
      scopes: ['usage:read'],
      expiresAt: new Date(world.now.value.getTime() + 3_600_000),
    });
    await world.notices();
    const login = await change(vera, PASSWORD);
    expect(await world.notices()).toEqual([`user:${vera.id}`]);
    expect(await isAlive(world.domain, vera.token)).toBe(false);
    expect(await isAlive(world.domain, secret)).toBe(false);
    expect(await isAlive(world.domain, login.token)).toBe(true);
    expect((await refusal(signIn(world.domain, vera.username))).code).toBe('unauthenticated');
    expect((await signIn(world.domain, vera.username, NEW)).id).toBe(vera.id);
    const [row] = await auditOf(vera.id, 'user.changePassword');
    expect(row).toMatchObject({ actorId: vera.id, after: { sessionsEnded: 1, tokensEnded: 1 } });
    expect(JSON.stringify(row)).not.toMatch(/another long|correct horse/);
  });

  it('is refused with a wrong old one or a weak new one, and the login stays', async () => {
    const wrong = await refusal(change(vera, 'guess'));
    expect([wrong.code, pathsOf(wrong)]).toEqual(['bad_input', ['oldPassword']]);
    expect(pathsOf(await refusal(change(vera, PASSWORD, 'short')))).toEqual(['newPassword']);
    expect(await isAlive(world.domain, vera.token)).toBe(true);
    expect(await auditOf(vera.id, 'user.changePasswordFailed')).toHaveLength(1);
  });

  it('cannot be guessed through a stolen session: ten failures close it, and the login with it', async () => {
    for (let index = 0; index < 10; index += 1) await refusal(change(vera, `guess ${index}`));
    expect((await refusal(change(vera, PASSWORD))).code).toBe('too_many_attempts');
    expect((await refusal(signIn(world.domain, vera.username))).code).toBe('too_many_attempts');
  });

  it('is not here for users of a directory, nor for the program', async () => {
    await world.db.user.update({ where: { id: vera.id }, data: { source: 'ldap', passwordHash: null } });
    const refused = await refusal(change(vera, PASSWORD));
    expect([refused.code, pathsOf(refused)]).toEqual(['bad_input', ['newPassword']]);
    const input = { oldPassword: PASSWORD, newPassword: NEW };
    expect((await refusal(world.domain.sessions.changePassword(SYSTEM, input, FROM))).code).toBe('forbidden');
  });
});
