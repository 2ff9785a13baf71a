import { z } from 'zod';
import type { PrismaClient } from '../database/generated/prisma/client.ts';
import type { Actor } from '../identity/actor.ts';
import { authorize } from '../identity/policy.ts';
import { columnsOf, createUsage, MAX_GROUPS, type Usage } from './usage.ts';
import { MEASURE_NAMES, type Dimension, type Measure, type Measures } from './usage-measures.ts';
import {
  daysOf,
  hoursOf,
  periodFields,
  resolvePeriod,
  type Period,
  type PeriodInput,
} from './usage-period.ts';
import { createUsageReader, type UsageAnswer, type UsageGroup, type UsageQuery } from './usage-query.ts';
import { badInput, validate } from './validate.ts';

export interface DashboardInput extends PeriodInput {
  readonly tenantId?: string | null | undefined;
}

/** The measures of a summary, by the names that its clients know. */
export const SUMMARY_MEASURES = {
  totalRequests: 'requests',
  totalInputTokens: 'inputTokens',
  totalOutputTokens: 'outputTokens',
  totalActualCost: 'actualCost',
  totalBaselineCost: 'baselineCost',
  totalSaved: 'saved',
  autoRoutedCount: 'autoRouted',
  errorCount: 'errors',
  abortedCount: 'aborted',
  errorRate: 'errorRate',
  cachedShare: 'cachedShare',
  avgDurationMs: 'avgDurationMs',
  p50DurationMs: 'p50DurationMs',
  p95DurationMs: 'p95DurationMs',
  p99DurationMs: 'p99DurationMs',
  p50TtftMs: 'p50TtftMs',
  p95TtftMs: 'p95TtftMs',
  p99TtftMs: 'p99TtftMs',
  uniqueUsers: 'uniqueUsers',
  unpricedCount: 'unpriced',
} as const satisfies Record<string, Measure>;
type SummaryName = keyof typeof SUMMARY_MEASURES;

/** Costs in USD. Null = not asked for; of percentiles also: nothing was measured. */
export type UsageSummary = { readonly [N in SummaryName]: number | null } & {
  readonly from: Date;
  readonly to: Date;
  readonly periodDays: number;
};

/** The period and the tenant of everything on one dashboard. */
export interface Dashboard extends Period {
  readonly tenantId: string | null;
}

export type Breakdown = 'model' | 'category' | 'user' | 'provider' | 'key' | 'tier' | 'tenant';

/**
 * All of them: sums of the actor's tenants, from the rollups; another tenant's id → not_found. `measures` is what is
 * wanted, each of which costs something.
 */
export interface Analytics extends Usage {
  /** Works out and checks what the others take; reads nothing. */
  dashboard(actor: Actor, input: DashboardInput): Dashboard;
  dashboardSummary(
    actor: Actor,
    dashboard: Dashboard,
    which: 'current' | 'previous',
    measures?: readonly Measure[],
  ): Promise<UsageSummary>;
  /** Every local day of the period, also those without traffic, as zeros. */
  dashboardDays(
    actor: Actor,
    dashboard: Dashboard,
    measures?: readonly Measure[],
  ): Promise<readonly UsageGroup[]>;
  /** Every hour of the period, which must not be longer than 92 days. */
  dashboardHours(
    actor: Actor,
    dashboard: Dashboard,
    measures?: readonly Measure[],
  ): Promise<readonly UsageGroup[]>;
  /** What was used most, by requests. */
  dashboardBy(
    actor: Actor,
    dashboard: Dashboard,
    by: Breakdown,
    first: number,
    measures?: readonly Measure[],
  ): Promise<readonly UsageGroup[]>;
}

/** Models are told apart by their provider too, and categories by the tier that was chosen. */
const GROUPS = {
  model: ['model', 'provider'],
  category: ['category', 'tier'],
  user: ['user'],
  provider: ['provider'],
  key: ['key', 'tenant'],
  tier: ['tier'],
  tenant: ['tenant'],
} as const satisfies Record<Breakdown, readonly Dimension[]>;

const MAX_HOURS = 92 * 24;
/** More than there are days or hours in any period. */
const NO_LIMIT = 10_000;

const dashboardInput = z.strictObject({ ...periodFields, tenantId: z.string().nullish() });

