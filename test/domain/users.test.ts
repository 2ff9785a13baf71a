import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Domain } from '../../src/domain/domain.ts';
import type { UserUpdateInput } from '../../src/domain/users.ts';
import { ROLES } from '../../src/identity/actor.ts';
import { isAlive, PASSWORD, person, signIn, type Person } from './people.ts';
import { actor, createWorld, pathsOf, refusal, SYSTEM, type World } from './world.ts';

let world: World;
let other: Domain;
let tenantId: string;
beforeAll(async () => {
  world = await createWorld();
  other = await world.another();
  const { tenant } = await world.domain.tenants.create(SYSTEM, { slug: 'alpha', name: 'Alpha' });
  tenantId = tenant.id;
});
afterAll(() => world.close());

/** One administrator and nobody else. */
let root: Person;
let count = 0;
beforeEach(async () => {
  await world.db.user.deleteMany();
  await world.db.loginFailure.deleteMany();
  count += 1;
  root = await person(world, `root-${count}`, 'admin');
});

const NOBODY = '01930000-0000-7000-8000-00000000dead';
const admins = () => world.db.user.count({ where: { role: 'ADMIN', active: true } });
const lastAudit = () => world.db.auditEntry.findFirstOrThrow({ orderBy: { id: 'desc' } });

describe('a user', () => {
  it('is changed in part: what is missing or null stays as it is', async () => {
    const { id } = await person(world, 'vera', 'tenant-viewer', [tenantId]);
    const { users } = world.domain;
    expect(await users.update(root.actor, id, { role: 'tenant-admin', active: null })).toMatchObject({
      username: 'vera',
      role: 'tenant-admin',
      tenantIds: [tenantId],
      active: true,
    });
    expect(await users.update(root.actor, id, { tenantIds: [] })).toMatchObject({
      role: 'tenant-admin',
      tenantIds: [],
    });
    await users.update(root.actor, id, { tenantIds: [tenantId.toUpperCase(), tenantId] });
    expect(await users.update(root.actor, id, { active: false })).toMatchObject({
      tenantIds: [tenantId],
      active: false,
    });
  });

  it('is changed by administrators alone', async () => {
    const { id } = await person(world, 'vera', 'finops');
    for (const role of ROLES.filter((name) => name !== 'admin')) {
      const asked = actor(role, [tenantId]);
      expect((await refusal(world.domain.users.update(asked, id, { role: 'admin' }))).code).toBe('forbidden');
      expect((await refusal(world.domain.users.remove(asked, id))).code).toBe('forbidden');
    }
    expect(await world.db.user.findUnique({ where: { id } })).toMatchObject({ role: 'FINOPS' });
  });

  it('is refused with every wrong field named, and nothing is changed', async () => {
    const { id } = await person(world, 'vera', 'finops');
    const { users } = world.domain;
    const bad = await refusal(users.update(root.actor, id, { password: 'short', tenantIds: ['x'] }));
    expect([bad.code, pathsOf(bad)]).toEqual(['bad_input', ['tenantIds.0', 'password']]);
    const unknown = await refusal(users.update(root.actor, id, { role: 'maintainer', tenantIds: [NOBODY] }));
    expect([unknown.code, pathsOf(unknown)]).toEqual(['bad_input', ['tenantIds.0']]);
    expect((await refusal(users.update(root.actor, NOBODY, {}))).code).toBe('not_found');
    expect((await refusal(users.remove(root.actor, 'x'))).code).toBe('not_found');
    expect(await world.db.user.findUnique({ where: { id } })).toMatchObject({ role: 'FINOPS' });
  });

  it('of a directory gets no password here, but may be deactivated', async () => {
    const { id } = await world.db.user.create({
      data: { username: 'ldap-lea', role: 'FINOPS', source: 'ldap', directoryDn: 'uid=lea,dc=example' },
    });
    const { users } = world.domain;
    const refused = await refusal(users.update(root.actor, id, { password: PASSWORD }));
    expect([refused.code, pathsOf(refused)]).toEqual(['bad_input', ['password']]);
    expect(refused.message).toContain('directory');
    expect(await users.update(root.actor, id, { active: false })).toMatchObject({
      source: 'ldap',
      active: false,
    });
  });

  it('is removed with its logins and access tokens; what it did stays in the audit log', async () => {
    const vera = await person(world, 'vera', 'finops');
    await world.notices();
    await world.domain.users.remove(root.actor, vera.id);
    expect(await isAlive(world.domain, vera.token)).toBe(false);
    expect(await world.notices()).toEqual([`user:${vera.id}`]);
    expect(await lastAudit()).toMatchObject({
      action: 'user.delete',
      actorId: root.id,
      targetId: vera.id,
      before: { username: 'vera', role: 'finops', tenantIds: [], source: 'local', active: true },
      after: null,
    });
    expect(await world.db.auditEntry.count({ where: { actorId: vera.id } })).toBeGreaterThan(0);
    await person(world, 'vera', 'finops');
  });
});

