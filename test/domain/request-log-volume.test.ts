import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { REQUEST_STATUSES, type RequestFilter } from '../../src/domain/request-log-filter.ts';
import type { VolumeBucket } from '../../src/domain/request-log-volume.ts';
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
} from './sketches.ts';
import { actor, createWorld, pathsOf, refusal, SYSTEM, type World } from './world.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

let world: World;
let rows: readonly RequestLogInput[];

beforeAll(async () => {
  world = await createWorld();
  world.now.value = NOW;
  // Days with a partition and days without one, whose rows lie in the default partition.
  for (const daysAgo of [0, 1, 2, 4, 5, 9, 10, 11]) {
    const from = Math.floor(NOW.getTime() / DAY_MS) * DAY_MS - daysAgo * DAY_MS;
    const [begin, end] = [new Date(from).toISOString(), new Date(from + DAY_MS).toISOString()];
    await world.db.$executeRawUnsafe(
      `CREATE TABLE request_log_p${begin.slice(0, 10).replaceAll('-', '')} PARTITION OF request_log FOR VALUES FROM ('${begin}') TO ('${end}')`,
    );
  }
  const routedOrNot = fc.sample(sketch, { numRuns: 250, seed: 5 });
  // As the gateway writes them: what has a category was routed.
  const asUsual = fc
    .sample(sketch, { numRuns: 250, seed: 6 })
    .map((one) => ({ ...one, tenant: 1, autoRouted: one.category > 0 }));
  rows = await logged(world.db, [...routedOrNot, ...asUsual]);
});
afterAll(() => world.close());

const minutesAgo = (minutes: number): Date => new Date(NOW.getTime() - minutes * 60_000);
const some = <Value>(values: readonly Value[]): fc.Arbitrary<Value[]> =>
  fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 2 });

const exclusions = fc.record(
  {
    tenantIds: some(IDS.tenants),
    keyIds: some(IDS.keys),
    models: some(MODELS),
    providerSlugs: some(PROVIDERS),
    categories: some(CATEGORIES),
    users: some(USERS),
    sessions: some(['s-1', 's-2', 'none']),
    statuses: some(REQUEST_STATUSES),
  },
  { requiredKeys: [] },
);
const filters: fc.Arbitrary<RequestFilter> = fc.record(
  {
    from: fc.oneof(fc.nat(3 * 24 * 60), fc.nat(20 * 24 * 60)).map((minutes) => minutesAgo(minutes + 91)),
    to: fc.nat(90).map(minutesAgo),
    tenantId: fc.constantFrom(...IDS.tenants),
    keyId: fc.constantFrom(...IDS.keys),
    model: fc.constantFrom(...MODELS, 'no-such-model'),
    category: fc.constantFrom(...CATEGORIES),
    user: fc.constantFrom(...USERS),
    sessionId: fc.constantFrom('s-1', 's-2'),
    status: fc.constantFrom(...REQUEST_STATUSES),
    autoRouted: fc.boolean(),
    exclude: exclusions,
  },
  { requiredKeys: [] },
);

function fits(row: RequestLogInput, filter: RequestFilter): boolean {
  const { from, to, user, exclude, ...rest } = filter;
  const none = (values: readonly unknown[] | null | undefined, value: unknown): boolean =>
    !(values ?? []).includes(value);
  return (
    (!from || row.at >= from) &&
    (!to || row.at < to) &&
    (user == null || row.userName === user) &&
    Object.entries(rest).every(([name, value]) => row[name as keyof RequestLogInput] === value) &&
    none(exclude?.tenantIds, row.tenantId) &&
    none(exclude?.keyIds, row.keyId) &&
    none(exclude?.models, row.model) &&
    none(exclude?.providerSlugs, row.providerSlug) &&
    none(exclude?.categories, row.category) &&
    none(exclude?.users, row.userName) &&
    none(exclude?.sessions, row.sessionId) &&
    none(exclude?.statuses, row.status)
  );
}

