import { idOf } from './data-fill.ts';

/** Something that a client asks: by GET, or by POST where there is a body. */
export interface Question {
  readonly name: string;
  readonly path: string;
  readonly body?: unknown;
}

const BASE = '/api/prism/admin/dashboard';
const FIGURES = 'requests inputTokens outputTokens actualCost saved';

const graphql = (name: string, query: string): Question => ({ name, path: '/graphql', body: { query } });
const usage = (days: number, groupBy: string, rest = ''): Question =>
  graphql(
    `usage by ${groupBy}, ${days} days${rest === '' ? '' : ` (${rest})`}`,
    `{ usage(days: ${days}, groupBy: [${groupBy}], first: 100 ${rest}) { groupCount total { ${FIGURES} } groups { day hour model user tenantId provider category keyId ${FIGURES} } } }`,
  );

/** Everything that reads usage or the log. `ask` finds out what single questions are about. */
export async function askedOf(ask: (question: Question) => Promise<unknown>): Promise<readonly Question[]> {
  return [
    { name: 'who am I (for comparison: no usage is read)', path: '/api/prism/auth/me' },
    ...dashboards(),
    ...usages(),
    ...(await logs(ask)),
  ];
}

function dashboards(): Question[] {
  const rest = ['summary', 'daily', 'models', 'categories', 'users'].flatMap((name) =>
    [
      ...[7, 30, 90].map((days) => `days=${days}`),
      'days=90&timeZone=Asia/Kathmandu',
      `days=90&tenantId=${idOf('tenant', 0)}`,
    ].map((query) => ({
      name: `${name}, ${query.replace(/tenantId=.*/, 'one tenant')}`,
      path: `${BASE}/${name}?${query}`,
    })),
  );
  const whole = [7, 30, 90].map((days) =>
    graphql(
      `everything on one page, ${days} days`,
      `{ dashboard(days: ${days}) {
        summary { totalRequests totalActualCost totalSaved errorRate cachedShare avgDurationMs uniqueUsers }
        previous { totalRequests totalActualCost totalSaved errorRate }
        days { day ${FIGURES} errors } models(first: 20) { model provider ${FIGURES} errorRate }
        providers { provider ${FIGURES} } tiers { tier ${FIGURES} } keys(first: 20) { keyId ${FIGURES} }
        categories(first: 20) { category tier requests } users(first: 20) { user requests actualCost } } }`,
    ),
  );
  const parts = [
    ['hours, 7 days', '{ dashboard(days: 7) { hours { hour requests actualCost errors } } }'],
    ['hours, 30 days', '{ dashboard(days: 30) { hours { hour requests actualCost errors } } }'],
    [
      'percentiles, 30 days',
      '{ dashboard(days: 30) { summary { p50DurationMs p95DurationMs p50TtftMs p95TtftMs } } }',
    ],
    [
      'percentiles, 90 days',
      '{ dashboard(days: 90) { summary { p50DurationMs p95DurationMs p50TtftMs p95TtftMs } } }',
    ],
    ['percentiles by day, 90 days', '{ dashboard(days: 90) { days { day p50DurationMs p95DurationMs } } }'],
    ['percentiles by hour, 7 days', '{ dashboard(days: 7) { hours { hour p50DurationMs p95DurationMs } } }'],
    ['percentiles by model, 30 days', '{ dashboard(days: 30) { models { model p95DurationMs p95TtftMs } } }'],
    ['percentiles by model, 90 days', '{ dashboard(days: 90) { models { model p95DurationMs p95TtftMs } } }'],
  ] as const;
  return [...rest, ...whole, ...parts.map(([name, query]) => graphql(name, query))];
}

