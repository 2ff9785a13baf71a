import type { GraphQLResolveInfo } from 'graphql';
import { SUMMARY_MEASURES, type UsageSummary } from '../../domain/analytics.ts';
import type { Measure } from '../../domain/usage-measures.ts';
import { MAX_GROUPS, type UsageResult } from '../../domain/usage.ts';
import { builder } from '../builder.ts';
import { signedIn } from '../context.ts';
import { selected } from '../selection.ts';
import {
  asked,
  groupComplexity,
  measuresIn,
  SortDirection,
  UsageDimension,
  UsageGroupType,
  UsageOrderField,
  UsageTotals,
} from './usage-measures.ts';

export const UsageSummaryType = builder.objectRef<UsageSummary>('UsageSummary').implement({
  description: 'What was used in a period, summed from the hourly rollups.',
  fields: (t) => ({
    from: t.expose('from', { type: 'DateTime', description: 'Begin of the period.' }),
    to: t.expose('to', { type: 'DateTime', description: 'End of the period, not part of it.' }),
    periodDays: t.exposeFloat('periodDays', { description: 'Length of the period in days, rounded up.' }),
    totalRequests: t.field({
      type: 'Count',
      description: 'Requests.',
      resolve: (it) => asked(it.totalRequests),
    }),
    totalInputTokens: t.field({
      type: 'Count',
      description: 'Input tokens, cached ones included.',
      resolve: (it) => asked(it.totalInputTokens),
    }),
    totalOutputTokens: t.field({
      type: 'Count',
      description: 'Output tokens, reasoning included.',
      resolve: (it) => asked(it.totalOutputTokens),
    }),
    totalActualCost: t.field({
      type: 'USD',
      description: 'What it cost.',
      resolve: (it) => asked(it.totalActualCost),
    }),
    totalBaselineCost: t.field({
      type: 'USD',
      description: 'What the same usage would have cost on the baseline models.',
      resolve: (it) => asked(it.totalBaselineCost),
    }),
    totalSaved: t.field({
      type: 'USD',
      description: 'Baseline minus actual.',
      resolve: (it) => asked(it.totalSaved),
    }),
    autoRoutedCount: t.field({
      type: 'Count',
      description: 'Requests that the router placed.',
      resolve: (it) => asked(it.autoRoutedCount),
    }),
    errorCount: t.field({
      type: 'Count',
      description: 'Requests that failed.',
      resolve: (it) => asked(it.errorCount),
    }),
    abortedCount: t.field({
      type: 'Count',
      description: 'Requests whose client went away.',
      resolve: (it) => asked(it.abortedCount),
    }),
    errorRate: t.float({
      description: 'Share of requests that failed, 0 to 1.',
      resolve: (it) => asked(it.errorRate),
    }),
    cachedShare: t.float({
      description: 'Share of input tokens that came from a cache, 0 to 1.',
      resolve: (it) => asked(it.cachedShare),
    }),
    avgDurationMs: t.float({
      description: 'Mean duration, in milliseconds.',
      resolve: (it) => asked(it.avgDurationMs),
    }),
    p50DurationMs: t.exposeFloat('p50DurationMs', {
      nullable: true,
      description: 'Half of the requests took no longer; null = no requests.',
    }),
    p95DurationMs: t.exposeFloat('p95DurationMs', {
      nullable: true,
      description: '95 % of the requests took no longer; null = no requests.',
    }),
    p99DurationMs: t.exposeFloat('p99DurationMs', {
      nullable: true,
      description: '99 % of the requests took no longer; null = no requests.',
    }),
    p50TtftMs: t.exposeFloat('p50TtftMs', {
      nullable: true,
      description: 'The median time until the first byte of an answer; null = there was no answer.',
    }),
    p95TtftMs: t.exposeFloat('p95TtftMs', {
      nullable: true,
      description: 'The 95th percentile of the time until the first byte; null = there was no answer.',
    }),
    p99TtftMs: t.exposeFloat('p99TtftMs', {
      nullable: true,
      description: 'The 99th percentile of the time until the first byte; null = there was no answer.',
    }),
    uniqueUsers: t.field({
      type: 'Count',
      description: 'Different users that were named.',
      resolve: (it) => asked(it.uniqueUsers),
    }),
    unpricedCount: t.field({
      type: 'Count',
      description:
        'Requests that used tokens at a price that nobody knew. They are in the costs with 0, which is not what they cost.',
      resolve: (it) => asked(it.unpricedCount),
    }),
  }),
});

