import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addRequest } from './requests.ts';
import { openStage, type Stage } from './stage.ts';

let stage: Stage;
/** Ids of requests, oldest first: two of tenant A, then one of tenant B. */
let first: string;
let second: string;
let other: string;

const HOUR = 3_600_000;
const ago = (hours: number) => new Date(Date.now() - hours * HOUR);

beforeAll(async () => {
  stage = await openStage();
  const { a, b } = stage;
  first = await addRequest(stage, a.id, { at: ago(3), actualCost: '0.5', ttftMs: 10, sessionId: 's' });
  second = await addRequest(stage, a.id, {
    at: ago(2),
    actualCost: '0.1',
    model: 'sim-large',
    userName: 'ada',
  });
  other = await addRequest(stage, b.id, { at: ago(1), actualCost: '0.9', ttftMs: 30, status: 'error' });
});
afterAll(() => stage.close());

async function list(filter: object, token?: string) {
  const { body } = await stage.graphql(
    'query ($filter: RequestLogFilter) { requestLogs(filter: $filter) { totalCount edges { node { id } } } }',
    { filter },
    token,
  );
  expect(body.errors).toBeUndefined();
  const { totalCount, edges } = body.data.requestLogs;
  return { total: totalCount, ids: edges.map(({ node }: { node: { id: string } }) => node.id) };
}

describe('what is left out', () => {
  it.each([
    ['models', () => ['sim-large'], () => [other, first]],
    ['statuses', () => ['ERROR'], () => [second, first]],
    ['tenantIds', () => [stage.a.id], () => [other]],
    ['users', () => ['ada', ''], () => []],
    ['sessions', () => ['s'], () => [other, second]],
    ['providerSlugs', () => ['elsewhere'], () => [other, second, first]],
  ] as const)('by %s is in no page and no total', async (name, values, left) => {
    const ids = left();
    expect(await list({ exclude: { [name]: values() } })).toEqual({ total: ids.length, ids });
  });

  it('goes together with other conditions and a time', async () => {
    const filter = { tenantId: stage.a.id, from: ago(4), exclude: { models: ['sim-large'] } };
    expect(await list(filter)).toEqual({ total: 1, ids: [first] });
  });

  it('never shows more than the tenant’s own', async () => {
    const token = stage.tokens['tenant-viewer'];
    expect(await list({ exclude: { models: ['nothing'] } }, token)).toEqual({
      total: 2,
      ids: [second, first],
    });
  });

  it('is refused when it is no id, or too much', async () => {
    for (const exclude of [{ tenantIds: ['x'] }, { users: Array.from({ length: 101 }, String) }]) {
      const { body } = await stage.graphql(
        'query ($filter: RequestLogFilter) { requestLogs(filter: $filter) { totalCount } }',
        { filter: { exclude } },
      );
      expect(body.errors[0].extensions.code).toMatch(/bad_input|not_found/);
    }
  });
});

describe('the topmost requests', () => {
  const TOP = `query ($filter: RequestLogFilter!, $by: RequestOrder!, $first: Int) {
    topRequestLogs(filter: $filter, by: $by, first: $first) { id }
  }`;
  const top = async (variables: object, token?: string) => {
    const { body } = await stage.graphql(TOP, variables as Record<string, unknown>, token);
    return body.errors?.[0].extensions.code ?? body.data.topRequestLogs.map(({ id }: { id: string }) => id);
  };

  it('come by what they have most of; those without come last', async () => {
    const filter = { from: ago(24) };
    expect(await top({ filter, by: 'COST' })).toEqual([other, first, second]);
    expect(await top({ filter, by: 'FIRST_BYTE' })).toEqual([other, first, second]);
    expect(await top({ filter: { ...filter, status: 'SUCCESS' }, by: 'COST', first: 1 })).toEqual([first]);
    expect(await top({ filter, by: 'TOKENS' }, stage.tokens['tenant-viewer'])).toEqual([second, first]);
  });

  it('are of a month at most', async () => {
    expect(await top({ filter: {}, by: 'COST' })).toBe('bad_input');
    expect(
      await top({ filter: { from: '2020-01-01T00:00:00Z', to: '2020-03-01T00:00:00Z' }, by: 'COST' }),
    ).toBe('bad_input');
    expect(
      await top({ filter: { from: '2020-01-01T00:00:00Z', to: '2020-01-20T00:00:00Z' }, by: 'COST' }),
    ).toEqual([]);
  });
});

