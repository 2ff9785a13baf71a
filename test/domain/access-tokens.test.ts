import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AccessTokenInput } from '../../src/domain/access-token-schema.ts';
import type { Domain } from '../../src/domain/domain.ts';
import { SCOPE_NAMES } from '../../src/identity/policy.ts';
import { FROM, isAlive, person, type Person } from './people.ts';
import { createWorld, pathsOf, refusal, SYSTEM, type World } from './world.ts';

let world: World;
let other: Domain;
let admin: Person;
let vera: Person;
let a: string;
let b: string;
let count = 0;
beforeAll(async () => {
  world = await createWorld();
  other = await world.another();
  admin = await person(world, 'root', 'admin');
  a = (await world.domain.tenants.create(SYSTEM, { slug: 'alpha', name: 'Alpha' })).tenant.id;
  b = (await world.domain.tenants.create(SYSTEM, { slug: 'beta', name: 'Beta' })).tenant.id;
});
beforeEach(async () => {
  count += 1;
  vera = await person(world, `vera-${count}`, 'tenant-admin', [a]);
});
afterAll(() => world.close());

const HOUR = 3_600_000;
const inHours = (hours: number) => new Date(world.now.value.getTime() + hours * HOUR);
const make = (who: Person, more: Partial<AccessTokenInput> = {}) =>
  world.domain.accessTokens.create(who.actor, {
    name: 'ci',
    scopes: ['usage:read'],
    expiresAt: inHours(1),
    ...more,
  });
const holder = async (secret: string) => {
  const actor = await world.domain.sessions.authenticate(secret, FROM);
  if (actor === null) throw new Error('the token is worth nothing');
  return actor;
};

