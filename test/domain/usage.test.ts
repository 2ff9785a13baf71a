import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BUCKET_BOUNDS, percentile } from '../../src/accounting/histogram.ts';
import type { UsageFilter } from '../../src/domain/usage.ts';
import { MEASURE_NAMES, type Dimension, type Measures } from '../../src/domain/usage-measures.ts';
import type { UsageGroup } from '../../src/domain/usage-query.ts';
import {
  CATEGORIES,
  compacted,
  IDS,
  logged,
  MODELS,
  NOW,
  PROVIDERS,
  sketch,
  TIERS,
  uncompacted,
  USERS,
  type RequestLogInput,
} from './sketches.ts';
import { actor, createWorld, pathsOf, refusal, SYSTEM, type World } from './world.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
let world: World;

beforeAll(async () => {
  world = await createWorld();
  world.now.value = NOW;
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.db.$executeRaw`DELETE FROM request_log`;
  await world.db.$executeRaw`DELETE FROM usage_hourly`;
});

const localDate = (zone: string, at: Date): string =>
  new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  }).format(at);
const hourOf = (at: Date): number => Math.floor(at.getTime() / HOUR_MS) * HOUR_MS;

/** The same worked out in plain TypeScript from the rows themselves. */
const KEYS: Readonly<Record<Dimension, (row: RequestLogInput, zone: string) => string>> = {
  day: ({ at }, zone) => localDate(zone, new Date(hourOf(at))),
  hour: ({ at }) => new Date(hourOf(at)).toISOString(),
  model: ({ model }) => model,
  provider: ({ providerSlug }) => providerSlug,
  category: ({ category }) => category,
  tier: ({ costTier }) => costTier,
  tenant: ({ tenantId }) => tenantId,
  user: ({ userName }) => userName,
  key: ({ keyId }) => keyId,
};

function measured(rows: readonly RequestLogInput[]): Record<keyof Measures, number | null> {
  const total = (of: (row: RequestLogInput) => number): number => rows.reduce((sum, row) => sum + of(row), 0);
  const pico = (of: (row: RequestLogInput) => string): number =>
    Number(rows.reduce((sum, row) => sum + BigInt(of(row).replace('.', '')), 0n)) / 1e12;
  const counted = (values: readonly number[]): number[] => {
    const buckets = new Array<number>(BUCKET_BOUNDS.length + 1).fill(0);
    for (const value of values) {
      const index = BUCKET_BOUNDS.findIndex((bound) => value <= bound);
      const bucket = index === -1 ? BUCKET_BOUNDS.length : index;
      buckets[bucket] = (buckets[bucket] ?? 0) + 1;
    }
    return buckets;
  };
  const durations = counted(rows.map(({ durationMs }) => durationMs));
  const ttfts = counted(rows.flatMap(({ ttftMs }) => (ttftMs === null ? [] : [ttftMs])));
  const requests = rows.length;
  const errors = total(({ status }) => Number(status === 'error'));
  const inputTokens = total((row) => row.inputTokens);
  const cachedTokens = total((row) => row.cachedTokens);
  return {
    requests,
    errors,
    aborted: total(({ status }) => Number(status === 'aborted')),
    autoRouted: total(({ autoRouted }) => Number(autoRouted)),
    inputTokens,
    cachedTokens,
    cacheWriteTokens: total((row) => row.cacheWriteTokens),
    outputTokens: total((row) => row.outputTokens),
    reasoningTokens: total((row) => row.reasoningTokens),
    actualCost: pico((row) => row.actualCost),
    baselineCost: pico((row) => row.baselineCost),
    saved: pico((row) => row.baselineCost) - pico((row) => row.actualCost),
    errorRate: requests === 0 ? 0 : errors / requests,
    cachedShare: inputTokens === 0 ? 0 : cachedTokens / inputTokens,
    avgDurationMs: requests === 0 ? 0 : total((row) => row.durationMs) / requests,
    p50DurationMs: percentile(durations, 0.5),
    p95DurationMs: percentile(durations, 0.95),
    p99DurationMs: percentile(durations, 0.99),
    p50TtftMs: percentile(ttfts, 0.5),
    p95TtftMs: percentile(ttfts, 0.95),
    p99TtftMs: percentile(ttfts, 0.99),
    uniqueUsers: new Set(rows.map(({ userName }) => userName).filter((name) => name !== '')).size,
    unpriced: total((row) => Number(!row.priced && row.inputTokens + row.outputTokens > 0)),
  };
}

function expectSame(found: Measures, rows: readonly RequestLogInput[]): void {
  const expected = measured(rows);
  for (const name of MEASURE_NAMES) {
    const value = expected[name];
    if (value === null) expect([name, found[name]]).toEqual([name, null]);
    else expect([name, found[name]]).toEqual([name, expect.closeTo(value, 9)]);
  }
}