function usages(): Question[] {
  return [
    ...['MODEL', 'PROVIDER', 'CATEGORY', 'TENANT', 'USER', 'KEY', 'DAY'].map((name) => usage(90, name)),
    ...[
      'DAY, MODEL',
      'DAY, TENANT',
      'TENANT, MODEL',
      'TENANT, USER',
      'USER, MODEL',
      'DAY, USER',
      'KEY, MODEL',
    ].flatMap((names) => [usage(30, names), usage(90, names)]),
    usage(7, 'HOUR, MODEL'),
    usage(30, 'HOUR, TENANT'),
    usage(30, 'DAY, TENANT, MODEL'),
    usage(30, 'TENANT, KEY, USER, MODEL, CATEGORY'),
    usage(90, 'DAY', 'filter: { users: ["user-3-4@example.com"] }'),
    usage(90, 'DAY, MODEL', `filter: { tenantIds: ["${idOf('tenant', 3)}"] }`),
    usage(90, 'MODEL', 'filter: { users: ["user-3-4@example.com"], categories: ["sql"] }'),
    usage(90, 'USER', 'filter: { models: ["gpt-5"] }, orderBy: [{ by: ACTUAL_COST }]'),
    usage(90, 'DAY', 'timeZone: "Asia/Kathmandu"'),
    usage(30, 'DAY, MODEL', 'timeZone: "Europe/Berlin"'),
  ];
}

const FILTERS: Readonly<Record<string, string>> = {
  'no filter': '',
  'the largest tenant': `tenantId=${idOf('tenant', 0)}`,
  'the smallest tenant': `tenantId=${idOf('tenant', 19)}`,
  errors: 'status=error',
  'routed errors': 'status=error&autoRouted=true',
  'a common model': 'model=gpt-4o-mini',
  'a rare category': 'category=planning',
  'a rare user': 'user=user-19-24@example.com',
  'a rare user and a model': 'user=user-19-24@example.com&model=gpt-5',
  'a common user’s errors': 'user=user-0-0@example.com&status=error',
  'a key and a model': `key=${idOf('key', 39)}&model=gpt-5`,
};

async function logs(ask: (question: Question) => Promise<unknown>): Promise<Question[]> {
  const questions: Question[] = [];
  for (const [name, filter] of Object.entries(FILTERS)) {
    const page = (number: number): string => `${BASE}/requests?limit=50&page=${number}&${filter}`;
    const { pages, requests } = (await ask({ name, path: page(1) })) as Page;
    questions.push({ name: `log, ${name}: first page`, path: page(1) });
    if (pages > 2)
      questions.push({
        name: `log, ${name}: page ${Math.ceil(pages / 2)}`,
        path: page(Math.ceil(pages / 2)),
      });
    if (pages > 1) questions.push({ name: `log, ${name}: last page (${pages})`, path: page(pages) });
    if (filter !== '') continue;
    const one = requests.find(({ sessionId }) => sessionId !== '');
    if (one === undefined) continue;
    const { id, sessionId, at } = one;
    questions.push({
      name: 'log, a conversation',
      path: `${BASE}/requests?sessionId=${encodeURIComponent(sessionId)}`,
    });
    const week = new Date(Date.parse(at) - 7 * 86_400_000 - 1_234_567).toISOString();
    questions.push({
      name: 'log, a week cut within hours: page 1,000',
      path: `${BASE}/requests?from=${week}&to=${at}&page=1000`,
    });
    questions.push(
      graphql('log, by cursor: first page', '{ requestLogs(first: 50) { edges { node { id at } } } }'),
    );
    questions.push(...volumes(Date.parse(at)));
    questions.push(graphql('one request', `{ requestLog(id: "${id}") { id trace } }`));
  }
  return questions;
}

/** The histogram above the log, in a zone whose days are not UTC's. */
function volumes(now: number): Question[] {
  const HOUR_MS = 3_600_000;
  const since = (hours: number): string =>
    `from: "${new Date(now - hours * HOUR_MS - 1_234_567).toISOString()}"`;
  const filters = {
    'everything kept': '',
    '30 days': since(720),
    '7 days': since(168),
    '24 hours': since(24),
    '6 hours': since(6),
    '1 hour': since(1),
    'errors, everything kept': 'status: ERROR',
    'routed errors, 30 days': `${since(720)}, status: ERROR, autoRouted: true`,
    'a rare user and a model, 30 days': `${since(720)}, user: "user-19-24@example.com", model: "gpt-5"`,
    'all but a model, everything kept': 'exclude: { models: ["gpt-4o-mini"] }',
  };
  return Object.entries(filters).map(([name, filter]) =>
    graphql(
      `log over time, ${name}`,
      `{ requestLogVolume(filter: { ${filter} }, timeZone: "Europe/Berlin") { from to requests errors aborted } }`,
    ),
  );
}

interface Page {
  readonly pages: number;
  readonly requests: readonly { readonly id: string; readonly at: string; readonly sessionId: string }[];
}
