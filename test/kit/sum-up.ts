import { BUCKET_BOUNDS, BUCKET_COUNT } from '../../src/accounting/histogram.ts';
import type { PrismaClient } from '../../src/database/generated/prisma/client.ts';

const KEY = 'hour, tenant_id, key_id, provider_slug, model, category, cost_tier, user_name';
const SUMS: readonly (readonly [name: string, sum: string])[] = [
  ['requests', 'count(*)'],
  ['errors', `count(*) FILTER (WHERE status = 'error')`],
  ['aborted', `count(*) FILTER (WHERE status = 'aborted')`],
  ['auto_routed', 'count(*) FILTER (WHERE auto_routed)'],
  ...['input_tokens', 'cached_tokens', 'cache_write_tokens', 'output_tokens', 'reasoning_tokens'].map(
    (name) => [name, `sum(${name})`] as const,
  ),
  ...['actual_cost', 'baseline_cost', 'duration_ms'].map((name) => [name, `sum(${name})`] as const),
  ['unpriced', 'count(*) FILTER (WHERE NOT priced AND (input_tokens > 0 OR output_tokens > 0))'],
];

const numbers = Array.from({ length: BUCKET_COUNT }, (_, i) => i);
const buckets = (ms: string): string =>
  `ARRAY[${numbers
    .map(
      (i) =>
        `count(*) FILTER (WHERE width_bucket(${ms}, ARRAY[${BUCKET_BOUNDS.map((bound) => bound + 1).join(', ')}]) = ${i})`,
    )
    .join(', ')}]::integer[]`;
const add = (name: string): string =>
  `${name} = ARRAY[${numbers.map((i) => `u.${name}[${i + 1}] + excluded.${name}[${i + 1}]`).join(', ')}]`;

/** Adds rows that a test has put into the log by itself to the rollups, as the drain does for its own. */
export async function sumUp(db: PrismaClient, ids: readonly string[]): Promise<void> {
  await db.$executeRawUnsafe(
    `INSERT INTO usage_hourly AS u (${KEY}, ${SUMS.map(([name]) => name).join(', ')}, duration_buckets, ttft_buckets)
     SELECT date_trunc('hour', at, 'UTC') AS ${KEY}, ${SUMS.map(([, sum]) => sum).join(', ')},
       ${buckets('duration_ms')}, ${buckets('ttft_ms')}
     FROM request_log WHERE id = ANY($1::uuid[]) GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 ORDER BY 1, 2, 3, 4, 5, 6, 7, 8
     ON CONFLICT (${KEY}) DO UPDATE SET ${SUMS.map(([name]) => `${name} = u.${name} + excluded.${name}`).join(', ')},
       ${add('duration_buckets')}, ${add('ttft_buckets')}`,
    [...ids],
  );
}
