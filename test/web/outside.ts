/** What the browser tests do without the browser. */

export const ADMIN = { username: 'admin', password: 'correct horse battery' };

/** A user of the console, made by the administrator. */
export async function createUser(
  url: string,
  input: { username: string; password: string; role: string },
): Promise<void> {
  const token = await graphql(
    url,
    'mutation ($input: LoginInput!) { login(input: $input) { ... on Login { value: token } } }',
    ADMIN,
  );
  await graphql(
    url,
    'mutation ($input: CreateUserInput!) { createUser(input: $input) { ... on User { value: id } } }',
    input,
    token,
  );
}

/** The `value` of a mutation's only field. */
async function graphql(url: string, query: string, input: unknown, token?: string): Promise<string> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query, variables: { input } }),
  });
  const text = await response.text();
  const value = /"value":"([^"]+)"/.exec(text)?.[1];
  if (value === undefined) throw new Error(`no value in ${text}`);
  return value;
}

/** The status of one chat request. */
export async function chat(url: string, apiKey: string): Promise<number> {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'sim-fast', messages: [{ role: 'user', content: 'Hello!' }] }),
  });
  await response.arrayBuffer();
  return response.status;
}

/** A new key reaches the gateway within a second. */
export async function answered(ask: () => Promise<number>): Promise<number> {
  let status = 0;
  await until(async () => (status = await ask()) !== 401);
  return status;
}

/** Waits for a condition; long enough for a machine that is busy with other tests. */
export async function until(condition: () => Promise<boolean>, ms = 60_000): Promise<void> {
  const end = performance.now() + ms;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error('what was waited for did not happen');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
