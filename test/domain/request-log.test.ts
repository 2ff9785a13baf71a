import fc from 'fast-check';
import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { REQUEST_STATUSES, type RequestFilter } from '../../src/domain/request-log-filter.ts';
import {
  CATEGORIES,
  compacted,
  IDS,
  logged,
  MODELS,
  NOW,
  PROVIDERS,
  sketch,
  uncompacted,
  USERS,
  type RequestLogInput,
  type Sketch,
} from './sketches.ts';
import { sumUp } from '../kit/sum-up.ts';
import { actor, createWorld, pathsOf, refusal, SYSTEM, type World } from './world.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MINUTE_MS = 60_000;

let world: World;
/** Newest first. */
let rows: RequestLogInput[];

beforeAll(async () => {
  world = await createWorld();
  world.now.value = NOW;
  // Days with a partition and days without one, whose rows lie in the default partition.
  for (const daysAgo of [0, 1, 2, 4, 5, 9]) await addPartition(NOW.getTime() - daysAgo * DAY_MS);
  const sketches = fc.sample(sketch, { numRuns: 500, seed: 11 });
  // Many of one moment, so that only their ids tell them apart.
  const crowd: Sketch[] = sketches.slice(0, 30).map((one) => ({ ...one, minutesAgo: 200 }));
  rows = newestFirst(await logged(world.db, [...sketches, ...crowd]));
});
afterAll(() => world.close());

async function addPartition(ms: number): Promise<void> {
  const start = Math.floor(ms / DAY_MS) * DAY_MS;
  const [from, to] = [new Date(start).toISOString(), new Date(start + DAY_MS).toISOString()];
  await world.db.$executeRawUnsafe(
    `CREATE TABLE request_log_p${from.slice(0, 10).replaceAll('-', '')} PARTITION OF request_log FOR VALUES FROM ('${from}') TO ('${to}')`,
  );
}

function newestFirst(list: readonly RequestLogInput[]): RequestLogInput[] {
  return list.toSorted((a, b) => b.at.getTime() - a.at.getTime() || (a.id < b.id ? 1 : -1));
}

const idsOf = (list: readonly { readonly id: string }[]): string[] => list.map(({ id }) => id);
const minutesAgo = (minutes: number): Date => new Date(NOW.getTime() - minutes * MINUTE_MS);

const filters: fc.Arbitrary<RequestFilter> = fc.record(
  {
    from: fc.oneof(fc.nat(3 * 24 * 60), fc.nat(20 * 24 * 60)).map((minutes) => minutesAgo(minutes + 91)),
    to: fc.nat(90).map(minutesAgo),
    tenantId: fc.constantFrom(...IDS.tenants),
    keyId: fc.constantFrom(...IDS.keys),
    model: fc.constantFrom(...MODELS, 'no-such-model'),
    providerSlug: fc.constantFrom(...PROVIDERS),
    category: fc.constantFrom(...CATEGORIES),
    user: fc.constantFrom(...USERS),
    sessionId: fc.constantFrom('s-1', 's-2'),
    status: fc.constantFrom(...REQUEST_STATUSES),
    autoRouted: fc.boolean(),
  },
  { requiredKeys: [] },
);

function fits(row: RequestLogInput, filter: RequestFilter): boolean {
  const { from, to, user, ...rest } = filter;
  return (
    (!from || row.at >= from) &&
    (!to || row.at < to) &&
    (user == null || row.userName === user) &&
    Object.entries(rest).every(([name, value]) => row[name as keyof RequestLogInput] === value)
  );
}

