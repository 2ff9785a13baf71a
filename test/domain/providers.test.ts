import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCipher } from '../../src/identity/cipher.ts';
import { actor, createWorld, pathsOf, refusal, SECRETS, SYSTEM, type World } from './world.ts';

let world: World;
const maintainer = actor('maintainer');
const KEY = 'sk-a-very-secret-key-0123456789';

beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

async function openai(name: string, baseUrl = 'https://llm.example.com/v1') {
  const config = { baseUrl, auth: { type: 'api_key', apiKey: KEY } } as const;
  return await world.domain.providers.create(maintainer, { name, type: 'openai', config });
}

/** The stored credentials in clear. */
async function credentialsOf(id: string): Promise<unknown> {
  const { credentials } = await world.db.provider.findUniqueOrThrow({ where: { id } });
  if (credentials === null) return null;
  return JSON.parse(createCipher([SECRETS.current]).decrypt(credentials, `provider:${id}`));
}

describe('providers', () => {
  it('are made with their secret encrypted, and nothing ever gives it back', async () => {
    await world.notices();
    const provider = await openai('Open AI (EU)');
    expect(provider).toMatchObject({
      slug: 'open-ai-eu',
      name: 'Open AI (EU)',
      type: 'openai',
      baseUrl: 'https://llm.example.com',
      apiPath: '/v1',
      authType: 'api_key',
      hasCredentials: true,
      active: true,
      status: 'unchecked',
      options: {},
    });
    expect(await credentialsOf(provider.id)).toEqual({ apiKey: KEY });
    const row = await world.db.provider.findUniqueOrThrow({ where: { id: provider.id } });
    const trail = await world.db.auditEntry.findMany({ where: { targetId: provider.id } });
    expect(trail.map(({ action, actorName }) => [action, actorName])).toEqual([
      ['provider.create', 'the-maintainer'],
    ]);
    expect(JSON.stringify([provider, row, trail])).not.toContain(KEY);
    expect(provider).not.toHaveProperty('credentials');
    expect(await world.notices()).toEqual([`provider:${provider.id}`]);
  });

  it('get free slugs from one name, also at the same time; a slug that was asked for must be free', async () => {
    const made = await Promise.all(Array.from({ length: 5 }, () => openai('Same Name')));
    expect(made.map(({ slug }) => slug).sort()).toEqual([
      'same-name',
      'same-name-2',
      'same-name-3',
      'same-name-4',
      'same-name-5',
    ]);
    const again = { name: 'x', slug: 'same-name', type: 'simulator' };
    const taken = await refusal(world.domain.providers.create(maintainer, again));
    expect([taken.code, pathsOf(taken)]).toEqual(['conflict', ['slug']]);
    expect((await world.domain.providers.create(maintainer, { name: '火山', type: 'simulator' })).slug).toBe(
      'simulator',
    );
  });

  it('say what is wrong with every field, as the caller wrote it', async () => {
    const { providers } = world.domain;
    const cases: readonly (readonly [unknown, readonly string[]])[] = [
      [{}, ['name', 'type']],
      [{ name: 'x', type: 'nonsense' }, ['type']],
      [{ name: 'x', type: 'openai' }, ['config.auth.apiKey']],
      [{ name: 'x', type: 'openai', config: { auth: { type: 'bearer' } } }, ['config.auth.apiKey']],
      [{ name: 'x', type: 'openai', config: { auth: { type: 'magic' } } }, ['config.auth.type']],
      [{ name: 'x', type: 'custom' }, ['config.baseUrl']],
      [{ name: 'x', type: 'custom', config: { baseUrl: 'ftp://x' } }, ['config.baseUrl']],
      [{ name: 'x', type: 'custom', config: { baseUrl: 'https://a:b@example.com' } }, ['config.baseUrl']],
      [{ name: 'x', type: 'simulator', config: { options: { nonsense: 1 } } }, ['config.options.nonsense']],
      [
        { name: 'x', type: 'simulator', config: { options: { timeouts: { connectMs: 0 } } } },
        ['config.options.timeouts.connectMs'],
      ],
      [{ name: 'x', type: 'simulator', slug: 'No Slug' }, ['slug']],
      [{ name: 'x', type: 'simulator', config: { auth: { apiKey: 'line\nbreak' } } }, ['config.auth.apiKey']],
      [{ name: 'x', type: 'simulator', config: { nonsense: 1 } }, ['config']],
    ];
    for (const [input, paths] of cases) {
      const wrong = await refusal(() =>
        providers.create(maintainer, input as Parameters<typeof providers.create>[1]),
      );
      expect([input, wrong.code, pathsOf(wrong)]).toEqual([input, 'bad_input', paths]);
    }
  });

  it('keep a secret that an update leaves out, blanks or masks', async () => {
    const { id } = await openai('Keeper');
    const before = await world.db.provider.findUniqueOrThrow({ where: { id } });
    for (const apiKey of [undefined, null, '', '***']) {
      const config = { baseUrl: 'https://llm.example.com/other/v1', auth: { apiKey } };
      await world.domain.providers.update(maintainer, id, { config });
    }
    await world.domain.providers.update(maintainer, id, { name: 'Renamed', active: false });
    const after = await world.db.provider.findUniqueOrThrow({ where: { id } });
    expect(after.credentials).toBe(before.credentials);
    expect(after).toMatchObject({ name: 'Renamed', active: false, baseUrl: 'https://llm.example.com/other' });
    await world.domain.providers.update(maintainer, id, { config: { auth: { apiKey: 'sk-new-key' } } });
    expect(await credentialsOf(id)).toEqual({ apiKey: 'sk-new-key' });
    await world.domain.providers.update(maintainer, id, { config: { auth: { type: 'bearer' } } });
    expect(await credentialsOf(id)).toEqual({ apiKey: 'sk-new-key' });
  });

  it.each([
    ['another host', { config: { baseUrl: 'https://evil.example.net/v1' } }],
    ['another port', { config: { baseUrl: 'https://llm.example.com:8443/v1' } }],
    ['plain HTTP', { config: { baseUrl: 'http://llm.example.com/v1' } }],
    ['another type', { type: 'custom' }],
    [
      'a masked secret for another host',
      { config: { baseUrl: 'https://evil.example.net', auth: { apiKey: '***' } } },
    ],
  ])('do not take a stored secret along to %s', async (_what, change) => {
    const { id } = await openai('Mover');
    const refused = await refusal(world.domain.providers.update(maintainer, id, change));
    expect([refused.code, pathsOf(refused)]).toEqual(['bad_input', ['config.auth.apiKey']]);
    const row = await world.db.provider.findUniqueOrThrow({ where: { id } });
    expect([row.baseUrl, row.type]).toEqual(['https://llm.example.com', 'openai']);
    const withKey = {
      ...change,
      config: { ...('config' in change ? change.config : {}), auth: { apiKey: 'sk-given-again' } },
    };
    await world.domain.providers.update(maintainer, id, withKey);
    expect(await credentialsOf(id)).toEqual({ apiKey: 'sk-given-again' });
  });

  it('drop the secret when none is used any more, wherever they go', async () => {
    const config = { baseUrl: 'https://one.example.com', auth: { type: 'api_key', apiKey: KEY } } as const;
    const { id } = await world.domain.providers.create(maintainer, { name: 'Local', type: 'custom', config });
    const moved = { baseUrl: 'https://two.example.com', auth: { type: 'none' } } as const;
    expect(await world.domain.providers.update(maintainer, id, { config: moved })).toMatchObject({
      authType: 'none',
      hasCredentials: false,
      apiPath: null,
    });
    expect(await credentialsOf(id)).toBeNull();
  });

  it('take the address of their type when none is given, and are unchecked after a move', async () => {
    const { id, baseUrl } = await world.domain.providers.create(maintainer, {
      name: 'Default',
      type: 'openai',
      config: { auth: { apiKey: KEY } },
    });
    expect(baseUrl).toBe('https://api.openai.com');
    await world.db.provider.update({
      where: { id },
      data: { status: 'connected', statusMessage: 'x', apiPath: '/v1' },
    });
    const same = await world.domain.providers.update(maintainer, id, {
      config: { baseUrl: 'https://api.openai.com/' },
    });
    expect(same).toMatchObject({ status: 'connected', apiPath: '/v1' });
    const moved = await world.domain.providers.update(maintainer, id, {
      config: { baseUrl: 'https://api.openai.com/eu' },
    });
    expect(moved).toMatchObject({ status: 'unchecked', statusMessage: null, apiPath: null });
  });

  it('whose secret cannot be decrypted want it again, and can still be renamed and mended', async () => {
    const { id } = await openai('Lost');
    const lost = createCipher(['a key that nobody has any more']).encrypt('{"apiKey":"x"}', `provider:${id}`);
    await world.db.provider.update({ where: { id }, data: { credentials: lost } });
    expect((await world.domain.providers.update(maintainer, id, { name: 'Still lost' })).name).toBe(
      'Still lost',
    );
    const refused = await refusal(
      world.domain.providers.update(maintainer, id, { config: { auth: { type: 'bearer' } } }),
    );
    expect(pathsOf(refused)).toEqual(['config.auth.apiKey']);
    await world.domain.providers.update(maintainer, id, { config: { auth: { apiKey: 'sk-mended' } } });
    expect(await credentialsOf(id)).toEqual({ apiKey: 'sk-mended' });
  });

  it('take their models and links with them, and tell their tenants', async () => {
    const { id, slug, name } = await openai('Leaving');
    await world.db.providerModel.createMany({
      data: ['a', 'b'].map((modelId) => ({ providerId: id, modelId, name: modelId })),
    });
    const { tenant } = await world.domain.tenants.create(SYSTEM, {
      slug: 'leaving',
      name: 'x',
      providerIds: [id],
    });
    await world.notices();
    const removed = await world.domain.providers.remove(maintainer, id);
    expect(removed).toEqual({ id, slug, name, modelsRemoved: 2, tenantsUpdated: 1 });
    expect(await world.notices()).toEqual([`provider:${id}`, `tenant:${tenant.id}`]);
    expect(await world.db.tenantProvider.count({ where: { tenantId: tenant.id } })).toBe(0);
    expect((await refusal(world.domain.providers.remove(maintainer, id))).code).toBe('not_found');
    expect((await refusal(world.domain.providers.update(maintainer, 'x', {}))).code).toBe('not_found');
  });

  it('are nothing for roles below maintainer', async () => {
    const { id } = await openai('Guarded');
    const { domain } = world;
    for (const role of ['finops', 'tenant-admin', 'tenant-viewer'] as const) {
      const who = actor(role);
      const attempts = [
        () => domain.providers.create(who, { name: 'x', type: 'simulator' }),
        () => domain.providers.update(who, id, { name: 'x' }),
        () => domain.providers.remove(who, id),
        () => domain.providerCheck.check(who, id),
        () => domain.providerDiscovery.discover(who, id),
        () => domain.providerChat.chat(who, id, { model: 'x', messages: [] }),
        () => domain.providerModels.list(who),
        () => domain.providerModels.create(who, id, { modelId: 'x' }),
        () => domain.providerModels.update(who, id, 'x', {}),
        () => domain.providerModels.reorderTier(who, { tier: 'low', items: [] }),
        () => domain.providerModels.suggest(who, 'gpt-4o'),
      ];
      for (const attempt of attempts) expect((await refusal(attempt)).code).toBe('forbidden');
    }
  });
});
