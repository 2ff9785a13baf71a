import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BUILT_IN_RULE_SET } from '../../src/domain/rule-set-defaults.ts';
import { ROLES } from '../../src/identity/actor.ts';
import { POLICY } from '../../src/identity/policy.ts';
import { actor, createWorld, pathsOf, refusal, SYSTEM, type World } from './world.ts';

let world: World;
let tenantId: string;
let otherId: string;
const maintainer = actor('maintainer');
const nobody = '01930000-0000-7000-8000-00000000ffff';
const definition = {
  rules: [{ name: 'Audit', keywords: ['audit*'], effects: { tierMin: 'high' } }],
};

beforeAll(async () => {
  world = await createWorld();
  const { domain } = world;
  const tenant = async (slug: string) =>
    (await domain.tenants.create(SYSTEM, { slug, name: slug })).tenant.id;
  tenantId = await tenant('one');
  otherId = await tenant('two');
  await domain.categories.seed(SYSTEM);
  const provider = await domain.providers.create(SYSTEM, { name: 'One', type: 'simulator', slug: 'one' });
  await domain.providerModels.create(SYSTEM, provider.id, { modelId: 'gpt-4o' });
});
beforeEach(async () => {
  const { db, domain } = world;
  await db.ruleSet.deleteMany();
  await db.setting.deleteMany({ where: { key: 'rule-sets' } });
  await domain.ruleSets.seed(SYSTEM);
  await world.notices();
});
afterAll(() => world.close());

async function inForce(tenant: string | null): Promise<string[]> {
  const rows = await world.db.ruleSet.findMany({ where: { tenantId: tenant, isDefault: true } });
  return rows.map(({ name }) => name);
}

async function versions(id: string) {
  const rows = await world.db.ruleSetVersion.findMany({
    where: { ruleSetId: id },
    orderBy: { version: 'asc' },
  });
  return rows.map(({ version, actorName }) => `${version} ${actorName}`);
}

describe('the built-in rule set', () => {
  it('is there after the first start, in force for all tenants', async () => {
    const row = await world.db.ruleSet.findFirstOrThrow({ include: { versions: true } });
    expect(row).toMatchObject({ ...BUILT_IN_RULE_SET, tenantId: null, isDefault: true, version: 1 });
    expect(row.versions).toMatchObject([{ version: 1, definition: BUILT_IN_RULE_SET.definition }]);
  });

  it('stays as it was edited, and stays away once it is gone', async () => {
    const { domain, db } = world;
    const { id } = await db.ruleSet.findFirstOrThrow();
    await domain.ruleSets.update(SYSTEM, id, { definition: {} });
    expect(await (await world.another()).ruleSets.seed(SYSTEM)).toEqual([]);
    expect(await db.ruleSet.findFirstOrThrow()).toMatchObject({ definition: {}, version: 2 });
    await domain.ruleSets.create(SYSTEM, { name: 'Mine', isDefault: true });
    await domain.ruleSets.remove(SYSTEM, id);
    expect(await domain.ruleSets.seed(SYSTEM)).toEqual([]);
    expect(await inForce(null)).toEqual(['Mine']);
  });

  it('is there once when several processes start at the same moment', async () => {
    const { db } = world;
    await db.ruleSet.deleteMany();
    await db.setting.deleteMany({ where: { key: 'rule-sets' } });
    const processes = await Promise.all([1, 2, 3].map(() => world.another()));
    const added = await Promise.all(processes.map((it) => it.ruleSets.seed(SYSTEM)));
    expect(added.flat()).toHaveLength(1);
    expect(await db.ruleSet.count()).toBe(1);
  });
});