describe('the export for the console', () => {
  const ask = (
    body: unknown,
    init: { token?: string; method?: string; type?: string; accept?: string } = {},
  ) =>
    fetch(`${stage.url}/graphql/export`, {
      method: init.method ?? 'POST',
      headers: {
        'content-type': init.type ?? 'application/json',
        accept: init.accept ?? '*/*',
        ...(init.token === '' ? {} : { authorization: `Bearer ${init.token ?? stage.tokens.admin}` }),
      },
      ...(init.method === 'GET' ? {} : { body: JSON.stringify(body) }),
    });

  it('streams what the filter leaves, as CSV or JSON lines', async () => {
    const csv = await ask({ format: 'csv', filter: { exclude: { models: ['sim-large'] } } });
    expect(csv.headers.get('content-disposition')).toBe('attachment; filename="requests.csv"');
    const lines = (await csv.text()).trim().split('\r\n');
    expect(lines[0]).toMatch(/^id,at,/);
    expect(lines.slice(1).map((line) => line.split(',')[0])).toEqual([other, first]);
    const jsonl = await ask({ format: 'jsonl', filter: { status: 'ERROR' } });
    expect(JSON.parse(await jsonl.text())).toMatchObject({ id: other, status: 'error', actualCost: 0.9 });
  });

  it('gives a tenant’s people their own', async () => {
    const answer = await ask({}, { token: stage.tokens['tenant-viewer'] });
    expect((await answer.text()).trim().split('\r\n')).toHaveLength(3);
  });

  it('is guarded as GraphQL is, and says what is wrong', async () => {
    expect((await ask({}, { token: '' })).status).toBe(401);
    expect((await ask({}, { method: 'GET' })).status).toBe(405);
    // As a browser asks that goes to an address: that is for pages.
    expect((await ask({}, { method: 'GET', accept: 'text/html' })).status).toBe(405);
    expect((await ask({}, { type: 'text/plain' })).status).toBe(415);
    for (const body of [{ format: 'xml' }, { filter: { colour: 'red' } }, { filter: { status: 'great' } }]) {
      const answer = await ask(body);
      expect([answer.status, await answer.json()]).toMatchObject([
        400,
        { errors: [{ extensions: { code: 'bad_input' } }] },
      ]);
    }
  });
});

describe('the requests over time', () => {
  const VOLUME = `query ($filter: RequestLogFilter, $timeZone: String, $most: Int) {
    requestLogVolume(filter: $filter, timeZone: $timeZone, most: $most) { from to requests errors aborted }
  }`;
  const volume = async (variables: object, token?: string) => {
    const { body } = await stage.graphql(VOLUME, variables as Record<string, unknown>, token);
    return body.errors?.[0].extensions ?? body.data.requestLogVolume;
  };
  const total = (buckets: readonly { requests: number }[]) =>
    buckets.reduce((sum, { requests }) => sum + requests, 0);
  /** Before now, as the gateway's clock has it. */
  const before = (hours: number) => new Date(stage.world.now.value.getTime() - hours * HOUR);
  const model = 'over-time';

  beforeAll(async () => {
    await addRequest(stage, stage.a.id, { at: before(3), model });
    await addRequest(stage, stage.a.id, { at: before(2), model });
    await addRequest(stage, stage.b.id, { at: before(1), model, status: 'error' });
  });

  it('are counted in buckets without a gap, within the filter', async () => {
    const buckets = await volume({ filter: { model, from: before(3.5), to: before(0) }, most: 7 });
    expect(buckets.map(({ requests }: { requests: number }) => requests)).toEqual([0, 1, 0, 1, 0, 1, 0]);
    expect(buckets[5]).toEqual({
      from: before(1).toISOString(),
      to: before(0.5).toISOString(),
      requests: 1,
      errors: 1,
      aborted: 0,
    });
    expect(await volume({ filter: { model: 'nothing' } })).toEqual([]);
  });

  it('are a tenant’s own, and say what is wrong with a question', async () => {
    expect(total(await volume({ filter: { model } }, stage.tokens['tenant-viewer']))).toBe(2);
    expect(await volume({ filter: { tenantId: stage.b.id } }, stage.tokens['tenant-viewer'])).toMatchObject({
      code: 'not_found',
    });
    expect(await volume({ most: 100 })).toMatchObject({ code: 'bad_input', fields: [{ path: 'most' }] });
    expect(await volume({ timeZone: 'Moon/Base' })).toMatchObject({ code: 'bad_input' });
  });
});