/** The buckets with what the rows say of them. */
function recounted(buckets: readonly VolumeBucket[], filter: RequestFilter): readonly VolumeBucket[] {
  const fitting = rows.filter((row) => fits(row, filter));
  return buckets.map(({ from, to }) => {
    const inside = fitting.filter(({ at }) => at >= from && at < to);
    const count = (status: string): number => inside.filter((row) => row.status === status).length;
    return { from, to, requests: inside.length, errors: count('error'), aborted: count('aborted') };
  });
}

describe.each([
  ['not at all', null],
  ['until days ago', 77],
  ['until just now', 0],
])('the volume of the log, summed up %s,', (_name, hours) => {
  beforeAll(async () => {
    await uncompacted(world.db);
    if (hours !== null) await compacted(world.db, new Date(NOW.getTime() - hours * HOUR_MS));
  });

  it('counts in each bucket what came in it, and in all of them the total', async () => {
    const question = fc.record({
      filter: filters,
      most: fc.oneof(fc.integer({ min: 1, max: 60 }), fc.constant(undefined)),
      timeZone: fc.constantFrom('UTC', 'Europe/Berlin', 'Asia/Kathmandu', 'America/Los_Angeles', undefined),
    });
    await fc.assert(
      fc.asyncProperty(question, async ({ filter, ...input }) => {
        const buckets = (await world.domain.requestLog.volume(SYSTEM, filter, input)) ?? [];
        expect(buckets).toEqual(recounted(buckets, filter));
        expect(buckets.length).toBeLessThanOrEqual(input.most ?? 60);
        for (const [index, { to }] of buckets.entries()) {
          expect(buckets[index + 1]?.from ?? to).toEqual(to);
        }
        expect(buckets.reduce((sum, { requests }) => sum + requests, 0)).toBe(
          await world.domain.requestLog.total(SYSTEM, filter),
        );
      }),
      { numRuns: 60 },
    );
  });
});

describe('the volume of the log', () => {
  it('begins with the first request where no begin is given, and is empty where there is none', async () => {
    const { requestLog } = world.domain;
    const [first] = rows.toSorted((a, b) => a.at.getTime() - b.at.getTime());
    const all = await requestLog.volume(SYSTEM, {}, {});
    const [oldest] = all ?? [];
    expect(oldest?.requests).toBeGreaterThan(0);
    expect(oldest && first && oldest.from <= first.at && oldest.to > first.at).toBe(true);
    expect(await requestLog.volume(SYSTEM, { model: 'no-such-model' }, {})).toEqual([]);
    const none = await requestLog.volume(SYSTEM, { model: 'no-such-model', from: minutesAgo(60) }, {});
    expect(none?.length).toBeGreaterThan(20);
    expect(none?.every(({ requests }) => requests === 0)).toBe(true);
  });

  it('gives a tenant’s people their own, and nobody else’s', async () => {
    const { requestLog } = world.domain;
    const [a = '', b = ''] = IDS.tenants;
    const buckets = (await requestLog.volume(actor('tenant-viewer', [a]), {}, {})) ?? [];
    expect(buckets).toEqual(recounted(buckets, { tenantId: a }));
    expect((await refusal(requestLog.volume(actor('tenant-viewer', [a]), { tenantId: b }, {}))).code).toBe(
      'not_found',
    );
    expect(await requestLog.volume(actor('tenant-viewer', []), {}, {})).toEqual([]);
  });

  it('refuses what makes no sense, by the name of the field', async () => {
    const { requestLog } = world.domain;
    for (const [input, path] of [
      [{ most: 0 }, 'most'],
      [{ most: 61 }, 'most'],
      [{ timeZone: 'Moon/Base' }, 'timeZone'],
    ] as const) {
      expect(pathsOf(await refusal(requestLog.volume(SYSTEM, {}, input)))).toEqual([path]);
    }
  });
});
