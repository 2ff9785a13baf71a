import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BUILT_IN_CATEGORIES } from '../../src/catalog/categories.ts';
import { SYSTEM } from '../domain/world.ts';
import { openStage, type Stage } from '../graphql/stage.ts';

const BASE = '/api/prism/admin/categories';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
  await stage.world.domain.categories.seed(SYSTEM);
});
afterAll(() => stage.close());

const fieldsOf = ({ body }: { body: { error: { fields: { path: string }[] } } }) =>
  body.error.fields.map(({ path }) => path);

async function idOf(key: string): Promise<string> {
  const { body } = await stage.rest('GET', BASE);
  return body.find((category: { key: string }) => category.key === key).id;
}

// API reference, "Categories"
describe('Categories', () => {
  it('GET /categories: all of them, to everybody who has signed in', async () => {
    for (const token of Object.values(stage.tokens)) {
      const { status, body } = await stage.rest('GET', BASE, undefined, token);
      expect(status).toBe(200);
      expect(body.map(({ key }: { key: string }) => key)).toEqual(BUILT_IN_CATEGORIES.map(({ key }) => key));
    }
    const { body } = await stage.rest('GET', BASE);
    expect(body.find(({ key }: { key: string }) => key === 'smalltalk_simple')).toEqual({
      id: expect.any(String),
      key: 'smalltalk_simple',
      name: 'Small talk',
      description: expect.any(String),
      tier: 'minimal',
      costTier: 'minimal',
      axis: 'intelligence',
      examples: [expect.any(String), expect.any(String)],
      defaultModel: null,
      presetDefault: false,
      requiresVision: false,
      position: 200,
      builtIn: true,
      createdAt: expect.stringMatching(/Z$/),
      updatedAt: expect.stringMatching(/Z$/),
    });
  });

  it('POST /categories: 201 with the category', async () => {
    const given = {
      key: 'invoices',
      name: 'Invoices',
      description: 'Numbers from invoices.',
      tier: 'low',
      axis: 'math',
      examples: ['What is the total?'],
      defaultModel: 'sim-chat',
      requiresVision: false,
      position: 950,
    };
    const { status, body } = await stage.rest('POST', BASE, given, stage.tokens.maintainer);
    expect([status, body]).toMatchObject([201, { ...given, builtIn: false, presetDefault: false }]);
    const old = await stage.rest('POST', BASE, { key: 'old_spelling', name: 'Old', costTier: 'high' });
    expect([old.status, old.body.tier]).toEqual([201, 'high']);
  });

  it('POST /categories: names every field that is wrong', async () => {
    const nothing = await stage.rest('POST', BASE, {
      tier: 'premium',
      examples: 'x',
      position: 1.5,
      fallbackModel: 'x',
    });
    expect(nothing.status).toBe(400);
    expect(fieldsOf(nothing).toSorted()).toEqual([
      'examples',
      'fallbackModel',
      'key',
      'name',
      'position',
      'tier',
    ]);
    const key = await stage.rest('POST', BASE, { key: 'No Key', name: 'x', tier: 'low' });
    expect([key.status, fieldsOf(key)]).toEqual([400, ['key']]);
    const embedding = { key: 'e', name: 'x', tier: 'low', defaultModel: 'sim-embedding' };
    expect(fieldsOf(await stage.rest('POST', BASE, embedding))).toEqual(['defaultModel']);
    const taken = await stage.rest('POST', BASE, { key: 'translation', name: 'x', tier: 'low' });
    expect([taken.status, taken.body.error.code]).toEqual([409, 'conflict']);
  });

  it('PUT /categories/:id: changes what is given and takes a category back as it was given', async () => {
    const id = await idOf('invoices');
    const { body: before } = await stage.rest('GET', `${BASE}/${id}`);
    const { status, body } = await stage.rest('PUT', `${BASE}/${id}`, {
      ...before,
      tier: 'advanced',
      name: 'New',
    });
    expect([status, body]).toEqual([
      200,
      { ...before, tier: 'advanced', costTier: 'advanced', name: 'New', updatedAt: expect.any(String) },
    ]);
    const cleared = await stage.rest('PUT', `${BASE}/${id}`, { defaultModel: null });
    expect(cleared.body).toMatchObject({ defaultModel: null, name: 'New' });
    const fixed = await stage.rest('PUT', `${BASE}/${await idOf('translation')}`, { key: 'other' });
    expect([fixed.status, fieldsOf(fixed)]).toEqual([400, ['key']]);
  });

  it('DELETE /categories/:id, then POST /categories/reset-defaults: what was built in comes back', async () => {
    const { body: before } = await stage.rest('GET', BASE);
    const deleted = await stage.rest('DELETE', `${BASE}/${await idOf('brainstorming')}`);
    expect([deleted.status, deleted.body]).toEqual([200, { success: true }]);
    const { status, body } = await stage.rest(
      'POST',
      `${BASE}/reset-defaults`,
      undefined,
      stage.tokens.maintainer,
    );
    expect([status, body]).toEqual([200, { created: 1, total: before.length }]);
    expect(await idOf('brainstorming')).toEqual(expect.any(String));
  });

  it('GET /categories/presets: the profiles, to everybody who has signed in', async () => {
    const { status, body } = await stage.rest(
      'GET',
      `${BASE}/presets`,
      undefined,
      stage.tokens['tenant-viewer'],
    );
    expect(status).toBe(200);
    expect(body.length).toBeGreaterThanOrEqual(9);
    for (const preset of body) {
      expect(preset).toEqual({
        id: expect.any(String),
        name: expect.any(String),
        description: expect.any(String),
        color: expect.any(String),
        icon: expect.any(String),
        categories: expect.arrayContaining([expect.any(String)]),
      });
    }
    expect(body[0]).toMatchObject({ id: 'software_development' });
    expect(body[0].categories).toContain('code_generation');
  });

  it('POST /categories/apply-preset: exactly the documented answer', async () => {
    const { db } = stage.world;
    await db.providerModel.updateMany({
      where: { modelId: 'sim-chat' },
      data: { modelId: 'gpt-4o', tier: 'medium' },
    });
    const input = { profileIds: ['software_development', 'data_operations'], providerId: stage.providerId };
    const { status, body } = await stage.rest('POST', `${BASE}/apply-preset`, input, stage.tokens.maintainer);
    expect(status).toBe(200);
    expect(Object.keys(body)).toEqual([
      'profiles',
      'categoriesConsidered',
      'updated',
      'skipped',
      'assignments',
    ]);
    expect(body.profiles).toEqual(['software_development', 'data_operations']);
    expect(body.updated + body.skipped).toBe(body.categoriesConsidered);
    expect(body.assignments).toHaveLength(body.updated);
    expect(body.assignments).toContainEqual({
      category: 'code_generation',
      model: 'gpt-4o',
      tier: 'medium',
      score: 90,
    });
    const again = await stage.rest('POST', `${BASE}/apply-preset`, input);
    expect(again.body).toMatchObject({ updated: 0, skipped: body.categoriesConsidered, assignments: [] });
  });

  it('POST /categories/apply-preset: 400 that names the field', async () => {
    const apply = (body: object) => stage.rest('POST', `${BASE}/apply-preset`, body);
    const unknown = await apply({ profileIds: ['software_development', 'nonsense'] });
    expect([unknown.status, fieldsOf(unknown)]).toEqual([400, ['profileIds.1']]);
    expect(unknown.body.error.message).toContain('software_development');
    expect(fieldsOf(await apply({}))).toEqual(['profileIds']);
    expect(fieldsOf(await apply({ profileIds: [7.5] }))).toEqual(['profileIds[0]']);
    const nobody = { profileIds: ['general_all'], providerId: '01930000-0000-7000-8000-00000000dead' };
    expect(fieldsOf(await apply(nobody))).toEqual(['providerId']);
  });

  it('through GraphQL: the same, and why a category was left alone', async () => {
    const { body } = await stage.graphql(
      `mutation ($input: ApplyCategoryPresetsInput!) {
        applyCategoryPresets(input: $input) {
          __typename
          ... on PresetsApplied { updated skippedCategories { category reason } }
          ... on BadInputError { fields { path } }
        }
      }`,
      { input: { profileIds: ['software_development'] } },
    );
    const { skippedCategories } = body.data.applyCategoryPresets;
    expect(skippedCategories).toContainEqual({ category: 'code_generation', reason: 'UNCHANGED' });
    const wrong = await stage.graphql(
      `mutation { createCategory(input: { key: "A", name: "x", tier: LOW }) {
        __typename ... on BadInputError { code fields { path message } } } }`,
    );
    expect(wrong.body.data.createCategory).toEqual({
      __typename: 'BadInputError',
      code: 'bad_input',
      fields: [{ path: 'key', message: expect.stringContaining('must begin with a letter') }],
    });
    const one = await stage.graphql('query ($id: ID!) { category(id: $id) { key tier axis } }', {
      id: await idOf('math_complex'),
    });
    expect(one.body.data.category).toEqual({ key: 'math_complex', tier: 'HIGH', axis: 'MATH' });
  });

  it('the same change through either door leaves the same row and the same audit entry', async () => {
    const { db } = stage.world;
    const trace = async (key: string) => {
      const row = await db.category.findUniqueOrThrow({ where: { key } });
      const audit = await db.auditEntry.findMany({ where: { targetId: row.id }, orderBy: { id: 'asc' } });
      const text = JSON.stringify({ row, audit }, (name, value: unknown) =>
        ['id', 'targetId', 'at', 'createdAt', 'updatedAt', 'position'].includes(name) ? typeof value : value,
      );
      return JSON.parse(text.replaceAll(key, 'KEY'));
    };
    const rest = await stage.rest('POST', BASE, {
      key: 'by_rest',
      name: 'Same',
      tier: 'low',
      examples: ['x'],
    });
    await stage.rest('PUT', `${BASE}/${rest.body.id}`, { tier: 'high' });
    const created = await stage.graphql(
      `mutation { createCategory(input: { key: "by_graphql", name: "Same", tier: LOW, examples: ["x"] }) {
        ... on Category { id } } }`,
    );
    await stage.graphql(
      'mutation ($id: ID!) { updateCategory(id: $id, input: { tier: HIGH }) { __typename } }',
      {
        id: created.body.data.createCategory.id,
      },
    );
    expect(await trace('by_rest')).toEqual(await trace('by_graphql'));
  });
});
