import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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

describe('the usage summary', () => {
  it('sums the last thirty days of all tenants for those who see all', async () => {
    for (const role of ['admin', 'maintainer', 'finops'] as const) {
      expect(await world.domain.analytics.usageSummary(actor(role), {})).toEqual({
        from: new Date('2026-10-02T12:00:00Z'),
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
        p50TtftMs: null,
        p95TtftMs: null,
        uniqueUsers: 2,
      });
    }
  });

  it('is limited to a tenant and to a period', async () => {
    const { analytics } = world.domain;
    const finops = actor('finops');
    expect(await analytics.usageSummary(finops, { tenantId: b })).toMatchObject({
      totalRequests: 10,
      uniqueUsers: 1,
    });
    const half = { from: new Date('2026-10-31T11:59:00Z'), to: new Date('2026-11-01T11:00:00Z') };
    expect(await analytics.usageSummary(finops, half)).toMatchObject({
      totalRequests: 13,
      from: new Date('2026-10-31T11:00:00Z'),
      periodDays: 1,
    });
    const empty = { from: new Date('2020-01-01T00:00:00Z'), to: new Date('2020-01-02T00:00:00Z') };
    expect(await analytics.usageSummary(finops, empty)).toMatchObject({
      totalRequests: 0,
      avgDurationMs: 0,
      totalSaved: 0,
    });
  });

  it('shows tenant roles their own tenants only; another one is not there', async () => {
    const { analytics } = world.domain;
    for (const role of ['tenant-admin', 'tenant-viewer'] as const) {
      expect(await analytics.usageSummary(actor(role, [a]), {})).toMatchObject({
        totalRequests: 6,
        uniqueUsers: 1,
      });
      expect(await analytics.usageSummary(actor(role, [a]), { tenantId: a })).toMatchObject({
        totalRequests: 6,
      });
      expect(await analytics.usageSummary(actor(role, []), {})).toMatchObject({ totalRequests: 0 });
      expect((await refusal(analytics.usageSummary(actor(role, [a]), { tenantId: b }))).code).toBe(
        'not_found',
      );
    }
    expect((await refusal(analytics.usageSummary(actor('finops'), { tenantId: 'x' }))).code).toBe(
      'not_found',
    );
  });

  it('refuses a period that ends before it begins, or has no bounds', async () => {
    const { analytics } = world.domain;
    const reversed = { from: new Date('2026-11-02T00:00:00Z') };
    expect(pathsOf(await refusal(analytics.usageSummary(actor('admin'), reversed)))).toEqual(['from']);
    const endless = { from: new Date(0) };
    expect(pathsOf(await refusal(analytics.usageSummary(actor('admin'), endless)))).toEqual(['from']);
    const invalid = { from: new Date(Number.NaN) };
    expect(pathsOf(await refusal(analytics.usageSummary(actor('admin'), invalid)))).toEqual(['from']);
  });
});
