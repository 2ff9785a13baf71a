import type { TestPrism } from '../kit/prism.ts';

// An answer is what the test asserts of it.
// oxlint-disable-next-line typescript/no-explicit-any
type Json = any;

export type Role = 'ADMIN' | 'MAINTAINER' | 'FINOPS' | 'TENANT_ADMIN' | 'TENANT_VIEWER';

/** One GraphQL operation; signed in as the admin unless `token` says otherwise. Answers the whole result. */
export async function graphql(
  prism: TestPrism,
  query: string,
  variables: Record<string, unknown> = {},
  token = prism.token,
): Promise<Json> {
  return (await prism.rest('POST', '/graphql', { query, variables }, token)).body;
}

const PASSWORD = 'correct horse battery';

/** Adds a user with this role and signs in; answers the token. */
export async function signIn(
  prism: TestPrism,
  role: Role,
  tenantIds: readonly string[] = [],
): Promise<string> {
  const username = `${role.toLowerCase().replace('_', '-')}-${tenantIds.length === 0 ? 'all' : tenantIds[0]}`;
  const created = await graphql(
    prism,
    'mutation ($input: CreateUserInput!) { createUser(input: $input) { __typename } }',
    { input: { username, password: PASSWORD, role, tenantIds } },
  );
  const login = await prism.rest('POST', '/api/prism/auth/login', { username, password: PASSWORD }, '');
  if (login.status !== 200) throw new Error(`no user: ${JSON.stringify([created, login.body])}`);
  return String(login.body.token);
}