const DIMENSIONS = Object.keys(KEYS) as Dimension[];
const filters: fc.Arbitrary<UsageFilter> = fc.record(
  {
    models: fc.subarray(MODELS),
    providers: fc.subarray(PROVIDERS),
    categories: fc.subarray(CATEGORIES),
    tiers: fc.subarray(TIERS),
    users: fc.subarray(USERS),
    tenantIds: fc.subarray(IDS.tenants),
    keyIds: fc.subarray(IDS.keys),
  },
  { requiredKeys: [] },
);
const fits = (row: RequestLogInput, filter: UsageFilter): boolean =>
  (filter.models?.includes(row.model) ?? true) &&
  (filter.providers?.includes(row.providerSlug) ?? true) &&
  (filter.categories?.includes(row.category) ?? true) &&
  (filter.tiers?.includes(row.costTier) ?? true) &&
  (filter.users?.includes(row.userName) ?? true) &&
  (filter.tenantIds?.includes(row.tenantId) ?? true) &&
  (filter.keyIds?.includes(row.keyId) ?? true);

describe('usage', () => {
  it.each([
    ['not at all', null],
    ['until days ago', 77],
    ['until within a day', 5],
    ['until just now', 0],
  ])(
    'is what the log says, by any dimensions and filters, in any zone, summed up %s',
    async (_name, hours) => {
      const rows = await logged(world.db, fc.sample(sketch, { numRuns: 400, seed: 7 }));
      await uncompacted(world.db);
      if (hours !== null) await compacted(world.db, new Date(NOW.getTime() - hours * HOUR_MS));
      const question = fc.record({
        groupBy: fc.subarray(DIMENSIONS),
        filter: filters,
        days: fc.option(fc.integer({ min: 1, max: 25 }), { nil: undefined }),
        hoursAgo: fc.tuple(fc.nat(500), fc.nat(500)),
        zone: fc.constantFrom(
          'UTC',
          'Europe/Berlin',
          'Asia/Kathmandu',
          'America/New_York',
          'Pacific/Chatham',
        ),
      });
      await fc.assert(
        fc.asyncProperty(question, async ({ groupBy, filter, days, hoursAgo, zone }) => {
          const [last, first] = hoursAgo.toSorted((a, b) => a - b) as [number, number];
          const period =
            days === undefined
              ? {
                  from: new Date(NOW.getTime() - (first + 1) * HOUR_MS),
                  to: new Date(NOW.getTime() - last * HOUR_MS),
                }
              : { days };
          const answer = await world.domain.analytics.usage(SYSTEM, {
            ...period,
            groupBy,
            filter,
            timeZone: zone,
            first: 1000,
          });
          const inPeriod = rows.filter(
            (row) =>
              hourOf(row.at) >= answer.from.getTime() &&
              hourOf(row.at) < answer.to.getTime() &&
              fits(row, filter),
          );
          const expected = Map.groupBy(inPeriod, (row) =>
            JSON.stringify(groupBy.map((name) => KEYS[name](row, zone))),
          );
          const keyOf = (group: UsageGroup): string =>
            JSON.stringify(
              groupBy.map((name) => (name === 'hour' ? group.hour?.toISOString() : group[name])),
            );
          expect(answer.groups.map(keyOf).toSorted()).toEqual([...expected.keys()].toSorted());
          expect(answer.groupCount).toBe(expected.size);
          for (const group of answer.groups) expectSame(group, expected.get(keyOf(group)) ?? []);
          expectSame(answer.total, inPeriod);
        }),
        { numRuns: 20 },
      );
    },
  );

  it('counts what comes late, to hours that have been summed up already', async () => {
    const early = await logged(world.db, fc.sample(sketch, { numRuns: 60, seed: 1 }));
    await compacted(world.db, NOW);
    const late = await logged(world.db, fc.sample(sketch, { numRuns: 60, seed: 2 }));
    const { groups, total } = await world.domain.analytics.usage(SYSTEM, { days: 30, groupBy: ['user'] });
    expectSame(total, [...early, ...late]);
    for (const group of groups) {
      expectSame(
        group,
        [...early, ...late].filter(({ userName }) => userName === group.user),
      );
    }
    await world.db.$executeRaw`DELETE FROM usage_hourly WHERE user_name = 'ann'`;
    const left = await world.domain.analytics.usage(SYSTEM, { days: 30, groupBy: ['user'] });
    expect(left.groups.map(({ user }) => user)).not.toContain('ann');
    expect(left.total.requests).toBe([...early, ...late].filter(({ userName }) => userName !== 'ann').length);
  });

  it('is exact while it is being summed up and written to', async () => {
    await uncompacted(world.db);
    const written: RequestLogInput[] = [];
    const until = { done: false };
    const writing = (async () => {
      for (let seed = 10; seed < 30; seed += 1) {
        written.push(...(await logged(world.db, fc.sample(sketch, { numRuns: 10, seed }))));
      }
      until.done = true;
    })();
    const sums: number[] = [];
    while (!until.done) {
      await compacted(world.db, new Date(NOW.getTime() - (20 - sums.length) * DAY_MS));
      const [row] = await world.db.$queryRaw<{ log: bigint; sums: number }[]>`
        SELECT (SELECT sum(requests) FROM usage_hourly) AS log, 0 AS sums`;
      const { total } = await world.domain.analytics.usage(SYSTEM, { days: 30 });
      // Both only grow.
      expect(total.requests ?? 0).toBeGreaterThanOrEqual(Number(row?.log ?? 0));
      sums.push(total.requests ?? 0);
    }
    await writing;
    const { total } = await world.domain.analytics.usage(SYSTEM, { days: 30 });
    expectSame(total, written);
  });

  it('sorts by any measure or dimension, and gives out groups page by page', async () => {
    const rows = await logged(world.db, fc.sample(sketch, { numRuns: 200, seed: 3 }));
    const ask = (input: object) =>
      world.domain.analytics.usage(SYSTEM, { days: 30, groupBy: ['model', 'user'], ...input });
    for (const by of [...MEASURE_NAMES, 'user', 'model'] as const) {
      const { groups } = await ask({ orderBy: [{ by, direction: 'asc' }] });
      const values = groups.map((group) => group[by]);
      const known = values.filter((value) => value !== null);
      const sorted = known.toSorted((a, b) =>
        typeof a === 'number' && typeof b === 'number'
          ? a - b
          : Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b))),
      );
      if (typeof known[0] === 'number') expect(known).toEqual(sorted);
      expect(values.slice(known.length)).toEqual(values.slice(known.length).fill(null));
    }
    const all = (await ask({ first: 1000 })).groups;
    const paged = [];
    for (let offset = 0; offset < all.length; offset += 5) {
      const page = await ask({ first: 5, offset });
      expect(page.groupCount).toBe(all.length);
      expectSame(page.total, rows);
      paged.push(...page.groups);
    }
    expect(paged).toEqual(all);
  });

  it('reads only what is asked for', async () => {
    await logged(world.db, fc.sample(sketch, { numRuns: 20, seed: 4 }));
    const { total } = await world.domain.analytics.usage(SYSTEM, { measures: ['requests', 'saved'] });
    const named = Object.entries(total).filter(
      ([name, value]) => MEASURE_NAMES.includes(name as never) && value !== null,
    );
    expect(named.map(([name]) => name).toSorted()).toEqual(['requests', 'saved']);
  });

  it('refuses what it cannot answer, by the name of the field', async () => {
    const cases: readonly (readonly [object, string])[] = [
      [{ days: 0 }, 'days'],
      [{ days: 3661 }, 'days'],
      [{ days: 1.5 }, 'days'],
      [{ days: 7, from: NOW }, 'days'],
      [{ from: NOW, to: NOW }, 'from'],
      [{ from: new Date(Number.NaN) }, 'from'],
      [{ timeZone: 'Mars/Phobos' }, 'timeZone'],
      [{ groupBy: ['model; DROP TABLE tenant'] }, 'groupBy.0'],
      [{ orderBy: [{ by: 'model' }] }, 'orderBy.0.by'],
      [{ orderBy: [{ by: 'requests; --' }] }, 'orderBy.0.by'],
      [{ first: 0 }, 'first'],
      [{ first: 1001 }, 'first'],
      [{ offset: -1 }, 'offset'],
      [{ filter: { models: Array.from({ length: 201 }, () => 'm') } }, 'filter.models'],
    ];
    for (const [input, path] of cases) {
      expect([input, pathsOf(await refusal(world.domain.analytics.usage(SYSTEM, input)))]).toEqual([
        input,
        [path],
      ]);
    }
  });
});

