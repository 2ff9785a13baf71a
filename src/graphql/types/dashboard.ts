import type { GraphQLResolveInfo } from 'graphql';
import type { Breakdown, Dashboard } from '../../domain/analytics.ts';
import { MAX_GROUPS } from '../../domain/usage.ts';
import type { UsageGroup } from '../../domain/usage-query.ts';
import { builder } from '../builder.ts';
import { signedIn, type Context } from '../context.ts';
import { groupComplexity, measuresIn, UsageGroupType } from './usage-measures.ts';
import { summaryMeasuresIn, UsageSummaryType } from './usage.ts';

const DEFAULT_FIRST = 100;
/** What a series counts as, whatever its length: its rows come from one statement. */
const SERIES = { field: 10, multiplier: 10 };

const DashboardType = builder.objectRef<Dashboard>('Dashboard');

builder.objectType(DashboardType, {
  description:
    'What was used in a period. Each field is read when it is asked for, from the hourly rollups. Hours are UTC hours; ' +
    'a day has the hours that begin on it in the time zone, also where its midnight lies within an hour.',
  fields: (t) => ({
    from: t.field({
      type: 'DateTime',
      description: 'Begin of the period.',
      resolve: ({ from }) => new Date(from),
    }),
    to: t.field({
      type: 'DateTime',
      description: 'End of the period, not part of it.',
      resolve: ({ to }) => new Date(to),
    }),
    timeZone: t.string({ description: 'Whose calendar the days are of.', resolve: ({ zone }) => zone.name }),
    summary: t.field({
      type: UsageSummaryType,
      description: 'Everything in the period.',
      complexity: 10,
      resolve: (dashboard, _args, context, info) =>
        context.domain.analytics.dashboardSummary(
          signedIn(context),
          dashboard,
          'current',
          summaryMeasuresIn(info),
        ),
    }),
    previous: t.field({
      type: UsageSummaryType,
      description:
        'Everything in the period before: as many days of the calendar where `days` were asked for, up to the same ' +
        'time of the last day; else as many hours.',
      complexity: 10,
      resolve: (dashboard, _args, context, info) =>
        context.domain.analytics.dashboardSummary(
          signedIn(context),
          dashboard,
          'previous',
          summaryMeasuresIn(info),
        ),
    }),
    days: t.field({
      type: [UsageGroupType],
      description: 'Every day, oldest first; those without traffic are zeros.',
      complexity: SERIES,
      resolve: (dashboard, _args, context, info) =>
        context.domain.analytics.dashboardDays(signedIn(context), dashboard, measuresIn(info, [])),
    }),
    hours: t.field({
      type: [UsageGroupType],
      description: 'Every hour, oldest first; those without traffic are zeros. For at most 92 days.',
      complexity: SERIES,
      resolve: (dashboard, _args, context, info) =>
        context.domain.analytics.dashboardHours(signedIn(context), dashboard, measuresIn(info, [])),
    }),
  }),
});

const BREAKDOWNS: readonly (readonly [field: string, by: Breakdown, description: string])[] = [
  ['models', 'model', 'By model and provider, most requests first.'],
  ['categories', 'category', 'What the router placed, by category and tier, most requests first.'],
  ['users', 'user', 'By user, most requests first; "" = the client named none.'],
  ['providers', 'provider', 'By provider, most requests first.'],
  ['tiers', 'tier', 'By tier of the model, most requests first.'],
  ['keys', 'key', 'By key and tenant, most requests first.'],
  ['tenants', 'tenant', 'By tenant, most requests first.'],
];

for (const [field, by, description] of BREAKDOWNS) {
  builder.objectField(DashboardType, field, (t) =>
    t.field({
      type: [UsageGroupType],
      description,
      args: {
        first: t.arg.int({
          defaultValue: DEFAULT_FIRST,
          description: `So many groups; at most ${MAX_GROUPS}.`,
        }),
      },
      complexity: ({ first }) => groupComplexity(Math.min(first ?? DEFAULT_FIRST, MAX_GROUPS)),
      resolve: (dashboard, { first }, context, info) =>
        breakdown(dashboard, by, first ?? DEFAULT_FIRST, context, info),
    }),
  );
}

function breakdown(
  dashboard: Dashboard,
  by: Breakdown,
  first: number,
  context: Context,
  info: GraphQLResolveInfo,
): Promise<readonly UsageGroup[]> {
  const { analytics } = context.domain;
  return analytics.dashboardBy(signedIn(context), dashboard, by, first, measuresIn(info, []));
}

builder.queryField('dashboard', (t) =>
  t.field({
    type: DashboardType,
    description: 'What the tenants that you may see have used, from all sides.',
    authScopes: { can: 'usage.read' },
    args: {
      days: t.arg.int({
        description:
          'So many days of the calendar, today included; 30 when missing. Not together with `from`.',
      }),
      from: t.arg({ type: 'DateTime', description: 'Rounded down to the hour.' }),
      to: t.arg({ type: 'DateTime', description: 'Now when missing; its hour counts in full.' }),
      timeZone: t.arg.string({ description: 'A name of the IANA database; UTC when missing.' }),
      tenantId: t.arg.id({ description: 'Only this tenant; one that you may not see is not found.' }),
    },
    resolve: (_root, args, context) => context.domain.analytics.dashboard(signedIn(context), args),
  }),
);
