import type { Bucket, Happening } from '#lib/charts/series.ts';
import type {
  OverviewBreakdownQueryVariables,
  OverviewQuery,
  OverviewQueryVariables,
  UsageDimension,
  UsageOrderField,
} from '#lib/generated/graphql.ts';
import { beginOf } from '#lib/range/days.ts';
import { absoluteRange, rangeParams, readRange } from '#lib/range/range.ts';
import type { Range } from '#lib/range/range.ts';

/*
 * What the address of the overview may say:
 *
 *   range, from, to   as lib/range has them; missing = the last 24 hours
 *   tenant            an id; missing = all that one may see
 *   compare           1 = the period before is drawn, too
 *   refresh           live or 1m
 *   by, sort, all     the breakdown: its dimension, its order, and 1 = every row
 */

const HOUR = 3_600_000;
/** Longer ranges are drawn by the day. */
const MOST_HOURLY_DAYS = 8;

export interface OverviewView {
  readonly range: Range;
  readonly tenant: string;
  readonly compare: boolean;
  /** When the figures were asked for, in milliseconds since 1970. */
  readonly asOf: number;
  readonly variables: OverviewQueryVariables;
}

export function readOverview(
  search: Pick<URLSearchParams, 'get'>,
  now: number,
  zone: string,
  mayAudit: boolean,
): OverviewView {
  const range = readRange(search, now, zone);
  const from = range.from === null ? now - 24 * HOUR : Date.parse(range.from);
  const to = range.to === null ? now : Date.parse(range.to);
  const byDay =
    range.days === null ? to - from > MOST_HOURLY_DAYS * 24 * HOUR : range.days > MOST_HOURLY_DAYS;
  const compare = search.get('compare') === '1';
  const tenant = search.get('tenant') ?? '';
  const audit = { from: new Date(from).toISOString(), ...(range.to === null ? {} : { to: range.to }) };
  return {
    range,
    tenant,
    compare,
    asOf: now,
    variables: {
      ...periodOf(range),
      timeZone: zone,
      ...(tenant === '' ? {} : { tenantId: tenant }),
      byDay,
      compareDays: compare && byDay,
      compareHours: compare && !byDay,
      ...beforeOf(range, from, to),
      audit: tenant === '' ? audit : { ...audit, tenantId: tenant },
      withAudit: mayAudit,
    },
  };
}

/** How the server is asked for a range: by days of the calendar where it is one of days. */
export function periodOf({ days, from, to }: Range): { days?: number; from?: string; to?: string } {
  if (days !== null) return { days };
  return { ...(from === null ? {} : { from }), ...(to === null ? {} : { to }) };
}

/** The period before, as long as this one: whole days before days, whole hours before hours. */
function beforeOf(range: Range, from: number, to: number) {
  if (range.days !== null && range.from !== null) return { beforeDays: range.days, beforeTo: range.from };
  const start = Math.floor(from / HOUR) * HOUR;
  const length = Math.ceil((to - start) / HOUR) * HOUR;
  return { beforeFrom: new Date(start - length).toISOString(), beforeTo: new Date(start).toISOString() };
}

/** The part of an address of the request log that chooses the same requests as the figures are of. */
export function logLink(
  { range, tenant }: Pick<OverviewView, 'range' | 'tenant'>,
  from: string,
  parts: Readonly<Record<string, string>> = {},
): string {
  // Figures are by the hour: what they count began with the hour, not in its midst.
  const exact =
    range.days === null
      ? { key: 'custom', from, to: range.to === null ? null : endOfHour(Date.parse(range.to)) }
      : range;
  const chosen = Object.entries({ ...rangeParams(exact), tenant }).filter(([, value]) => value !== '');
  return `/requests?${new URLSearchParams([...chosen, ...Object.entries(parts)]).toString()}`;
}

