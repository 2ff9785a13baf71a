import type pg from 'pg';

import { BUCKET_BOUNDS, BUCKET_COUNT } from '../../src/accounting/histogram.ts';

const DAY_MS = 86_400_000;

export interface Filling {
  readonly pool: pg.Pool;
  readonly rows: number;
  /** Whole days, today included; today has as many rows as its share that is over. */
  readonly days: number;
  readonly now: Date;
  readonly onDay: (day: string, rows: number) => void;
}

/** What the log is made of. Heads of the lists are used most (`random() ^ 2`). */
export const SHAPE = {
  tenants: 20,
  keysPerTenant: 2,
  usersPerTenant: 25,
  models: 12,
  categories: 12,
} as const;

const MODELS = [
  ['openai', 'gpt-4o-mini', 'low'],
  ['openai', 'gpt-4o', 'medium'],
  ['anthropic', 'claude-haiku-4-5', 'low'],
  ['anthropic', 'claude-sonnet-4-5', 'advanced'],
  ['bedrock', 'eu.anthropic.claude-sonnet-4', 'advanced'],
  ['openai', 'gpt-5', 'high'],
  ['ollama', 'llama-3.3-70b', 'minimal'],
  ['openai', 'text-embedding-3-small', 'micro'],
  ['ollama', 'qwen3-coder:30b', 'minimal'],
  ['openai', 'o4-mini', 'advanced'],
  ['anthropic', 'claude-opus-4-6', 'ultra'],
  ['bedrock', 'amazon.nova-lite', 'micro'],
] as const;
const CATEGORIES = [
  'smalltalk',
  'coding_simple',
  'coding_medium',
  'summarization',
  'translation',
  'email',
].concat(['extraction', 'reasoning', 'analysis', 'creative_short', 'sql', 'planning']);
/** Of 24 hours, UTC: what share of a day's requests has come by the end of each. */
const HOURS = [1, 1, 1, 1, 1, 2, 4, 9, 14, 16, 15, 11, 9, 13, 15, 14, 11, 7, 4, 3, 2, 2, 1, 1];

/** A tenant's or key's id, by number. */
export const idOf = (kind: 'tenant' | 'key', number: number): string =>
  `0198c5b0-0000-7000-${kind === 'tenant' ? '8000' : '9000'}-${String(number).padStart(12, '0')}`;

/**
 * Fills an empty, migrated database with requests of the past days, each day in its own partition, and with the sums
 * that the drain would have made of them.
 */
export async function fill({ pool, rows, days, now, onDay }: Filling): Promise<void> {
  await pool.query('SELECT setseed(0.42)');
  const today = Math.floor(now.getTime() / DAY_MS) * DAY_MS;
  const share = (now.getTime() - today) / DAY_MS;
  const perDay = rows / (days - 1 + share);
  for (let start = today - (days - 1) * DAY_MS; start <= today; start += DAY_MS) {
    const part = `request_log_p${new Date(start).toISOString().slice(0, 10).replaceAll('-', '')}`;
    const end = start + DAY_MS;
    await pool.query(
      `CREATE TABLE IF NOT EXISTS ${part} PARTITION OF request_log
       FOR VALUES FROM ('${new Date(start).toISOString()}') TO ('${new Date(end).toISOString()}')`,
    );
    const count = Math.round(start === today ? perDay * share : perDay);
    await pool.query(INSERT_DAY, [
      new Date(start),
      count,
      Math.min(end, now.getTime()) - start,
      MODELS.map(([provider]) => provider),
      MODELS.map(([, model]) => model),
      MODELS.map(([, , tier]) => tier),
      CATEGORIES,
      start === today ? null : cumulated(HOURS),
    ]);
    await pool.query(SUM_DAY, [new Date(start), new Date(end)]);
    onDay(part, count);
  }
  await pool.query('VACUUM (ANALYZE) request_log');
  await pool.query('VACUUM (ANALYZE) usage_hourly');
}

function cumulated(weights: readonly number[]): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let reached = 0;
  return weights.map((weight) => (reached += weight) / total);
}

const uuid = (kind: 'tenant' | 'key', number: string): string =>
  `('${idOf(kind, 0).slice(0, 24)}' || lpad((${number})::text, 12, '0'))::uuid`;

