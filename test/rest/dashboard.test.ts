import { request as httpRequest } from 'node:http';
import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addRequest } from '../graphql/requests.ts';
import { openStage, type Stage } from '../graphql/stage.ts';
import { until } from '../kit/prism.ts';
import { sumUp } from '../kit/sum-up.ts';

const BASE = '/api/prism/admin/dashboard';
const AT = new Date('2026-11-01T11:30:00Z');

let stage: Stage;
let ofA: string;
let ofB: string;
beforeAll(async () => {
  stage = await openStage();
  ofA = await addRequest(stage, stage.a.id, {
    at: AT,
    userName: 'ann',
    category: 'coding',
    costTier: 'low',
    autoRouted: true,
    sessionId: 's-1',
    baselineCost: '0.000009',
    trace: { plannedMs: 1 },
  });
  ofB = await addRequest(stage, stage.b.id, {
    at: new Date('2026-10-31T23:30:00Z'),
    status: 'error',
    httpStatus: 503,
    durationMs: 31,
    userName: '=cmd("x")',
    errorMessage: 'a "quoted",\nbroken line',
  });
});
afterAll(() => stage.close());

const get = (path: string, token?: string) => stage.rest('GET', `${BASE}${path}`, undefined, token);

describe('what the reference promises under "Dashboard"', () => {
  it('GET /dashboard/summary', async () => {
    const { status, body } = await get('/summary?days=7');
    expect([status, body]).toEqual([
      200,
      {
        periodDays: 7,
        totalRequests: 2,
        totalInputTokens: 48,
        totalOutputTokens: 18,
        totalActualCost: 0.0000174,
        totalBaselineCost: 0.0000177,
        totalSaved: 0.0000003,
        autoRoutedCount: 1,
        errorCount: 1,
        avgDurationMs: 22,
        uniqueUsers: 2,
      },
    ]);
    expect((await get('/summary')).body.periodDays).toBe(30);
    expect((await get(`/summary?days=90&tenantId=${stage.b.id}`)).body).toMatchObject({
      periodDays: 90,
      totalRequests: 1,
      errorCount: 1,
    });
  });

  it('GET /dashboard/daily', async () => {
    const zeros = { requests: 0, inputTokens: 0, outputTokens: 0, actualCost: 0, baselineCost: 0, saved: 0 };
    const used = { requests: 1, inputTokens: 24, outputTokens: 9, actualCost: 0.0000087 };
    const { status, body } = await get('/daily?days=3');
    expect([status, body]).toEqual([
      200,
      [
        { date: '2026-10-30', ...zeros },
        { date: '2026-10-31', ...used, baselineCost: 0.0000087, saved: 0 },
        { date: '2026-11-01', ...used, baselineCost: 0.000009, saved: 0.0000003 },
      ],
    ]);
    const berlin = await get('/daily?days=3&timeZone=Europe/Berlin');
    expect(berlin.body.map(({ requests }: { requests: number }) => requests)).toEqual([0, 0, 2]);
    const month = await get('/daily?from=2026-10-01T00:00:00Z&to=2026-11-01T00:00:00Z');
    expect(month.body).toHaveLength(31);
  });

  it('GET /dashboard/models', async () => {
    expect((await get('/models?days=7')).body).toEqual([
      {
        model: 'sim-small',
        provider: 'simulator',
        requests: 2,
        inputTokens: 48,
        outputTokens: 18,
        actualCost: 0.0000174,
        baselineCost: 0.0000177,
        saved: 0.0000003,
        errorCount: 1,
        avgDurationMs: 22,
      },
    ]);
  });

  it('GET /dashboard/categories', async () => {
    expect((await get('/categories?days=7')).body).toEqual([
      { category: 'coding', costTier: 'low', requests: 1, actualCost: 0.0000087, saved: 0.0000003 },
    ]);
  });

  it('GET /dashboard/users', async () => {
    expect((await get('/users?days=7')).body).toEqual(
      ['=cmd("x")', 'ann'].map((user) => ({
        user,
        requests: 1,
        inputTokens: 24,
        outputTokens: 9,
        actualCost: 0.0000087,
      })),
    );
  });

  it('GET /dashboard/requests', async () => {
    const { status, body } = await get('/requests');
    expect([status, { ...body, requests: body.requests.map(({ id }: { id: string }) => id) }]).toEqual([
      200,
      { requests: [ofA, ofB], total: 2, page: 1, pages: 1 },
    ]);
    expect(body.requests[0]).toMatchObject({
      at: AT.toISOString(),
      tenantId: stage.a.id,
      status: 'success',
      operation: 'chat',
      actualCost: 0.0000087,
      trace: { plannedMs: 1 },
    });
    expect((await get('/requests?limit=1&page=2')).body).toMatchObject({
      requests: [{ id: ofB }],
      total: 2,
      page: 2,
      pages: 2,
    });
    for (const condition of [
      'model=sim-small&category=coding',
      'user=ann',
      'status=success',
      'autoRouted=true',
      'sessionId=s-1',
      'provider=simulator&from=2026-11-01T00:00:00Z',
      `tenantId=${stage.a.id}`,
    ]) {
      const { body: found } = await get(`/requests?${condition}`);
      expect([condition, found.total, found.requests.map(({ id }: { id: string }) => id)]).toEqual([
        condition,
        1,
        [ofA],
      ]);
    }
  });
});

