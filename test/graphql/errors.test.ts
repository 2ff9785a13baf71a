import { createServer } from 'node:http';
import { pino } from 'pino';
import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPrisma } from '../../src/database/client.ts';
import { createClientAddress, createHttpsCheck } from '../../src/identity/client-address.ts';
import { createGraphql } from '../../src/graphql/yoga.ts';
import { STILL } from '../domain/world.ts';
import { NO_ID } from './dummy-document.ts';
import { listen, openStage, PASSWORD, send, type Stage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const ERROR = `__typename ... on Error { code message
  ... on BadInputError { fields { path message } } ... on ConflictError { fields { path message } } }`;

async function outcome(
  call: string,
  variables: Record<string, unknown> = {},
  declared = '',
): Promise<object> {
  const { body } = await stage.graphql(`mutation ${declared} { it: ${call} { ${ERROR} } }`, variables);
  return body.data.it;
}

describe('an error that was foreseen', () => {
  it('names the fields that are wrong, as they stand in the input', async () => {
    const wrong = await outcome(
      'createProvider(input: { name: "X", type: "nosuch", config: { baseUrl: "ftp://x" } })',
    );
    expect(wrong).toMatchObject({ __typename: 'BadInputError', code: 'bad_input' });
    const { fields } = wrong as { fields: { path: string; message: string }[] };
    expect(fields.map(({ path }) => path)).toContain('type');
    for (const { message } of fields) expect(message).not.toBe('');
  });

  it('is a conflict when a name is taken', async () => {
    const call = 'createTenant(input: { slug: "tenant-a", name: "Again" })';
    expect(await outcome(call)).toMatchObject({ __typename: 'ConflictError', code: 'conflict' });
  });

  it('is not found for an id of nothing', async () => {
    expect(await outcome(`deleteProvider(id: "${NO_ID}")`)).toMatchObject({
      __typename: 'NotFoundError',
      code: 'not_found',
    });
    expect(await outcome('deleteProvider(id: "x")')).toMatchObject({ __typename: 'NotFoundError' });
  });

  it('says so when a login is wrong, and for how long there were too many', async () => {
    const login = `mutation ($input: LoginInput!) { login(input: $input) {
      __typename ... on Error { code } ... on TooManyAttemptsError { retryAfterSeconds } } }`;
    const input = { username: 'the-finops', password: 'wrong' };
    const first = await stage.graphql(login, { input }, '');
    expect(first.body.data.login).toEqual({ __typename: 'UnauthenticatedError', code: 'unauthenticated' });
    for (let i = 0; i < 9; i += 1) await stage.graphql(login, { input }, '');
    const last = await stage.graphql(login, { input: { ...input, password: PASSWORD } }, '');
    expect(last.body.data.login).toMatchObject({
      __typename: 'TooManyAttemptsError',
      code: 'too_many_attempts',
    });
    expect(last.body.data.login.retryAfterSeconds).toBeGreaterThan(0);
  });

  it('of a query stands among the errors with its code', async () => {
    const { body } = await stage.graphql('{ modelSuggestion(modelId: "nobody-knows-me") { tier } }');
    expect(body).toMatchObject({
      data: null,
      errors: [{ extensions: { code: 'not_found' }, path: ['modelSuggestion'] }],
    });
  });

  it('tells where variables are wrong', async () => {
    const { body } = await stage.graphql(
      'mutation ($input: CreateTenantInput!) { createTenant(input: $input) { __typename } }',
      {
        input: { slug: 'x', name: 'x', rateLimit: { requestsPerMinute: 'many' } },
      },
    );
    expect(body.data ?? null).toBeNull();
    expect(body.errors[0].extensions).toEqual({ code: 'bad_input' });
    expect(body.errors[0].message).toMatch('rateLimit.requestsPerMinute');
  });

  it('is bad input when a page is too large or a cursor is none', async () => {
    for (const args of [
      'first: -1',
      'after: "nonsense"',
      'filter: { from: "2026-01-02", to: "2026-01-01" }',
    ]) {
      const { body } = await stage.graphql(`{ requestLogs(${args}) { edges { cursor } } }`);
      expect([args, body.errors[0].extensions.code]).toEqual([args, 'bad_input']);
    }
  });
});

describe('an error that nobody foresaw', () => {
  it('shows a request id and nothing else; the log has the rest under that id', async () => {
    const { db } = stage.world;
    await db.$executeRaw`UPDATE provider SET status = 'no-such-status' WHERE id = ${stage.providerId}::uuid`;
    const { body, headers } = await stage.graphql('{ providers { name status } }');
    await db.$executeRaw`UPDATE provider SET status = 'connected' WHERE id = ${stage.providerId}::uuid`;

    expect(body.errors).toHaveLength(1);
    const [{ message, extensions }] = body.errors;
    expect(message).toBe('Something went wrong on our side. The request id names it in the log.');
    expect(extensions).toEqual({ code: 'internal', requestId: headers.get('x-request-id') });
    expect(JSON.stringify(body)).not.toMatch(/no-such-status|stack|prisma|node_modules/i);
    const line = stage.logged.find((one) => one.includes(extensions.requestId));
    expect(line).toMatch('no-such-status');
  });

  it('of the database does not leak through a mutation either', async () => {
    const { db } = stage.world;
    await db.$executeRaw`ALTER TABLE audit_entry RENAME TO audit_entry_gone`;
    const { body } = await stage.graphql(
      'mutation { createTenant(input: { slug: "late", name: "Late" }) { __typename } }',
    );
    await db.$executeRaw`ALTER TABLE audit_entry_gone RENAME TO audit_entry`;
    expect(body.errors[0].extensions.code).toBe('internal');
    expect(JSON.stringify(body)).not.toMatch(/audit_entry|prisma/i);
    expect(await db.tenant.count({ where: { slug: 'late' } })).toBe(0);
  });
});

describe('a database that is away', () => {
  it('is said to be away, without saying where it is', async () => {
    const prisma = createPrisma('postgres://nobody:hidden@127.0.0.1:1/none');
    const graphql = createGraphql({
      ...STILL,
      clock: () => new Date(),
      origins: [],
      domain: stage.world.domain,
      prisma,
      providerTypes: [],
      decrypt: () => '{}',
      log: pino({ level: 'silent' }),
      newRequestId: uuidv7,
      clientAddress: createClientAddress(0),
      isHttps: createHttpsCheck(0),
    });
    const server = createServer((req, res) => graphql.handler(req, res));
    const url = await listen(server);
    const { body } = await send(
      `${url}/graphql`,
      'POST',
      { query: '{ tenants { id } }' },
      stage.tokens.admin,
    );
    server.close();
    await prisma.$disconnect();
    expect(body.errors[0].extensions).toEqual({ code: 'unavailable', retryAfterSeconds: 5 });
    expect(JSON.stringify(body)).not.toMatch(/127|hidden|nobody/);
  });
});
