import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStage, type Stage } from '../graphql/stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

interface Pair {
  readonly name: string;
  readonly rest: (slug: string) => Promise<unknown>;
  readonly graphql: (slug: string) => Promise<unknown>;
}

const TENANTS = '/api/prism/admin/tenants';
const ids = new Map<string, string>();

async function restTenant(slug: string): Promise<void> {
  const { body } = await stage.rest('POST', TENANTS, {
    slug,
    name: 'Same',
    providerIds: [stage.providerId],
    modelConfig: { mode: 'whitelist', list: ['sim-small'] },
  });
  ids.set(slug, body.id);
}
async function graphqlTenant(slug: string): Promise<void> {
  const input = {
    slug,
    name: 'Same',
    providerIds: [stage.providerId],
    modelConfig: { mode: 'WHITELIST', list: ['sim-small'] },
  };
  const { body } = await stage.graphql(
    'mutation ($input: CreateTenantInput!) { createTenant(input: $input) { ... on TenantCreated { tenant { id } } } }',
    { input },
  );
  ids.set(slug, body.data.createTenant.tenant.id);
}
const idOf = (slug: string) => ids.get(slug) ?? '';
const mutate = (call: string, slug: string) =>
  stage.graphql(`mutation ($id: ID!) { ${call} { __typename } }`, { id: idOf(slug) });

const PAIRS: readonly Pair[] = [
  { name: 'creating a tenant', rest: restTenant, graphql: graphqlTenant },
  {
    name: 'changing a tenant',
    rest: (slug) =>
      stage.rest('PUT', `${TENANTS}/${idOf(slug)}`, { name: 'Changed', rateLimit: { requestsPerMinute: 9 } }),
    graphql: (slug) =>
      mutate('updateTenant(id: $id, input: { name: "Changed", rateLimit: { requestsPerMinute: 9 } })', slug),
  },
  {
    name: 'changing its models',
    rest: (slug) =>
      stage.rest('PUT', `${TENANTS}/${idOf(slug)}/model-config`, {
        mode: 'all',
        aliases: { a: 'sim-small' },
      }),
    graphql: (slug) =>
      mutate('updateModelConfig(tenantId: $id, input: { mode: ALL, aliases: { a: "sim-small" } })', slug),
  },
  {
    name: 'adding a key',
    rest: (slug) => stage.rest('POST', `${TENANTS}/${idOf(slug)}/keys`, { label: 'more' }),
    graphql: (slug) => mutate('createKey(tenantId: $id, input: { label: "more" })', slug),
  },
  {
    name: 'rotating a key',
    rest: (slug) => stage.rest('POST', `${TENANTS}/${idOf(slug)}/rotate-key`),
    graphql: (slug) => mutate('rotateKey(tenantId: $id)', slug),
  },
  {
    name: 'removing a tenant',
    rest: (slug) => stage.rest('DELETE', `${TENANTS}/${idOf(slug)}`),
    graphql: (slug) => mutate('deleteTenant(id: $id)', slug),
  },
];

describe('the same operation through either door', () => {
  it.each(PAIRS)('$name leaves the same rows and the same audit entries', async ({ rest, graphql }) => {
    await rest('through-rest');
    await graphql('through-graphql');
    expect(await traces('through-rest')).toEqual(await traces('through-graphql'));
  });
});

/** Everything that the database holds of a tenant, but for what differs between any two. */
async function traces(slug: string): Promise<object> {
  const { db } = stage.world;
  const id = idOf(slug);
  const tenant = await db.tenant.findUnique({ where: { id }, include: { keys: true, providers: true } });
  const audit = await db.auditEntry.findMany({ where: { tenantId: id }, orderBy: { id: 'asc' } });
  expect(audit.length).toBeGreaterThan(0);
  return { tenant: neutral(tenant, slug), audit: neutral(audit, slug) };
}

const DIFFERENT = ['id', 'tenantId', 'targetId', 'hash', 'prefix', 'at', 'createdAt', 'updatedAt', 'keyId'];

function neutral(value: object | null, slug: string): unknown {
  const text = JSON.stringify(value, (key, member: unknown) =>
    DIFFERENT.includes(key) ? typeof member : member,
  );
  return JSON.parse(text.replaceAll(slug, 'SLUG').replaceAll(idOf(slug), 'ID'));
}
