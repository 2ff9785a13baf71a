import type { GraphQLResolveInfo } from 'graphql';
import { MOST_USERS, OTHER_USERS } from '../../accounting/bound-users.ts';
import { DIMENSION_NAMES, MEASURE_NAMES, type Measure, type Measures } from '../../domain/usage-measures.ts';
import type { UsageGroup } from '../../domain/usage-query.ts';
import { builder } from '../builder.ts';
import { selected } from '../selection.ts';
import { TenantType } from './tenant.ts';
import { TenantKeyType } from './tenant-key.ts';

/** What many may be asked for at a time: scalars of one statement cost less than rows of a list. */
export const groupComplexity = (first: number) => ({ field: 10, multiplier: Math.ceil(first / 10) });

/** What a client has selected was asked for. */
export function asked(value: number | null): number {
  if (value === null) throw new Error('a measure that was selected was not read');
  return value;
}

const UsageMeasures = builder.interfaceRef<Measures>('UsageMeasures').implement({
  description: 'What is counted of requests.',
  fields: (t) => ({
    requests: t.field({ type: 'Count', description: 'Requests.', resolve: (it) => asked(it.requests) }),
    errors: t.field({
      type: 'Count',
      description: 'Requests that failed.',
      resolve: (it) => asked(it.errors),
    }),
    aborted: t.field({
      type: 'Count',
      description: 'Requests whose client went away.',
      resolve: (it) => asked(it.aborted),
    }),
    autoRouted: t.field({
      type: 'Count',
      description: 'Requests that the router placed.',
      resolve: (it) => asked(it.autoRouted),
    }),
    inputTokens: t.field({
      type: 'Count',
      description: 'Input tokens, cached ones included.',
      resolve: (it) => asked(it.inputTokens),
    }),
    cachedTokens: t.field({
      type: 'Count',
      description: 'Input tokens read from the providers’ caches.',
      resolve: (it) => asked(it.cachedTokens),
    }),
    cacheWriteTokens: t.field({
      type: 'Count',
      description: 'Input tokens written to the providers’ caches.',
      resolve: (it) => asked(it.cacheWriteTokens),
    }),
    outputTokens: t.field({
      type: 'Count',
      description: 'Output tokens, reasoning included.',
      resolve: (it) => asked(it.outputTokens),
    }),
    reasoningTokens: t.field({
      type: 'Count',
      description: 'Output tokens spent on reasoning.',
      resolve: (it) => asked(it.reasoningTokens),
    }),
    actualCost: t.field({ type: 'USD', description: 'What it cost.', resolve: (it) => asked(it.actualCost) }),
    baselineCost: t.field({
      type: 'USD',
      description: 'What the same usage would have cost on the baseline models.',
      resolve: (it) => asked(it.baselineCost),
    }),
    saved: t.field({ type: 'USD', description: 'Baseline minus actual.', resolve: (it) => asked(it.saved) }),
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
      description: 'Half of the requests took no longer; from a histogram, interpolated. Null = no requests.',
    }),
    p95DurationMs: t.exposeFloat('p95DurationMs', {
      nullable: true,
      description: '95 % of the requests took no longer; from a histogram, interpolated. Null = no requests.',
    }),
    p99DurationMs: t.exposeFloat('p99DurationMs', {
      nullable: true,
      description: '99 % of the requests took no longer; from a histogram, interpolated. Null = no requests.',
    }),
    p50TtftMs: t.exposeFloat('p50TtftMs', {
      nullable: true,
      description: 'The median time until the first byte of an answer. Null = there was no answer.',
    }),
    p95TtftMs: t.exposeFloat('p95TtftMs', {
      nullable: true,
      description: 'The 95th percentile of the time until the first byte. Null = there was no answer.',
    }),
    p99TtftMs: t.exposeFloat('p99TtftMs', {
      nullable: true,
      description: 'The 99th percentile of the time until the first byte. Null = there was no answer.',
    }),
    uniqueUsers: t.field({
      type: 'Count',
      description: `Different users that were named; beyond the first ${MOST_USERS} of a tenant’s hour, all others count as one.`,
      resolve: (it) => asked(it.uniqueUsers),
    }),
    unpriced: t.field({
      type: 'Count',
      description:
        'Requests that used tokens at a price that nobody knew. They are in the costs with 0, which is not what they cost.',
      resolve: (it) => asked(it.unpriced),
    }),
  }),
});

