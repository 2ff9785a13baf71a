import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SYSTEM } from '../domain/world.ts';
import { openStage, type Stage } from '../graphql/stage.ts';

const BASE = '/api/prism/admin/routing/rule-sets';
const definition = {
  thresholds: { confidence: 0.7 },
  rules: [{ name: 'Audit', keywords: ['audit*', 'sarbanes-oxley'], effects: { tierMin: 'high' } }],
};

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
  await stage.world.domain.ruleSets.seed(SYSTEM);
});
afterAll(() => stage.close());

const fieldsOf = ({ body }: { body: { error: { fields: { path: string }[] } } }) =>
  body.error.fields.map(({ path }) => path);

// API reference, "Routing Rule Sets"
describe('Routing Rule Sets', () => {
  it('POST /routing/rule-sets creates, updates with an id, and deletes with { id, delete: true }', async () => {
    const made = await stage.rest('POST', BASE, { name: 'Strict', definition }, stage.tokens.maintainer);
    expect([made.status, made.body]).toEqual([
      200,
      {
        id: expect.any(String),
        tenantId: null,
        name: 'Strict',
        description: '',
        isDefault: false,
        rolloutShare: null,
        version: 1,
        definition,
        createdAt: expect.any(String),
        updatedAt: expect.any(String),
      },
    ]);
    const { id } = made.body;
    const changed = await stage.rest('POST', BASE, { ...made.body, description: 'New', definition: {} });
    expect(changed.body).toMatchObject({
      id,
      name: 'Strict',
      description: 'New',
      version: 2,
      definition: {},
    });
    const gone = await stage.rest('POST', BASE, { id, delete: true });
    expect([gone.status, gone.body]).toEqual([200, { success: true }]);
    for (const body of [
      { id, delete: true },
      { id, name: 'x' },
    ]) {
      expect((await stage.rest('POST', BASE, body)).status).toBe(404);
    }
  });

  it('POST /routing/rule-sets names every field that is wrong', async () => {
    const post = (body: object) => stage.rest('POST', BASE, body);
    expect(fieldsOf(await post({ definition }))).toEqual(['name']);
    expect(fieldsOf(await post({ delete: true }))).toEqual(['id']);
    expect(fieldsOf(await post({ id: 'x', delete: 'yes' }))).toContain('delete');
    expect(fieldsOf(await post({ name: 'X', definition: [] }))).toEqual(['definition']);
    const dangerous = { rules: [{ name: 'R', keywords: ['ok', '(a+)+$'], effects: { tierMin: 'low' } }] };
    const refused = await post({ name: 'X', definition: dangerous });
    expect([refused.status, fieldsOf(refused)]).toEqual([400, ['definition.rules.0.keywords.1']]);
    expect(refused.body.error.message).toContain('there are no regular expressions');
    expect(fieldsOf(await post({ name: 'X', keywordRules: [] }))).toEqual(['keywordRules']);
    const taken = await post({ name: 'Default' });
    expect([taken.status, taken.body.error.code]).toEqual([409, 'conflict']);
  });

  it('GET, PUT and DELETE /routing/rule-sets/:id', async () => {
    const { body: made } = await stage.rest('POST', BASE, { name: 'Own', tenantId: stage.a.id, definition });
    const url = `${BASE}/${made.id}`;
    const put = await stage.rest('PUT', url, { ...made, isDefault: true, definition: {} });
    expect([put.status, put.body]).toMatchObject([
      200,
      { isDefault: true, version: 2, tenantId: stage.a.id },
    ]);
    const moved = await stage.rest('PUT', url, { tenantId: stage.b.id });
    expect([moved.status, fieldsOf(moved)]).toEqual([400, ['tenantId']]);
    const one = await stage.rest('GET', url);
    expect(one.body).toEqual({
      ...put.body,
      versions: [
        { version: 2, actorName: 'the-admin', createdAt: expect.any(String) },
        { version: 1, actorName: 'the-admin', createdAt: expect.any(String) },
      ],
    });
    expect((await stage.rest('PUT', url, one.body)).status).toBe(200);
    const names = async (query: string) => {
      const { body } = await stage.rest('GET', `${BASE}${query}`);
      return body.map(({ name }: { name: string }) => name);
    };
    expect(await names('')).toEqual(['Default', 'Own']);
    expect(await names(`?tenantId=${stage.a.id}`)).toEqual(['Own']);
    expect(await names('?tenantId=nonsense')).toEqual([]);
    const refused = await stage.rest('DELETE', url);
    expect([refused.status, refused.body.error.code]).toEqual([409, 'conflict']);
    expect(refused.body.error.message).toMatch(/First make another one the default/);
    await stage.rest('PUT', url, { isDefault: false });
    const deleted = await stage.rest('DELETE', url);
    expect([deleted.status, deleted.body]).toEqual([200, { success: true }]);
    expect((await stage.rest('GET', url)).status).toBe(404);
  });

  it('are nobody’s to see but the operators’, a tenant’s own set included', async () => {
    const { body } = await stage.rest('POST', BASE, { name: 'Secret', tenantId: stage.a.id });
    for (const token of [
      stage.tokens['tenant-admin'],
      stage.outsiders['tenant-admin'],
      stage.tokens.finops,
    ]) {
      for (const path of [BASE, `${BASE}/${body.id}`]) {
        expect((await stage.rest('GET', path, undefined, token)).status).toBe(403);
      }
      const read = await stage.graphql('{ ruleSets { name } }', {}, token);
      expect(read.body.errors[0].extensions.code).toBe('forbidden');
    }
    expect((await stage.rest('GET', BASE, undefined, stage.tokens.maintainer)).status).toBe(200);
  });

  it('through GraphQL: versions with their definitions, the default, and a version restored', async () => {
    const create = `mutation ($input: RuleSetInput!) { createRuleSet(input: $input) {
      __typename ... on RuleSet { id version tenant { slug } } ... on BadInputError { fields { path } } } }`;
    const made = await stage.graphql(create, { input: { name: 'G', tenantId: stage.b.id, definition } });
    expect(made.body.data.createRuleSet).toMatchObject({ version: 1, tenant: { slug: stage.b.slug } });
    const { id } = made.body.data.createRuleSet;
    const missing = await stage.graphql(create, { input: { definition } });
    expect(missing.body.data.createRuleSet).toEqual({
      __typename: 'BadInputError',
      fields: [{ path: 'name' }],
    });
    const run = (call: string) =>
      stage.graphql(
        `mutation ($id: ID!) { ${call} { __typename ... on RuleSet { version isDefault definition } } }`,
        {
          id,
        },
      );
    await run('updateRuleSet(id: $id, input: { definition: {} })');
    const restored = await run('restoreRuleSetVersion(id: $id, version: 1)');
    expect(restored.body.data.restoreRuleSetVersion).toMatchObject({ version: 3, definition });
    const inForce = await run('setDefaultRuleSet(id: $id)');
    expect(inForce.body.data.setDefaultRuleSet.isDefault).toBe(true);
    const { body } = await stage.graphql(
      'query ($id: ID!) { ruleSet(id: $id) { versions(first: 2) { version definition actorName } } }',
      { id },
    );
    expect(body.data.ruleSet.versions).toEqual([
      { version: 3, definition, actorName: 'the-admin' },
      { version: 2, definition: {}, actorName: 'the-admin' },
    ]);
    const conflict = await stage.graphql(
      'mutation ($id: ID!) { deleteRuleSet(id: $id) { __typename ... on ConflictError { code } } }',
      { id },
    );
    expect(conflict.body.data.deleteRuleSet).toEqual({ __typename: 'ConflictError', code: 'conflict' });
  });

  it('does not restore a version that names what is gone since', async () => {
    const send = async (call: string, variables: Record<string, unknown>) => {
      const declared = 'input' in variables ? '$input: RuleSetInput!' : '$id: ID!';
      return await stage.graphql(
        `mutation (${declared}) { ${call} { __typename ... on RuleSet { id version }
          ... on BadInputError { fields { path } } } }`,
        variables,
      );
    };
    const category = await stage.rest('POST', '/api/prism/admin/categories', {
      key: 'short_lived',
      name: 'Short-lived',
      tier: 'low',
    });
    expect(category.status).toBe(201);
    const rule = { name: 'R', keywords: ['r'], effects: { category: 'short_lived', model: 'sim-fast' } };
    const made = await send('createRuleSet(input: $input)', {
      input: { name: 'Of its time', definition: { rules: [rule] } },
    });
    const { id } = made.body.data.createRuleSet;
    await send('updateRuleSet(id: $id, input: { definition: {} })', { id });
    const gone = await stage.rest('DELETE', `/api/prism/admin/categories/${category.body.id}`);
    expect(gone.status).toBe(200);
    const refused = await send('restoreRuleSetVersion(id: $id, version: 1)', { id });
    expect(refused.body.data.restoreRuleSetVersion).toEqual({
      __typename: 'BadInputError',
      fields: [{ path: 'definition.rules.0.effects.category' }],
    });
    const read = await stage.rest('GET', BASE);
    expect(read.body.filter((set: { id: string }) => set.id === id)).toMatchObject([
      { version: 2, definition: {} },
    ]);
  });

  it('the same change through either door leaves the same row and the same audit entries', async () => {
    const { db } = stage.world;
    const trace = async (name: string) => {
      const row = await db.ruleSet.findFirstOrThrow({ where: { name }, include: { versions: true } });
      const audit = await db.auditEntry.findMany({ where: { targetId: row.id }, orderBy: { id: 'asc' } });
      const text = JSON.stringify({ row, audit }, (key, value: unknown) =>
        ['id', 'targetId', 'ruleSetId', 'at', 'createdAt', 'updatedAt'].includes(key) ? typeof value : value,
      );
      return JSON.parse(text.replaceAll(name, 'NAME'));
    };
    const rest = await stage.rest('POST', BASE, { name: 'By REST', definition });
    await stage.rest('PUT', `${BASE}/${rest.body.id}`, { definition: {} });
    const made = await stage.graphql(
      'mutation ($input: RuleSetInput!) { createRuleSet(input: $input) { ... on RuleSet { id } } }',
      { input: { name: 'By GraphQL', definition } },
    );
    await stage.graphql(
      'mutation ($id: ID!) { updateRuleSet(id: $id, input: { definition: {} }) { __typename } }',
      { id: made.body.data.createRuleSet.id },
    );
    expect(await trace('By REST')).toEqual(await trace('By GraphQL'));
  });
});
