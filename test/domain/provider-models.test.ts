import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { actor, createWorld, pathsOf, refusal, type World } from './world.ts';
import { createScriptedUpstream, modelList, type ScriptedUpstream } from './upstream.ts';

let world: World;
let upstream: ScriptedUpstream;
let providerId: string;
const maintainer = actor('maintainer');
const KEY = 'sk-a-very-secret-key-0123456789';

beforeAll(async () => {
  upstream = await createScriptedUpstream();
  world = await createWorld();
});
afterAll(async () => {
  await world.close();
  await upstream.close();
});

beforeEach(async () => {
  const config = { baseUrl: upstream.origin, auth: { type: 'api_key', apiKey: KEY } } as const;
  const made = await world.domain.providers.create(maintainer, { name: 'Scripted', type: 'custom', config });
  providerId = made.id;
  upstream.seen.length = 0;
});

function discover() {
  return world.domain.providerDiscovery.discover(maintainer, providerId);
}

describe('discovery', () => {
  it('saves what the provider lists, with what the catalog knows of it', async () => {
    upstream.answers = { '/v1/models': modelList('gpt-4o', 'text-embedding-3-small', 'house-model') };
    await world.notices();
    const { models, count } = await discover();
    expect(count).toBe(3);
    expect(models.map(({ modelId }) => modelId)).toEqual(['gpt-4o', 'house-model', 'text-embedding-3-small']);
    expect(models[0]).toMatchObject({
      kind: 'chat',
      tier: 'medium',
      contextWindow: 128_000,
      maxOutputTokens: 16_384,
      capabilities: ['vision'],
      inputPer1M: 2.5,
      cachedInputPer1M: 1.25,
      outputPer1M: 10,
      categories: ['coding_medium'],
      manualPricing: false,
      manualContext: false,
      byHand: false,
      missingSince: null,
      priority: 50,
      visible: true,
    });
    expect(models[1]).toMatchObject({
      kind: 'chat',
      tier: null,
      inputPer1M: null,
      contextWindow: null,
      ownedBy: 'someone',
    });
    expect(models[2]).toMatchObject({ kind: 'embedding', inputPer1M: 0.02 });
    const rows = await world.db.providerModel.findMany({
      where: { providerId },
      orderBy: { modelId: 'asc' },
    });
    expect(rows.map(({ catalogPricing }) => catalogPricing)).toEqual([true, false, true]);
    const row = await world.db.provider.findUniqueOrThrow({ where: { id: providerId } });
    expect(row).toMatchObject({
      status: 'connected',
      statusMessage: null,
      apiPath: '/v1',
      lastCheckedAt: world.now.value,
    });
    expect(await world.notices()).toEqual([`provider:${providerId}`]);
    expect(upstream.seen[0]?.headers.authorization).toBe(`Bearer ${KEY}`);
  });

  it('finds the path, and keeps it', async () => {
    upstream.answers = { '/api/v1/models': modelList('a') };
    await discover();
    const row = await world.db.provider.findUniqueOrThrow({ where: { id: providerId } });
    expect(row.apiPath).toBe('/api/v1');
  });

  it('leaves alone what was set by hand, and takes over the rest', async () => {
    const entry = {
      id: 'gpt-4o',
      context_length: 64_000,
      pricing: { prompt: '0.000003', completion: '0.000012' },
    };
    upstream.answers = { '/v1/models': modelList('gpt-4o', 'free-model') };
    await discover();
    const { providerModels } = world.domain;
    await providerModels.update(maintainer, providerId, 'gpt-4o', {
      inputPer1M: 1,
      outputPer1M: 2,
      contextWindow: 99_000,
      maxOutputTokens: 1_000,
      tier: 'ultra',
      categories: ['translation'],
      priority: 77,
      notes: 'ours',
      visible: false,
      name: 'Our GPT',
    });
    upstream.answers = {
      '/v1/models': { body: { data: [entry, { id: 'free-model', context_length: 5000 }] } },
    };
    const { models } = await discover();
    expect(models[1]).toMatchObject({
      inputPer1M: 1,
      outputPer1M: 2,
      contextWindow: 99_000,
      maxOutputTokens: 1_000,
      tier: 'ultra',
      name: 'Our GPT',
      categories: ['translation'],
      priority: 77,
      notes: 'ours',
      visible: false,
    });
    expect(models[0]).toMatchObject({ modelId: 'free-model', contextWindow: 5000 });
    const reset = await providerModels.update(maintainer, providerId, 'gpt-4o', {
      inputPer1M: null,
      outputPer1M: null,
      contextWindow: null,
    });
    expect(reset).toMatchObject({
      manualPricing: false,
      manualContext: false,
      inputPer1M: 2.5,
      contextWindow: 128_000,
    });
    const again = await discover();
    expect(again.models[1]).toMatchObject({
      inputPer1M: 3,
      outputPer1M: 12,
      cachedInputPer1M: null,
      contextWindow: 64_000,
    });
  });

  it('marks what has vanished, forgets the mark when it is back, and never marks what was entered by hand', async () => {
    upstream.answers = { '/v1/models': modelList('stays', 'goes') };
    await discover();
    await world.domain.providerModels.create(maintainer, providerId, { modelId: 'hidden-deployment' });
    upstream.answers = { '/v1/models': modelList('stays') };
    const gone = await discover();
    expect(gone.models.map(({ modelId, missingSince }) => [modelId, missingSince])).toEqual([
      ['goes', world.now.value],
      ['hidden-deployment', null],
      ['stays', null],
    ]);
    upstream.answers = { '/v1/models': modelList('stays', 'goes') };
    expect((await discover()).models.every(({ missingSince }) => missingSince === null)).toBe(true);
  });

  it('says first what it would do, and then does what was chosen of it', async () => {
    upstream.answers = { '/v1/models': modelList('gpt-4o', 'left', 'plain') };
    await discover();
    await world.domain.providerModels.update(maintainer, providerId, 'plain', {
      inputPer1M: 1,
      outputPer1M: 2,
      contextWindow: 1_000,
    });
    const own = { context_length: 5_000, pricing: { prompt: '0.000003', completion: '0.000004' } };
    upstream.answers = {
      '/v1/models': {
        body: {
          data: [
            { id: 'gpt-4o', owned_by: 'someone' },
            { id: 'plain', ...own },
            { id: 'new', ...own },
          ],
        },
      },
    };
    const before = await world.db.providerModel.findMany({ orderBy: { id: 'asc' } });
    const preview = () => world.domain.providerDiscovery.preview(maintainer, providerId);
    const { count, changes } = await preview();
    expect(count).toBe(3);
    expect(changes.map(({ modelId, kind }) => [modelId, kind])).toEqual([
      ['left', 'gone'],
      ['new', 'new'],
      ['plain', 'kept'],
    ]);
    expect(changes[2]?.kept).toEqual(['prices', 'contextWindow']);
    expect(changes[1]?.fields).toContainEqual({ field: 'contextWindow', before: null, after: 5_000 });
    expect(changes[1]?.fields).toContainEqual({ field: 'inputPer1M', before: null, after: 3 });
    expect(await world.db.providerModel.findMany({ orderBy: { id: 'asc' } })).toEqual(before);

    upstream.answers = { '/v1/models': { body: { data: [{ id: 'gpt-4o', ...own }, { id: 'left' }] } } };
    const second = await preview();
    expect(second.changes.map(({ modelId, kind }) => [modelId, kind])).toEqual([
      ['gpt-4o', 'changed'],
      ['plain', 'gone'],
    ]);
    expect(second.changes[0]?.fields).toContainEqual({
      field: 'contextWindow',
      before: 128_000,
      after: 5_000,
    });
    const after = await world.domain.providerDiscovery.discover(maintainer, providerId, ['gpt-4o']);
    expect(after.models.map(({ modelId, missingSince }) => [modelId, missingSince])).toEqual([
      ['gpt-4o', null],
      ['left', null],
      ['plain', null],
    ]);
    expect(after.models[0]?.contextWindow).toBe(5_000);
    expect((await preview()).changes.map(({ modelId, kind }) => [modelId, kind])).toEqual([
      ['plain', 'gone'],
    ]);
  });

  it('names what stays because it was set by hand, and what is back', async () => {
    const own = { context_length: 5_000, pricing: { prompt: '0.000003', completion: '0.000004' } };
    upstream.answers = { '/v1/models': { body: { data: [{ id: 'a' }, { id: 'b' }] } } };
    await discover();
    const set = { inputPer1M: 1, outputPer1M: 2, contextWindow: 1_000 };
    await world.domain.providerModels.update(maintainer, providerId, 'a', set);
    upstream.answers = { '/v1/models': { body: { data: [{ id: 'a', owned_by: 'somebody', ...own }] } } };
    await discover();
    upstream.answers = {
      '/v1/models': { body: { data: [{ id: 'a', owned_by: 'other', ...own }, { id: 'b' }] } },
    };
    const { changes } = await world.domain.providerDiscovery.preview(maintainer, providerId);
    expect(changes).toMatchObject([
      { modelId: 'a', kind: 'changed', kept: ['prices', 'contextWindow'] },
      { modelId: 'b', kind: 'back', fields: [], kept: [] },
    ]);
    const refused = await refusal(world.domain.providerDiscovery.preview(actor('finops'), providerId));
    expect(refused.code).toBe('forbidden');
  });

  it('run twice at once gives each model once', async () => {
    upstream.answers = { '/v1/models': modelList('a', 'b', 'c') };
    const both = await Promise.all([discover(), discover()]);
    expect(both.map(({ models }) => models.length)).toEqual([3, 3]);
  });

  it('says what is wrong and what to do, stores it, and repeats neither key nor page', async () => {
    const page = `<html>wrong key ${KEY}</html>`;
    const cases = [
      [{ status: 401, body: { error: { message: `bad key ${KEY}` } } }, /bad key \[key\].*Check the API key/],
      [{ status: 500, body: page }, /trouble of its own/],
      [{ status: 200, body: page }, /not this API/],
      [{ status: 429, body: { error: { message: 'slow down' } } }, /quota/],
    ] as const;
    for (const [answer, message] of cases) {
      upstream.answers = { '/v1/models': answer, '/api/v1/models': answer, '/models': answer };
      const failed = await refusal(discover());
      expect([failed.code, failed.message]).toEqual(['provider_error', expect.stringMatching(message)]);
      const row = await world.db.provider.findUniqueOrThrow({ where: { id: providerId } });
      expect(row.status).toBe('error');
      expect(`${failed.message} ${row.statusMessage}`).not.toMatch(/sk-a-very|<html>/);
    }
  });

  it('finds nobody by an unknown id', async () => {
    const attempt = world.domain.providerDiscovery.discover(
      maintainer,
      '01930000-0000-7000-8000-00000000ffff',
    );
    expect((await refusal(attempt)).code).toBe('not_found');
  });
});

