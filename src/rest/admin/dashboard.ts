import { plainSpelling } from '../../graphql/enums.ts';
import {
  DashboardCategoriesDocument,
  DashboardDailyDocument,
  DashboardModelsDocument,
  DashboardRequestsDocument,
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

/** What requests can be filtered by. */
export const FILTER_QUERY = {
  tenantId: 'Only of this tenant',
  from: 'Not before (ISO 8601)',
  to: 'Before (ISO 8601)',
  model: 'Served by this model',
  provider: 'Served by the provider with this slug',
  key: 'With the key of this id',
  category: 'Taken for this category',
  user: 'Asked by this user',
  sessionId: 'Of this conversation',
  status: 'success, error or aborted',
  autoRouted: 'true = placed by the router, false = not',
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
  route({
    method: 'GET',
    path: `${base}/requests`,
    heading,
    summary: 'Paginated request log, newest first',
    params,
    query: {
      page: 'Number of the page, from 1',
      limit: 'Requests a page: 50 when missing, at most 200',
      ...FILTER_QUERY,
    },
    document: DashboardRequestsDocument,
    variables: ({ query: given }) => ({
      page: given['page'],
      limit: given['limit'],
      tenantId: given['tenantId'],
      from: given['from'],
      to: given['to'],
      model: given['model'],
      provider: given['provider'],
      key: given['key'],
      category: given['category'],
      user: given['user'],
      sessionId: given['sessionId'],
      status: given['status'],
      autoRouted: given['autoRouted'],
    }),
    respond: ({ requestLogPage: { requests, ...page } }) => ({
      requests: requests.map(({ status, operation, ...request }) => ({
        ...request,
        status: plainSpelling('RequestStatus', status),
        operation: plainSpelling('RequestOperation', operation),
      })),
      ...page,
    }),
  }),
];
