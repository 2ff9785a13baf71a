import { gzipSync } from 'node:zlib';
import { getIntrospectionQuery } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestPrism, until, type TestPrism } from '../kit/prism.ts';
import { connect, stream } from './live-client.ts';

let prism: TestPrism;
/** All that was answered to an attacker. */
const answers: string[] = [];

beforeAll(async () => {
  prism = await startTestPrism();
});
afterAll(async () => {
  // Words that only our code, our database or our machine would say.
  const inner = /node_modules|[.]ts:\d|\n\s+at |prisma|postgres|select .* from|stack|\/src\/|SQLSTATE|ECONN/i;
  expect(answers.filter((text) => inner.test(text))).toEqual([]);
  await prism.stop();
});

// A test reads answers of many shapes; what it expects of them is what it asserts.
// oxlint-disable-next-line typescript/no-explicit-any
type Json = any;

async function post(body: BodyInit, headers: Record<string, string> = {}) {
  const response = await fetch(`${prism.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${prism.token}`, ...headers },
    body,
  });
  const text = await response.text();
  answers.push(text);
  const answer: Json = JSON.parse(text);
  return { status: response.status, answer };
}

const ask = (query: string, variables: unknown = {}) => post(JSON.stringify({ query, variables }));
const codesOf = ({ answer }: { answer: Json }): string[] =>
  (answer.errors ?? []).map(({ extensions }: Json) => extensions.code);

/** Refused as what it is, and nothing of it was run. */
async function expectRefused(query: string, message: RegExp): Promise<void> {
  const { answer } = await ask(query);
  expect(answer.data ?? null).toBeNull();
  expect(answer.errors[0]).toMatchObject({ extensions: { code: 'bad_input' } });
  expect(answer.errors[0].message).toMatch(message);
}

const times = (count: number, text: (at: number) => string): string =>
  Array.from({ length: count }, (_, at) => text(at)).join(' ');

