import type { Page } from 'playwright-core';
import { ADMIN } from './outside.ts';

/** A gateway that has been set up: the simulator with its models, and a tenant with a key. */
export interface Ready {
  readonly token: string;
  readonly providerId: string;
  readonly tenantId: string;
  readonly apiKey: string;
  /** As the administrator, over REST; fails on anything but a success. */
  rest(method: string, path: string, body?: unknown): Promise<Json>;
}

// A test reads answers of many shapes; what it expects of them is what it asserts.
// oxlint-disable-next-line typescript/no-explicit-any
type Json = any;

export async function setUp(
  url: string,
  tenant: { slug: string; name: string } = { slug: 'acme', name: 'Acme' },
): Promise<Ready> {
  let token = '';
  const rest = async (method: string, path: string, body?: unknown): Promise<Json> => {
    const response = await fetch(`${url}/api/prism${path}`, {
      method,
      headers: {
        ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    return text === '' ? null : JSON.parse(text);
  };
  await rest('POST', '/setup/admin', ADMIN);
  ({ token } = await rest('POST', '/auth/login', ADMIN));
  await rest('POST', '/setup/complete');
  const provider = await rest('POST', '/admin/providers', { name: 'Simulator', type: 'simulator' });
  const providerId = String(provider.id);
  await rest('POST', `/admin/providers/${providerId}/discover`);
  const created = await rest('POST', '/admin/tenants', { ...tenant, providerIds: [providerId] });
  return { token, providerId, tenantId: String(created.id), apiKey: String(created.apiKey), rest };
}

/** Signs the page's browser in as the console does: by a cookie that no script can read. */
export async function signIn(page: Page, url: string, who = ADMIN): Promise<void> {
  const answer = await page.context().request.post(`${url}/graphql`, {
    headers: { 'x-prism-console': '1' },
    data: {
      query: 'mutation ($input: LoginInput!) { login(input: $input) { __typename } }',
      variables: { input: { username: who.username, password: who.password } },
    },
  });
  const text = await answer.text();
  if (!text.includes('"Login"')) throw new Error(`${who.username} could not sign in: ${text}`);
}

/** Types name and password into the sign-in page that is open. */
export async function typeCredentials(page: Page, who = ADMIN): Promise<void> {
  await page.getByLabel('User name').fill(who.username);
  await page.getByLabel('Password', { exact: true }).fill(who.password);
  await page.keyboard.press('Enter');
}
