import type pg from 'pg';

import { BUCKET_BOUNDS } from '../../src/accounting/histogram.ts';

const COLUMNS = `hour, tenant_id, key_id, provider_slug, model, category, cost_tier, user_name, requests, errors, aborted,
  auto_routed, input_tokens, cached_tokens, cache_write_tokens, output_tokens, reasoning_tokens, actual_cost,
  baseline_cost, duration_ms, unpriced, duration_buckets, ttft_buckets`;

const bucket = (column: string): string =>
  `(SELECT count(*) FROM unnest($1::int[]) AS bound WHERE bound < ${column})`;
const buckets = (column: string): string => `
  array(SELECT (SELECT count(*)::int FROM unnest(array_agg(${column})) AS ms
                WHERE ms IS NOT NULL AND ${bucket('ms')} = i)
        FROM generate_series(0, ${BUCKET_BOUNDS.length}) AS i ORDER BY i)`;

/** The rollups as the log itself has them, worked out by PostgreSQL. */
const FROM_LOG = `
  SELECT date_trunc('hour', at, 'UTC') AS hour, tenant_id, key_id, provider_slug, model, category, cost_tier, user_name,
    count(*) AS requests, count(*) FILTER (WHERE status = 'error') AS errors,
    count(*) FILTER (WHERE status = 'aborted') AS aborted, count(*) FILTER (WHERE auto_routed) AS auto_routed,
    sum(input_tokens) AS input_tokens, sum(cached_tokens) AS cached_tokens,
    sum(cache_write_tokens) AS cache_write_tokens, sum(output_tokens) AS output_tokens,
    sum(reasoning_tokens) AS reasoning_tokens, sum(actual_cost) AS actual_cost, sum(baseline_cost) AS baseline_cost,
    sum(duration_ms) AS duration_ms,
    count(*) FILTER (WHERE NOT priced AND (input_tokens > 0 OR output_tokens > 0)) AS unpriced,
    ${buckets('duration_ms')} AS duration_buckets, ${buckets('ttft_ms')} AS ttft_buckets
  FROM request_log GROUP BY 1, 2, 3, 4, 5, 6, 7, 8`;

/** Rows in which the rollups and the sum of the log differ; [] = they are equal. */
export async function differences(pool: pg.Pool): Promise<unknown[]> {
  const { rows } = await pool.query(
    `WITH log AS (${FROM_LOG}), l AS (SELECT ${COLUMNS} FROM log), u AS (SELECT ${COLUMNS} FROM usage_hourly)
     SELECT 'only in the log' AS where, * FROM (SELECT * FROM l EXCEPT SELECT * FROM u) a
     UNION ALL SELECT 'only in the rollups', * FROM (SELECT * FROM u EXCEPT SELECT * FROM l) b`,
    [BUCKET_BOUNDS],
  );
  return rows;
}