export function summaryMeasuresIn(info: GraphQLResolveInfo): Measure[] {
  const names = selected(info);
  return Object.entries(SUMMARY_MEASURES).flatMap(([name, measure]) => (names.has(name) ? [measure] : []));
}

const UsageFilterInput = builder.inputType('UsageFilter', {
  description:
    'Which usage: any of the values of each list, and all of the lists. "" is a value like others.',
  fields: (t) => ({
    models: t.stringList({ description: 'Served by these models.' }),
    providers: t.stringList({ description: 'Served by the providers with these slugs.' }),
    categories: t.stringList({ description: 'Taken for these categories.' }),
    tiers: t.stringList({ description: 'Served by models of these tiers.' }),
    tenantIds: t.idList({ description: 'Of these tenants; one that you may not see is not found.' }),
    users: t.stringList({ description: 'Asked by these users.' }),
    keyIds: t.idList({ description: 'With these keys.' }),
  }),
});

const UsageOrderInput = builder.inputType('UsageOrder', {
  description: 'How groups are sorted.',
  fields: (t) => ({
    by: t.field({ type: UsageOrderField, required: true, description: 'By what.' }),
    direction: t.field({
      type: SortDirection,
      description: 'When missing, measures come largest first and dimensions smallest first.',
    }),
  }),
});

const UsageType = builder.objectRef<UsageResult>('Usage').implement({
  description: 'An answer about usage.',
  fields: (t) => ({
    from: t.expose('from', { type: 'DateTime', description: 'Begin of the period.' }),
    to: t.expose('to', { type: 'DateTime', description: 'End of the period, not part of it.' }),
    timeZone: t.exposeString('timeZone', { description: 'Whose calendar the days are of.' }),
    groups: t.field({
      type: [UsageGroupType],
      description: 'The groups that have requests, in the order that was asked for.',
      resolve: ({ groups }) => groups,
    }),
    groupCount: t.exposeInt('groupCount', { description: 'How many groups there are in all.' }),
    total: t.expose('total', { type: UsageTotals, description: 'Of all groups together.' }),
  }),
});

builder.queryField('usage', (t) =>
  t.field({
    type: UsageType,
    description:
      'Usage of the tenants that you may see, by any combination of dimensions, from the hourly rollups. Hours are ' +
      'UTC hours; a day has the hours that begin on it in the time zone, also where its midnight lies within an hour.',
    authScopes: { can: 'usage.read' },
    args: {
      groupBy: t.arg({ type: [UsageDimension], description: 'One group for all when missing or empty.' }),
      filter: t.arg({ type: UsageFilterInput, description: 'Which usage; all when missing.' }),
      orderBy: t.arg({
        type: [UsageOrderInput],
        description: 'By time when grouped by time, else by requests, when missing; at most 5.',
      }),
      first: t.arg.int({ description: `So many groups; 100 when missing, at most ${MAX_GROUPS}.` }),
      offset: t.arg.int({ description: 'So many groups are left out before.' }),
      days: t.arg.int({
        description:
          'So many days of the calendar, today included; 30 when missing. Not together with `from`.',
      }),
      from: t.arg({ type: 'DateTime', description: 'Rounded down to the hour.' }),
      to: t.arg({ type: 'DateTime', description: 'Now when missing; its hour counts in full.' }),
      timeZone: t.arg.string({ description: 'A name of the IANA database; UTC when missing.' }),
    },
    complexity: ({ first }) => groupComplexity(Math.min(first ?? 100, MAX_GROUPS)),
    resolve: (_root, args, context, info) =>
      context.domain.analytics.usage(signedIn(context), {
        ...args,
        measures: measuresIn(info, ['groups'], ['total']),
      }),
  }),
);
