import { BUCKET_BOUNDS, BUCKET_COUNT } from './histogram.ts';
import { REQUEST_COLUMNS } from './request-columns.ts';

/** The texts of what the drain asks of PostgreSQL. */

const STAGE = 'pg_temp.prism_stage';
/** Unix ms of a timestamptz. */
const unixMs = (at: string): string => `(extract(epoch FROM ${at}) * 1000)::bigint`;

/** Of the connection alone and without a write-ahead log; `mark` takes what stands in front of a line's columns. */
export const CREATE_STAGE = `
  CREATE TEMP TABLE IF NOT EXISTS prism_stage (
    mark text, ${REQUEST_COLUMNS.map(({ name, type }) => `${name} ${type}`).join(', ')}, snapshot text
  ) ON COMMIT DELETE ROWS`;

export const COPY_TO_STAGE = `COPY ${STAGE} FROM STDIN`;

const LOG_COLUMNS = REQUEST_COLUMNS.map(({ name, log }) => log ?? { name, value: name });
const AT = LOG_COLUMNS.find(({ name }) => name === 'at')?.value;

const KEY = ['hour', 'tenant_id', 'key_id', 'provider_slug', 'model', 'category', 'cost_tier', 'user_name'];

/** Sums of `usage_hourly` and how a group of new rows makes them. */
const SUMS: readonly (readonly [name: string, sum: string])[] = [
  ['requests', 'count(*)'],
  ['errors', `count(*) FILTER (WHERE status = 'error')`],
  ['aborted', `count(*) FILTER (WHERE status = 'aborted')`],
  ['auto_routed', 'count(*) FILTER (WHERE auto_routed)'],
  ['input_tokens', 'sum(input_tokens)'],
  ['cached_tokens', 'sum(cached_tokens)'],
  ['cache_write_tokens', 'sum(cache_write_tokens)'],
  ['output_tokens', 'sum(output_tokens)'],
  ['reasoning_tokens', 'sum(reasoning_tokens)'],
  ['actual_cost', 'sum(actual_cost)'],
  ['baseline_cost', 'sum(baseline_cost)'],
  ['duration_ms', 'sum(duration_ms)'],
  ['unpriced', 'count(*) FILTER (WHERE NOT priced AND (input_tokens > 0 OR output_tokens > 0))'],
];
const SUM_NAMES = SUMS.map(([name]) => name);

const BUCKETS = Array.from({ length: BUCKET_COUNT }, (_, index) => index);
/** The index of a whole duration's bucket: width_bucket's bounds are exclusive, ours are inclusive. */
const bucketOf = (ms: string): string =>
  `width_bucket(${ms}, ARRAY[${BUCKET_BOUNDS.map((bound) => bound + 1).join(', ')}])`;
const countBuckets = (bucket: string): string =>
  `ARRAY[${BUCKETS.map((index) => `count(*) FILTER (WHERE ${bucket} = ${index})`).join(', ')}]::integer[]`;
/** Element by element and spelt out: five times as fast as unnesting two arrays and aggregating them again. */
const addBuckets = (name: string): string =>
  `${name} = ARRAY[${BUCKETS.map((index) => `coalesce(u.${name}[${index + 1}], 0) + excluded.${name}[${index + 1}]`).join(', ')}]`;

/**
 * Moves the staged rows into the log. From those really inserted, and in the same statement: the rollups, the
 * snapshots, the last uses of keys and the notices to live subscribers. So replaying any part of a batch changes
 * nothing.
 *
 * - Rollups are changed in the order of their keys: every process takes the row locks in the same order, so two
 *   drains wait for each other but never in a circle.
 * - Keys that somebody is changing right now are skipped: waiting for one while holding others could end in a deadlock.
 *   Parameters: keys of earlier batches that were skipped, and when they were used.
 * - Notices go out with the commit: channel `prism_logged`, payloads `{"from":ms,"to":ms,"ids":[…]}` of less than the
 *   8,000 bytes that pg_notify takes; `from` and `to` bound the rows' `at`, for the partitions.
 *
 * Answers one row: `count` of new rows; `missed`, the skipped keys and their last uses as { id: Unix ms } or null.
 */