describe.each([
  ['not at all', null],
  ['until days ago', 77],
  ['until just now', 0],
])('the request log, summed up %s,', (_name, hours) => {
  beforeAll(async () => {
    await uncompacted(world.db);
    if (hours !== null) await compacted(world.db, new Date(NOW.getTime() - hours * HOUR_MS));
  });

  it('gives any page of any filter, with its exact total', async () => {
    const question = fc.record({
      filter: filters,
      limit: fc.integer({ min: 1, max: 60 }),
    });
    await fc.assert(
      fc.asyncProperty(question, async ({ filter, limit }) => {
        const expected = rows.filter((row) => fits(row, filter));
        const pages = Math.max(1, Math.ceil(expected.length / limit));
        for (const page of new Set([1, 2, Math.ceil(pages / 2), pages, pages + 1])) {
          const found = await world.domain.requestLog.page(SYSTEM, filter, { page, limit });
          expect({ ...found, requests: idsOf(found.requests) }).toEqual({
            requests: idsOf(expected.slice((page - 1) * limit, page * limit)),
            total: expected.length,
            page,
            pages,
          });
        }
        expect(await world.domain.requestLog.total(SYSTEM, filter)).toBe(expected.length);
      }),
      { numRuns: 30 },
    );
  });

  it('goes on from any row in both directions', async () => {
    const question = fc.record({
      filter: filters,
      limit: fc.integer({ min: 1, max: 60 }),
      after: fc.option(fc.nat(600), { nil: undefined }),
      before: fc.option(fc.nat(600), { nil: undefined }),
      inverted: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(question, async ({ filter, limit, inverted, ...places }) => {
        const after = places.after === undefined ? undefined : rows[places.after % rows.length];
        const before = places.before === undefined ? undefined : rows[places.before % rows.length];
        const from = after ? rows.indexOf(after) + 1 : 0;
        const to = before ? rows.indexOf(before) : rows.length;
        const fit = rows.slice(from, Math.max(from, to)).filter((row) => fits(row, filter));
        const expected = (inverted ? fit.toReversed() : fit).slice(0, limit);
        const found = await world.domain.requestLog.slice(SYSTEM, filter, { after, before, limit, inverted });
        expect(idsOf(found)).toEqual(idsOf(expected));
      }),
      { numRuns: 40 },
    );
  });

  it('exports all that fits, once, in order', async () => {
    await fc.assert(
      fc.asyncProperty(filters, async (filter) => {
        const found: string[] = [];
        for await (const batch of world.domain.requestLog.batches(SYSTEM, filter))
          found.push(...idsOf(batch));
        expect(found).toEqual(idsOf(rows.filter((row) => fits(row, filter))));
      }),
      { numRuns: 20 },
    );
  });
});

describe('the request log', () => {
  it('exports in batches of a size that does not grow with the log', async () => {
    const many = await logged(
      world.db,
      Array.from({ length: 2_500 }, (_, i) => ({
        ...(fc.sample(sketch, { numRuns: 1, seed: 3 })[0] ?? neverSketch()),
        minutesAgo: 300 + (i % 100),
        user: 1,
        model: 1,
      })),
    );
    const sizes: number[] = [];
    for await (const batch of world.domain.requestLog.batches(SYSTEM, {
      from: minutesAgo(400),
      to: minutesAgo(299),
    })) {
      sizes.push(batch.length);
    }
    expect(Math.max(...sizes)).toBe(2_000);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeGreaterThanOrEqual(many.length);
    await remove(idsOf(many));
  });

  it('finds a row by its id, wherever it lies, and nothing for an id of nothing', async () => {
    for (const row of [rows[0], rows[200], rows.at(-1)]) {
      const found = await world.domain.requestLog.find(SYSTEM, row?.id ?? '');
      expect(found).toMatchObject({ id: row?.id, at: row?.at, model: row?.model });
      expect(found?.actualCost.toFixed(12)).toBe(row?.actualCost);
    }
    expect(await world.domain.requestLog.find(SYSTEM, uuidv7())).toBeNull();
    expect(await world.domain.requestLog.find(SYSTEM, 'ffffffff-ffff-ffff-ffff-ffffffffffff')).toBeNull();
    expect(await world.domain.requestLog.find(SYSTEM, 'no id')).toBeNull();
  });

  it('gives a page and a total of the same moment while requests come in', async () => {
    const { requestLog } = world.domain;
    const until = { done: false };
    const added: string[] = [];
    const writing = (async () => {
      for (let seed = 0; seed < 25; seed += 1) {
        const fresh = fc
          .sample(sketch, { numRuns: 20, seed })
          .map((one) => ({ ...one, minutesAgo: seed % 7 }));
        added.push(...idsOf(await logged(world.db, fresh)));
      }
      until.done = true;
    })();
    let last = 0;
    while (!until.done) {
      const first = await requestLog.page(SYSTEM, {}, { limit: 200 });
      const pages = await requestLog.page(SYSTEM, {}, { page: first.pages, limit: 200 });
      expect(first.requests).toHaveLength(Math.min(200, first.total));
      expect(pages.requests).toHaveLength(
        pages.pages === first.pages ? pages.total - (pages.pages - 1) * 200 : 200,
      );
      expect(first.total).toBeGreaterThanOrEqual(last);
      last = first.total;
    }
    await writing;
    expect(await requestLog.total(SYSTEM, {})).toBe(rows.length + added.length);
    await remove(added);
  });

  it('refuses what makes no sense, by the name of the field', async () => {
    const { requestLog } = world.domain;
    const cases: readonly (readonly [RequestFilter, object, string])[] = [
      [{}, { page: 0 }, 'page'],
      [{}, { page: 1.5 }, 'page'],
      [{}, { limit: 0 }, 'limit'],
      [{}, { limit: 201 }, 'limit'],
      [{ status: 'failed' as never }, {}, 'status'],
      [{ from: NOW, to: NOW }, {}, 'from'],
      [{ user: 'x'.repeat(1_001) }, {}, 'user'],
    ];
    for (const [filter, page, path] of cases) {
      expect(pathsOf(await refusal(requestLog.page(SYSTEM, filter, page)))).toEqual([path]);
    }
    expect((await requestLog.page(SYSTEM, { user: 'a\0b' }, {})).total).toBe(0);
  });
});

describe('tenant roles', () => {
  it('see the requests of their own tenants only, by any door; another tenant is not there', async () => {
    const { requestLog } = world.domain;
    const [a = '', b = ''] = IDS.tenants;
    const own = rows.filter(({ tenantId }) => tenantId === a);
    const foreign = rows.find(({ tenantId }) => tenantId === b);
    for (const role of ['tenant-admin', 'tenant-viewer'] as const) {
      const viewer = actor(role, [a]);
      expect((await requestLog.page(viewer, {}, { limit: 200 })).total).toBe(own.length);
      expect(idsOf(await requestLog.slice(viewer, {}, { limit: 1_000 }))).toEqual(idsOf(own));
      expect(idsOf(await requestLog.slice(viewer, {}, { limit: 1_000, after: foreign }))).toEqual(
        idsOf(
          own.filter(
            ({ at, id }) => foreign && (at < foreign.at || (+at === +foreign.at && id < foreign.id)),
          ),
        ),
      );
      expect(await requestLog.find(viewer, foreign?.id ?? '')).toBeNull();
      expect(await requestLog.find(viewer, own[0]?.id ?? '')).not.toBeNull();
      const exported = [];
      for await (const batch of requestLog.batches(viewer, {})) exported.push(...batch);
      expect(idsOf(exported)).toEqual(idsOf(own));
      for (const tenantId of [b, uuidv7(), 'nonsense']) {
        expect((await refusal(requestLog.page(viewer, { tenantId }, {}))).code).toBe('not_found');
        expect((await refusal(requestLog.slice(viewer, { tenantId }, { limit: 1 }))).code).toBe('not_found');
        expect((await refusal(requestLog.total(viewer, { tenantId }))).code).toBe('not_found');
        expect((await refusal(() => requestLog.batches(viewer, { tenantId }))).code).toBe('not_found');
      }
      expect((await requestLog.page(actor(role, []), {}, {})).total).toBe(0);
      expect((await requestLog.page(actor(role, [a, b]), {}, {})).total).toBe(
        rows.filter(({ tenantId }) => tenantId === a || tenantId === b).length,
      );
    }
    expect((await requestLog.page(actor('finops'), {}, {})).total).toBe(rows.length);
  });
});

async function remove(ids: readonly string[]): Promise<void> {
  await world.db.requestLog.deleteMany({ where: { id: { in: [...ids] } } });
  await world.db.$executeRaw`DELETE FROM usage_hourly`;
  await sumUp(world.db, idsOf(rows));
}

function neverSketch(): Sketch {
  throw new Error('fast-check gave nothing');
}