describe('a rule set', () => {
  it('is made with every field, a first version, an audit row and a notice', async () => {
    const made = await world.domain.ruleSets.create(maintainer, {
      name: ' Strict ',
      description: 'For audits.',
      tenantId,
      definition,
    });
    expect(made).toMatchObject({
      name: 'Strict',
      description: 'For audits.',
      tenantId,
      isDefault: false,
      version: 1,
      definition,
    });
    expect(await versions(made.id)).toEqual(['1 the-maintainer']);
    expect(await world.notices()).toEqual([`rule-set:${made.id}`]);
    const entry = await world.db.auditEntry.findFirstOrThrow({ where: { targetId: made.id } });
    expect(entry).toMatchObject({ action: 'ruleSet.create', tenantId, after: { definition } });
  });

  it('keeps with each version why it was made, and refuses an edit of a version that is not the newest', async () => {
    const { ruleSets } = world.domain;
    const { id } = await ruleSets.create(SYSTEM, { name: 'Mine', definition, note: 'To begin with' });
    const changed = { thresholds: { confidence: 0.5 } };
    await ruleSets.update(maintainer, id, { definition: changed, note: 'Less asking', baseVersion: 1 });
    const late = await refusal(ruleSets.update(maintainer, id, { definition: {}, baseVersion: 1 }));
    expect(late).toMatchObject({ code: 'conflict' });
    await ruleSets.restoreVersion(maintainer, id, 1);
    const rows = await world.db.ruleSetVersion.findMany({
      where: { ruleSetId: id },
      orderBy: { version: 'asc' },
    });
    expect(rows.map(({ note }) => note)).toEqual(['To begin with', 'Less asking', 'Version 1 restored']);
  });

  it('gets a new version with each change of its definition, and with nothing else', async () => {
    const { ruleSets } = world.domain;
    const { id } = await ruleSets.create(SYSTEM, { name: 'Mine', definition });
    await ruleSets.update(maintainer, id, { name: 'Ours', description: 'New', definition });
    expect(await versions(id)).toEqual(['1 test']);
    const changed = { thresholds: { confidence: 0.5 } };
    expect(await ruleSets.update(maintainer, id, { definition: changed })).toMatchObject({
      name: 'Ours',
      version: 2,
      definition: changed,
    });
    expect(await ruleSets.update(maintainer, id, {})).toMatchObject({ version: 2, definition: changed });
    const restored = await ruleSets.restoreVersion(SYSTEM, id, 1);
    expect(restored).toMatchObject({ version: 3, definition });
    expect(await ruleSets.restoreVersion(SYSTEM, id, 1)).toMatchObject({ version: 3 });
    expect(await versions(id)).toEqual(['1 test', '2 the-maintainer', '3 test']);
    expect((await refusal(ruleSets.restoreVersion(SYSTEM, id, 9))).code).toBe('not_found');
  });

  it('counts its versions without a gap when two processes change it at once', async () => {
    const { id } = await world.domain.ruleSets.create(SYSTEM, { name: 'Mine' });
    const other = await world.another();
    await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        (n % 2 === 0 ? world.domain : other).ruleSets.update(SYSTEM, id, {
          definition: { thresholds: { confidence: n / 20 } },
        }),
      ),
    );
    expect(await versions(id)).toHaveLength(11);
    expect(await world.db.ruleSet.findUniqueOrThrow({ where: { id } })).toMatchObject({ version: 11 });
  });

  it('is the only default of its scope', async () => {
    const { ruleSets } = world.domain;
    const mine = await ruleSets.create(SYSTEM, { name: 'Mine', tenantId, isDefault: true });
    await ruleSets.create(SYSTEM, { name: 'Theirs', tenantId: otherId, isDefault: true });
    const next = await ruleSets.create(SYSTEM, { name: 'Next', tenantId });
    await world.notices();
    expect(await ruleSets.setDefault(SYSTEM, next.id)).toMatchObject({ isDefault: true });
    expect(await world.notices()).toEqual([`rule-set:${mine.id}`, `rule-set:${next.id}`]);
    expect([await inForce(null), await inForce(tenantId), await inForce(otherId)]).toEqual([
      ['Default'],
      ['Next'],
      ['Theirs'],
    ]);
    await ruleSets.update(SYSTEM, mine.id, { isDefault: true });
    expect(await inForce(tenantId)).toEqual(['Mine']);
    await ruleSets.update(SYSTEM, mine.id, { isDefault: false });
    expect(await inForce(tenantId)).toEqual([]);
  });

  it('that two processes make the default at once leaves one', async () => {
    const { ruleSets } = world.domain;
    const other = await world.another();
    const a = await ruleSets.create(SYSTEM, { name: 'A', tenantId });
    const b = await ruleSets.create(SYSTEM, { name: 'B', tenantId });
    await Promise.all([ruleSets.setDefault(SYSTEM, a.id), other.ruleSets.setDefault(SYSTEM, b.id)]);
    expect(await inForce(tenantId)).toHaveLength(1);
  });

  it('that is in force cannot be removed; the error says what to do', async () => {
    const { ruleSets } = world.domain;
    const { id } = await world.db.ruleSet.findFirstOrThrow();
    for (const attempt of [
      () => ruleSets.remove(SYSTEM, id),
      () => ruleSets.update(SYSTEM, id, { isDefault: false }),
    ]) {
      const error = await refusal(attempt);
      expect(error.code).toBe('conflict');
      expect(error.message).toMatch(/First make another one the default/);
    }
    const own = await ruleSets.create(SYSTEM, { name: 'Own', tenantId, isDefault: true });
    expect((await refusal(ruleSets.remove(SYSTEM, own.id))).message).toMatch(/"isDefault": false/);
    await ruleSets.update(SYSTEM, own.id, { isDefault: false });
    expect(await ruleSets.remove(SYSTEM, own.id)).toEqual({ id: own.id, name: 'Own' });
    expect(await world.db.ruleSetVersion.count({ where: { ruleSetId: own.id } })).toBe(0);
  });

  it('has a name that nobody else has in its scope', async () => {
    const { ruleSets } = world.domain;
    await ruleSets.create(SYSTEM, { name: 'Same', tenantId });
    await ruleSets.create(SYSTEM, { name: 'Same', tenantId: otherId });
    const global = await ruleSets.create(SYSTEM, { name: 'Same' });
    for (const attempt of [
      () => ruleSets.create(SYSTEM, { name: 'Same', tenantId }),
      () => ruleSets.create(SYSTEM, { name: 'Same' }),
      () => ruleSets.update(SYSTEM, global.id, { name: 'Default' }),
    ]) {
      const error = await refusal(attempt);
      expect([error.code, pathsOf(error)]).toEqual(['conflict', ['name']]);
    }
  });

  it('names only what exists: tenant, categories, models', async () => {
    const { ruleSets } = world.domain;
    const rule = (effects: object) => ({ rules: [{ name: 'R', keywords: ['x'], effects }] });
    const good = rule({ category: 'translation', model: 'one/gpt-4o' });
    const { id } = await ruleSets.create(SYSTEM, { name: 'Good', definition: good });
    const wrong = rule({ category: 'no_such', model: 'no-such' });
    for (const attempt of [
      () => ruleSets.create(SYSTEM, { name: 'X', definition: wrong }),
      () => ruleSets.update(SYSTEM, id, { definition: wrong }),
    ]) {
      expect(pathsOf(await refusal(attempt))).toEqual([
        'definition.rules.0.effects.category',
        'definition.rules.0.effects.model',
      ]);
    }
    const role = { systemPromptRoles: [{ name: 'R', keywords: ['x'], effects: { category: 'no_such' } }] };
    expect(pathsOf(await refusal(ruleSets.create(SYSTEM, { name: 'X', definition: role })))).toEqual([
      'definition.systemPromptRoles.0.effects.category',
    ]);
    expect(pathsOf(await refusal(ruleSets.create(SYSTEM, { name: 'X', tenantId: nobody })))).toEqual([
      'tenantId',
    ]);
    expect(pathsOf(await refusal(ruleSets.update(SYSTEM, id, { tenantId })))).toEqual(['tenantId']);
  });

  it('goes with its tenant', async () => {
    const { domain, db } = world;
    const { tenant } = await domain.tenants.create(SYSTEM, { slug: 'short-lived', name: 'Short' });
    const { id } = await domain.ruleSets.create(SYSTEM, {
      name: 'Own',
      tenantId: tenant.id,
      isDefault: true,
    });
    await domain.tenants.remove(SYSTEM, tenant.id);
    expect(await db.ruleSet.findUnique({ where: { id } })).toBeNull();
  });

  it('is changed by exactly the roles that the policy names', async () => {
    const { ruleSets } = world.domain;
    const calls = [
      (who: ReturnType<typeof actor>) => ruleSets.create(who, {}),
      (who: ReturnType<typeof actor>) => ruleSets.update(who, nobody, {}),
      (who: ReturnType<typeof actor>) => ruleSets.remove(who, nobody),
      (who: ReturnType<typeof actor>) => ruleSets.setDefault(who, nobody),
      (who: ReturnType<typeof actor>) => ruleSets.restoreVersion(who, nobody, 1),
    ];
    for (const role of ROLES) {
      const may = POLICY['ruleSet.write'].some((one) => one === role);
      for (const call of calls) {
        const error = await refusal(call(actor(role, [tenantId])));
        expect([role, error.code === 'forbidden']).toEqual([role, !may]);
      }
    }
  });
});