describe('an access token', () => {
  it('is shown once: only its SHA-256 is kept, and neither list nor audit log has it', async () => {
    const { accessToken, secret } = await make(vera);
    expect(secret).toMatch(/^omp-pat-[0-9a-f]{64}$/);
    expect(accessToken).toMatchObject({ name: 'ci', prefix: secret.slice(0, 14), scopes: ['usage:read'] });
    const row = await world.db.accessToken.findUniqueOrThrow({ where: { id: accessToken.id } });
    expect(row.hash).toMatch(/^[0-9a-f]{64}$/);
    const seen = JSON.stringify([
      accessToken,
      await world.domain.accessTokens.list(vera.actor),
      await world.db.auditEntry.findMany({ where: { targetId: accessToken.id } }),
    ]);
    expect(seen).not.toContain(row.hash);
    expect(JSON.stringify([seen, row])).not.toContain(secret);
    expect(seen).toContain('accessToken.create');
  });

  it('signs in as its user, with its own limits', async () => {
    const { accessToken, secret } = await make(vera, {
      tenantIds: [a],
      scopes: ['usage:read', 'requests:read'],
    });
    const { id } = accessToken;
    expect(await world.domain.sessions.authenticate(secret, { address: '198.51.100.7' })).toEqual({
      kind: 'user',
      id: vera.id,
      username: vera.username,
      role: 'tenant-admin',
      tenantIds: [a],
      sessionId: id,
      expiresAt: inHours(1),
      grant: { id, name: 'ci', scopes: ['usage:read', 'requests:read'], tenantIds: [a] },
      address: '198.51.100.7',
    });
  });

  it('cannot make, list or revoke tokens, nor touch its user, whatever its scopes', async () => {
    const { accessToken, secret } = await make(admin, { scopes: [...SCOPE_NAMES] });
    const token = await holder(secret);
    const { accessTokens, users, sessions, ldap } = world.domain;
    const input = { name: 'more', scopes: ['usage:read'], expiresAt: inHours(1) } as const;
    const user = { username: 'mallory', password: 'correct horse battery', role: 'admin' } as const;
    const passwords = { oldPassword: 'correct horse battery', newPassword: 'another long password' };
    const attempts: Promise<unknown>[] = [
      accessTokens.create(token, input),
      accessTokens.list(token),
      accessTokens.revoke(token, accessToken.id),
      users.create(token, user),
      users.update(token, vera.id, { role: 'admin' }),
      users.update(token, admin.id, { password: 'another long password' }),
      users.remove(token, vera.id),
      sessions.changePassword(token, passwords, FROM),
      sessions.list(token),
      sessions.revoke(token, admin.actor.sessionId),
      sessions.revokeOthers(token),
      sessions.logout(token),
      ldap.update(token, { enabled: true }),
    ];
    for (const attempt of attempts) expect((await refusal(attempt)).code).toBe('forbidden');
    expect(await isAlive(world.domain, secret)).toBe(true);
    expect(await isAlive(world.domain, admin.token)).toBe(true);
  });

  it('leaves its id in the audit log with what it does', async () => {
    const { accessToken, secret } = await make(admin, { scopes: ['tenants:write'] });
    const token = await holder(secret);
    await world.domain.tenants.update(token, b, { name: 'Beta 2' });
    await world.domain.tenants.update(admin.actor, b, { name: 'Beta' });
    const rows = await world.db.auditEntry.findMany({
      where: { action: 'tenant.update' },
      orderBy: { id: 'desc' },
      take: 2,
    });
    expect(rows.map(({ actorId, accessTokenId }) => [actorId, accessTokenId])).toEqual([
      [admin.id, null],
      [admin.id, accessToken.id],
    ]);
  });

  it('ends at once on every process when it is revoked, and revoking it again changes nothing', async () => {
    const { accessToken, secret } = await make(vera);
    expect(await isAlive(other, secret)).toBe(true);
    await world.notices();
    const revoked = await world.domain.accessTokens.revoke(vera.actor, accessToken.id);
    expect(await isAlive(other, secret)).toBe(false);
    expect(await world.notices()).toEqual([`user:${vera.id}`]);
    expect(await world.domain.accessTokens.revoke(vera.actor, accessToken.id)).toEqual(revoked);
    const trail = { targetId: accessToken.id, action: 'accessToken.revoke' };
    expect(await world.db.auditEntry.count({ where: trail })).toBe(1);
  });

  it('ends when it expires, and when its user is deactivated or removed', async () => {
    const { secret } = await make(vera);
    const began = world.now.value;
    world.now.value = inHours(1);
    expect(await isAlive(world.domain, secret)).toBe(false);
    world.now.value = began;
    expect(await isAlive(world.domain, secret)).toBe(true);
    await world.db.user.update({ where: { id: vera.id }, data: { active: false } });
    expect(await isAlive(world.domain, secret)).toBe(false);
    await world.db.user.update({ where: { id: vera.id }, data: { active: true } });
    await world.domain.users.remove(admin.actor, vera.id);
    expect(await isAlive(world.domain, secret)).toBe(false);
  });

  it.each(['omp-pat-', `omp-pat-${'0'.repeat(64)}`, `omp-${'0'.repeat(64)}`, '', 'a.b.c'])(
    '"%s" is none, and nobody',
    async (secret) => {
      expect(await isAlive(world.domain, secret)).toBe(false);
    },
  );

  it('notes its use, but at most once a minute', async () => {
    const { accessToken, secret } = await make(vera);
    const used = async () =>
      (await world.db.accessToken.findUniqueOrThrow({ where: { id: accessToken.id } })).lastUsedAt;
    expect(await used()).toBeNull();
    const began = world.now.value;
    await Promise.all(Array.from({ length: 8 }, () => isAlive(world.domain, secret)));
    expect(await used()).toEqual(began);
    world.now.value = new Date(began.getTime() + 59_999);
    await isAlive(world.domain, secret);
    expect(await used()).toEqual(began);
    world.now.value = new Date(began.getTime() + 60_000);
    await isAlive(world.domain, secret);
    expect(await used()).toEqual(world.now.value);
    world.now.value = began;
  });
});

