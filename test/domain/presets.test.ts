import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createCatalog } from '../../src/catalog/catalog.ts';
import { BUILT_IN_CATEGORIES } from '../../src/catalog/categories.ts';
import { PRESET_PROFILES } from '../../src/catalog/presets.ts';
import type { ModelCreateInput } from '../../src/domain/model-types.ts';
import { actor, createWorld, pathsOf, refusal, SYSTEM, type World } from './world.ts';

let world: World;
const maintainer = actor('maintainer');

beforeAll(async () => {
  world = await createWorld({ catalog: createCatalog() });
});
beforeEach(async () => {
  await world.db.provider.deleteMany();
  await world.db.category.deleteMany();
  await world.domain.categories.resetDefaults(SYSTEM);
});
afterAll(() => world.close());

async function provider(slug: string, ...models: (string | ModelCreateInput)[]): Promise<string> {
  const { id } = await world.domain.providers.create(SYSTEM, { name: slug, slug, type: 'simulator' });
  for (const model of models) {
    const input = typeof model === 'string' ? { modelId: model } : model;
    await world.domain.providerModels.create(SYSTEM, id, input);
  }
  return id;
}

async function apply(...profileIds: string[]) {
  return world.domain.presets.apply(maintainer, { profileIds });
}

async function chosen(key: string): Promise<string | null> {
  const { defaultModel } = await world.db.category.findUniqueOrThrow({ where: { key } });
  return defaultModel;
}

describe('the profiles', () => {
  it('name categories that ship, and cover all of them together', () => {
    const keys = BUILT_IN_CATEGORIES.map(({ key }) => key);
    const covered = PRESET_PROFILES.flatMap(({ categories }) => categories ?? []);
    expect(covered.filter((key) => !keys.includes(key))).toEqual([]);
    expect(keys.filter((key) => !covered.includes(key))).toEqual([]);
    for (const { categories } of PRESET_PROFILES) {
      expect(new Set(categories).size).toBe(categories?.length ?? 0);
    }
  });

  it('are listed with the categories that exist', async () => {
    const { domain, db } = world;
    await db.category.delete({ where: { key: 'sql_generation' } });
    await domain.categories.create(SYSTEM, { key: 'mine', name: 'Mine', tier: 'low' });
    const list = await domain.presets.list(actor('tenant-viewer'));
    const data = list.find(({ id }) => id === 'data_operations');
    expect(data).toMatchObject({ name: 'Data operations', color: 'teal', icon: 'chart' });
    expect(data?.categories).toContain('data_transformation');
    expect(data?.categories).not.toContain('sql_generation');
    expect(list.find(({ id }) => id === 'general_all')?.categories).toContain('mine');
  });
});

