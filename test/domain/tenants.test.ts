import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashApiKey } from '../../src/identity/api-key.ts';
import { actor, createWorld, pathsOf, refusal, SYSTEM, type World } from './world.ts';

let world: World;
let providers: string[];
const nobody = '01930000-0000-7000-8000-00000000ffff';
const maintainer = actor('maintainer');

beforeAll(async () => {
  world = await createWorld();
  const made = [];
  for (const name of ['One', 'Two'])
    made.push(await world.domain.providers.create(SYSTEM, { name, type: 'simulator' }));
  providers = made.map(({ id }) => id);
  await world.notices();
});
afterAll(() => world.close());

let count = 0;
function freshSlug(): string {
  count += 1;
  return `tenant-${count}`;
}

async function newTenant(more: object = {}) {
  const slug = freshSlug();
  return (await world.domain.tenants.create(SYSTEM, { slug, name: slug, ...more })).tenant;
}

describe('tenants', () => {
  it('are made with every setting, one key that is shown once, an audit row and a notice', async () => {
    const input = {
      slug: 'team-alpha',
      name: ' Team Alpha ',
      providerIds: [providers[1] ?? '', providers[0] ?? ''],
      modelConfig: { mode: 'whitelist', list: ['gpt-4o', 'gpt-4o'], aliases: { fast: 'gpt-4o-mini' } },
      routing: { costMode: 'economy', overrides: { vision: { enabled: false } } },
      rateLimit: { requestsPerMinute: 60, tokensPerMinute: 100_000 },
      pricing: { 'gpt-4o': { inputPer1M: 2.25, outputPer1M: 9.000001, cachedInputPer1M: null } },
      keyLifetimeDays: 90,
    } as const;
    const created = await world.domain.tenants.create(maintainer, input);
    expect(created.tenant).toMatchObject({
      slug: 'team-alpha',
      name: 'Team Alpha',
      active: true,
      providerIds: [providers[1], providers[0]],
      modelConfig: { mode: 'whitelist', list: ['gpt-4o'], aliases: { fast: 'gpt-4o-mini' } },
      routing: { costMode: 'economy', overrides: { vision: { enabled: false } } },
      rateLimit: { requestsPerMinute: 60, tokensPerMinute: 100_000 },
      pricing: { 'gpt-4o': { inputPer1M: 2.25, outputPer1M: 9.000001 } },
      keyLifetimeDays: 90,
    });
    expect(created.apiKey).toMatch(/^omp-[0-9a-f]{64}$/);
    expect(created.expiresAt).toEqual(new Date('2027-01-30T12:00:00Z'));
    const key = await world.db.tenantKey.findFirstOrThrow({ where: { tenantId: created.tenant.id } });
    expect(key).toMatchObject({
      hash: hashApiKey(created.apiKey),
      isPrimary: true,
      custom: false,
      enabled: true,
    });
    const [audit] = await world.db.auditEntry.findMany({ where: { targetId: created.tenant.id } });
    expect(audit).toMatchObject({
      action: 'tenant.create',
      actorName: 'the-maintainer',
      tenantId: created.tenant.id,
    });
    expect(JSON.stringify(audit)).not.toContain(created.apiKey);
    expect(await world.notices()).toEqual([`tenant:${created.tenant.id}`]);
  });

  it('keep their routing settings as they were given, and refuse what would do nothing', async () => {
    const routing = {
      costMode: 'quality',
      tierBoost: 1,
      overrides: { budgetEconomy: { dailyBudget: null }, domainGate: { minTier: 'high' } },
      llm: null,
    } as const;
    const { id } = await newTenant({ routing });
    expect((await world.domain.tenants.update(maintainer, id, { name: 'Other' })).routing).toEqual(routing);
    const wrong: [Record<string, unknown>, string[]][] = [
      [{ enabled: true }, ['routing']],
      [{ costMode: 'cheap', tierBoost: 3 }, ['routing.costMode', 'routing.tierBoost']],
      [{ overrides: { frustration: { threshold: 2 } } }, ['routing.overrides.frustration.threshold']],
      [{ overrides: { toolCalls: { minTier: 'best' } } }, ['routing.overrides.toolCalls.minTier']],
      [{ overrides: { magic: {} } }, ['routing.overrides']],
      [{ llm: { timeoutMs: 500 } }, ['routing.llm.model']],
      [{ baselineModel: 'no-such' }, ['routing.baselineModel']],
      [
        { llm: { model: 'no-such', fallbacks: ['neither'] } },
        ['routing.llm.model', 'routing.llm.fallbacks.0'],
      ],
    ];
    for (const [given, paths] of wrong) {
      const error = await refusal(world.domain.tenants.update(maintainer, id, { routing: given }));
      expect([error.code, pathsOf(error)]).toEqual(['bad_input', paths]);
      const slug = freshSlug();
      const made = world.domain.tenants.create(maintainer, { slug, name: slug, routing: given });
      expect(pathsOf(await refusal(made))).toEqual(paths);
    }
    expect((await world.domain.tenants.update(maintainer, id, { routing: {} })).routing).toEqual({});
  });

  it('need a slug and a name, and say what is wrong with every field', async () => {
    const wrong = await refusal(
      world.domain.tenants.create(maintainer, {
        slug: 'Not A Slug',
        name: '',
        providerIds: ['x'],
        modelConfig: { mode: 'some' as never, list: ['a model'] },
        rateLimit: { requestsPerMinute: -1, tokensPerMinute: 1.5 },
        pricing: { 'gpt-4o': { inputPer1M: -1, outputPer1M: 0.0000001 } },
        keyLifetimeDays: -1,
      }),
    );
    expect(wrong.code).toBe('bad_input');
    expect(pathsOf(wrong)).toEqual([
      'slug',
      'name',
      'providerIds.0',
      'modelConfig.mode',
      'modelConfig.list.0',
      'rateLimit.requestsPerMinute',
      'rateLimit.tokensPerMinute',
      'pricing.gpt-4o.inputPer1M',
      'pricing.gpt-4o.outputPer1M',
      'keyLifetimeDays',
    ]);
    const missing = await refusal(world.domain.tenants.create(maintainer, {} as never));
    expect(missing.fields).toEqual([
      { path: 'slug', message: 'is required' },
      { path: 'name', message: 'is required' },
    ]);
  });

  it.each(['prism', 'v1', 'graphql', 'tenant-portal', 'health', 'metrics'])(
    'cannot take the reserved slug %s',
    async (slug) => {
      expect(pathsOf(await refusal(world.domain.tenants.create(SYSTEM, { slug, name: 'x' })))).toEqual([
        'slug',
      ]);
    },
  );

  it('cannot take the slug of another, also when both ask at once', async () => {
    const slug = freshSlug();
    const results = await Promise.allSettled(
      Array.from({ length: 4 }, () => world.domain.tenants.create(SYSTEM, { slug, name: slug })),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const other = await newTenant();
    const taken = await refusal(world.domain.tenants.update(SYSTEM, other.id, { slug }));
    expect([taken.code, pathsOf(taken)]).toEqual(['conflict', ['slug']]);
  });

  it('refuse providers that do not exist or are named twice, and then change nothing', async () => {
    const tenant = await newTenant({ providerIds: [providers[0]] });
    const wrong = await refusal(
      world.domain.tenants.update(SYSTEM, tenant.id, {
        name: 'changed',
        providerIds: [providers[1] ?? '', nobody, providers[1] ?? ''],
      }),
    );
    expect(pathsOf(wrong)).toEqual(['providerIds.1', 'providerIds.2']);
    const after = await world.db.tenant.findUniqueOrThrow({
      where: { id: tenant.id },
      include: { providers: true },
    });
    expect(after.name).toBe(tenant.name);
    expect(after.providers.map(({ providerId }) => providerId)).toEqual([providers[0]]);
  });

  it('keep what an update leaves out, and take what it gives', async () => {
    const tenant = await newTenant({
      providerIds: providers,
      rateLimit: { requestsPerMinute: 5, tokensPerMinute: 6 },
      modelConfig: { mode: 'blacklist', list: ['gpt-4o'] },
    });
    const first = await world.domain.tenants.update(maintainer, tenant.id, {
      rateLimit: { tokensPerMinute: 7 },
      name: null,
    });
    expect(first).toMatchObject({
      name: tenant.name,
      providerIds: providers,
      rateLimit: { requestsPerMinute: 5, tokensPerMinute: 7 },
      modelConfig: { mode: 'blacklist', list: ['gpt-4o'], aliases: {} },
    });
    const second = await world.domain.tenants.update(maintainer, tenant.id, {
      providerIds: [],
      active: false,
    });
    expect(second).toMatchObject({ providerIds: [], active: false, rateLimit: { tokensPerMinute: 7 } });
  });

  it.each(['gpt-*', '*', 'openai/*'])(
    'take no %s for a name: a blacklist would forbid nothing',
    async (name) => {
      const made = newTenant({ modelConfig: { mode: 'blacklist', list: ['gpt-4o', name] } });
      const wrong = await refusal(made);
      expect([wrong.code, pathsOf(wrong)]).toEqual(['bad_input', ['modelConfig.list.1']]);
    },
  );

  it('may have an empty whitelist, which allows nothing', async () => {
    const tenant = await newTenant({ modelConfig: { mode: 'whitelist', list: [] } });
    expect(tenant.modelConfig).toEqual({ mode: 'whitelist', list: [], aliases: {} });
  });

  it.each([
    [{ auto: 'gpt-4o' }, ['modelConfig.aliases.auto']],
    [{ 'auto-prism': 'gpt-4o' }, ['modelConfig.aliases.auto-prism']],
    [{ same: 'same' }, ['modelConfig.aliases.same']],
    [{ a: 'b', b: 'gpt-4o' }, ['modelConfig.aliases.a']],
    [{ a: 'b', b: 'a' }, ['modelConfig.aliases.a', 'modelConfig.aliases.b']],
    [{ 'has space': 'gpt-4o' }, ['modelConfig.aliases.has space']],
    [{ a: '' }, ['modelConfig.aliases.a']],
  ])('refuse the aliases %j', async (aliases, paths) => {
    const wrong = await refusal(
      world.domain.tenants.create(SYSTEM, { slug: freshSlug(), name: 'x', modelConfig: { aliases } }),
    );
    expect([...new Set(pathsOf(wrong))]).toEqual(paths);
  });

  it('take their keys and links with them, while audit and logs stay', async () => {
    const tenant = await newTenant({ providerIds: providers });
    await world.domain.tenantKeys.create(SYSTEM, tenant.id, { label: 'second' });
    await world.domain.users.create(SYSTEM, {
      username: `user-${tenant.slug}`,
      password: 'correct horse',
      role: 'tenant-admin',
      tenantIds: [tenant.id],
    });
    const ruleSet = await world.domain.ruleSets.create(SYSTEM, { name: 'Its own', tenantId: tenant.id });
    await world.notices();
    const removed = await world.domain.tenants.remove(maintainer, tenant.id);
    expect(removed).toEqual({
      id: tenant.id,
      slug: tenant.slug,
      name: tenant.name,
      keysRemoved: 2,
      usersUpdated: 1,
      ruleSetsRemoved: 1,
    });
    expect(await world.notices()).toEqual([`tenant:${tenant.id}`, `rule-set:${ruleSet.id}`]);
    expect(await world.db.tenantKey.count({ where: { tenantId: tenant.id } })).toBe(0);
    expect(await world.db.tenantProvider.count({ where: { tenantId: tenant.id } })).toBe(0);
    const trail = await world.db.auditEntry.findMany({
      where: { tenantId: tenant.id },
      orderBy: { at: 'asc' },
    });
    expect(trail.map(({ action }) => action)).toEqual([
      'tenant.create',
      'key.create',
      'ruleSet.create',
      'tenant.delete',
    ]);
    expect((await refusal(world.domain.tenants.remove(maintainer, tenant.id))).code).toBe('not_found');
  });

  it('are not found by an unknown id or one that is none', async () => {
    for (const id of [nobody, 'x', "' OR 1=1"]) {
      expect((await refusal(world.domain.tenants.update(maintainer, id, { name: 'x' }))).code).toBe(
        'not_found',
      );
      expect((await refusal(world.domain.tenants.remove(maintainer, id))).code).toBe('not_found');
      expect((await refusal(world.domain.tenants.updateModelConfig(maintainer, id, {}))).code).toBe(
        'not_found',
      );
    }
  });
});

describe('tenant B', () => {
  it('cannot change the models of tenant A, while its own admin can', async () => {
    const [a, b] = [await newTenant(), await newTenant()];
    const adminOfB = actor('tenant-admin', [b.id]);
    const config = { mode: 'whitelist', list: ['gpt-4o'] } as const;
    expect((await refusal(world.domain.tenants.updateModelConfig(adminOfB, a.id, config))).code).toBe(
      'not_found',
    );
    const own = await world.domain.tenants.updateModelConfig(adminOfB, b.id, config);
    expect(own.modelConfig).toEqual({ ...config, aliases: {} });
    const untouched = await world.db.tenant.findUniqueOrThrow({ where: { id: a.id } });
    expect(untouched.modelMode).toBe('ALL');
  });

  it('cannot change anything else, not even of its own', async () => {
    const tenant = await newTenant();
    for (const role of ['finops', 'tenant-admin', 'tenant-viewer'] as const) {
      const who = actor(role, [tenant.id]);
      const { tenants, tenantKeys } = world.domain;
      const attempts = [
        () => tenants.create(who, { slug: freshSlug(), name: 'x' }),
        () => tenants.update(who, tenant.id, { rateLimit: { requestsPerMinute: 0 } }),
        () => tenants.remove(who, tenant.id),
        () => tenantKeys.create(who, tenant.id, {}),
        () => tenantKeys.update(who, tenant.id, {}),
        () => tenantKeys.remove(who, tenant.id),
        () => tenantKeys.rotate(who, tenant.id),
        () => tenantKeys.set(who, tenant.id, { apiKey: 'a-custom-key-of-theirs' }),
      ];
      for (const attempt of attempts) expect((await refusal(attempt)).code).toBe('forbidden');
    }
    for (const role of ['finops', 'tenant-viewer'] as const) {
      const attempt = world.domain.tenants.updateModelConfig(actor(role, [tenant.id]), tenant.id, {});
      expect((await refusal(attempt)).code).toBe('forbidden');
    }
  });
});
