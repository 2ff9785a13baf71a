import { expect } from 'vitest';
import { startTestPrism, type TestPrism, type TestTenant } from '../kit/prism.ts';
import type { Followed } from './live-client.ts';

const PASSWORD = 'correct horse battery';

/** The operation that most tests follow; variables $filter and $after. */
export const REQUESTS = `subscription ($filter: RequestLoggedFilter, $after: String) {
  requestLogged(filter: $filter, after: $after) { cursor request { id model tenant { slug } } }
}`;

// A test reads answers of many shapes; what it expects of them is what it asserts.
// oxlint-disable-next-line typescript/no-explicit-any
type Json = any;

/** Somebody who is signed in. */
export interface Person {
  readonly id: string;
  readonly token: string;
}

/** Two processes on one database, two tenants, one request in the log. */
export interface LiveStage {
  readonly first: TestPrism;
  readonly second: TestPrism;
  readonly a: TestTenant;
  readonly b: TestTenant;
  /** A request of the tenant's application, to the first process unless `prism` says otherwise; answers its id. */
  ask(tenant: TestTenant, prism?: TestPrism, model?: string): Promise<string>;
  /** As the admin unless `token` says otherwise; fails on errors. */
  query(text: string, token?: string, variables?: object): Promise<Json>;
  /** Where the log ends now, as a page of it says. */
  endOfLog(): Promise<string>;
  someone(role: string, tenantIds?: string[]): Promise<Person>;
  /** An access token of theirs that ends after so long. */
  accessToken(token: string, lifeMs: number): Promise<string>;
  close(): Promise<void>;
}

export async function openLiveStage(env: Record<string, string> = {}): Promise<LiveStage> {
  const first = await startTestPrism(env);
  const provider = await first.provider({ name: 'Simulator', type: 'simulator' });
  const a = await first.tenant('tenant-a', [provider]);
  const b = await first.tenant('tenant-b', [provider]);
  const second = await startTestPrism({ DATABASE_URL: first.databaseUrl });
  let people = 0;

  const ask: LiveStage['ask'] = async (tenant, prism = first, model = 'sim-fast') => {
    const response = await fetch(`${prism.url}/api/${tenant.slug}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${tenant.apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello' }] }),
    });
    await response.text();
    expect(response.status).toBe(200);
    return response.headers.get('x-request-id') ?? '';
  };

  const query: LiveStage['query'] = async (text, token = first.token, variables = {}) => {
    const response = await fetch(`${first.url}/graphql`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ query: text, variables }),
    });
    const answer: Json = await response.json();
    expect(answer.errors).toBeUndefined();
    return answer.data;
  };

  await ask(a);
  return {
    first,
    second,
    a,
    b,
    ask,
    query,
    async endOfLog() {
      await Promise.all([first.prism.flush(), second.prism.flush()]);
      const { requestLogs } = await query('{ requestLogs(first: 1) { pageInfo { startCursor } } }');
      return requestLogs.pageInfo.startCursor;
    },
    async someone(role, tenantIds = []) {
      people += 1;
      const username = `somebody-${people}`;
      const { createUser } = await query(
        'mutation ($input: CreateUserInput!) { createUser(input: $input) { ... on User { id } } }',
        first.token,
        { input: { username, password: PASSWORD, role, tenantIds } },
      );
      const { body } = await first.rest(
        'POST',
        '/api/prism/auth/login',
        { username, password: PASSWORD },
        '',
      );
      return { id: createUser.id, token: body.token };
    },
    async accessToken(token, lifeMs) {
      const { createAccessToken } = await query(
        'mutation ($input: CreateAccessTokenInput!) { createAccessToken(input: $input) { ... on AccessTokenCreated { secret } } }',
        token,
        { input: { name: 'live', scopes: ['REQUESTS_READ'], expiresAt: new Date(Date.now() + lifeMs) } },
      );
      return createAccessToken.secret;
    },
    async close() {
      await second.stop();
      await first.stop();
    },
  };
}

export const idsOf = ({ events }: Followed): string[] =>
  events.map(({ data }) => data.requestLogged.request.id);