export const STORE_STAGED = `
  WITH inserted AS (
    INSERT INTO request_log (${LOG_COLUMNS.map(({ name }) => name).join(', ')})
    SELECT ${LOG_COLUMNS.map(({ value }) => value).join(', ')} FROM ${STAGE}
    ON CONFLICT (id, at) DO NOTHING
    RETURNING id, at, ${KEY.slice(1).join(', ')}, status, auto_routed, input_tokens, cached_tokens,
      cache_write_tokens, output_tokens, reasoning_tokens, actual_cost, baseline_cost, duration_ms, ttft_ms,
      priced
  ), snapshots AS (
    INSERT INTO request_snapshot (id, at, tenant_id, content)
    SELECT id, ${AT}, tenant_id, snapshot FROM ${STAGE}
    WHERE snapshot IS NOT NULL AND id IN (SELECT id FROM inserted)
    ON CONFLICT (id, at) DO NOTHING
  ), counted AS (
    SELECT *, date_trunc('hour', at, 'UTC') AS hour,
      ${bucketOf('duration_ms')} AS duration_bucket, ${bucketOf('ttft_ms')} AS ttft_bucket
    FROM inserted
  ), rollup AS (
    INSERT INTO usage_hourly AS u (${KEY.join(', ')}, ${SUM_NAMES.join(', ')}, duration_buckets, ttft_buckets)
    SELECT ${KEY.join(', ')}, ${SUMS.map(([, sum]) => sum).join(', ')},
      ${countBuckets('duration_bucket')}, ${countBuckets('ttft_bucket')}
    FROM counted GROUP BY ${KEY.join(', ')} ORDER BY ${KEY.join(', ')}
    ON CONFLICT (${KEY.join(', ')}) DO UPDATE SET
      ${SUM_NAMES.map((name) => `${name} = u.${name} + excluded.${name}`).join(', ')},
      ${addBuckets('duration_buckets')}, ${addBuckets('ttft_buckets')}
  ), used AS (
    SELECT id, max(at) AS at FROM (
      SELECT key_id AS id, at FROM inserted
      UNION ALL SELECT id, to_timestamp(ms / 1000.0::float8) FROM unnest($1::uuid[], $2::bigint[]) AS u(id, ms)
    ) AS uses GROUP BY id
  ), free AS (
    SELECT id FROM tenant_key WHERE id IN (SELECT id FROM used) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
  ), touched AS (
    UPDATE tenant_key SET last_used_at = greatest(last_used_at, used.at)
    FROM used JOIN free USING (id) WHERE tenant_key.id = used.id
    RETURNING tenant_key.id
  ), notices AS (
    SELECT pg_notify('prism_logged', '{"from":' || ${unixMs('min(at)')} || ',"to":' || ${unixMs('max(at)')} ||
      ',"ids":["' || string_agg(id::text, '","') || '"]}')
    FROM (SELECT id, at, row_number() OVER () AS number FROM inserted) AS numbered GROUP BY number / 190
  )
  SELECT (SELECT count(*) FROM inserted)::integer AS count, (SELECT count(*) FROM notices) AS notices,
    (SELECT json_object_agg(id, ${unixMs('at')}) FROM used WHERE id NOT IN (SELECT id FROM touched)) AS missed`;

/** Keeps a learned window ($1 provider, $2 model, $3 tokens) and tells every process, if it is news. */
export const LEARN_WINDOW = `
  WITH changed AS (
    UPDATE provider_model SET learned_context_window = $3, updated_at = now()
    WHERE provider_id = $1 AND model_id = $2 AND learned_context_window IS DISTINCT FROM $3
    RETURNING provider_id
  )
  SELECT pg_notify('prism_changed', json_build_object('noun', 'provider', 'id', provider_id)::text) FROM changed`;
