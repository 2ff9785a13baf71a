import {
  DashboardCategoriesDocument,
  DashboardDailyDocument,
  DashboardModelsDocument,
  DashboardSummaryDocument,
  DashboardUsersDocument,
} from '../generated/documents.ts';
import { route, type AnyRoute } from '../route.ts';

const heading = 'Dashboard';
const base = '/api/prism/admin/dashboard';
const params = {} as const;

const query = {
  days: 'So many days of the calendar, today included; 30 when missing. Not together with "from"',
  from: 'Begin of the period (ISO 8601), rounded down to the hour',
  to: 'End of the period (ISO 8601), not part of it; its hour counts in full. Now when missing',
  timeZone:
    'A name of the IANA database, whose days are meant; UTC when missing. Hours are UTC hours: one in which midnight falls belongs to the day on which it begins',
  tenantId: 'Only this tenant',
} as const;

/** What all of them take. */
function period({
  query: { days, from, to, timeZone, tenantId },
}: {
  query: Record<string, string | undefined>;
}) {
  return { days, from, to, timeZone, tenantId };
}

export const DASHBOARD_ROUTES: readonly AnyRoute[] = [
  route({
    method: 'GET',
    path: `${base}/summary`,
    heading,
    summary: 'KPI summary (cost, tokens, requests, savings)',
    params,
    query,
    document: DashboardSummaryDocument,
    variables: period,
    respond: ({ dashboard: { summary } }) => summary,
  }),
  route({
    method: 'GET',
    path: `${base}/daily`,
    heading,
    summary: 'Daily time-series (cost + tokens per day), oldest first; days without traffic are zeros',
    params,
    query,
    document: DashboardDailyDocument,
    variables: period,
    respond: ({ dashboard }) => dashboard.days.map(({ day, ...measures }) => ({ date: day, ...measures })),
  }),
  route({
    method: 'GET',
    path: `${base}/models`,
    heading,
    summary: 'Model usage breakdown, most requests first; at most 1,000',
    params,
    query,
    document: DashboardModelsDocument,
    variables: period,
    respond: ({ dashboard }) =>
      dashboard.models.map(({ errors, avgDurationMs, ...rest }) => ({
        ...rest,
        errorCount: errors,
        avgDurationMs: Math.round(avgDurationMs),
      })),
  }),
  route({
    method: 'GET',
    path: `${base}/categories`,
    heading,
    summary: 'Category usage breakdown of what the router placed, most requests first; at most 1,000',
    params,
    query,
    document: DashboardCategoriesDocument,
    variables: period,
    respond: ({ dashboard }) =>
      dashboard.categories.map(({ tier, ...rest }) => ({ ...rest, costTier: tier })),
  }),
  route({
    method: 'GET',
    path: `${base}/users`,
    heading,
    summary: 'Per-user usage breakdown, most requests first; at most 1,000. "" = the client named none',
    params,
    query,
    document: DashboardUsersDocument,
    variables: period,
    respond: ({ dashboard }) => dashboard.users,
  }),
];