describe('a change of role, tenants, password or state', () => {
  const CHANGES: readonly (readonly [string, UserUpdateInput])[] = [
    ['role', { role: 'maintainer' }],
    ['tenants', { tenantIds: [] }],
    ['password', { password: 'another long password' }],
    ['state', { active: false }],
  ];

  it.each(CHANGES)('ends logins and access tokens at once, on every process: %s', async (_name, input) => {
    const vera = await person(world, 'vera', 'tenant-viewer', [tenantId]);
    const { secret } = await world.domain.accessTokens.create(vera.actor, {
      name: 'ci',
      scopes: ['usage:read'],
      expiresAt: new Date(world.now.value.getTime() + 3_600_000),
    });
    expect(await isAlive(other, vera.token)).toBe(true);
    expect(await isAlive(other, secret)).toBe(true);
    await world.notices();
    await world.domain.users.update(root.actor, vera.id, input);
    expect(await isAlive(other, vera.token)).toBe(false);
    expect(await isAlive(other, secret)).toBe(false);
    expect(await world.notices()).toEqual([`user:${vera.id}`]);
    expect((await lastAudit()).after).toMatchObject({ sessionsEnded: 1, tokensEnded: 1 });
    // Not even when it is taken back.
    await world.domain.users.update(root.actor, vera.id, { role: 'tenant-viewer', active: true });
    expect(await isAlive(other, secret)).toBe(false);
  });

  it('that changes nothing ends nothing', async () => {
    const vera = await person(world, 'vera', 'tenant-viewer', [tenantId]);
    await world.domain.users.update(root.actor, vera.id, {
      role: 'tenant-viewer',
      tenantIds: [tenantId],
      active: true,
    });
    expect(await isAlive(other, vera.token)).toBe(true);
  });

  it('of the password lets in with the new one only', async () => {
    const vera = await person(world, 'vera', 'finops');
    await world.domain.users.update(root.actor, vera.id, { password: 'another long password' });
    expect((await refusal(signIn(world.domain, 'vera'))).code).toBe('unauthenticated');
    expect((await signIn(world.domain, 'vera', 'another long password')).id).toBe(vera.id);
    const rows = JSON.stringify(await world.db.auditEntry.findMany({ where: { targetId: vera.id } }));
    expect(rows).not.toMatch(/another long|scrypt/);
    expect(rows).toContain('"passwordChanged":true');
  });
});

