import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCipher } from '../../src/identity/cipher.ts';
import { SECRETS } from '../domain/world.ts';
import { addRequest } from './requests.ts';
import { openStage, type Stage } from './stage.ts';

let stage: Stage;
let ids: string[];
beforeAll(async () => {
  stage = await openStage();
  const at = (hour: number) => new Date(Date.UTC(2026, 9, 31, hour, 30));
  ids = [
    await addRequest(stage, stage.a.id, { at: at(20), userName: 'ann', durationMs: 100, ttftMs: 50 }),
    await addRequest(stage, stage.a.id, { at: at(21), userName: 'bob', status: 'error', durationMs: 100 }),
    await addRequest(stage, stage.b.id, { at: at(23), userName: 'bob', model: 'other', cachedTokens: 12 }),
  ];
});
afterAll(() => stage.close());

describe('usage', () => {
  it('answers any question in one query, with a total', async () => {
    const { body } = await stage.graphql(`
      fragment Figures on UsageMeasures { requests errorRate cachedShare uniqueUsers p95DurationMs p50TtftMs }
      {
        usage(days: 7, groupBy: [TENANT, MODEL], orderBy: [{ by: REQUESTS, direction: ASC }]) {
          from to timeZone groupCount
          groups { tenant { slug } model key { prefix } day ...Figures }
          total { ...Figures actualCost }
        }
      }`);
    expect(body.errors).toBeUndefined();
    expect(body.data.usage).toEqual({
      from: '2026-10-26T00:00:00.000Z',
      to: '2026-11-01T12:00:00.000Z',
      timeZone: 'UTC',
      groupCount: 2,
      groups: [
        {
          tenant: { slug: 'tenant-b' },
          model: 'other',
          key: null,
          day: null,
          requests: 1,
          errorRate: 0,
          cachedShare: 0.5,
          uniqueUsers: 1,
          p95DurationMs: expect.closeTo(19.5),
          p50TtftMs: null,
        },
        {
          tenant: { slug: 'tenant-a' },
          model: 'sim-small',
          key: null,
          day: null,
          requests: 2,
          errorRate: 0.5,
          cachedShare: 0,
          uniqueUsers: 2,
          p95DurationMs: expect.closeTo(98.75),
          p50TtftMs: expect.closeTo(42.5),
        },
      ],
      total: {
        requests: 3,
        errorRate: expect.closeTo(1 / 3),
        cachedShare: expect.closeTo(12 / 72),
        uniqueUsers: 2,
        p95DurationMs: expect.closeTo(98.125),
        p50TtftMs: expect.closeTo(42.5),
        actualCost: 0.0000261,
      },
    });
  });

  it('counts days in the time zone of whoever asks', async () => {
    const { body } = await stage.graphql(
      '{ usage(days: 2, groupBy: [DAY], timeZone: "Europe/Berlin") { groups { day requests } } }',
    );
    expect(body.data.usage.groups).toEqual([
      { day: '2026-10-31', requests: 2 },
      { day: '2026-11-01', requests: 1 },
    ]);
  });

  it('is limited in what one question may cost', async () => {
    const question = (first: number, copies: number) =>
      `{ ${Array.from({ length: copies }, (_, i) => `q${i}: usage(groupBy: [USER], first: ${first}) { groups { user requests actualCost tenant { slug } } }`).join(' ')} }`;
    expect((await stage.graphql(question(1000, 1))).body.errors).toBeUndefined();
    const { body } = await stage.graphql(question(1000, 15));
    expect(body.errors[0].extensions.code).toBe('bad_input');
  });

  it('names what it cannot answer', async () => {
    for (const [args, path] of [
      ['days: 0', 'days'],
      ['timeZone: "Nowhere/At_All"', 'timeZone'],
      ['orderBy: [{ by: MODEL }]', 'orderBy.0.by'],
      ['first: 1001', 'first'],
    ]) {
      const { body } = await stage.graphql(`{ usage(${args}) { groupCount } }`);
      expect([args, body.errors[0].extensions]).toMatchObject([
        args,
        { code: 'bad_input', fields: [{ path }] },
      ]);
    }
    const unknown = await stage.graphql('{ usage(groupBy: [PASSWORD]) { groupCount } }');
    expect(unknown.body.errors[0].extensions.code).toBe('bad_input');
  });
});

