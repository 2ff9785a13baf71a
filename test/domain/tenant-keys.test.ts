import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashApiKey } from '../../src/identity/api-key.ts';
import { actor, createWorld, pathsOf, refusal, SYSTEM, type World } from './world.ts';

let world: World;
const maintainer = actor('maintainer');
const DAY_MS = 86_400_000;

beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

let count = 0;
async function newTenant(keyLifetimeDays = 0) {
  count += 1;
  return await world.domain.tenants.create(SYSTEM, { slug: `t-${count}`, name: 'T', keyLifetimeDays });
}

/** Whether this secret opens anything. */
async function isKnown(apiKey: string): Promise<boolean> {
  return (await world.db.tenantKey.count({ where: { hash: hashApiKey(apiKey) } })) === 1;
}

function inDays(days: number): Date {
  return new Date(world.now.value.getTime() + days * DAY_MS);
}

describe('keys of a tenant', () => {
  it('are made beside the primary one, each with its own end', async () => {
    const { tenant } = await newTenant(30);
    const { tenantKeys } = world.domain;
    const byDefault = await tenantKeys.create(maintainer, tenant.id, { label: ' CI ' });
    expect(byDefault.key).toMatchObject({
      label: 'CI',
      isPrimary: false,
      custom: false,
      expiresAt: inDays(30),
    });
    expect(byDefault.key.prefix).toBe(byDefault.apiKey.slice(0, 12));
    expect(byDefault.key).not.toHaveProperty('hash');
    expect(await isKnown(byDefault.apiKey)).toBe(true);
    const forEver = await tenantKeys.create(maintainer, tenant.id, { lifetimeDays: 0 });
    expect(forEver.key.expiresAt).toBeNull();
    const dated = await tenantKeys.create(maintainer, tenant.id, { expiresAt: inDays(3) });
    expect(dated.key.expiresAt).toEqual(inDays(3));
    const own = await tenantKeys.create(maintainer, tenant.id, { apiKey: 'omp-custom-key-value-1' });
    expect([own.apiKey, own.key.custom]).toEqual(['omp-custom-key-value-1', true]);
  });

  it('name what is wrong with an input', async () => {
    const { tenant } = await newTenant();
    const { tenantKeys } = world.domain;
    const cases = [
      [
        () => tenantKeys.create(maintainer, tenant.id, { lifetimeDays: 1, expiresAt: inDays(1) }),
        'lifetimeDays',
      ],
      [() => tenantKeys.create(maintainer, tenant.id, { lifetimeDays: -1 }), 'lifetimeDays'],
      [() => tenantKeys.create(maintainer, tenant.id, { expiresAt: inDays(-1) }), 'expiresAt'],
      [() => tenantKeys.create(maintainer, tenant.id, { apiKey: 'short' }), 'apiKey'],
      [() => tenantKeys.create(maintainer, tenant.id, { label: 'x'.repeat(101) }), 'label'],
      [() => tenantKeys.update(maintainer, tenant.id, { expiresAt: inDays(0) }), 'expiresAt'],
      [() => tenantKeys.set(maintainer, tenant.id, { apiKey: 'has spaces in the middle' }), 'apiKey'],
      [() => tenantKeys.set(maintainer, tenant.id, { apiKey: '' }), 'apiKey'],
      [
        () =>
          tenantKeys.set(maintainer, tenant.id, { apiKey: 'omp-custom-key-value', keyLifetimeDays: 9999 }),
        'keyLifetimeDays',
      ],
    ] as const;
    for (const [attempt, path] of cases) {
      const wrong = await refusal(attempt);
      expect([wrong.code, pathsOf(wrong)]).toEqual(['bad_input', [path]]);
    }
  });

  it('can be renamed, disabled, dated and freed of their end', async () => {
    const { tenant } = await newTenant();
    const { key } = await world.domain.tenantKeys.create(SYSTEM, tenant.id, {});
    await world.notices();
    const { tenantKeys } = world.domain;
    const changed = await tenantKeys.update(maintainer, key.id, {
      label: 'new',
      enabled: false,
      expiresAt: inDays(1),
    });
    expect(changed).toMatchObject({ label: 'new', enabled: false, expiresAt: inDays(1) });
    expect(await tenantKeys.update(maintainer, key.id, { label: null, expiresAt: null })).toMatchObject({
      label: 'new',
      enabled: false,
      expiresAt: null,
    });
    expect(await world.notices()).toEqual([`tenant:${tenant.id}`, `tenant:${tenant.id}`]);
  });

  it('can be removed, but for the primary one', async () => {
    const { tenant } = await newTenant();
    const { key, apiKey } = await world.domain.tenantKeys.create(SYSTEM, tenant.id, {});
    expect((await world.domain.tenantKeys.remove(maintainer, key.id)).id).toBe(key.id);
    expect(await isKnown(apiKey)).toBe(false);
    expect((await refusal(world.domain.tenantKeys.remove(maintainer, key.id))).code).toBe('not_found');
    const primary = await world.db.tenantKey.findFirstOrThrow({ where: { tenantId: tenant.id } });
    expect((await refusal(world.domain.tenantKeys.remove(maintainer, primary.id))).code).toBe('conflict');
  });

  it('rotate: the old secret stops, the new one works, a new life begins', async () => {
    const { tenant, apiKey: old } = await newTenant(10);
    const primary = await world.db.tenantKey.findFirstOrThrow({ where: { tenantId: tenant.id } });
    await world.domain.tenantKeys.update(SYSTEM, primary.id, { enabled: false });
    const rotated = await world.domain.tenantKeys.rotate(maintainer, tenant.id);
    expect(await isKnown(old)).toBe(false);
    expect(await isKnown(rotated.apiKey)).toBe(true);
    expect(rotated).toMatchObject({
      expiresAt: inDays(10),
      key: { id: primary.id, enabled: true, isPrimary: true },
    });
    const trail = await world.db.auditEntry.findMany({ where: { targetId: primary.id } });
    expect(JSON.stringify(trail)).not.toContain(rotated.apiKey);
    expect(JSON.stringify(trail)).not.toContain(hashApiKey(rotated.apiKey));
  });

  it('rotate in parallel: exactly one of the new secrets is left', async () => {
    const { tenant } = await newTenant();
    const other = await world.another();
    const rotations = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        (index % 2 === 0 ? world.domain : other).tenantKeys.rotate(maintainer, tenant.id),
      ),
    );
    const known = await Promise.all(rotations.map(({ apiKey }) => isKnown(apiKey)));
    expect(known.filter(Boolean)).toHaveLength(1);
    expect(await world.db.tenantKey.count({ where: { tenantId: tenant.id, isPrimary: true } })).toBe(1);
  });

  it('can be set to a secret of the caller’s own, which answers prefix and end', async () => {
    const { tenant, apiKey: old } = await newTenant(5);
    const { tenantKeys } = world.domain;
    const apiKey = 'omp-custom-key-value';
    expect(await tenantKeys.set(maintainer, tenant.id, { apiKey, keyLifetimeDays: 90 })).toMatchObject({
      prefix: 'omp-custom-k',
      expiresAt: inDays(90),
      key: { custom: true },
    });
    expect([await isKnown(old), await isKnown(apiKey)]).toEqual([false, true]);
    expect(
      (await tenantKeys.set(maintainer, tenant.id, { apiKey: 'omp-another-value-2' })).expiresAt,
    ).toEqual(inDays(5));
    expect(
      (await tenantKeys.set(maintainer, tenant.id, { apiKey: 'omp-another-value-3', keyLifetimeDays: 0 }))
        .expiresAt,
    ).toBeNull();
  });

  it('cannot be the secret of another tenant, and the refusal does not say whose it is', async () => {
    const [a, b] = [await newTenant(), await newTenant()];
    const apiKey = 'omp-shared-secret-value';
    await world.domain.tenantKeys.set(maintainer, a.tenant.id, { apiKey });
    const taken = await refusal(world.domain.tenantKeys.set(maintainer, b.tenant.id, { apiKey }));
    expect([taken.code, pathsOf(taken)]).toEqual(['conflict', ['apiKey']]);
    expect(taken.message).not.toMatch(/tenant|t-\d/);
    expect(await isKnown(b.apiKey)).toBe(true);
  });
});
