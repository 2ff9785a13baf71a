import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DashboardInput } from '../../src/domain/analytics.ts';
import type { Actor } from '../../src/identity/actor.ts';
import { actor, createWorld, pathsOf, refusal, SYSTEM, type World } from './world.ts';

let world: World;
let a: string;
let b: string;

beforeAll(async () => {
  world = await createWorld();
  const made = [];
  for (const slug of ['a', 'b']) made.push(await world.domain.tenants.create(SYSTEM, { slug, name: slug }));
  [a = '', b = ''] = made.map(({ tenant }) => tenant.id);
  const hours = [
    [a, '2026-11-01T11:00:00Z', 'ann', 3],
    [a, '2026-10-31T11:00:00Z', 'ann', 2],
    [a, '2026-10-31T12:00:00Z', '', 1],
    [b, '2026-10-31T11:00:00Z', 'bob', 10],
    [b, '2026-01-01T00:00:00Z', 'old', 1000],
  ] as const;
  await world.db.usageHourly.createMany({
    data: hours.map(([tenantId, hour, userName, requests]) => ({
      tenantId,
      hour: new Date(hour),
      userName,
      requests,
      errors: 1,
      aborted: 0,
      autoRouted: 1,
      keyId: a,
      providerSlug: 'p',
      model: 'm',
      category: '',
      costTier: '',
      inputTokens: requests * 10,
      cachedTokens: 0,
      cacheWriteTokens: 0,
      outputTokens: requests,
      reasoningTokens: 0,
      actualCost: '0.000000000001',
      baselineCost: '0.000000000003',
      durationMs: requests * 100,
      durationBuckets: [],
      ttftBuckets: [],
    })),
  });
});
afterAll(() => world.close());

/** What a dashboard says of everything in its period. */
async function summary(who: Actor, input: DashboardInput) {
  const { analytics } = world.domain;
  // What is wrong with the input is said at once.
  const dashboard = await Promise.resolve().then(() => analytics.dashboard(who, input));
  return await analytics.dashboardSummary(who, dashboard, 'current');
}

describe('the summary of a dashboard', () => {
  it('sums the last thirty days of all tenants for those who see all', async () => {
    for (const role of ['admin', 'maintainer', 'finops'] as const) {
      expect(await summary(actor(role), {})).toEqual({
        from: new Date('2026-10-03T00:00:00Z'),
        to: new Date('2026-11-01T12:00:00Z'),
        periodDays: 30,
        totalRequests: 16,
        totalInputTokens: 160,
        totalOutputTokens: 16,
        totalActualCost: 4e-12,
        totalBaselineCost: 12e-12,
        totalSaved: 8e-12,
        autoRoutedCount: 4,
        errorCount: 4,
        abortedCount: 0,
        errorRate: 0.25,
        cachedShare: 0,
        avgDurationMs: 100,
        p50DurationMs: null,
        p95DurationMs: null,
        p99DurationMs: null,
        p50TtftMs: null,
        p95TtftMs: null,
        p99TtftMs: null,
        uniqueUsers: 2,
        unpricedCount: 0,
      });
    }
  });

  it('is limited to a tenant and to a period', async () => {
    const finops = actor('finops');
    expect(await summary(finops, { tenantId: b })).toMatchObject({
      totalRequests: 10,
      uniqueUsers: 1,
    });
    const half = { from: new Date('2026-10-31T11:59:00Z'), to: new Date('2026-11-01T11:00:00Z') };
    expect(await summary(finops, half)).toMatchObject({
      totalRequests: 13,
      from: new Date('2026-10-31T11:00:00Z'),
      periodDays: 1,
    });
    const empty = { from: new Date('2020-01-01T00:00:00Z'), to: new Date('2020-01-02T00:00:00Z') };
    expect(await summary(finops, empty)).toMatchObject({
      totalRequests: 0,
      avgDurationMs: 0,
      totalSaved: 0,
    });
  });

  it('shows tenant roles their own tenants only; another one is not there', async () => {
    for (const role of ['tenant-admin', 'tenant-viewer'] as const) {
      expect(await summary(actor(role, [a]), {})).toMatchObject({
        totalRequests: 6,
        uniqueUsers: 1,
      });
      expect(await summary(actor(role, [a]), { tenantId: a })).toMatchObject({
        totalRequests: 6,
      });
      expect(await summary(actor(role, []), {})).toMatchObject({ totalRequests: 0 });
      expect((await refusal(summary(actor(role, [a]), { tenantId: b }))).code).toBe('not_found');
    }
    expect((await refusal(summary(actor('finops'), { tenantId: 'x' }))).code).toBe('not_found');
  });

  it('refuses a period that ends before it begins, or has no bounds', async () => {
    const reversed = { from: new Date('2026-11-02T00:00:00Z') };
    expect(pathsOf(await refusal(summary(actor('admin'), reversed)))).toEqual(['from']);
    const endless = { from: new Date(0) };
    expect(pathsOf(await refusal(summary(actor('admin'), endless)))).toEqual(['from']);
    const invalid = { from: new Date(Number.NaN) };
    expect(pathsOf(await refusal(summary(actor('admin'), invalid)))).toEqual(['from']);
  });
});

