import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BUILT_IN_CATEGORIES } from '../../src/catalog/categories.ts';
import { ROLES } from '../../src/identity/actor.ts';
import { POLICY } from '../../src/identity/policy.ts';
import { actor, createWorld, pathsOf, refusal, SYSTEM, type World } from './world.ts';

let world: World;
let providerId: string;
const maintainer = actor('maintainer');
const nobody = '01930000-0000-7000-8000-00000000ffff';
const minimum = { name: 'Mine', tier: 'low' } as const;

beforeAll(async () => {
  world = await createWorld();
  const { domain } = world;
  providerId = (await domain.providers.create(SYSTEM, { name: 'One', type: 'simulator', slug: 'one' })).id;
  const model = (modelId: string, more: object = {}) =>
    domain.providerModels.create(SYSTEM, providerId, { modelId, ...more });
  await model('blind', { kind: 'chat' });
  await model('gpt-4o');
  await model('text-embedding-3-small');
  await model('hidden', { visible: false });
  await model('maker/with-slash');
});
beforeEach(async () => {
  const { db } = world;
  await db.category.deleteMany();
  await db.setting.deleteMany();
  await world.domain.categories.seed(SYSTEM);
  await world.notices();
});
afterAll(() => world.close());

async function keys(): Promise<string[]> {
  const rows = await world.db.category.findMany({ orderBy: [{ position: 'asc' }, { key: 'asc' }] });
  return rows.map(({ key }) => key);
}

async function builtIn(key: string) {
  return world.db.category.findUniqueOrThrow({ where: { key } });
}

describe('the built-in categories', () => {
  it('are there after the first start, in their order, with all that ships', async () => {
    expect(await keys()).toEqual(BUILT_IN_CATEGORIES.map(({ key }) => key));
    expect(await builtIn('code_generation')).toMatchObject({
      tier: 'medium',
      axis: 'coding',
      builtIn: true,
      requiresVision: false,
      defaultModel: null,
    });
    expect(await builtIn('vision_complex')).toMatchObject({ requiresVision: true });
    const entry = await world.db.auditEntry.findFirstOrThrow({ orderBy: { id: 'desc' } });
    expect(entry).toMatchObject({
      action: 'category.resetDefaults',
      actorName: 'test',
      targetId: 'built-in',
    });
  });

  it('stay as an admin has edited and deleted them, over restarts and in other processes', async () => {
    const { domain } = world;
    const edited = await builtIn('translation');
    await domain.categories.update(SYSTEM, edited.id, { tier: 'ultra', name: 'Sworn translation' });
    await domain.categories.remove(SYSTEM, (await builtIn('brainstorming')).id);
    await world.notices();
    for (const process of [domain, await world.another()]) {
      expect(await process.categories.seed(SYSTEM)).toEqual([]);
    }
    expect(await builtIn('translation')).toMatchObject({ tier: 'ultra', name: 'Sworn translation' });
    expect(await keys()).not.toContain('brainstorming');
    expect(await world.notices()).toEqual([]);
  });

  it('of a new version are added, and nothing else is touched', async () => {
    const { db, domain } = world;
    const seeded = BUILT_IN_CATEGORIES.map(({ key }) => key).filter((key) => key !== 'sql_generation');
    await db.category.deleteMany({ where: { key: { in: ['sql_generation', 'proofreading'] } } });
    await db.setting.update({ where: { key: 'categories' }, data: { value: { seeded } } });
    expect(await domain.categories.seed(SYSTEM)).toEqual(['sql_generation']);
    expect(await keys()).not.toContain('proofreading');
  });

  it('are there once when several processes start at the same moment', async () => {
    const { db } = world;
    await db.category.deleteMany();
    await db.setting.deleteMany();
    const processes = await Promise.all([1, 2, 3].map(() => world.another()));
    const added = await Promise.all(processes.map((it) => it.categories.seed(SYSTEM)));
    expect(added.map((it) => it.length).toSorted((a, b) => a - b)).toEqual([
      0,
      0,
      BUILT_IN_CATEGORIES.length,
    ]);
    expect(await keys()).toHaveLength(BUILT_IN_CATEGORIES.length);
  });

  it('do not replace a category that somebody made under their key', async () => {
    const { db, domain } = world;
    await db.category.delete({ where: { key: 'translation' } });
    await db.setting.deleteMany();
    await domain.categories.create(SYSTEM, { ...minimum, key: 'translation' });
    expect(await domain.categories.seed(SYSTEM)).toEqual([]);
    expect(await builtIn('translation')).toMatchObject({ name: 'Mine', builtIn: false });
  });

  it('come back when they were deleted, as they ship; edited ones stay edited', async () => {
    const { domain } = world;
    await domain.categories.update(SYSTEM, (await builtIn('translation')).id, { tier: 'ultra' });
    for (const key of ['brainstorming', 'proofreading']) {
      await domain.categories.remove(SYSTEM, (await builtIn(key)).id);
    }
    await domain.categories.create(SYSTEM, { ...minimum, key: 'mine' });
    await world.notices();
    const total = BUILT_IN_CATEGORIES.length + 1;
    expect(await domain.categories.resetDefaults(maintainer)).toEqual({ created: 2, total });
    expect(await builtIn('brainstorming')).toMatchObject({ builtIn: true, tier: 'minimal' });
    expect(await builtIn('translation')).toMatchObject({ tier: 'ultra' });
    expect(await world.notices()).toEqual(['category:built-in']);
    const last = await world.db.auditEntry.findFirstOrThrow({ orderBy: { id: 'desc' } });
    expect(last).toMatchObject({ action: 'category.resetDefaults', actorName: 'the-maintainer' });
    expect(last.after).toEqual({ created: ['brainstorming', 'proofreading'] });
    expect(await domain.categories.resetDefaults(maintainer)).toEqual({ created: 0, total });
  });
});