export function createAnalytics(deps: { readonly db: PrismaClient; readonly clock: () => Date }): Analytics {
  const reader = createUsageReader(deps.db);

  /** The policy is asked here, once for all. */
  function ask(
    actor: Actor,
    { tenantId, ...period }: Span & { readonly tenantId: string | null | undefined },
    measures: readonly Measure[],
    rest: Partial<UsageQuery> = {},
  ): Promise<UsageAnswer> {
    authorize(actor, 'usage.read');
    const filter = columnsOf(actor, { tenantIds: tenantId == null ? null : [tenantId] });
    return reader.read({ ...ANY, ...rest, period, filter, measures: new Set(measures) });
  }

  async function series(
    actor: Actor,
    dashboard: Dashboard,
    by: 'day' | 'hour',
    keys: readonly string[],
    measures: readonly Measure[],
  ): Promise<readonly UsageGroup[]> {
    const { groups } = await ask(actor, spanOf(dashboard), measures, { groupBy: [by], limit: NO_LIMIT });
    const found = new Map(
      groups.map((group) => [by === 'day' ? group.day : group.hour?.toISOString(), group]),
    );
    return keys.map(
      (key) =>
        found.get(key) ?? { ...zeros(measures), ...(by === 'day' ? { day: key } : { hour: new Date(key) }) },
    );
  }

  return {
    ...createUsage({ ...deps, reader }),
    dashboard(actor, input) {
      authorize(actor, 'usage.read');
      const { tenantId, ...rest } = validate(dashboardInput, input);
      columnsOf(actor, { tenantIds: tenantId == null ? null : [tenantId] });
      return { ...resolvePeriod(rest, deps.clock()), tenantId: tenantId ?? null };
    },
    async dashboardSummary(actor, dashboard, which, measures = MEASURE_NAMES) {
      const span = { ...spanOf(dashboard), ...(which === 'previous' ? dashboard.previous : {}) };
      const { total } = await ask(actor, span, measures);
      return summaryOf(span, dashboard.days, total);
    },
    async dashboardDays(actor, dashboard, measures = MEASURE_NAMES) {
      const days = daysOf(dashboard).map(({ date }) => date);
      return await series(actor, dashboard, 'day', days, measures);
    },
    async dashboardHours(actor, dashboard, measures = MEASURE_NAMES) {
      const hours = hoursOf(dashboard).map((ms) => new Date(ms).toISOString());
      if (hours.length <= MAX_HOURS) return await series(actor, dashboard, 'hour', hours, measures);
      throw badInput([{ path: 'days', message: 'must be at most 92 for a series by hour' }]);
    },
    async dashboardBy(actor, dashboard, by, first, measures = MEASURE_NAMES) {
      const limit = validate(z.int().min(1).max(MAX_GROUPS), first, ['first']);
      const { groups } = await ask(actor, spanOf(dashboard), measures, {
        groupBy: GROUPS[by],
        // What was not routed has no category, and is none.
        named: by === 'category' ? ['category'] : [],
        orderBy: [{ by: 'requests', descending: true }],
        limit,
      });
      return groups;
    },
  };
}

type Span = Pick<Period, 'from' | 'to' | 'zone'>;

/** A question for the total of everything. */
const ANY: Omit<UsageQuery, 'period' | 'measures'> = {
  groupBy: [],
  filter: new Map(),
  named: [],
  orderBy: [],
  limit: 1,
  offset: 0,
};

function spanOf({ from, to, zone, tenantId }: Dashboard) {
  return { from, to, zone, tenantId };
}

/** A day or an hour in which nothing was asked; of percentiles there are none. */
function zeros(measures: readonly Measure[]): Measures {
  const zero = (name: Measure): number | null => (measures.includes(name) && !/^p\d/.test(name) ? 0 : null);
  return Object.fromEntries(MEASURE_NAMES.map((name) => [name, zero(name)])) as Measures;
}

function summaryOf(span: Pick<Period, 'from' | 'to'>, days: number, total: Measures): UsageSummary {
  const names = Object.entries(SUMMARY_MEASURES).map(([name, measure]) => [name, total[measure]]);
  const figures = Object.fromEntries(names) as { [N in SummaryName]: number | null };
  const { avgDurationMs } = figures;
  return {
    ...figures,
    from: new Date(span.from),
    to: new Date(span.to),
    periodDays: days,
    avgDurationMs: avgDurationMs === null ? null : Math.round(avgDurationMs),
  };
}
