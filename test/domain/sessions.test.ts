import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { endAccess } from '../../src/domain/user-guard.ts';
import { actor, createWorld, pathsOf, refusal, SYSTEM, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

const FROM = { address: '192.0.2.10', userAgent: 'test' };
const PASSWORD = 'correct horse battery';

describe('setup', () => {
  it('makes exactly one first admin, however many ask at once', async () => {
    expect(await world.domain.setup.status()).toEqual({ setupComplete: false });
    const other = await world.another();
    const attempts = Array.from({ length: 6 }, (_, index) =>
      (index % 2 === 0 ? world.domain : other).setup.createAdmin(
        { username: `First-${index}`, password: PASSWORD },
        FROM.address,
      ),
    );
    const results = await Promise.allSettled(attempts);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await world.db.user.count()).toBe(1);
    expect(
      (await refusal(world.domain.setup.createAdmin({ username: 'x', password: PASSWORD }, ''))).code,
    ).toBe('conflict');
  });

  it('is completed by an admin and nobody else, and may be completed again', async () => {
    for (const role of ['maintainer', 'finops', 'tenant-admin', 'tenant-viewer'] as const) {
      expect((await refusal(world.domain.setup.complete(actor(role)))).code).toBe('forbidden');
    }
    expect(await world.domain.setup.status()).toEqual({ setupComplete: false });
    await world.domain.setup.complete(actor('admin'));
    await world.domain.setup.complete(actor('admin'));
    expect(await world.domain.setup.status()).toEqual({ setupComplete: true });
    expect(await world.notices()).toEqual(['setting:setup']);
  });
});

describe('users', () => {
  it('are made by admins with every field checked', async () => {
    const input = { username: 'Ada', password: PASSWORD, role: 'finops' } as const;
    expect((await refusal(world.domain.users.create(actor('maintainer'), input))).code).toBe('forbidden');
    expect(await world.domain.users.create(SYSTEM, input)).toMatchObject({ username: 'ada', role: 'finops' });
    expect((await refusal(world.domain.users.create(SYSTEM, { ...input, username: 'ADA' }))).code).toBe(
      'conflict',
    );
    const bad = await refusal(
      world.domain.users.create(SYSTEM, {
        username: 'a b',
        password: 'short',
        role: 'finops',
        tenantIds: ['x'],
      }),
    );
    expect(bad.code).toBe('bad_input');
    expect(pathsOf(bad)).toEqual(['username', 'password', 'tenantIds.0']);
    const unknown = '01930000-0000-7000-8000-00000000ffff';
    const missing = await refusal(
      world.domain.users.create(SYSTEM, { ...input, username: 'bob', tenantIds: [unknown] }),
    );
    expect(pathsOf(missing)).toEqual(['tenantIds.0']);
  });
});

describe('sessions', () => {
  const grace = { username: 'grace', password: PASSWORD };
  beforeAll(() => world.domain.users.create(SYSTEM, { ...grace, role: 'maintainer' }));
  beforeEach(() => world.db.loginFailure.deleteMany());

  it('begin with the right password, in any case of the name, and name the user', async () => {
    const { token, username, role, expiresAt } = await world.domain.sessions.login(
      { ...grace, username: ' GRACE ' },
      FROM,
    );
    expect({ username, role }).toEqual({ username: 'grace', role: 'maintainer' });
    expect(expiresAt.getTime() - world.now.value.getTime()).toBe(12 * 3_600_000);
    const signedIn = await world.domain.sessions.authenticate(token, { address: '192.0.2.77' });
    expect(signedIn).toMatchObject({
      kind: 'user',
      username: 'grace',
      role: 'maintainer',
      address: '192.0.2.77',
    });
    if (signedIn === null) throw new Error('not signed in');
    expect(world.domain.sessions.me(signedIn)).toEqual({
      id: signedIn.id,
      username: 'grace',
      role: 'maintainer',
      tenantIds: [],
    });
  });

  it('refuse a wrong password and an unknown name in the same words', async () => {
    const wrong = await refusal(world.domain.sessions.login({ ...grace, password: 'wrong' }, FROM));
    const unknown = await refusal(world.domain.sessions.login({ ...grace, username: 'nobody' }, FROM));
    expect([wrong.code, wrong.message]).toEqual([unknown.code, unknown.message]);
    expect(wrong.code).toBe('unauthenticated');
    expect(pathsOf(await refusal(world.domain.sessions.login({ username: '', password: '' }, FROM)))).toEqual(
      ['username', 'password'],
    );
  });

  it('end at once by logout, and only the one that logged out', async () => {
    const first = await world.domain.sessions.login(grace, FROM);
    const second = await world.domain.sessions.login(grace, FROM);
    const signedIn = await world.domain.sessions.authenticate(first.token, FROM);
    if (signedIn === null) throw new Error('not signed in');
    await world.domain.sessions.logout(signedIn);
    await world.domain.sessions.logout(signedIn);
    expect(await world.domain.sessions.authenticate(first.token, FROM)).toBeNull();
    expect(await world.domain.sessions.authenticate(second.token, FROM)).not.toBeNull();
  });

  it('end at once on deactivation and on revocation; a new role shows at once', async () => {
    const { token } = await world.domain.sessions.login(grace, FROM);
    const { id } = await world.db.user.findUniqueOrThrow({ where: { username: 'grace' } });
    await world.db.user.update({ where: { id }, data: { role: 'FINOPS' } });
    expect(await world.domain.sessions.authenticate(token, FROM)).toMatchObject({ role: 'finops' });
    await world.db.user.update({ where: { id }, data: { role: 'MAINTAINER', active: false } });
    expect(await world.domain.sessions.authenticate(token, FROM)).toBeNull();
    expect((await refusal(world.domain.sessions.login(grace, FROM))).code).toBe('unauthenticated');
    await world.db.user.update({ where: { id }, data: { active: true } });
    expect(await world.domain.sessions.authenticate(token, FROM)).not.toBeNull();
    await world.db.$transaction((tx) => endAccess(tx, id, world.now.value));
    expect(await world.domain.sessions.authenticate(token, FROM)).toBeNull();
  });

  it('end after twelve hours', async () => {
    const began = world.now.value;
    const { token } = await world.domain.sessions.login(grace, FROM);
    world.now.value = new Date(began.getTime() + 12 * 3_600_000);
    expect(await world.domain.sessions.authenticate(token, FROM)).toBeNull();
    world.now.value = began;
  });

  it('carry the tenants of the user', async () => {
    const { tenant } = await world.domain.tenants.create(SYSTEM, { slug: 'alpha', name: 'Alpha' });
    const viewer = { username: 'vera', password: PASSWORD };
    await world.domain.users.create(SYSTEM, { ...viewer, role: 'tenant-viewer', tenantIds: [tenant.id] });
    const { token } = await world.domain.sessions.login(viewer, FROM);
    expect(await world.domain.sessions.authenticate(token, FROM)).toMatchObject({
      role: 'tenant-viewer',
      tenantIds: [tenant.id],
    });
  });

  it('leave a trace of every login, success or failure, without the password', async () => {
    const before = await world.db.auditEntry.count({ where: { action: { startsWith: 'session.' } } });
    await world.domain.sessions.login(grace, FROM);
    await refusal(world.domain.sessions.login({ ...grace, password: 'a wrong secret' }, FROM));
    const rows = await world.db.auditEntry.findMany({
      where: { action: { startsWith: 'session.' } },
      orderBy: { at: 'asc' },
      skip: before,
    });
    expect(rows.map(({ action, actorName, address }) => [action, actorName, address])).toEqual([
      ['session.login', 'grace', FROM.address],
      ['session.loginFailed', 'grace', FROM.address],
    ]);
    expect(JSON.stringify(rows)).not.toMatch(/a wrong secret|correct horse/);
  });
});