describe('a category', () => {
  it('is made with every field, an audit row and a notice', async () => {
    const input = {
      key: 'invoice_reading',
      name: ' Invoices ',
      description: 'Numbers from invoices.\nAlso scanned ones.',
      tier: 'medium',
      axis: 'math',
      examples: ['What is the total?'],
      defaultModel: 'gpt-4o',
      requiresVision: true,
      position: 7,
    } as const;
    const made = await world.domain.categories.create(maintainer, input);
    expect(made).toMatchObject({ ...input, name: 'Invoices', builtIn: false, presetDefault: false });
    expect(await world.notices()).toEqual([`category:${made.id}`]);
    const entry = await world.db.auditEntry.findFirstOrThrow({ where: { targetId: made.id } });
    expect(entry).toMatchObject({
      action: 'category.create',
      before: null,
      after: { key: 'invoice_reading' },
    });
  });

  it('stands last and measures intelligence unless told otherwise', async () => {
    const made = await world.domain.categories.create(SYSTEM, { ...minimum, key: 'mine' });
    expect(made).toMatchObject({
      axis: 'intelligence',
      description: '',
      examples: [],
      requiresVision: false,
    });
    expect((await keys()).at(-1)).toBe('mine');
  });

  it.each([
    [{ key: 'No Key' }, 'key'],
    [{ key: '1st' }, 'key'],
    [{ key: 'x'.repeat(65) }, 'key'],
    [{ key: '__proto__' }, 'key'],
    [{ name: ' ' }, 'name'],
    [{ tier: 'premium' }, 'tier'],
    [{ axis: 'speed' }, 'axis'],
    [{ description: 'a\0b' }, 'description'],
    [{ examples: ['\ud800'] }, 'examples.0'],
    [{ examples: [''] }, 'examples.0'],
    [{ examples: Array.from({ length: 51 }, () => 'x') }, 'examples'],
    [{ position: -1 }, 'position'],
    [{ position: 1.5 }, 'position'],
    [{ fallbackModel: 'gpt-4o' }, ''],
    [{ defaultModel: 'no-such-model' }, 'defaultModel'],
    [{ defaultModel: 'two/gpt-4o' }, 'defaultModel'],
    [{ defaultModel: 'text-embedding-3-small' }, 'defaultModel'],
    [{ defaultModel: 'hidden' }, 'defaultModel'],
  ])('is refused with %o: the error names %s', async (wrong, path) => {
    const input = { ...minimum, key: 'mine', ...wrong } as never;
    const error = await refusal(world.domain.categories.create(SYSTEM, input));
    expect([error.code, pathsOf(error)]).toEqual(['bad_input', [path]]);
  });

  it('takes a default model by its id, also with the slug of its provider', async () => {
    const { id } = await builtIn('translation');
    for (const defaultModel of ['gpt-4o', 'one/gpt-4o', 'maker/with-slash', 'one/maker/with-slash', null]) {
      expect(await world.domain.categories.update(SYSTEM, id, { defaultModel })).toMatchObject({
        defaultModel,
      });
    }
  });

  it('that needs eyes takes no model that is known to be blind', async () => {
    const { domain, db } = world;
    await db.providerModel.updateMany({ where: { modelId: 'blind' }, data: { capabilities: ['tools'] } });
    const { id } = await builtIn('vision_simple');
    const error = await refusal(domain.categories.update(SYSTEM, id, { defaultModel: 'blind' }));
    expect(error.fields).toEqual([
      { path: 'defaultModel', message: 'names "blind", which cannot see images' },
    ]);
    const text = await builtIn('translation');
    await domain.categories.update(SYSTEM, text.id, { defaultModel: 'blind' });
    const late = await refusal(domain.categories.update(SYSTEM, text.id, { requiresVision: true }));
    expect(pathsOf(late)).toEqual(['defaultModel']);
    await domain.categories.update(SYSTEM, id, { defaultModel: 'one/gpt-4o' });
  });

  it('keeps a default that is sent back as it was, even when its model has gone', async () => {
    const { domain, db } = world;
    const { id } = await builtIn('translation');
    await db.category.update({ where: { id }, data: { defaultModel: 'gone', presetDefault: true } });
    const same = await domain.categories.update(SYSTEM, id, { name: 'New', defaultModel: 'gone' });
    expect(same).toMatchObject({ name: 'New', defaultModel: 'gone', presetDefault: true });
    const other = await domain.categories.update(SYSTEM, id, { defaultModel: 'gpt-4o' });
    expect(other).toMatchObject({ defaultModel: 'gpt-4o', presetDefault: false });
  });

  it('keeps its key when it is built in; one’s own may be renamed, but not to a name that is taken', async () => {
    const { domain } = world;
    const { id } = await builtIn('translation');
    expect(pathsOf(await refusal(domain.categories.update(SYSTEM, id, { key: 'other' })))).toEqual(['key']);
    await domain.categories.update(SYSTEM, id, { key: 'translation' });
    const mine = await domain.categories.create(SYSTEM, { ...minimum, key: 'mine' });
    expect(await domain.categories.update(SYSTEM, mine.id, { key: 'ours' })).toMatchObject({ key: 'ours' });
    for (const attempt of [
      () => domain.categories.update(SYSTEM, mine.id, { key: 'translation' }),
      () => domain.categories.create(SYSTEM, { ...minimum, key: 'ours' }),
    ]) {
      const error = await refusal(attempt);
      expect([error.code, pathsOf(error)]).toEqual(['conflict', ['key']]);
    }
  });

  it('that is none is not found', async () => {
    for (const id of [nobody, 'no-id']) {
      expect((await refusal(world.domain.categories.update(SYSTEM, id, {}))).code).toBe('not_found');
      expect((await refusal(world.domain.categories.remove(SYSTEM, id))).code).toBe('not_found');
    }
  });

  it('is changed by exactly the roles that the policy names', async () => {
    const { categories, presets } = world.domain;
    const calls = [
      (who: ReturnType<typeof actor>) => categories.create(who, { ...minimum, key: 'x' }),
      (who: ReturnType<typeof actor>) => categories.update(who, nobody, {}),
      (who: ReturnType<typeof actor>) => categories.remove(who, nobody),
      (who: ReturnType<typeof actor>) => categories.resetDefaults(who),
      (who: ReturnType<typeof actor>) => presets.apply(who, { profileIds: [] }),
    ];
    for (const role of ROLES) {
      const may = POLICY['category.write'].some((one) => one === role);
      for (const call of calls) {
        const outcome = await call(actor(role)).then(
          () => 'done',
          (error: { code: string }) => error.code,
        );
        expect([role, outcome === 'forbidden']).toEqual([role, !may]);
      }
      expect(await presets.list(actor(role))).not.toEqual([]);
    }
  });
});