describe('models', () => {
  it('may hold slashes and colons in their ids', async () => {
    const { providerModels } = world.domain;
    const modelId = 'meta-llama/llama-3.3-70b:free';
    await providerModels.create(maintainer, providerId, {
      modelId,
      kind: 'chat',
      tier: 'low',
      inputPer1M: 0,
      outputPer1M: 0,
    });
    expect(await providerModels.update(maintainer, providerId, modelId, { notes: 'free' })).toMatchObject({
      modelId,
      byHand: true,
      tier: 'low',
      inputPer1M: 0,
      outputPer1M: 0,
      manualPricing: true,
      notes: 'free',
    });
    expect((await refusal(providerModels.create(maintainer, providerId, { modelId }))).code).toBe('conflict');
    expect((await refusal(providerModels.update(maintainer, providerId, 'unknown', {}))).code).toBe(
      'not_found',
    );
  });

  it('entered by hand start with what the catalog knows', async () => {
    const made = await world.domain.providerModels.create(maintainer, providerId, {
      modelId: 'text-embedding-3-small',
    });
    expect(made).toMatchObject({
      kind: 'embedding',
      ownedBy: 'OpenAI',
      inputPer1M: 0.02,
      manualPricing: false,
    });
  });

  it('refuse figures that make no sense', async () => {
    await world.domain.providerModels.create(maintainer, providerId, { modelId: 'm' });
    const cases = [
      [{ tier: 'best' as never }, 'tier'],
      [{ priority: 0 }, 'priority'],
      [{ priority: 101 }, 'priority'],
      [{ inputPer1M: -1 }, 'inputPer1M'],
      [{ outputPer1M: 0.0000001 }, 'outputPer1M'],
      [{ contextWindow: 0 }, 'contextWindow'],
      [{ maxOutputTokens: 1.5 }, 'maxOutputTokens'],
      [{ categories: ['Not A Key'] }, 'categories.0'],
      [{ notes: 'x'.repeat(2001) }, 'notes'],
    ] as const;
    for (const [patch, path] of cases) {
      const wrong = await refusal(world.domain.providerModels.update(maintainer, providerId, 'm', patch));
      expect([wrong.code, pathsOf(wrong)]).toEqual(['bad_input', [path]]);
    }
  });

  it('are changed together, each in its own way, all or none', async () => {
    upstream.answers = { '/v1/models': modelList('one', 'two') };
    await discover();
    const { updateMany } = world.domain.providerModels;
    await world.notices();
    const changed = await updateMany(maintainer, [
      { providerId, modelId: 'two', input: { tier: 'low' } },
      { providerId, modelId: 'one', input: { visible: false, priority: 9 } },
    ]);
    expect(changed).toMatchObject([
      { modelId: 'two', tier: 'low', visible: true },
      { modelId: 'one', tier: null, visible: false, priority: 9 },
    ]);
    expect(new Set(await world.notices())).toEqual(new Set([`provider:${providerId}`]));
    const trail = await world.db.auditEntry.findMany({ where: { action: 'model.update' } });
    expect(trail.filter(({ targetId }) => changed.some(({ id }) => id === targetId))).toHaveLength(2);

    const half = [
      { providerId, modelId: 'one', input: { visible: true } },
      { providerId, modelId: 'none', input: { visible: true } },
    ];
    expect((await refusal(updateMany(maintainer, half))).code).toBe('not_found');
    const one = await world.db.providerModel.findFirstOrThrow({ where: { providerId, modelId: 'one' } });
    expect(one.visible).toBe(false);
    const wrong = [{ providerId, modelId: 'one', input: { priority: 101 } }];
    expect(pathsOf(await refusal(updateMany(maintainer, wrong)))).toEqual(['changes.0.input.priority']);
    expect((await refusal(updateMany(actor('finops'), half))).code).toBe('forbidden');
  });

  it('of a tier are put in order, best first, all or none', async () => {
    const { providerModels } = world.domain;
    for (const modelId of ['a', 'b', 'c']) await providerModels.create(maintainer, providerId, { modelId });
    const items = ['c', 'a', 'b'].map((modelId) => ({ providerId, modelId }));
    const ordered = await providerModels.reorderTier(maintainer, { tier: 'high', items });
    expect(ordered.map(({ modelId, tier, priority }) => [modelId, tier, priority])).toEqual([
      ['c', 'high', 100],
      ['a', 'high', 70],
      ['b', 'high', 40],
    ]);
    const wrong = [...items, { providerId, modelId: 'unknown' }];
    expect((await refusal(providerModels.reorderTier(maintainer, { tier: 'low', items: wrong }))).code).toBe(
      'not_found',
    );
    const twice = await refusal(
      providerModels.reorderTier(maintainer, { tier: 'low', items: [...items, ...items] }),
    );
    expect(pathsOf(twice)).toEqual(['items.3']);
    const rows = await world.db.providerModel.findMany({ where: { providerId } });
    expect(rows.every(({ tier }) => tier === 'high')).toBe(true);
  });

  it('are suggested from the catalog, and never guessed', async () => {
    const { providerModels } = world.domain;
    expect(providerModels.suggest(maintainer, 'gpt-4o')).toMatchObject({
      vendor: 'OpenAI',
      tier: 'medium',
      outputPer1M: 10,
      source: 'test',
    });
    expect((await refusal(() => providerModels.suggest(maintainer, 'gpt-4'))).code).toBe('not_found');
  });

  it('are listed over all providers, with whose they are', async () => {
    await world.domain.providerModels.create(maintainer, providerId, { modelId: 'listed' });
    const all = await world.domain.providerModels.list(maintainer);
    const own = all.filter((model) => model.providerId === providerId);
    expect(own).toMatchObject([{ modelId: 'listed', providerName: 'Scripted', providerType: 'custom' }]);
  });
});