describe('a document that is made to be dear', () => {
  it.each([
    [
      'deep',
      `{ providers { ${'models { provider { '.repeat(8)} id ${'} } '.repeat(8)} } }`,
      /depth|complexity/,
    ],
    [
      'deep in fragments',
      `{ providers { ...F0 } } ${times(7, (at) => `fragment F${at} on Provider { models { provider { ...F${at + 1} } } }`)} fragment F7 on Provider { id }`,
      /depth|complexity/,
    ],
    [
      'wide',
      `{ ${times(30, (at) => `a${at}: providers { ...W }`)} } fragment W on Provider { ${times(20, () => 'id slug ')} }`,
      /breadth/,
    ],
    ['full of aliases', `{ ${times(31, (at) => `a${at}: me { id }`)} }`, /more than 30 aliases/],
    [
      'full of aliases in fragments',
      `{ me { ...A ...B } } fragment A on Viewer { ${times(16, (at) => `a${at}: id`)} } fragment B on Viewer { ${times(16, (at) => `b${at}: id`)} }`,
      /more than 30 aliases/,
    ],
    [
      'a circle of fragments',
      '{ me { ...A } } fragment A on Viewer { ...B } fragment B on Viewer { ...A }',
      /Cannot spread fragment/,
    ],
    [
      'a fragment in itself',
      '{ me { ...A } } fragment A on Viewer { tenants { id } ...A }',
      /Cannot spread fragment/,
    ],
    [
      'fragments that double',
      `{ me { ...F0 } } ${times(40, (at) => `fragment F${at} on Viewer { ...F${at + 1} ...F${at + 1} }`)} fragment F40 on Viewer { id }`,
      /breadth|complexity/,
    ],
    [
      'overloaded with directives',
      `{ me { id ${times(800, () => '@include(if: true)')} } }`,
      /2000 tokens|can only be used once/,
    ],
    [
      'overloaded with unknown directives',
      `{ me { id ${times(900, (at) => `@d${at}`)} } }`,
      /2000 tokens|Unknown directive/,
    ],
    [
      'a list of a thousand',
      `{ requestLogs(filter: { model: [${times(2_000, () => '"x"')}] }) { edges { cursor } } }`,
      /2000 tokens/,
    ],
    [
      'pages of pages',
      '{ requestLogs(first: 200) { edges { node { tenant { keys { id } providers { models { id } } } } } } }',
      /complexity/,
    ],
    [
      'an endless page',
      '{ requestLogs(first: 2000000000) { edges { node { tenant { providers { models { id } } } } } } }',
      /complexity/,
    ],
    [
      'introspection of introspection',
      `{ __schema { types { ${'fields { type { '.repeat(4)} name ${'} } '.repeat(4)} } } }`,
      /introspection depth|depth/i,
    ],
    ['long', `{ me { id } } # ${'x'.repeat(20_000)}`, /longer than 20000/],
    ['nested brackets', `${'{ me '.repeat(5_000)}`, /longer than|2000 tokens/],
    ['two at once', 'query A { me { id } } query B { me { id } }', /operation/i],
  ])('is refused: %s', async (_what, query, message) => {
    await expectRefused(query, message);
  });

  it('is refused in a subscription before its first event', async () => {
    const client = await connect(prism.url, prism.token);
    const dear = [
      [`subscription { requestLogged { ${times(31, (at) => `a${at}: cursor`)} } }`, /aliases/],
      [
        'subscription { systemUpdated { ...F } } fragment F on System { pods { ...P ...P } } ' +
          `fragment P on Pod { ${times(250, () => 'id')} }`,
        /breadth/,
      ],
      [
        'subscription { a: systemUpdated { __typename } b: systemUpdated { __typename } }',
        /one top level field|only one/i,
      ],
      ['subscription { __schema { queryType { name } } }', /introspection|__schema/i],
      [`subscription { requestLogged { cursor } } # ${'x'.repeat(20_000)}`, /longer/],
      ['subscription {', /Syntax/],
    ] as const;
    for (const [query, message] of dear) {
      const followed = client.follow(query);
      await until(() => followed.completed || followed.errors !== null);
      const [error] = followed.errors ?? followed.events[0].errors;
      answers.push(JSON.stringify(error));
      expect([error.extensions, error.message]).toEqual([
        { code: 'bad_input' },
        expect.stringMatching(message),
      ]);
    }
    client.socket.close();
  });
});

describe('a batch', () => {
  it('cannot multiply what one operation may cost beyond ten', async () => {
    const one = { query: `{ ${times(30, (at) => `a${at}: me { id }`)} }` };
    const { status, answer } = await post(JSON.stringify(Array.from({ length: 11 }, () => one)));
    expect([status, JSON.stringify(answer)]).toEqual([413, expect.stringMatching('bad_input')]);
  });

  it.each([['[]'], ['[[]]'], ['[null]'], ['[1]'], [`[${'['.repeat(1_000)}${']'.repeat(1_000)}]`]])(
    'of nonsense is refused (%#)',
    async (body) => {
      const { status, answer } = await post(body);
      expect(status).toBeLessThan(500);
      expect(JSON.stringify(answer)).not.toMatch('internal');
    },
  );
});

describe('introspection without a token', () => {
  it.each([
    getIntrospectionQuery(),
    '{ __type(name: "User") { fields { name } } }',
    '{ ... { ...S } } fragment S on Query { __schema { types { name } } }',
    'mutation { __schema { types { name } } }',
  ])('is refused, however it is put (%#)', async (query) => {
    for (const body of [{ query }, [{ query }]]) {
      const { answer } = await post(JSON.stringify(body), { authorization: '' });
      expect(JSON.stringify(answer)).not.toMatch('"fields"');
      const [result] = [answer].flat();
      expect(new Set(codesOf({ answer: result }))).toEqual(new Set(['bad_input']));
      expect(result.data ?? null).toBeNull();
    }
    const streamed = await stream(prism.url, '', { query });
    await streamed.ended;
    expect(streamed.events[0].errors[0].extensions.code).toBe('bad_input');
  });

  it('does not come over a socket either', async () => {
    const client = await connect(prism.url, null);
    client.follow(getIntrospectionQuery());
    expect(await client.closed).toMatchObject({ code: 4401 });
  });
});

