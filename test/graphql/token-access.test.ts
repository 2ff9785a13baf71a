import { parse } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requirementOf } from '../../src/graphql/requirement.ts';
import { schema } from '../../src/graphql/schema.ts';
import { graphqlSpelling } from '../../src/graphql/enums.ts';
import { POLICY, SCOPE_NAMES, SCOPES, type Action, type Scope } from '../../src/identity/policy.ts';
import { prepare } from '../../src/rest/execute.ts';
import { ROUTES } from '../../src/rest/routes.ts';
import { dummyDocument, NO_ID } from './dummy-document.ts';
import { addRequest } from './requests.ts';
import { openStage, type Answer, type Stage } from './stage.ts';

let stage: Stage;
/** Access tokens of the admin: with all scopes, with all but those of one action, of tenant B alone. */
let all: string;
let narrowed: string;
const without = new Map<string, string>();

async function tokenOf(scopes: readonly Scope[], tenantIds: readonly string[] = [], as = stage.tokens.admin) {
  const { body } = await stage.graphql(
    `mutation ($input: CreateAccessTokenInput!) {
      createAccessToken(input: $input) { ... on AccessTokenCreated { secret } ... on Error { message } } }`,
    {
      input: {
        name: 'ci',
        scopes: scopes.map(graphqlSpelling),
        tenantIds,
        expiresAt: new Date(stage.world.now.value.getTime() + 3_600_000).toISOString(),
      },
    },
    as,
  );
  const { secret, message } = body.data.createAccessToken;
  if (secret === undefined) throw new Error(message);
  return String(secret);
}

function scopesOf(action: Action): readonly Scope[] {
  return SCOPE_NAMES.filter((scope) => SCOPES[scope].some((one) => one === action));
}

beforeAll(async () => {
  stage = await openStage();
  all = await tokenOf(SCOPE_NAMES);
  narrowed = await tokenOf(SCOPE_NAMES, [stage.b.id]);
  for (const action of Object.keys(POLICY)) {
    const lacking = scopesOf(action as Action);
    const key = lacking.join();
    if (!without.has(key)) {
      without.set(key, await tokenOf(SCOPE_NAMES.filter((scope) => !lacking.includes(scope))));
    }
  }
});
afterAll(() => stage.close());

const operations = (['query', 'mutation'] as const).flatMap((operation) => {
  const type = operation === 'query' ? schema.getQueryType() : schema.getMutationType();
  return Object.values(type?.getFields() ?? {}).flatMap((field) => {
    const document = dummyDocument(operation, field);
    const requirement = requirementOf(schema, parse(document));
    const [action] = requirement === 'nothing' ? [] : requirement;
    return action === undefined ? [] : [{ name: field.name, document, action }];
  });
});
const routes = ROUTES.flatMap((route) => {
  const { requirement } = prepare(schema, route);
  const [action] = requirement === 'nothing' ? [] : requirement;
  return action === undefined
    ? []
    : [{ name: `${route.method} ${route.path}`, route, action, url: route.path.replaceAll(/:\w+/g, NO_ID) }];
});

function codeOf({ body }: Answer, name: string): string | null {
  return body.errors?.[0]?.extensions.code ?? body.data?.[name]?.code ?? null;
}
const lacking = (action: Action) => without.get(scopesOf(action).join()) ?? '';

describe('an access token, through GraphQL', () => {
  it.each(operations)(
    'may use $name with a scope for it, and not without',
    async ({ name, document, action }) => {
      const may = action === 'session.read' || scopesOf(action).length > 0;
      const withAll = codeOf(await stage.graphql(document, {}, all), name);
      expect(withAll === 'forbidden').toBe(!may);
      if (action === 'session.read') return;
      expect(codeOf(await stage.graphql(document, {}, lacking(action)), name)).toBe('forbidden');
    },
  );

  it('of one tenant may use what a tenant’s own admin may, and nothing else', async () => {
    for (const { name, document, action } of operations) {
      const roles: readonly string[] = POLICY[action];
      const may =
        roles.includes('tenant-admin') && (action === 'session.read' || scopesOf(action).length > 0);
      const code = codeOf(await stage.graphql(document, {}, narrowed), name);
      expect([name, code === 'forbidden']).toEqual([name, !may]);
      expect([name, code === 'internal']).toEqual([name, false]);
    }
  });
});