export function bucketLink(
  tenant: string,
  { from, to }: Bucket,
  parts: Readonly<Record<string, string>> = {},
) {
  const span = { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
  const search = new URLSearchParams({ ...span, ...(tenant === '' ? {} : { tenant }), ...parts });
  return `/requests?${search.toString()}`;
}

/** The address of the overview with some of its parts changed; '' takes one out. */
export function withParts(
  search: Pick<URLSearchParams, 'toString'>,
  parts: Readonly<Record<string, string>>,
): string {
  const next = new URLSearchParams(search.toString());
  for (const [name, value] of Object.entries(parts)) {
    if (value === '') next.delete(name);
    else next.set(name, value);
  }
  return `?${next.toString()}`;
}

/** What is counted where that is more than the range says, for figures are by the hour; null = just the range. */
export function wholeHours({ range, variables }: OverviewView, from: string): string | null {
  if (range.days !== null || range.from === null) return null;
  const to = range.to === null ? null : endOfHour(Date.parse(range.to));
  const isMore = Date.parse(from) < Date.parse(range.from) || (to !== null && to !== range.to);
  if (!isMore) return null;
  return absoluteRange(Date.parse(from), to === null ? null : Date.parse(to), variables.timeZone).label;
}

interface Span {
  readonly from: string;
  readonly to: string;
}

/**
 * How long what is counted is beside the period before, which has whole hours: the last hour may have just begun, and
 * sums of less time are no fall.
 */
export function lengthBeside(
  { range, asOf }: Pick<OverviewView, 'range' | 'asOf'>,
  now: Span,
  then: Span,
): number {
  if (range.days !== null) return 1;
  const to = Date.parse(now.to);
  const end = range.to === null ? to : Math.min(Date.parse(endOfHour(to)), Math.max(asOf, to));
  const before = Date.parse(then.to) - Date.parse(then.from);
  return before === 0 ? 1 : (end - Date.parse(now.from)) / before;
}

function endOfHour(at: number): string {
  return new Date(Math.ceil(at / HOUR) * HOUR).toISOString();
}

/** The times of a series that came by hours or by local days. */
export function bucketsOf(
  points: readonly { readonly hour?: string | null; readonly day?: string | null }[],
  zone: string,
): readonly Bucket[] {
  return points.map(({ hour, day }) => {
    if (typeof hour === 'string') return { from: Date.parse(hour), to: Date.parse(hour) + HOUR };
    const [year = 0, month = 0, date = 0] = (day ?? '1970-01-01').split('-').map(Number);
    const [from, to] = [date, date + 1].map((one) => beginOf({ year, month, day: one }, zone));
    return { from: from ?? 0, to: to ?? 0 };
  });
}

/** What changes how requests are served or priced; signing in does not. */
const CHANGES = new Set(['provider', 'model', 'tenant', 'category', 'ruleSet', 'setting']);
const BESIDE = new Set(['provider.check', 'provider.reencrypt']);

export function happeningsOf(entries: OverviewQuery['auditEntries']): readonly Happening[] {
  return (entries?.edges ?? [])
    .map(({ node }) => node)
    .filter(({ action, targetType }) => CHANGES.has(targetType) && !BESIDE.has(action))
    .map(({ at, actorName, action }) => ({ at: Date.parse(at), label: `${actorName}: ${action}` }));
}

/** Models that cost nothing although they were used: free, or without a price. The server cannot tell in sums. */
export function unpricedOf(models: OverviewQuery['dashboard']['models']): {
  readonly requests: number;
  readonly models: readonly string[];
} {
  const unpriced = models.filter(
    ({ actualCost, inputTokens, outputTokens }) => actualCost === 0 && inputTokens + outputTokens > 0,
  );
  return {
    requests: unpriced.reduce((sum, { requests }) => sum + requests, 0),
    models: [...new Set(unpriced.map(({ model }) => model ?? ''))],
  };
}

export const BREAKDOWNS = {
  model: { label: 'Model', groupBy: ['MODEL', 'PROVIDER'] },
  provider: { label: 'Provider', groupBy: ['PROVIDER'] },
  category: { label: 'Category', groupBy: ['CATEGORY'] },
  user: { label: 'User', groupBy: ['USER'] },
  tenant: { label: 'Tenant', groupBy: ['TENANT'] },
  key: { label: 'Key', groupBy: ['KEY', 'TENANT'] },
} as const satisfies Record<string, { label: string; groupBy: readonly UsageDimension[] }>;
export type By = keyof typeof BREAKDOWNS;

export const SORTS = {
  cost: 'ACTUAL_COST',
  requests: 'REQUESTS',
  errors: 'ERROR_RATE',
  input: 'INPUT_TOKENS',
  output: 'OUTPUT_TOKENS',
  saved: 'SAVED',
  p95: 'P95_DURATION_MS',
} as const satisfies Record<string, UsageOrderField>;
export type Sort = keyof typeof SORTS;

/** Rows before the rest is folded into "Other", and at most. */
const SHOWN = 10;
const MOST = 200;
/** About as many as the server computes at once. */
const MOST_BEFORE = 500;

export interface BreakdownView {
  readonly by: By;
  readonly sort: Sort;
  readonly all: boolean;
}

export function readBreakdown(search: Pick<URLSearchParams, 'get'>): BreakdownView {
  const [by, sort] = [search.get('by') ?? '', search.get('sort') ?? ''];
  return {
    by: Object.hasOwn(BREAKDOWNS, by) ? (by as By) : 'model',
    sort: Object.hasOwn(SORTS, sort) ? (sort as Sort) : 'cost',
    all: search.get('all') === '1',
  };
}

export function breakdownVariables(
  { by, sort, all }: BreakdownView,
  { range, tenant, variables }: Pick<OverviewView, 'range' | 'tenant' | 'variables'>,
  mayKeys: boolean,
): OverviewBreakdownQueryVariables {
  return {
    groupBy: [...BREAKDOWNS[by].groupBy],
    ...(tenant === '' ? {} : { filter: { tenantIds: [tenant] } }),
    orderBy: [{ by: SORTS[sort] }, { by: 'REQUESTS' }],
    first: all ? MOST : SHOWN,
    ...periodOf(range),
    timeZone: variables.timeZone,
    withKeys: mayKeys && by === 'key',
  };
}

/** The same rows in the period before: as many as there may be, for which of them are shown is not known yet. */
export function beforeVariables(
  { by }: BreakdownView,
  { tenant, variables }: Pick<OverviewView, 'tenant' | 'variables'>,
): OverviewBreakdownQueryVariables {
  const { beforeDays, beforeFrom, beforeTo, timeZone } = variables;
  return {
    groupBy: [...BREAKDOWNS[by].groupBy],
    ...(tenant === '' ? {} : { filter: { tenantIds: [tenant] } }),
    orderBy: [{ by: 'ACTUAL_COST' }],
    first: MOST_BEFORE,
    ...(beforeDays == null ? { from: beforeFrom } : { days: beforeDays }),
    to: beforeTo,
    timeZone,
    withKeys: false,
  };
}