describe('malformed input', () => {
  const LOGIN =
    'mutation ($input: LoginInput!) { login(input: $input) { __typename ... on DomainError { message } } }';

  it.each([
    ['no object', '{"query":"{ me { id } }","variables":1}'],
    ['a list', '{"query":"{ me { id } }","variables":[1]}'],
    ['no text as query', '{"query":{"kind":"Document"}}'],
    ['no query', '{}'],
    ['an operation that is not there', '{"query":"{ me { id } }","operationName":"Other"}'],
    ['a number as operation name', '{"query":"{ me { id } }","operationName":7}'],
    ['not JSON', '{"query":'],
    ['nested a hundred thousand deep', `{"query":"{ me { id } }","variables":${'['.repeat(100_000)}`],
    [
      'UTF-8 that is none',
      Buffer.concat([Buffer.from('{"query":"{ me '), Buffer.from([0xff, 0xfe]), Buffer.from('{ id } }"}')]),
    ],
  ])('is refused: %s', async (_what, body) => {
    const result = await post(body as BodyInit);
    expect(result.status).toBeLessThan(500);
    expect(codesOf(result)).toEqual(['bad_input']);
  });

  it.each([
    ['null', null],
    ['a text', 'x'],
    ['another type', { username: 1, password: true }],
    ['more than there is', { username: 'a', password: 'b', role: 'ADMIN' }],
    ['less', {}],
    ['lists', { username: ['a'], password: ['b'] }],
    ['the prototype', JSON.parse('{"__proto__":{"username":"a","password":"b"}}')],
  ])('in variables is refused: %s', async (_what, input) => {
    const result = await ask(LOGIN, { input });
    expect(codesOf(result)).toEqual(['bad_input']);
  });

  it.each([
    ['a NUL', '\0'],
    ['half a character', '\ud800'],
    ['what ends a statement', `'; DROP TABLE app_user; --`],
    ['a thousand characters', 'x'.repeat(1_000)],
  ])('in texts finds nothing and breaks nothing: %s', async (_what, text) => {
    const page = 'query ($filter: RequestLogFilter) { requestLogs(filter: $filter) { edges { cursor } } }';
    for (const result of [
      await ask(LOGIN, { input: { username: text, password: text } }),
      await ask(page, { filter: { model: text, user: text, sessionId: text } }),
      await ask('query ($id: ID!) { tenant(id: $id) { id } }', { id: text }),
      await ask('query ($after: String) { requestLogs(after: $after) { edges { cursor } } }', {
        after: text,
      }),
    ]) {
      expect(codesOf(result)).not.toContain('internal');
    }
  });

  it.each([
    ['first', 2 ** 31],
    ['first', -1],
    ['first', 1.5],
    ['last', Number.MAX_SAFE_INTEGER],
    ['first', '10'],
  ])('in numbers is refused: %s = %s', async (name, value) => {
    const result = await ask(`query ($n: Int) { requestLogs(${name}: $n) { edges { cursor } } }`, {
      n: value,
    });
    expect(codesOf(result)).toEqual(['bad_input']);
  });

  it('is refused before it is read when it is large, and is never unpacked', async () => {
    const large = JSON.stringify({ query: '{ me { id } }', variables: { x: 'x'.repeat(2 * 1024 * 1024) } });
    expect((await post(large)).status).toBe(413);
    const packed = await post(gzipSync(large), { 'content-encoding': 'gzip' });
    expect(packed.status).toBeGreaterThanOrEqual(400);
    expect(packed.status).toBeLessThan(500);
  });
});