export const UsageTotals = builder.objectRef<Measures>('UsageTotals').implement({
  description: 'Everything that a question is about, summed up.',
  interfaces: [UsageMeasures],
});

export const UsageGroupType = builder.objectRef<UsageGroup>('UsageGroup').implement({
  description: 'Usage of one group. What was not grouped by is null.',
  interfaces: [UsageMeasures],
  fields: (t) => ({
    day: t.string({
      nullable: true,
      description: 'The local date, for example "2026-11-23".',
      resolve: ({ day }) => day,
    }),
    hour: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'Begin of the hour.',
      resolve: ({ hour }) => hour,
    }),
    model: t.string({
      nullable: true,
      description:
        'The model that served; where nobody did, the one that was asked for, and "" if there is no such model.',
      resolve: ({ model }) => model,
    }),
    provider: t.string({
      nullable: true,
      description: 'Slug of the provider that served; "" = nobody was reached.',
      resolve: ({ provider }) => provider,
    }),
    category: t.string({
      nullable: true,
      description: 'What the router took it for; "" = not routed.',
      resolve: ({ category }) => category,
    }),
    tier: t.string({
      nullable: true,
      description: 'Tier of the model that served; "" = not known.',
      resolve: ({ tier }) => tier,
    }),
    user: t.string({
      nullable: true,
      description: `Who asked, as the client says; "" = not said, "${OTHER_USERS}" = all beyond the first ${MOST_USERS} that a tenant’s clients named in an hour.`,
      resolve: ({ user }) => user,
    }),
    tenantId: t.id({ nullable: true, description: 'Whose requests.', resolve: ({ tenant }) => tenant }),
    tenant: t.field({
      type: TenantType,
      nullable: true,
      description: 'Whose requests; null also when the tenant was removed.',
      resolve: ({ tenant }, _args, { loaders }) => (tenant === undefined ? null : loaders.tenant(tenant)),
    }),
    keyId: t.id({ nullable: true, description: 'With which key.', resolve: ({ key }) => key }),
    key: t.field({
      type: TenantKeyType,
      nullable: true,
      description: 'With which key; null also when it was removed.',
      authScopes: { can: 'key.read' },
      resolve: ({ key }, _args, { loaders }) => (key === undefined ? null : loaders.tenantKey(key)),
    }),
  }),
});

/** The measures that are selected in one of these places below the field. */
export function measuresIn(info: GraphQLResolveInfo, ...paths: readonly (readonly string[])[]): Measure[] {
  const names = new Set(paths.flatMap((path) => [...selected(info, path)]));
  return MEASURE_NAMES.filter((name) => names.has(name));
}

/** `inputTokens` → `INPUT_TOKENS`. */
function capitals<const Name extends string>(names: readonly Name[]): Record<string, { value: Name }> {
  return Object.fromEntries(
    names.map((name) => [name.replaceAll(/[A-Z]/g, '_$&').toUpperCase(), { value: name }]),
  );
}

export const UsageDimension = builder.enumType('UsageDimension', {
  description: 'What usage can be grouped by.',
  values: capitals(DIMENSION_NAMES),
});

export const UsageOrderField = builder.enumType('UsageOrderField', {
  description: 'What groups can be sorted by: any measure, and the dimensions that are grouped by.',
  values: capitals([...MEASURE_NAMES, ...DIMENSION_NAMES]),
});

export const SortDirection = builder.enumType('SortDirection', {
  description: 'From the smallest, or from the largest.',
  values: capitals(['asc', 'desc'] as const),
});