describe('a dashboard', () => {
  it('reads what is asked for, from all sides', async () => {
    const { body } = await stage.graphql(
      `query ($days: Int, $id: ID) { dashboard(days: $days, tenantId: $id) {
        timeZone
        summary { totalRequests errorRate p95DurationMs uniqueUsers }
        previous { totalRequests }
        days { day requests }
        hours { hour requests }
        models { model provider requests } providers { provider requests } users(first: 1) { user }
        keys { key { prefix } tenant { slug } requests } tiers { tier requests } tenants { tenantId } categories { category }
      } }`,
      { days: 2, id: stage.a.id },
    );
    expect(body.errors).toBeUndefined();
    const { dashboard } = body.data;
    expect(dashboard).toMatchObject({
      timeZone: 'UTC',
      summary: { totalRequests: 2, errorRate: 0.5, uniqueUsers: 2 },
      previous: { totalRequests: 0 },
      days: [
        { day: '2026-10-31', requests: 2 },
        { day: '2026-11-01', requests: 0 },
      ],
      models: [{ model: 'sim-small', provider: 'simulator', requests: 2 }],
      providers: [{ provider: 'simulator', requests: 2 }],
      users: [{ user: 'ann' }],
      keys: [{ tenant: { slug: 'tenant-a' }, requests: 2 }],
      tiers: [{ tier: '', requests: 2 }],
      tenants: [{ tenantId: stage.a.id }],
      categories: [],
    });
    expect(dashboard.hours).toHaveLength(36);
    expect(dashboard.hours.filter(({ requests }: { requests: number }) => requests > 0)).toEqual([
      { hour: '2026-10-31T20:00:00.000Z', requests: 1 },
      { hour: '2026-10-31T21:00:00.000Z', requests: 1 },
    ]);
  });

  it('of another tenant is not there', async () => {
    for (const query of [
      'query ($id: ID) { dashboard(tenantId: $id) { summary { totalRequests } } }',
      'query ($id: ID!) { usage(filter: { tenantIds: [$id] }) { groupCount } }',
    ]) {
      const { body } = await stage.graphql(query, { id: stage.a.id }, stage.outsiders['tenant-admin']);
      expect(body.data).toBeNull();
      expect(body.errors[0].extensions.code).toBe('not_found');
    }
  });
});

describe('the request log', () => {
  it('counts what fits, and gives pages by their number', async () => {
    const { body } = await stage.graphql(
      `{ requestLogs(first: 1, filter: { user: "bob" }) { totalCount edges { node { id } } }
         requestLogPage(filter: { user: "bob" }, page: 2, limit: 1) { requests { id } total page pages } }`,
    );
    expect(body.data).toEqual({
      requestLogs: { totalCount: 2, edges: [{ node: { id: ids[2] } }] },
      requestLogPage: { requests: [{ id: ids[1] }], total: 2, page: 2, pages: 2 },
    });
  });

  it('gives one request by its id; its prompt only to those who may read it', async () => {
    const id = ids[0] ?? '';
    const content = createCipher([SECRETS.current]).encrypt(
      JSON.stringify({ prompt: { secret: 'Hi' }, answer: null }),
      `snapshot:${id}`,
    );
    const { at } = await stage.world.db.requestLog.findFirstOrThrow({ where: { id } });
    await stage.world.db.requestSnapshot.create({ data: { id, at, tenantId: stage.a.id, content } });
    const query = 'query ($id: ID!) { requestLog(id: $id) { id userName trace snapshot { prompt } } }';
    const ask = async (token: string, document = query) =>
      (await stage.graphql(document, { id }, token)).body;
    const open = await ask(stage.tokens.maintainer);
    expect(open.data.requestLog).toMatchObject({
      id,
      userName: 'ann',
      snapshot: { prompt: { secret: 'Hi' } },
    });
    for (const token of [stage.tokens.finops, stage.tokens['tenant-admin'], stage.tokens['tenant-viewer']]) {
      const refused = await ask(token);
      expect(refused.errors[0].extensions.code).toBe('forbidden');
      expect(JSON.stringify(refused)).not.toMatch('Hi');
      const rest = await ask(token, 'query ($id: ID!) { requestLog(id: $id) { id } }');
      expect(rest.data.requestLog).toEqual({ id });
    }
    const foreign = await ask(
      stage.outsiders['tenant-viewer'],
      'query ($id: ID!) { requestLog(id: $id) { id } }',
    );
    expect(foreign).toEqual({ data: { requestLog: null } });
  });
});

describe('what has no price', () => {
  it('is told from what is free, and from what used nothing', async () => {
    const at = new Date('2026-10-20T10:30:00Z');
    const model = 'nobody-knows';
    await addRequest(stage, stage.a.id, { at, model, priced: false, actualCost: '0', baselineCost: '0' });
    await addRequest(stage, stage.a.id, { at, model, priced: true, actualCost: '0', baselineCost: '0' });
    await addRequest(stage, stage.a.id, {
      at,
      model,
      priced: false,
      status: 'error',
      inputTokens: 0,
      outputTokens: 0,
    });
    const { body } = await stage.graphql(`{
      usage(days: 30, groupBy: [MODEL], filter: { models: ["${model}"] }, orderBy: [{ by: UNPRICED }]) {
        groups { model requests unpriced } total { unpriced }
      }
      dashboard(days: 30) { summary { unpricedCount } }
    }`);
    expect(body.errors).toBeUndefined();
    expect(body.data).toEqual({
      usage: { groups: [{ model, requests: 3, unpriced: 1 }], total: { unpriced: 1 } },
      dashboard: { summary: { unpricedCount: 1 } },
    });
  });
});
