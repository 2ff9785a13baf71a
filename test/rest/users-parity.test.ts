import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStage, PASSWORD, type Stage } from '../graphql/stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const USERS = '/api/prism/admin/users';
const TOKENS = '/api/prism/admin/access-tokens';
/** The user, or the token, that each door works on. */
const ids = new Map<string, string>();
const idOf = (door: string) => ids.get(door) ?? '';

async function mutate(call: string, member: string): Promise<string> {
  const { body } = await stage.graphql(`mutation { ${call} { __typename ${member} } }`);
  const [answer] = Object.values<{ id?: string; accessToken?: { id: string } }>(body.data);
  return answer?.id ?? answer?.accessToken?.id ?? '';
}

interface Pair {
  readonly name: string;
  readonly rest: (door: string) => Promise<unknown>;
  readonly graphql: (door: string) => Promise<unknown>;
}

const expiresAt = '2026-11-02T00:00:00.000Z';
const PAIRS: readonly Pair[] = [
  {
    name: 'creating a user',
    async rest(door) {
      const input = { username: door, password: PASSWORD, role: 'tenant-viewer', tenantIds: [stage.a.id] };
      ids.set(door, (await stage.rest('POST', USERS, input)).body.id);
    },
    async graphql(door) {
      const input = `{ username: "${door}", password: "${PASSWORD}", role: TENANT_VIEWER, tenantIds: ["${stage.a.id}"] }`;
      ids.set(door, await mutate(`createUser(input: ${input})`, '... on User { id }'));
    },
  },
  {
    name: 'changing a user',
    rest: (door) =>
      stage.rest('PUT', `${USERS}/${idOf(door)}`, { role: 'finops', tenantIds: [], active: false }),
    graphql: (door) =>
      mutate(`updateUser(id: "${idOf(door)}", input: { role: FINOPS, tenantIds: [], active: false })`, ''),
  },
  {
    name: 'removing a user',
    rest: (door) => stage.rest('DELETE', `${USERS}/${idOf(door)}`),
    graphql: (door) => mutate(`deleteUser(id: "${idOf(door)}")`, ''),
  },
  {
    name: 'creating an access token',
    async rest(door) {
      const input = { name: door, scopes: ['usage:read'], tenantIds: [stage.a.id], expiresAt };
      ids.set(door, (await stage.rest('POST', TOKENS, input)).body.id);
    },
    async graphql(door) {
      const input = `{ name: "${door}", scopes: [USAGE_READ], tenantIds: ["${stage.a.id}"], expiresAt: "${expiresAt}" }`;
      const member = '... on AccessTokenCreated { accessToken { id } }';
      ids.set(door, await mutate(`createAccessToken(input: ${input})`, member));
    },
  },
  {
    name: 'revoking an access token',
    rest: (door) => stage.rest('DELETE', `${TOKENS}/${idOf(door)}`),
    graphql: (door) => mutate(`revokeAccessToken(id: "${idOf(door)}")`, ''),
  },
];

describe('the same operation through either door', () => {
  it.each(PAIRS)('$name leaves the same rows, audit entries and notices', async ({ rest, graphql }) => {
    await stage.world.notices();
    await rest('through-rest');
    const one = await traces('through-rest');
    await graphql('through-graphql');
    expect(await traces('through-graphql')).toEqual(one);
    expect(one.audit.length).toBeGreaterThan(0);
  });
});

/** Everything that is left of the last step, but for what differs between any two. */
async function traces(door: string): Promise<{ row: unknown; audit: unknown[]; notices: string[] }> {
  const { db } = stage.world;
  const id = idOf(door);
  const audit = await db.auditEntry.findMany({ where: { targetId: id }, orderBy: { id: 'asc' } });
  const user = await db.user.findUnique({ where: { id }, include: { tenants: true } });
  const token = await db.accessToken.findUnique({ where: { id } });
  const notices = await stage.world.notices();
  const plain = (value: unknown) => neutral(value, door, id);
  return {
    row: plain(user ?? token),
    audit: audit.map(plain),
    notices: notices.map((one) => one.replace(id, 'ID')),
  };
}

const DIFFERENT = ['id', 'at', 'hash', 'passwordHash', 'prefix', 'createdAt', 'updatedAt'];

function neutral(value: unknown, door: string, id: string): unknown {
  const text = JSON.stringify(value, (key, member: unknown) =>
    DIFFERENT.includes(key) ? typeof member : member,
  );
  return JSON.parse(text.replaceAll(door, 'DOOR').replaceAll(id, 'ID'));
}
