import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStage, type Stage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const PROVIDER = '... on Provider { updatedAt name }';
const LDAP = '... on LdapSettings { updatedAt timeoutMs }';
const TENANT = '... on Tenant { updatedAt providerIds rateLimit { requestsPerMinute } }';
const USER = '... on User { updatedAt role }';

const FACTS = [
  ['updateUser', USER],
  ['updateProvider', PROVIDER],
  ['updateLdapSettings', LDAP],
] as const;

/** The member of a mutation's result. */
async function change(
  call: string,
  variables: Readonly<Record<string, unknown>> = {},
  declared = '$id: ID!, $base: DateTime',
  token?: string,
) {
  const facts = FACTS.find(([name]) => call.startsWith(name))?.[1] ?? TENANT;
  const conflict = '... on ConflictError { message fields { path message } }';
  const query = `mutation (${declared}) { it: ${call} { __typename ${facts} ${conflict} } }`;
  const { body } = await stage.graphql(query, { ...variables }, token);
  return body.data.it;
}

const limit = (base: string | null, to: number) =>
  change(`updateTenant(id: $id, baseUpdatedAt: $base, input: { rateLimit: { requestsPerMinute: ${to} } })`, {
    id: stage.a.id,
    base,
  });

const CONFLICT = {
  __typename: 'ConflictError',
  fields: [{ path: 'baseUpdatedAt', message: 'is not when it was last changed' }],
};

describe('a tenant that two edit', () => {
  it('takes the changes of the first and tells the second', async () => {
    const first = await limit(null, 1);
    expect(await limit(first.updatedAt, 2)).toMatchObject({ rateLimit: { requestsPerMinute: 2 } });
    const late = await limit(first.updatedAt, 3);
    expect(late).toMatchObject(CONFLICT);
    expect(late.message).toContain('tenant has been changed');
    // Nothing of the late one is stored, and who asks for no base changes what is there.
    expect(await limit(null, 4)).toMatchObject({ rateLimit: { requestsPerMinute: 4 } });
  });

  it('was changed when only its providers were', async () => {
    const { updatedAt } = await limit(null, 5);
    const [only] = [stage.providerId];
    const call = 'updateTenant(id: $id, baseUpdatedAt: $base, input: { providerIds: $ids })';
    const declared = '$id: ID!, $base: DateTime, $ids: [ID!]';
    const given = { id: stage.a.id, base: updatedAt };
    expect(await change(call, { ...given, ids: [] }, declared)).toMatchObject({ providerIds: [] });
    expect(await change(call, { ...given, ids: [only] }, declared)).toMatchObject(CONFLICT);
    expect(await change(call, { id: stage.a.id, base: null, ids: [only] }, declared)).toMatchObject({
      providerIds: [only],
    });
  });

  it('tells its own admin, too', async () => {
    const { updatedAt } = await limit(null, 6);
    await limit(null, 7);
    const call = 'updateModelConfig(tenantId: $id, baseUpdatedAt: $base, input: { list: ["sim-small"] })';
    const own = stage.tokens['tenant-admin'];
    expect(await change(call, { id: stage.a.id, base: updatedAt }, undefined, own)).toMatchObject(CONFLICT);
    const now = await limit(null, 8);
    expect(await change(call, { id: stage.a.id, base: now.updatedAt }, undefined, own)).toMatchObject({
      __typename: 'Tenant',
    });
  });
});

describe('a user that two edit', () => {
  it('takes the changes of the first and tells the second, and a login is no change', async () => {
    const made = await stage.graphql(
      `mutation ($password: String!) { createUser(input: { username: "edited", password: $password, role: FINOPS }) {
        ... on User { id updatedAt } } }`,
      { password: 'correct horse battery' },
    );
    const { id, updatedAt } = made.body.data.createUser;
    const role = (to: string, base: string) =>
      change(`updateUser(id: $id, baseUpdatedAt: $base, input: { role: ${to} })`, { id, base });
    await stage.login('edited');
    const first = await role('MAINTAINER', updatedAt);
    expect(first).toMatchObject({ role: 'MAINTAINER' });
    expect(await role('TENANT_VIEWER', updatedAt)).toMatchObject(CONFLICT);
    expect(await role('FINOPS', first.updatedAt)).toMatchObject({ role: 'FINOPS' });
  });
});

describe('a provider that two edit', () => {
  it('takes the changes of the first and tells the second', async () => {
    const name = (to: string, base: string | null) =>
      change(`updateProvider(id: $id, baseUpdatedAt: $base, input: { name: "${to}" })`, {
        id: stage.providerId,
        base,
      });
    const first = await name('One', null);
    expect(await name('Two', first.updatedAt)).toMatchObject({ name: 'Two' });
    expect(await name('Three', first.updatedAt)).toMatchObject(CONFLICT);
    expect(await name('Four', null)).toMatchObject({ name: 'Four' });
  });
});

describe('the directory that two set up', () => {
  it('takes the changes of the first and tells the second, from the very first on', async () => {
    const timeout = (ms: number, base: string | null) =>
      change(
        `updateLdapSettings(baseUpdatedAt: $base, input: { timeoutMs: ${ms} })`,
        { base },
        '$base: DateTime',
      );
    const { body } = await stage.graphql('{ ldapSettings { updatedAt } }');
    const never = body.data.ldapSettings.updatedAt;
    expect(never).toBe('1970-01-01T00:00:00.000Z');
    const first = await timeout(1_000, never);
    expect(first).toMatchObject({ timeoutMs: 1_000 });
    expect(await timeout(2_000, never)).toMatchObject(CONFLICT);
    expect(await timeout(3_000, first.updatedAt)).toMatchObject({ timeoutMs: 3_000 });
    expect(await timeout(4_000, null)).toMatchObject({ timeoutMs: 4_000 });
  });
});