describe('the guard of logins', () => {
  const user = { username: 'linus', password: PASSWORD };
  beforeAll(() => world.domain.users.create(SYSTEM, { ...user, role: 'finops' }));
  beforeEach(() => world.db.loginFailure.deleteMany());

  it('lets ten of thirty parallel guesses through, over all processes, from many addresses', async () => {
    const other = await world.another();
    const guesses = Array.from({ length: 30 }, (_, index) =>
      refusal(
        (index % 2 === 0 ? world.domain : other).sessions.login(
          { ...user, password: `guess ${index}` },
          { address: `198.51.100.${index}`, userAgent: '' },
        ),
      ),
    );
    const codes = (await Promise.all(guesses)).map(({ code }) => code);
    expect(codes.filter((code) => code === 'unauthenticated')).toHaveLength(10);
    expect(codes.filter((code) => code === 'too_many_attempts')).toHaveLength(20);
    const locked = await refusal(world.domain.sessions.login(user, FROM));
    expect(locked.code).toBe('too_many_attempts');
    expect(locked.retryAfterMs).toBe(15 * 60_000);
  });

  it('counts an address over all names, an IPv6 network as one address, and no other address', async () => {
    for (let index = 0; index < 10; index += 1) {
      const address = `2001:db8::${index}`;
      await refusal(
        world.domain.sessions.login({ username: `guess${index}`, password: 'x' }, { address, userAgent: '' }),
      );
    }
    const same = { address: '2001:db8:0:0:ffff::1', userAgent: '' };
    expect((await refusal(world.domain.sessions.login(user, same))).code).toBe('too_many_attempts');
    const elsewhere = { address: '2001:db8:0:1::1', userAgent: '' };
    expect((await world.domain.sessions.login(user, elsewhere)).username).toBe('linus');
  });

  it('forgets after fifteen minutes, and says how long that is', async () => {
    const began = world.now.value;
    for (let index = 0; index < 10; index += 1) {
      world.now.value = new Date(began.getTime() + index * 60_000);
      await refusal(world.domain.sessions.login({ ...user, password: 'x' }, FROM));
    }
    const locked = await refusal(world.domain.sessions.login(user, FROM));
    expect(locked.retryAfterMs).toBe(6 * 60_000);
    world.now.value = new Date(world.now.value.getTime() + 6 * 60_000);
    expect((await world.domain.sessions.login(user, FROM)).username).toBe('linus');
    world.now.value = began;
  });

  it('starts anew after a success', async () => {
    for (let round = 0; round < 3; round += 1) {
      for (let index = 0; index < 9; index += 1) {
        await refusal(world.domain.sessions.login({ ...user, password: 'x' }, FROM));
      }
      expect((await world.domain.sessions.login(user, FROM)).username).toBe('linus');
    }
    expect(await world.db.loginFailure.count()).toBe(0);
  });

  it('keeps no failures older than its window', async () => {
    const old = new Date(world.now.value.getTime() - 16 * 60_000);
    await world.db.loginFailure.create({ data: { username: 'someone', address: '203.0.113.9', at: old } });
    await refusal(world.domain.sessions.login({ ...user, password: 'x' }, FROM));
    expect(await world.db.loginFailure.count({ where: { username: 'someone' } })).toBe(0);
  });
});
