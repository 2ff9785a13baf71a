import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getIntrospectionQuery } from 'graphql';
import { openStage, type Stage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

async function refusalOf(query: string, token?: string): Promise<string> {
  const { body } = await stage.graphql(query, {}, token);
  expect(body.data ?? null).toBeNull();
  expect(body.errors[0].extensions.code).toBe('bad_input');
  return body.errors[0].message;
}

describe('a document', () => {
  it('is refused when it has too many tokens', async () => {
    expect(await refusalOf(`{ ${'me { id } '.repeat(600)} }`)).toMatch('more than 2000 tokens');
  });

  it('is refused when it is long, whatever makes it so', async () => {
    expect(await refusalOf(`{ me { id } } # ${'x'.repeat(20_000)}`)).toMatch('longer than 20000 characters');
  });

  it('is refused when it has too many aliases', async () => {
    const many = Array.from({ length: 31 }, (_, i) => `a${i}: me { id }`);
    expect(await refusalOf(`{ ${many.join(' ')} }`)).toBe('The document has more than 30 aliases.');
    const { body } = await stage.graphql(`{ ${many.slice(1).join(' ')} }`);
    expect(Object.keys(body.data)).toHaveLength(30);
  });

  it('is refused when it is nested too deep', async () => {
    const deep = `${'models { provider { '.repeat(8)} id ${'} } '.repeat(8)}`;
    expect(await refusalOf(`{ providers { ${deep} } }`)).toMatch(/depth is \d+; 12 is allowed/);
  });

  it('is refused when it asks for too much at a time', async () => {
    const rows = '{ models { provider { models { provider { models { id } } } } } }';
    expect(await refusalOf(`{ providers ${rows} }`)).toMatch(/complexity is \d+; 10000 is allowed/);
  });

  it('is refused when fragments hide the breadth', async () => {
    const document = `{ tenants { ...A } } fragment A on Tenant { keys { ...B ...B } providers { ...C ...C } }
      fragment B on TenantKey { id label } fragment C on Provider { id }`;
    expect((await stage.graphql(document)).body.errors).toBeUndefined();
    const wide = Array.from({ length: 20 }, () => '...F').join(' ');
    const fields = 'id slug name active keyLifetimeDays createdAt updatedAt routing pricing providerIds';
    const hidden = `{ tenants { ...W } me { tenants { ...W } } } fragment W on Tenant { ${wide} } fragment F on Tenant { ${fields} }`;
    expect(await refusalOf(hidden)).toMatch(/breadth is \d+; 400 is allowed/);
  });

  it('that is no GraphQL, or not for this schema, is refused with what is wrong', async () => {
    expect(await refusalOf('{ me { ')).toMatch('Syntax Error');
    expect(await refusalOf('{ me { shoeSize } }')).toMatch('Cannot query field "shoeSize"');
  });
});

describe('the schema', () => {
  it('shows itself only to those who have signed in', async () => {
    const message = await refusalOf(getIntrospectionQuery(), '');
    expect(message).toMatch('introspection');
    const { body } = await stage.graphql(getIntrospectionQuery(), {}, stage.tokens['tenant-viewer']);
    expect(body.data.__schema.queryType.name).toBe('Query');
  });

  it('gives no hints at itself to those who have not signed in', async () => {
    expect(await refusalOf('{ provders { id } }', '')).not.toMatch('providers');
    expect(await refusalOf('{ provders { id } }')).toMatch('Did you mean "providers"');
  });

  it('comes with GraphiQL, from our own server, for those who have signed in', async () => {
    const open = (token: string) =>
      fetch(`${stage.url}/graphql`, { headers: { accept: 'text/html', authorization: `Bearer ${token}` } });
    const refused = await open('');
    expect([refused.status, await refused.json()]).toMatchObject([401, {}]);
    const page = await open(stage.tokens.admin);
    const html = await page.text();
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html']);
    expect(html).not.toMatch(/<(script|link)[^>]+(src|href)="?https?:/);
  });
});

describe('a request', () => {
  const post = (body: string, type = 'application/json') =>
    fetch(`${stage.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': type, authorization: `Bearer ${stage.tokens.admin}` },
      body,
    });

  it('must be JSON, so that no form of another site can be sent', async () => {
    const query = '{ me { id } }';
    for (const [type, body] of [
      ['text/plain', JSON.stringify({ query })],
      ['application/x-www-form-urlencoded', `query=${encodeURIComponent(query)}`],
      ['application/graphql', query],
    ] as const) {
      const response = await post(body, type);
      expect([response.status, (await response.json()).errors[0].extensions.code]).toEqual([
        415,
        'bad_input',
      ]);
    }
  });

  it('must be a POST', async () => {
    const response = await fetch(`${stage.url}/graphql?query={me{id}}`);
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
  });

  it('with a broken body is told so', async () => {
    for (const body of ['{', '[]x', '"text"', 'null']) {
      const response = await post(body);
      const { errors } = await response.json();
      expect([response.status, errors[0].extensions.code]).toEqual([400, 'bad_input']);
    }
  });

  it('may hold ten operations and no more', async () => {
    const batch = (n: number) =>
      JSON.stringify(Array.from({ length: n }, () => ({ query: '{ me { username } }' })));
    const ten = await (await post(batch(10))).json();
    expect(ten).toHaveLength(10);
    expect(ten[9].data.me.username).toBe('the-admin');
    const response = await post(batch(11));
    expect([response.status, JSON.stringify(await response.json())]).toMatchObject([
      413,
      expect.stringMatching('bad_input'),
    ]);
  });

  it('may have a body of one megabyte and no more', async () => {
    const response = await post(
      JSON.stringify({ query: '{ me { id } }', variables: { x: 'x'.repeat(1024 * 1024) } }),
    );
    expect(response.status).toBe(413);
  });

  it('gets a request id and is not to be cached', async () => {
    const response = await post(JSON.stringify({ query: '{ me { id } }' }));
    expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(response.headers.get('cache-control')).toBe('no-store');
  });
});