describe('every dashboard endpoint', () => {
  const paths = ['/summary', '/daily', '/models', '/categories', '/users'];

  it.each([...paths, '/requests', '/requests/export'])('%s names the field that is wrong', async (path) => {
    const isLog = path.startsWith('/requests');
    const cases: readonly (readonly [string, string])[] = isLog
      ? [
          ['status=failed', 'status'],
          ['autoRouted=maybe', 'autoRouted'],
          ['from=yesterday', 'from'],
          ['from=2026-11-02&to=2026-11-01', 'from'],
          ...(path === '/requests'
            ? ([
                ['page=0', 'page'],
                ['page=x', 'page'],
                ['limit=201', 'limit'],
              ] as const)
            : ([['format=xml', 'format']] as const)),
        ]
      : [
          ['days=0', 'days'],
          ['days=-7', 'days'],
          ['days=1.5', 'days'],
          ['days=seven', 'days'],
          ['days=3661', 'days'],
          ['days=7&from=2026-11-01', 'days'],
          ['from=yesterday', 'from'],
          ['to=%00', 'to'],
          ['from=2026-11-02&to=2026-11-01', 'from'],
          ['timeZone=Mars/Phobos', 'timeZone'],
        ];
    for (const [query, field] of cases) {
      const { status, body } = await get(`${path}?${query}`);
      expect([query, status, body.error.fields[0].path]).toEqual([query, 400, field]);
    }
  });

  it.each([...paths, '/requests'])('%s shows tenant roles their own tenants only', async (path) => {
    const count = (body: unknown): number =>
      JSON.stringify(body).match(/"(?:totalRequests|total)":(\d+)/)?.[1] === undefined
        ? (body as { requests: number }[]).reduce((sum, { requests }) => sum + requests, 0)
        : Number(JSON.stringify(body).match(/"(?:totalRequests|total)":(\d+)/)?.[1]);
    for (const role of ['tenant-admin', 'tenant-viewer'] as const) {
      const all = await get(path, stage.outsiders[role]);
      expect([role, all.status, count(all.body)]).toEqual([role, 200, path === '/categories' ? 0 : 1]);
      for (const tenantId of [stage.a.id, uuidv7(), 'nonsense']) {
        const { status, body } = await get(`${path}?tenantId=${tenantId}`, stage.outsiders[role]);
        expect([status, body.error.code]).toEqual([404, 'not_found']);
      }
    }
    const { body } = await get(path, stage.tokens.finops);
    expect(count(body)).toBe(path === '/categories' ? 1 : 2);
  });
});

