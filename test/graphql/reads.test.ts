import { PrismaPg } from '@prisma/adapter-pg';
import { createServer } from 'node:http';
import { pino } from 'pino';
import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PrismaClient } from '../../src/database/generated/prisma/client.ts';
import { scopeTo } from '../../src/graphql/scoped-client.ts';
import { createClientAddress, createHttpsCheck } from '../../src/identity/client-address.ts';
import { createGraphql } from '../../src/graphql/yoga.ts';
import { createCipher } from '../../src/identity/cipher.ts';
import { SECRETS, STILL, SYSTEM } from '../domain/world.ts';
import { addRequest } from './requests.ts';
import { listen, openStage, send, type Stage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

describe('nested reads', () => {
  it('cost as many SQL queries for twenty tenants as for two', async () => {
    const counted = await countQueries(stage);
    const query = `{ tenants { slug keys { prefix } providers { slug models { modelId } } } }`;
    const few = await counted.queriesOf(query);
    const { domain } = stage.world;
    for (let i = 0; i < 18; i += 1) {
      await domain.tenants.create(SYSTEM, {
        slug: `more-${i}`,
        name: `More ${i}`,
        providerIds: [stage.providerId],
      });
    }
    const many = await counted.queriesOf(query);
    expect(many.answer.body.data.tenants).toHaveLength(20);
    expect(many.answer.body.data.tenants[19].providers[0].models.length).toBeGreaterThan(1);
    expect(many.count).toBe(few.count);
    expect(many.count).toBeLessThanOrEqual(6);
    await counted.close();
  });

  it('cost one query for the tenants of a page of requests and one for its keys', async () => {
    for (const tenant of [stage.a, stage.b, stage.a, stage.b]) {
      await addRequest(stage, tenant.id, { at: new Date('2026-10-01T00:00:00Z') });
    }
    const counted = await countQueries(stage);
    const filter = '(filter: { to: "2026-10-02T00:00:00Z" })';
    const { count, answer } = await counted.queriesOf(
      `{ requestLogs${filter} { edges { node { id tenant { slug } key { prefix } snapshot { prompt } } } } }`,
    );
    expect(answer.body.data.requestLogs.edges).toHaveLength(4);
    // One each for tenants, keys and snapshots; the page itself is the domain's.
    expect(count).toBe(3);
    await counted.close();
  });

  it('cannot write, whoever asks', async () => {
    const client: { tenant: Record<string, unknown> } = scopeTo(stage.world.db, 'all');
    const create = client.tenant['create'];
    if (typeof create !== 'function') throw new Error('expected a method');
    await expect(create({ data: { slug: 'x', name: 'x' } })).rejects.toThrow(
      'GraphQL reads only: Tenant.create',
    );
    expect(await stage.world.db.tenant.count({ where: { slug: 'x' } })).toBe(0);
  });

  it('are limited to the tenants in every table, also where the query brings conditions of its own', async () => {
    const db = scopeTo(stage.world.db, [stage.b.id]);
    expect(await db.tenant.findMany({ where: { OR: [{ id: stage.a.id }, { slug: 'tenant-a' }] } })).toEqual(
      [],
    );
    expect(await db.tenant.findUnique({ where: { id: stage.a.id } })).toBeNull();
    expect(await db.tenant.findMany({ where: { AND: [{ id: stage.a.id }] } })).toEqual([]);
    expect(await db.tenantKey.count({ where: { tenantId: stage.a.id } })).toBe(0);
    expect(await db.requestLog.count({ where: { tenantId: stage.a.id } })).toBe(0);
    const nobody = scopeTo(stage.world.db, []);
    expect(await nobody.provider.count()).toBe(0);
    expect(await nobody.providerModel.count()).toBe(0);
  });
});

describe('the request log', () => {
  const at = (seconds: number) => new Date(Date.UTC(2026, 8, 1, 0, 0, seconds));
  const range = { from: at(0).toISOString(), to: at(60).toISOString() };
  const ids: string[] = [];
  beforeAll(async () => {
    // Three of the same millisecond: the id decides between them.
    for (const seconds of [1, 2, 2, 2, 3, 4])
      ids.unshift(await addRequest(stage, stage.a.id, { at: at(seconds) }));
  });
  const query = `query ($first: Int, $after: String, $last: Int, $before: String, $filter: RequestLogFilter) {
    requestLogs(first: $first, after: $after, last: $last, before: $before, filter: $filter) {
      edges { node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;
  const page = async (variables: Record<string, unknown>) => {
    const { body } = await stage.graphql(query, { filter: range, ...variables });
    const { edges, pageInfo } = body.data.requestLogs;
    return { ids: edges.map((edge: { node: { id: string } }) => edge.node.id), pageInfo };
  };

  it('comes newest first, page by page, without gaps or repeats', async () => {
    const seen: string[] = [];
    let after: string | null = null;
    for (;;) {
      const { ids: some, pageInfo } = await page({ first: 2, after });
      seen.push(...some);
      if (!pageInfo.hasNextPage) break;
      after = pageInfo.endCursor;
    }
    expect(seen).toEqual(ids);
  });

  it('goes backwards from a cursor too', async () => {
    const { pageInfo } = await page({ first: 4 });
    const before = await page({ last: 2, before: pageInfo.endCursor });
    expect(before.ids).toEqual(ids.slice(1, 3));
    expect(before.pageInfo.hasPreviousPage).toBe(true);
  });

  it('stays where it was when newer requests come in', async () => {
    const { pageInfo } = await page({ first: 3 });
    const newer = await addRequest(stage, stage.a.id, { at: at(30) });
    const { ids: rest } = await page({ first: 10, after: pageInfo.endCursor });
    expect(rest).toEqual(ids.slice(3));
    await stage.world.db.requestLog.deleteMany({ where: { id: newer } });
  });

  it('gives at most 200 rows a page', async () => {
    expect((await page({ first: 100_000 })).ids).toEqual(ids);
  });

  it('filters by what a request was', async () => {
    const odd = await addRequest(stage, stage.a.id, {
      at: at(40),
      status: 'aborted',
      model: 'another',
      providerSlug: 'elsewhere',
      category: 'coding_medium',
      userName: 'ada',
      sessionId: 's-1',
      autoRouted: true,
    });
    const { keyId } = await stage.world.db.requestLog.findFirstOrThrow({ where: { id: odd } });
    for (const condition of [
      { status: 'ABORTED' },
      { model: 'another' },
      { providerSlug: 'elsewhere' },
      { category: 'coding_medium' },
      { user: 'ada' },
      { sessionId: 's-1' },
      { autoRouted: true },
      { keyId, from: at(39).toISOString() },
    ]) {
      expect((await page({ filter: { ...range, ...condition } })).ids).toEqual([odd]);
    }
    await stage.world.db.requestLog.deleteMany({ where: { id: odd } });
  });

  it('shows prompt and answer, decrypted, to those who may read them', async () => {
    const id = ids[0] ?? '';
    const content = createCipher([SECRETS.current]).encrypt(
      JSON.stringify({
        prompt: { messages: [{ role: 'user', content: 'Hi' }] },
        answer: { id: 'chatcmpl-1' },
      }),
      `snapshot:${id}`,
    );
    await stage.world.db.requestSnapshot.create({ data: { id, at: at(4), tenantId: stage.a.id, content } });
    const ask = (token: string) =>
      stage.graphql(
        'query ($filter: RequestLogFilter) { requestLogs(first: 1, filter: $filter) { edges { node { snapshot { prompt answer } } } } }',
        { filter: range },
        token,
      );
    const { body } = await ask(stage.tokens.maintainer);
    expect(body.data.requestLogs.edges[0].node.snapshot).toEqual({
      prompt: { messages: [{ role: 'user', content: 'Hi' }] },
      answer: { id: 'chatcmpl-1' },
    });
    const refused = await ask(stage.tokens.finops);
    expect(JSON.stringify(refused.body)).not.toMatch('Hi');
    expect(refused.body.errors[0].extensions.code).toBe('forbidden');
  });

  it('gives costs as numbers and times in UTC', async () => {
    const { body } = await stage.graphql(
      'query ($filter: RequestLogFilter) { requestLogs(first: 1, filter: $filter) { edges { node { at actualCost inputTokens status } } } }',
      { filter: range },
    );
    expect(body.data.requestLogs.edges[0].node).toEqual({
      at: '2026-09-01T00:00:04.000Z',
      actualCost: 0.0000087,
      inputTokens: 24,
      status: 'SUCCESS',
    });
  });
});

/** A GraphQL door of its own whose SQL queries are counted; the domain's (the sign-in) are not among them. */
async function countQueries({ world, tokens }: Stage) {
  const [{ name } = { name: '' }] = await world.db.$queryRaw<
    { name: string }[]
  >`SELECT current_database() AS name`;
  const { inject } = await import('vitest');
  const url = new URL(inject('postgresUrl'));
  url.pathname = `/${name}`;
  const adapter = new PrismaPg({ connectionString: url.href });
  const prisma = new PrismaClient({ adapter, log: [{ emit: 'event', level: 'query' }] });
  let count = 0;
  prisma.$on('query', () => {
    count += 1;
  });
  const graphql = createGraphql({
    ...STILL,
    clock: () => new Date(),
    origins: [],
    domain: world.domain,
    prisma,
    providerTypes: [],
    decrypt: () => '{}',
    log: pino({ level: 'silent' }),
    newRequestId: uuidv7,
    clientAddress: createClientAddress(0),
    isHttps: createHttpsCheck(0),
  });
  const server = createServer((req, res) => graphql.handler(req, res));
  const origin = await listen(server);
  return {
    async queriesOf(query: string) {
      count = 0;
      const answer = await send(`${origin}/graphql`, 'POST', { query }, tokens.admin);
      return { answer, count };
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await prisma.$disconnect();
    },
  };
}