describe('a dashboard', () => {
  const finops = actor('finops');
  const measures = ['requests', 'actualCost'] as const;

  it('has every day of the period, as zeros where there was no traffic', async () => {
    const { analytics } = world.domain;
    const days = await analytics.dashboardDays(finops, analytics.dashboard(finops, { days: 5 }), measures);
    expect(days.map(({ day, requests, actualCost }) => [day, requests, actualCost])).toEqual([
      ['2026-10-28', 0, 0],
      ['2026-10-29', 0, 0],
      ['2026-10-30', 0, 0],
      ['2026-10-31', 13, 3e-12],
      ['2026-11-01', 3, 1e-12],
    ]);
  });

  it.each([
    // 11:00 UTC is 00:00 of the next day there: the rows of both days at 11:00 and 12:00 move on.
    ['Pacific/Auckland', ['2026-11-01', 13], ['2026-11-02', 3]],
    // 16:45, and 17:45.
    ['Asia/Kathmandu', ['2026-10-31', 13], ['2026-11-01', 3]],
    ['Pacific/Pago_Pago', ['2026-10-31', 13], ['2026-11-01', 3]],
  ])('counts the days of %s', async (timeZone, ...expected) => {
    const { analytics } = world.domain;
    const days = await analytics.dashboardDays(
      finops,
      analytics.dashboard(finops, { days: 7, timeZone }),
      measures,
    );
    expect(days).toHaveLength(7);
    expect(days.filter(({ requests }) => requests).map(({ day, requests }) => [day, requests])).toEqual(
      expected,
    );
  });

  it('has days of 23 and of 25 hours where the clocks change, and none of their hours twice', () => {
    const { analytics } = world.domain;
    for (const [to, hours] of [
      ['2026-03-30T00:00:00+02:00', 23],
      ['2026-10-26T00:00:00+01:00', 25],
      ['2026-10-27T00:00:00+01:00', 24],
    ] as const) {
      const one = analytics.dashboard(finops, { days: 1, to: new Date(to), timeZone: 'Europe/Berlin' });
      expect((one.to - one.from) / 3_600_000).toBe(hours);
      const two = analytics.dashboard(finops, { days: 2, to: new Date(to), timeZone: 'Europe/Berlin' });
      expect(one.previous.from).toBe(two.from);
      expect(one.previous.to).toBeLessThanOrEqual(one.from);
    }
  });

  it('has every hour, and the period before beside the current one', async () => {
    const { analytics } = world.domain;
    const today = analytics.dashboard(finops, { days: 1 });
    const hours = await analytics.dashboardHours(finops, today, measures);
    expect(hours).toHaveLength(12);
    expect(hours.filter(({ requests }) => requests).map(({ hour }) => hour)).toEqual([
      new Date('2026-11-01T11:00:00Z'),
    ]);
    const now = await analytics.dashboardSummary(finops, today, 'current', ['requests']);
    const before = await analytics.dashboardSummary(finops, today, 'previous', ['requests']);
    // Yesterday up to the same time: the row of 12:00 is not in it.
    expect([now.totalRequests, before.totalRequests]).toEqual([3, 12]);
    expect([before.from, before.to]).toEqual([
      new Date('2026-10-31T00:00:00Z'),
      new Date('2026-10-31T12:00:00Z'),
    ]);
  });

  it('says who and what used most', async () => {
    const { analytics } = world.domain;
    const dashboard = analytics.dashboard(finops, { days: 30 });
    const by = async (what: 'user' | 'tenant' | 'category' | 'model', first = 10) =>
      (await analytics.dashboardBy(finops, dashboard, what, first, measures)).map(
        ({ user, tenant, category, model, provider, requests }) => [
          user ?? tenant ?? category ?? [model, provider],
          requests,
        ],
      );
    expect(await by('user')).toEqual([
      ['bob', 10],
      ['ann', 5],
      ['', 1],
    ]);
    expect(await by('user', 1)).toEqual([['bob', 10]]);
    expect(await by('tenant')).toEqual([
      [b, 10],
      [a, 6],
    ]);
    expect(await by('model')).toEqual([[['m', 'p'], 16]]);
    // What was not routed has no category.
    expect(await by('category')).toEqual([]);
    const one = await analytics.dashboardBy(
      finops,
      analytics.dashboard(finops, { tenantId: b }),
      'user',
      10,
      measures,
    );
    expect(one.map(({ user }) => user)).toEqual(['bob']);
  });

  it('refuses another tenant, and a series by hour that is too long', async () => {
    const { analytics } = world.domain;
    const viewer = actor('tenant-viewer', [a]);
    expect((await refusal(() => analytics.dashboard(viewer, { tenantId: b }))).code).toBe('not_found');
    // Even if somebody came by a dashboard of another's.
    const foreign = analytics.dashboard(finops, { tenantId: b });
    expect((await refusal(() => analytics.dashboardDays(viewer, foreign))).code).toBe('not_found');
    const long = analytics.dashboard(finops, { days: 93 });
    expect(pathsOf(await refusal(analytics.dashboardHours(finops, long)))).toEqual(['days']);
    for (const days of [0, -1, 1.5, 3_661]) {
      expect(pathsOf(await refusal(() => analytics.dashboard(finops, { days })))).toEqual(['days']);
    }
  });
});