describe('a new access token', () => {
  it('lives a year at most', async () => {
    const year = new Date(world.now.value);
    year.setUTCFullYear(year.getUTCFullYear() + 1);
    expect((await make(vera, { expiresAt: year })).accessToken.expiresAt).toEqual(year);
    for (const expiresAt of [
      new Date(year.getTime() + 1),
      world.now.value,
      inHours(-1),
      new Date(Number.NaN),
    ]) {
      const refused = await refusal(make(vera, { expiresAt }));
      expect([refused.code, pathsOf(refused)]).toEqual(['bad_input', ['expiresAt']]);
    }
  });

  it('needs a name and scopes that exist and are of use to its user', async () => {
    expect(pathsOf(await refusal(make(vera, { name: ' ', scopes: [] })))).toEqual(['name', 'scopes']);
    const useless = await refusal(make(vera, { scopes: ['usage:read', 'admin:write', 'models:write'] }));
    expect([useless.code, pathsOf(useless)]).toEqual(['bad_input', ['scopes.1', 'scopes.2']]);
    const twice = await make(vera, { scopes: ['usage:read', 'usage:read'] });
    expect(twice.accessToken.scopes).toEqual(['usage:read']);
  });

  it('can be limited to tenants of its user, and to no others', async () => {
    for (const id of [b, '01930000-0000-7000-8000-00000000dead']) {
      const refused = await refusal(make(vera, { tenantIds: [a, id] }));
      expect([refused.code, pathsOf(refused)]).toEqual(['bad_input', ['tenantIds.1']]);
    }
    expect((await make(admin, { tenantIds: [b] })).accessToken.tenantIds).toEqual([b]);
  });

  it('is refused when there are too many, however many are asked for at once', async () => {
    const results = await Promise.allSettled(
      Array.from({ length: 54 }, (_, index) =>
        (index % 2 === 0 ? world.domain : other).accessTokens.create(vera.actor, {
          name: `n${index}`,
          scopes: ['usage:read'],
          expiresAt: inHours(1),
        }),
      ),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(50);
    expect((await refusal(make(vera))).code).toBe('conflict');
  });

  it('is not made by a session that has ended meanwhile', async () => {
    await world.domain.sessions.logout(vera.actor);
    expect((await refusal(make(vera))).code).toBe('unauthenticated');
  });

  it('never outlives a deactivation of the same moment', async () => {
    const survivors: string[] = [];
    for (let round = 0; round < 5; round += 1) {
      const someone = await person(world, `race-${count}-${round}`, 'finops');
      const [made] = await Promise.allSettled([
        make(someone),
        other.users.update(admin.actor, someone.id, { active: false }),
      ]);
      await world.domain.users.update(admin.actor, someone.id, { active: true });
      if (made.status === 'fulfilled' && (await isAlive(world.domain, made.value.secret))) {
        survivors.push(someone.username);
      }
    }
    expect(survivors).toEqual([]);
  });
});

describe('access tokens', () => {
  it('are listed and revoked by their user and by administrators, and by nobody else', async () => {
    const { accessToken } = await make(vera);
    const { accessTokens } = world.domain;
    expect(await accessTokens.list(vera.actor)).toEqual([accessToken]);
    expect(await accessTokens.list(admin.actor, vera.id)).toEqual([accessToken]);
    const stranger = await person(world, `stranger-${count}`, 'maintainer');
    expect((await refusal(accessTokens.list(stranger.actor, vera.id))).code).toBe('forbidden');
    expect((await refusal(accessTokens.revoke(stranger.actor, accessToken.id))).code).toBe('not_found');
    expect((await refusal(accessTokens.revoke(vera.actor, 'x'))).code).toBe('not_found');
    await accessTokens.revoke(admin.actor, accessToken.id);
    expect((await accessTokens.list(vera.actor))[0]?.revokedAt).toEqual(world.now.value);
  });

  it('that ended long ago are removed when a new one is made', async () => {
    const { accessToken } = await make(vera);
    const old = new Date(world.now.value.getTime() - 91 * 24 * HOUR);
    await world.db.accessToken.update({ where: { id: accessToken.id }, data: { revokedAt: old } });
    const kept = await make(vera);
    expect(await world.domain.accessTokens.list(vera.actor)).toEqual([kept.accessToken]);
  });
});