describe('nobody shuts themselves out', () => {
  it('not by removing, demoting or deactivating their own account', async () => {
    await person(world, 'second', 'admin');
    const { users } = world.domain;
    const refused = [
      await refusal(users.remove(root.actor, root.id)),
      await refusal(users.update(root.actor, root.id, { role: 'maintainer' })),
      await refusal(users.update(root.actor, root.id, { active: false })),
    ];
    expect(refused.map(({ code }) => code)).toEqual(['forbidden', 'forbidden', 'forbidden']);
    for (const { message } of refused) expect(message).toMatch(/your own (account|role)/);
    expect(await admins()).toBe(2);
    // One's own tenants and password may be changed.
    await users.update(root.actor, root.id, { role: 'admin', active: true, tenantIds: [tenantId] });
  });

  it('not by removing, demoting or deactivating the last administrator', async () => {
    const { users } = world.domain;
    const refused = [
      await refusal(users.remove(SYSTEM, root.id)),
      await refusal(users.update(SYSTEM, root.id, { role: 'finops' })),
      await refusal(users.update(SYSTEM, root.id, { active: false })),
    ];
    expect(refused.map(({ code }) => code)).toEqual(['conflict', 'conflict', 'conflict']);
    expect(refused[0]?.message).toContain('last active administrator');
    expect(await admins()).toBe(1);
    expect(await isAlive(world.domain, root.token)).toBe(true);
  });

  it('not by leaving only administrators that are inactive, or of a directory that may be down', async () => {
    const second = await person(world, 'second', 'admin');
    await world.domain.users.update(root.actor, second.id, { active: false });
    await world.db.user.create({ data: { username: 'ldap-lea', role: 'ADMIN', source: 'ldap' } });
    expect((await refusal(world.domain.users.remove(SYSTEM, root.id))).code).toBe('conflict');
  });
});

describe('administrators who act at the same instant', () => {
  const ACTS: readonly (readonly [string, (domain: Domain, by: Person, on: Person) => Promise<unknown>])[] = [
    ['remove', (domain, by, on) => domain.users.remove(by.actor, on.id)],
    ['demote', (domain, by, on) => domain.users.update(by.actor, on.id, { role: 'finops' })],
    ['deactivate', (domain, by, on) => domain.users.update(by.actor, on.id, { active: false })],
  ];

  it.each(ACTS)('and %s each other leave one', async (_name, act) => {
    for (let round = 0; round < 5; round += 1) {
      const a = await person(world, `a-${round}`, 'admin');
      const b = await person(world, `b-${round}`, 'admin');
      await world.db.user.deleteMany({ where: { id: { notIn: [a.id, b.id] } } });
      const results = await Promise.allSettled([act(world.domain, a, b), act(other, b, a)]);
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(await admins()).toBe(1);
    }
  });

  it('in a ring of six leave those whom nobody reached in time', async () => {
    const people = [root];
    for (let index = 1; index < 6; index += 1) people.push(await person(world, `ring-${index}`, 'admin'));
    const results = await Promise.allSettled(
      people.map((one, index) => {
        const next = people[(index + 1) % people.length] ?? root;
        return (index % 2 === 0 ? world.domain : other).users.remove(one.actor, next.id);
      }),
    );
    const removed = results.filter(({ status }) => status === 'fulfilled').length;
    expect(await admins()).toBe(6 - removed);
    expect(removed).toBeLessThan(6);
    // Who was removed has removed nobody afterwards: each removal is by somebody who was still there.
    const trail = await world.db.auditEntry.findMany({
      where: { action: 'user.delete', actorId: { in: people.map(({ id }) => id) } },
      orderBy: { id: 'asc' },
    });
    const gone = new Set<string>();
    for (const { actorId, targetId } of trail) {
      expect(gone.has(actorId ?? '')).toBe(false);
      gone.add(targetId);
    }
  });

  it('cannot act any more once they have been removed', async () => {
    const second = await person(world, 'second', 'admin');
    await person(world, 'third', 'admin');
    await world.domain.users.remove(root.actor, second.id);
    const { users } = world.domain;
    expect((await refusal(users.remove(second.actor, root.id))).code).toBe('unauthenticated');
    expect((await refusal(users.update(second.actor, root.id, { active: false }))).code).toBe(
      'unauthenticated',
    );
    const input = { username: 'fourth', password: PASSWORD, role: 'admin' } as const;
    expect((await refusal(users.create(second.actor, input))).code).toBe('unauthenticated');
    expect(await admins()).toBe(2);
  });
});
