import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addRequest } from './requests.ts';
import { openStage, type Stage } from './stage.ts';

let stage: Stage;
let requestOfA: string;
let requestOfB: string;
beforeAll(async () => {
  stage = await openStage();
  requestOfA = await addRequest(stage, stage.a.id, { at: stage.world.now.value });
  requestOfB = await addRequest(stage, stage.b.id, { at: stage.world.now.value });
});
afterAll(() => stage.close());

const OUTSIDERS = ['tenant-admin', 'tenant-viewer'] as const;

describe.each(OUTSIDERS)('a %s of tenant B', (role) => {
  const ask = (query: string, variables: Record<string, unknown> = {}) =>
    stage.graphql(query, variables, stage.outsiders[role]);

  it('finds only its own tenant among those it may see', async () => {
    const { body } = await ask('{ me { tenantIds tenants { id slug name } } }');
    expect(body.data.me).toEqual({
      tenantIds: [stage.b.id],
      tenants: [{ id: stage.b.id, slug: 'tenant-b', name: 'tenant-b' }],
    });
  });

  it('cannot read tenant A', async () => {
    const { body } = await ask('query ($id: ID!) { tenant(id: $id) { id } }', { id: stage.a.id });
    expect(body.data.tenant).toBeNull();
  });

  it('cannot read the requests of tenant A, by list, filter or cursor', async () => {
    const query = `query ($filter: RequestLogFilter, $after: String) {
      requestLogs(filter: $filter, after: $after) { edges { cursor node { id tenantId tenant { slug } } } } }`;
    const all = await ask(query);
    expect(all.body.data.requestLogs.edges.map((edge: { node: object }) => edge.node)).toEqual([
      { id: requestOfB, tenantId: stage.b.id, tenant: { slug: 'tenant-b' } },
    ]);
    const filtered = await ask(query, { filter: { tenantId: stage.a.id } });
    expect(filtered.body.errors[0].extensions.code).toBe('not_found');

    const byAdmin = await stage.graphql(query, { filter: { tenantId: stage.a.id } });
    const [edge] = byAdmin.body.data.requestLogs.edges;
    expect(edge.node.id).toBe(requestOfA);
    const behind = await ask(query, { after: edge.cursor });
    expect(behind.body.data.requestLogs.edges).toEqual([]);
  });

  it('cannot read prompts at all, not even its own', async () => {
    const { body } = await ask('{ requestLogs { edges { node { snapshot { prompt } } } } }');
    expect(body.data?.requestLogs.edges[0].node.snapshot ?? null).toBeNull();
    expect(body.errors[0].extensions.code).toBe('forbidden');
  });

  it('cannot sum up the usage of tenant A', async () => {
    const query = 'query ($tenantId: ID) { dashboard(tenantId: $tenantId) { summary { totalRequests } } }';
    const { body } = await ask(query, { tenantId: stage.a.id });
    expect(body.errors[0].extensions.code).toBe('not_found');
    expect((await ask(query)).body.data.dashboard.summary.totalRequests).toBe(0);
  });

  it('cannot change anything of tenant A', async () => {
    const { db } = stage.world;
    const key = await db.tenantKey.findFirstOrThrow({ where: { tenantId: stage.a.id } });
    const before = await everything();
    const writes: Record<string, Record<string, unknown>> = {
      'updateTenant(id: $tenant, input: { name: "mine" })': {},
      'updateModelConfig(tenantId: $tenant, input: { mode: WHITELIST })': {},
      'deleteTenant(id: $tenant)': {},
      'createKey(tenantId: $tenant, input: {})': {},
      'rotateKey(tenantId: $tenant)': {},
      'setKey(tenantId: $tenant, input: { apiKey: "a-key-of-my-own-making" })': {},
      'updateKey(id: $key, input: { enabled: false })': {},
      'deleteKey(id: $key)': {},
    };
    for (const call of Object.keys(writes)) {
      const declared = call.includes('$key') ? '$key: ID!' : '$tenant: ID!';
      const { body } = await ask(`mutation (${declared}) { it: ${call} { ... on Error { code } } }`, {
        tenant: stage.a.id,
        key: key.id,
      });
      expect(['forbidden', 'not_found']).toContain(body.data.it.code);
    }
    expect(await everything()).toEqual(before);

    async function everything() {
      return {
        tenants: await db.tenant.findMany({ orderBy: { id: 'asc' } }),
        keys: await db.tenantKey.findMany({ orderBy: { id: 'asc' } }),
        audit: await db.auditEntry.count(),
      };
    }
  });
});

describe('the admin of tenant A', () => {
  it('may change which models the tenant uses, and see its settings, but not its providers or keys', async () => {
    const token = stage.tokens['tenant-admin'];
    const change = await stage.graphql(
      `mutation ($id: ID!) { updateModelConfig(tenantId: $id, input: { mode: WHITELIST, list: ["sim-small"] }) {
         ... on Tenant { slug modelConfig { mode list } } ... on Error { code message } } }`,
      { id: stage.a.id },
      token,
    );
    expect(change.body.data.updateModelConfig).toEqual({
      slug: 'tenant-a',
      modelConfig: { mode: 'WHITELIST', list: ['sim-small'] },
    });
    const { body } = await stage.graphql('{ me { tenants { slug keys { id } } } }', {}, token);
    expect(body.errors[0].extensions.code).toBe('forbidden');
  });
});

describe('the viewer of tenant A', () => {
  it('sees the name of the tenant but none of its settings', async () => {
    const token = stage.tokens['tenant-viewer'];
    const { body } = await stage.graphql('{ me { tenants { name active } } }', {}, token);
    expect(body.errors[0].extensions.code).toBe('forbidden');
  });
});

describe('an id that cannot be one', () => {
  it('is not found rather than an error of the database', async () => {
    for (const id of ['x', '', `${uuidv7()}'; --`]) {
      const { body } = await stage.graphql(
        'query ($id: ID!) { tenant(id: $id) { id } provider(id: $id) { id } }',
        { id },
      );
      expect(body).toEqual({ data: { tenant: null, provider: null } });
    }
  });
});