describe('applying', () => {
  it('gives each category the best model of its tier by its own axis, rounded', async () => {
    // gpt-4o: intelligence 87, coding 90, math 77; o4-mini: 90, 92, 93; llama-4-maverick: 86, 85, 80. All medium.
    await provider('one', 'gpt-4o', 'o4-mini', 'llama-4-maverick', 'gpt-4o-mini');
    const result = await apply('software_development', 'data_operations');
    expect(result.profiles).toEqual(['software_development', 'data_operations']);
    expect(result.assignments).toContainEqual({
      category: 'code_generation',
      model: 'o4-mini',
      tier: 'medium',
      score: 92,
    });
    expect(result.assignments).toContainEqual({
      category: 'sql_generation',
      model: 'gpt-4o-mini',
      tier: 'low',
      score: 82,
    });
    expect(result.assignments).toContainEqual({
      category: 'data_analysis',
      model: 'o4-mini',
      tier: 'medium',
      score: 93,
    });
    expect(result.updated).toBe(result.assignments.length);
    expect(result.updated + result.skipped).toBe(result.categoriesConsidered);
    expect(await chosen('code_generation')).toBe('o4-mini');
    expect(await chosen('translation')).toBeNull();
    expect(await world.notices()).toContain('category:presets');
    const entry = await world.db.auditEntry.findFirstOrThrow({ orderBy: { id: 'desc' } });
    expect(entry).toMatchObject({ action: 'category.applyPreset', actorName: 'the-maintainer' });
  });

  it('takes the nearest tier above, else the nearest below, where the category’s own has nobody', async () => {
    await provider('one', 'claude-opus-4-6', 'o3', 'gpt-4o-mini');
    await apply('general_all');
    // medium: o3 is high, claude-opus-4-6 is ultra.
    expect(await chosen('code_generation')).toBe('o3');
    expect(await chosen('translation')).toBe('gpt-4o-mini');
    expect(await chosen('sensitive_critical')).toBe('claude-opus-4-6');
  });

  it('never replaces a default that was set by hand, but one of a preset', async () => {
    const { domain, db } = world;
    await provider('one', 'gpt-4o', 'gpt-4o-mini');
    const { id } = await db.category.findUniqueOrThrow({ where: { key: 'code_review' } });
    await domain.categories.update(SYSTEM, id, { defaultModel: 'gpt-4o-mini' });
    const first = await apply('software_development');
    expect(first.skippedCategories).toEqual([{ category: 'code_review', reason: 'set_by_hand' }]);
    expect(await chosen('code_review')).toBe('gpt-4o-mini');
    expect(await chosen('code_generation')).toBe('gpt-4o');
    await provider('two', 'o4-mini');
    const second = await apply('software_development');
    expect(second.assignments).toContainEqual(expect.objectContaining({ category: 'code_generation' }));
    expect(await chosen('code_generation')).toBe('o4-mini');
    const third = await apply('software_development');
    expect(third).toMatchObject({ updated: 0, assignments: [], skipped: first.categoriesConsidered });
    await domain.categories.update(SYSTEM, id, { defaultModel: null });
    await apply('software_development');
    expect(await chosen('code_review')).toBe('o4-mini');
  });

  it('never takes a model that is hidden, gone, no chat model, of a provider that is off, or not measured', async () => {
    const { db } = world;
    const off = await provider('off', 'o3');
    await world.domain.providers.update(SYSTEM, off, { active: false });
    await provider('one', 'gpt-4o', 'o4-mini', { modelId: 'deepseek-v3', visible: false }, 'gpt-5-mini');
    await provider('two', { modelId: 'qwq-32b', kind: 'embedding' }, 'a-model-of-our-own');
    await db.providerModel.updateMany({ where: { modelId: 'o4-mini' }, data: { missingSince: new Date() } });
    await apply('general_all');
    const used = await db.category.findMany({ distinct: ['defaultModel'], select: { defaultModel: true } });
    // Some categories need eyes; gpt-4o has them.
    expect(used).toEqual([{ defaultModel: 'gpt-4o' }]);
  });

  it('gives categories that need eyes to models that have them, or to nobody', async () => {
    // Known of the catalog: deepseek-v3 cannot see.
    await provider('one', 'deepseek-v3');
    const blind = await apply('documents_images');
    expect(await chosen('vision_complex')).toBeNull();
    expect(blind.skippedCategories).toContainEqual({ category: 'vision_complex', reason: 'no_model' });
    expect(await chosen('document_qa')).toBe('deepseek-v3');
    await provider('two', 'gpt-4o');
    await apply('documents_images');
    expect(await chosen('vision_complex')).toBe('gpt-4o');
  });

  it('of one provider takes its models only, and pins it where others have the model too', async () => {
    const one = await provider('one', 'gpt-4o', 'gpt-4o-mini');
    await provider('two', 'gpt-4o', 'o4-mini');
    const input = { profileIds: ['software_development'], providerId: one };
    const { assignments } = await world.domain.presets.apply(maintainer, input);
    const models = new Map(assignments.map((it) => [it.category, it.model]));
    expect(models.get('code_generation')).toBe('one/gpt-4o');
    expect(models.get('code_explanation')).toBe('gpt-4o-mini');
    expect(await chosen('code_generation')).toBe('one/gpt-4o');
  });

  it('without any model that is known changes nothing and says so', async () => {
    await world.notices();
    const result = await apply('software_development');
    expect(result).toMatchObject({ updated: 0, assignments: [] });
    expect(new Set(result.skippedCategories.map(({ reason }) => reason))).toEqual(new Set(['no_model']));
    expect(await world.notices()).toEqual([]);
  });

  it.each([
    [{ profileIds: ['software_development', 'nonsense'] }, 'profileIds.1'],
    [{ profileIds: [] }, 'profileIds'],
    [{ profileIds: ['__proto__'] }, 'profileIds.0'],
    [{}, 'profileIds'],
    [{ profileIds: ['general_all'], providerId: 'x' }, 'providerId'],
    [{ profileIds: ['general_all'], providerId: '01930000-0000-7000-8000-00000000ffff' }, 'providerId'],
    [{ profileIds: ['general_all'], force: true }, ''],
  ])('is refused with %o: the error names %s', async (input, path) => {
    const error = await refusal(world.domain.presets.apply(maintainer, input as never));
    expect([error.code, pathsOf(error)]).toEqual(['bad_input', [path]]);
  });

  it('at the same moment in two processes leaves one outcome', async () => {
    await provider('one', 'gpt-4o');
    const other = await world.another();
    const results = await Promise.all(
      [world.domain, other].map((it) => it.presets.apply(SYSTEM, { profileIds: ['software_development'] })),
    );
    const [first, second] = results.toSorted((a, b) => b.updated - a.updated);
    expect(first?.updated).toBe(first?.categoriesConsidered);
    expect(second?.updated).toBe(0);
  });
});

describe('before applying', () => {
  it('says what would change, and changes nothing', async () => {
    await provider('one', 'gpt-4o', 'gpt-4o-mini');
    const { presets } = world.domain;
    const preview = await presets.preview(maintainer, { profileIds: ['software_development'] });
    expect(preview.updated).toBeGreaterThan(0);
    expect(await chosen('code_generation')).toBeNull();
    expect(await apply('software_development')).toEqual(preview);
    expect(await chosen('code_generation')).toBe('gpt-4o');
  });

  it('tells how each default does, beside the best of its tier', async () => {
    await provider('one', 'gpt-4o', 'o4-mini');
    const { presets } = world.domain;
    await world.db.category.update({ where: { key: 'code_generation' }, data: { defaultModel: 'gpt-4o' } });
    const standings = await presets.standings(maintainer);
    expect(standings).toHaveLength(BUILT_IN_CATEGORIES.length);
    expect(standings.find(({ category }) => category === 'code_generation')).toEqual({
      category: 'code_generation',
      score: 90,
      bestModel: 'o4-mini',
      bestScore: 92,
    });
    expect(standings.find(({ category }) => category === 'translation')?.score).toBeNull();
  });
});