describe('an access token, through REST', () => {
  it.each(routes)('may use $name with a scope for it, and not without', async ({ route, url, action }) => {
    const may = action === 'session.read' || scopesOf(action).length > 0;
    const withAll = await stage.rest(route.method, url, undefined, all);
    expect(withAll.status === 403).toBe(!may);
    if (action === 'session.read') return;
    const { status, body } = await stage.rest(route.method, url, undefined, lacking(action));
    expect([status, body.error.code]).toEqual([403, 'forbidden']);
    expect(body.error.message).toContain('access token "ci"');
  });
});

describe('an access token of one tenant', () => {
  it('sees that tenant’s requests and usage, and no others', async () => {
    const at = stage.world.now.value;
    const ofA = await addRequest(stage, stage.a.id, { at });
    const ofB = await addRequest(stage, stage.b.id, { at });
    const query = '{ requestLogs { edges { node { id } } } me { tenants { slug } } }';
    const ids = async (token: string) => {
      const { body } = await stage.graphql(query, {}, token);
      return body.data.requestLogs.edges.map(({ node }: { node: { id: string } }) => node.id);
    };
    expect((await ids(all)).toSorted()).toEqual([ofA, ofB].toSorted());
    expect(await ids(narrowed)).toEqual([ofB]);
    const { body } = await stage.graphql(query, {}, narrowed);
    expect(body.data.me.tenants).toEqual([{ slug: 'tenant-b' }]);
    const filtered = 'query ($id: ID!) { requestLogs(filter: { tenantId: $id }) { edges { node { id } } } }';
    const other = await stage.graphql(filtered, { id: stage.a.id }, narrowed);
    expect(other.body.data?.requestLogs?.edges ?? []).toEqual([]);
  });

  it('sees nothing once its user has lost that tenant', async () => {
    const token = await tokenOf(['requests:read'], [stage.a.id], stage.tokens['tenant-viewer']);
    const query = '{ me { tenants { slug } } }';
    expect((await stage.graphql(query, {}, token)).body.data.me.tenants).toHaveLength(1);
    const { db } = stage.world;
    const user = await db.user.findUniqueOrThrow({ where: { username: 'viewer-of-a' } });
    await db.userTenant.updateMany({ where: { userId: user.id }, data: { tenantId: stage.b.id } });
    expect((await stage.graphql(query, {}, token)).body.data.me.tenants).toEqual([]);
    await db.userTenant.updateMany({ where: { userId: user.id }, data: { tenantId: stage.a.id } });
  });
});

describe('me', () => {
  const query = '{ me { username permissions accessToken { name scopes tenantIds } } }';

  it('tells a program whose token it has and what that allows', async () => {
    const token = await tokenOf(['usage:read', 'admin:read'], [stage.a.id]);
    const { body } = await stage.graphql(query, {}, token);
    expect(body.data.me).toEqual({
      username: 'the-admin',
      // Not user.read and its like: a token of one tenant does no more than a tenant's own admin.
      permissions: ['session.read', 'tenant.identify', 'usage.read'],
      accessToken: { name: 'ci', scopes: ['USAGE_READ', 'ADMIN_READ'], tenantIds: [stage.a.id] },
    });
  });

  it('tells a person that there is no token', async () => {
    const { body } = await stage.graphql(query);
    expect(body.data.me.accessToken).toBeNull();
    expect(body.data.me.permissions).toContain('accessToken.manage');
  });
});