describe('tenant roles', () => {
  it('see their own tenants only, however they ask; another one is not there', async () => {
    const rows = await logged(world.db, fc.sample(sketch, { numRuns: 200, seed: 5 }));
    const [a = '', b = ''] = IDS.tenants;
    for (const role of ['tenant-admin', 'tenant-viewer'] as const) {
      const viewer = actor(role, [a]);
      const own = rows.filter(({ tenantId }) => tenantId === a);
      const { groups, total } = await world.domain.analytics.usage(viewer, {
        days: 30,
        groupBy: ['tenant', 'key'],
      });
      expect(new Set(groups.map(({ tenant }) => tenant))).toEqual(new Set([a]));
      expectSame(total, own);
      for (const filter of [{ tenantIds: [b] }, { tenantIds: [a, b] }, { tenantIds: ['nonsense'] }]) {
        const error = await refusal(world.domain.analytics.usage(viewer, { filter }));
        expect(error.code).toBe('not_found');
      }
      // A key of somebody else's tells nothing that is not of the own tenant.
      const byKey = await world.domain.analytics.usage(viewer, { days: 30, filter: { keyIds: IDS.keys } });
      expectSame(byKey.total, own);
      const nobody = await world.domain.analytics.usage(actor(role, []), { days: 30 });
      expectSame(nobody.total, []);
    }
    const { total } = await world.domain.analytics.usage(actor('finops'), { days: 30 });
    expectSame(total, rows);
  });
});
