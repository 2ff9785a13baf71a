import type { Example } from '../example.ts';
import { ADMIN, has, list, number, some, text } from '../shapes.ts';

const BASE = `${ADMIN}/dashboard`;
const query = { days: '7' };

export const DASHBOARD: readonly Example[] = [
  {
    row: `GET ${BASE}/summary`,
    query,
    answer: has({
      periodDays: 7,
      totalRequests: number,
      totalInputTokens: number,
      totalOutputTokens: number,
      totalActualCost: number,
      totalBaselineCost: number,
      totalSaved: number,
      autoRoutedCount: number,
      errorCount: number,
      avgDurationMs: number,
      uniqueUsers: number,
    }),
  },
  {
    row: `GET ${BASE}/daily`,
    query,
    answer: some(
      has({
        date: text,
        requests: number,
        inputTokens: number,
        outputTokens: number,
        actualCost: number,
        baselineCost: number,
        saved: number,
      }),
    ),
  },
  { row: `GET ${BASE}/models`, query, answer: list },
  { row: `GET ${BASE}/categories`, query, answer: list },
  { row: `GET ${BASE}/users`, query, answer: list },
  {
    row: `GET ${BASE}/requests`,
    query: { days: '7', page: '1', limit: '10' },
    answer: has({ requests: list, total: number, page: 1, pages: number }),
  },
];