describe('the export', () => {
  const load = async (query: string, token = stage.tokens.admin) => {
    const response = await fetch(`${stage.url}${BASE}/requests/export${query}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    return { status: response.status, headers: response.headers, text: await response.text() };
  };

  it('gives CSV that a spreadsheet reads and does not run', async () => {
    const { status, headers, text } = await load('');
    expect([status, headers.get('content-type'), headers.get('content-disposition')]).toEqual([
      200,
      'text/csv; charset=utf-8',
      'attachment; filename="requests.csv"',
    ]);
    const [head = '', first = '', ...rest] = text.split('\r\n');
    expect(head).toMatch(/^id,at,tenantId,.*,actualCost,baselineCost$/);
    expect(first).toMatch(
      new RegExp(`^${ofA},2026-11-01T11:30:00.000Z,${stage.a.id},.*,0\\.0000087,0\\.000009$`),
    );
    expect(rest.join('\r\n')).toContain(`,"'=cmd(""x"")",`);
    expect(rest.join('\r\n')).toContain(',"a ""quoted"",\nbroken line",');
  });

  it('gives one JSON object a line', async () => {
    const { headers, text } = await load('?format=jsonl&status=success');
    expect(headers.get('content-type')).toBe('application/x-ndjson; charset=utf-8');
    const { body } = await get('/requests?status=success');
    const { providerId: _, ...line } = JSON.parse(text);
    expect(line).toEqual(body.requests[0]);
    expect(text).toContain('"actualCost":0.0000087,');
  });

  it('gives tenant roles what is theirs; another tenant is not there', async () => {
    const { text } = await load('?format=jsonl', stage.outsiders['tenant-viewer']);
    expect(
      text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).id),
    ).toEqual([ofB]);
    expect((await load(`?tenantId=${stage.a.id}`, stage.outsiders['tenant-viewer'])).status).toBe(404);
    expect((await load('', 'nobody')).status).toBe(401);
  });

  it('waits for a client that is slow, and stops when it has gone', async () => {
    const { db } = stage.world;
    // 40 MB in 20 batches: more than sockets take without a reader.
    await db.$executeRaw`
      INSERT INTO request_log (id, at, tenant_id, key_id, provider_slug, operation, requested_model, model,
        baseline_model, status, http_status, duration_ms, trace)
      SELECT gen_random_uuid(), at - n * INTERVAL '1 ms', tenant_id, key_id, provider_slug, operation, requested_model,
        model, baseline_model, status, http_status, duration_ms, jsonb_build_object('note', repeat('x', 500))
      FROM request_log, generate_series(1, 40000) AS n WHERE id = ${ofA}::uuid`;
    const ids = await db.requestLog.findMany({ select: { id: true }, where: { userName: '' } });
    await sumUp(
      db,
      ids.map(({ id }) => id),
    );
    const batches = countBatches(stage);
    const request = httpRequest(`${stage.url}${BASE}/requests/export?format=jsonl`, {
      headers: { authorization: `Bearer ${stage.tokens.admin}` },
    });
    request.on('error', () => undefined);
    const started = new Promise<void>((resolve) => {
      request.once('response', (response) => {
        response.on('error', () => undefined);
        response.once('data', () => {
          response.pause();
          resolve();
        });
      });
    });
    request.end();
    await started;
    // Others are served meanwhile; while they are, all of it could have been read.
    for (let i = 0; i < 40; i += 1) expect((await get('/requests?limit=200')).status).toBe(200);
    expect(batches.ended).toBe(0);
    request.destroy();
    await until(() => batches.ended === 1);
    expect(batches.read).toBeLessThan(15);
    batches.restore();
    expect(stage.logged.filter((line) => line.includes('could not be answered'))).toEqual([]);
  });
});

/** Looks on while the stage's export reads. */
function countBatches({ world }: Stage) {
  const { requestLog } = world.domain;
  const original = requestLog.batches;
  const seen = { read: 0, ended: 0, restore: () => Object.assign(requestLog, { batches: original }) };
  Object.assign(requestLog, {
    async *batches(...args: Parameters<typeof original>) {
      try {
        for await (const batch of original(...args)) {
          seen.read += 1;
          yield batch;
        }
      } finally {
        seen.ended += 1;
      }
    },
  });
  return seen;
}