/** $1 begin of the day, $2 rows, $3 its length in ms, $4 providers, $5 models, $6 tiers, $7 categories, $8 hours. */
const INSERT_DAY = `
  INSERT INTO request_log (id, at, tenant_id, key_id, provider_id, provider_slug, operation, requested_model, model,
    baseline_model, category, cost_tier, auto_routed, user_name, session_id, status, http_status, error_type, error_code,
    error_message, streamed, duration_ms, ttft_ms, attempts, input_tokens, cached_tokens, output_tokens, actual_cost,
    baseline_cost, trace)
  SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr(md5(i::text || at::text), 1, 3)
      || '8' || substr(md5(i::text || at::text), 4, 15))::uuid,
    at, ${uuid('tenant', 'tenant')}, ${uuid('key', `tenant * ${SHAPE.keysPerTenant} + key`)},
    '0198c5b0-0000-7000-a000-000000000001', ($4::text[])[model],
    CASE WHEN model = 8 THEN 'embeddings' ELSE 'chat' END, CASE WHEN auto THEN 'auto' ELSE ($5::text[])[model] END,
    ($5::text[])[model], CASE WHEN auto THEN 'gpt-5' ELSE ($5::text[])[model] END,
    CASE WHEN auto THEN ($7::text[])[category] ELSE '' END, ($6::text[])[model], auto,
    'user-' || tenant || '-' || member || '@example.com',
    CASE WHEN model = 8 OR member % 2 = 0 THEN '' ELSE 's-' || tenant || '-' || member || '-' || to_char(at, 'YYMMDDHH24') END,
    status, CASE status WHEN 'error' THEN 503 ELSE 200 END, CASE status WHEN 'error' THEN 'provider_error' ELSE '' END, '',
    CASE status WHEN 'error' THEN 'Provider is unavailable.' ELSE '' END, model <> 8,
    duration, CASE status WHEN 'error' THEN NULL ELSE duration / 4 END, 1,
    tokens, tokens / 3, tokens / 5, tokens * 0.000002, tokens * 0.000005,
    jsonb_build_object('plannedMs', 0.2, 'attempts', jsonb_build_array(jsonb_build_object('provider', ($4::text[])[model],
      'model', ($5::text[])[model], 'startMs', 0.3, 'durationMs', duration, 'outcome', 'ok')))
  FROM (
    SELECT i, tenant, key, auto, member, duration, tokens, category, status, at,
      -- Everybody has a few models of their own, and those that the router picks.
      CASE WHEN auto THEN 1 + (category * 5 + tenant) % ${SHAPE.models}
           ELSE 1 + (member * 3 + tenant + pick) % ${SHAPE.models} END AS model
    FROM (
      SELECT i, floor(random() ^ 2 * ${SHAPE.tenants})::int AS tenant, floor(random() * ${SHAPE.keysPerTenant})::int AS key,
        random() < 0.35 AS auto, floor(random() ^ 1.5 * ${SHAPE.usersPerTenant})::int AS member,
        floor(random() ^ 2 * 4)::int AS pick, 1 + floor(random() ^ 2 * ${SHAPE.categories})::int AS category,
        (200 * exp(random() * 5))::int AS duration, (100 * exp(random() * 4))::int AS tokens,
        (ARRAY['success', 'error', 'aborted'])[1 + width_bucket(random(), ARRAY[0.97::float8, 0.99])] AS status,
        $1::timestamptz + CASE WHEN $8::float8[] IS NULL THEN random() * $3::float8
          ELSE (width_bucket(random(), $8::float8[]) + random()) * 3600000 END * INTERVAL '1 millisecond' AS at
      FROM generate_series(1, $2::int) AS i OFFSET 0
    ) AS drawn
  ) AS chosen
  ORDER BY at`;

const buckets = (ms: string): string =>
  `ARRAY[${Array.from(
    { length: BUCKET_COUNT },
    (_, index) =>
      `count(*) FILTER (WHERE width_bucket(${ms}, ARRAY[${BUCKET_BOUNDS.map((bound) => bound + 1).join(', ')}]) = ${index})`,
  ).join(', ')}]::integer[]`;

const SUM_DAY = `
  INSERT INTO usage_hourly
  SELECT date_trunc('hour', at, 'UTC') AS hour, tenant_id, key_id, provider_slug, model, category, cost_tier, user_name,
    count(*), count(*) FILTER (WHERE status = 'error'), count(*) FILTER (WHERE status = 'aborted'),
    count(*) FILTER (WHERE auto_routed), sum(input_tokens), sum(cached_tokens), sum(cache_write_tokens),
    sum(output_tokens), sum(reasoning_tokens), sum(actual_cost), sum(baseline_cost), sum(duration_ms),
    ${buckets('duration_ms')}, ${buckets('ttft_ms')}
  FROM request_log WHERE at >= $1 AND at < $2 GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 ORDER BY 1`;
