-- How many requests used tokens at a price that nobody knew: they stand with a cost of 0 and would look like free ones.
-- The default is for processes of the version before, which go on writing until they are replaced.
ALTER TABLE "usage_hourly" ADD COLUMN "unpriced" BIGINT NOT NULL DEFAULT 0;
ALTER TABLE "usage_sum" ADD COLUMN "unpriced" BIGINT NOT NULL DEFAULT 0;

-- The statement that adds rows to all kinds of `usage_sum` and `usage_latency`. `source` is a FROM item with the
-- columns of `usage_hourly` and `sign`, 1 or -1: rows that have been changed are added as they are now and taken away
-- as they were. Rows are written in the order of their keys, so that nobody waits in a circle.
CREATE OR REPLACE FUNCTION "prism_add_usage_sql"(source TEXT) RETURNS TEXT LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    keys CONSTANT TEXT := 'kind, at, tenant_id, key_id, provider_slug, model, category, cost_tier, user_name';
    names CONSTANT TEXT[] := ARRAY['requests', 'errors', 'aborted', 'auto_routed', 'input_tokens', 'cached_tokens',
        'cache_write_tokens', 'output_tokens', 'reasoning_tokens', 'actual_cost', 'baseline_cost', 'duration_ms',
        'unpriced'];
    histograms CONSTANT TEXT[] := ARRAY['duration_buckets', 'ttft_buckets'];
    -- As many as src/accounting/histogram.ts has, and the open last one.
    size CONSTANT INTEGER := 32;
    sums TEXT;
    changes TEXT;
    buckets TEXT;
    bucket_changes TEXT;
BEGIN
    SELECT string_agg(format('sum(sign * %1$s) AS %1$s', name), ', '),
           string_agg(format('%1$s = s.%1$s + excluded.%1$s', name), ', ')
      INTO sums, changes FROM unnest(names) AS name;
    SELECT string_agg(format('ARRAY[%s] AS %s',
               (SELECT string_agg(format('coalesce(sum(sign * %s[%s]), 0)::integer', name, i), ', ' ORDER BY i)
                  FROM generate_series(1, size) AS i), name), ', '),
           string_agg(format('%s = ARRAY[%s]', name,
               (SELECT string_agg(format('l.%1$s[%2$s] + excluded.%1$s[%2$s]', name, i), ', ' ORDER BY i)
                  FROM generate_series(1, size) AS i)), ', ')
      INTO buckets, bucket_changes FROM unnest(histograms) AS name;
    RETURN format($sql$
        WITH summed AS MATERIALIZED (
            SELECT CASE GROUPING(hour, key_id, provider_slug, category, user_name)
                     WHEN 7 THEN 'hour_key' WHEN 14 THEN 'hour_user' WHEN 9 THEN 'hour_model'
                     WHEN 23 THEN 'day_key' WHEN 30 THEN 'day_user' WHEN 25 THEN 'day_model'
                     WHEN 27 THEN 'day_served'
                     WHEN 19 THEN 'day_key_model' WHEN 26 THEN 'day_user_model' WHEN 16 THEN 'day_all'
                   END AS kind,
                   coalesce(hour, day) AS at, tenant_id,
                   coalesce(key_id, '00000000-0000-0000-0000-000000000000') AS key_id,
                   coalesce(provider_slug, '') AS provider_slug, coalesce(model, '') AS model,
                   coalesce(category, '') AS category, coalesce(cost_tier, '') AS cost_tier,
                   coalesce(user_name, '') AS user_name, %3$s, %4$s
              FROM (SELECT *, date_trunc('day', hour, 'UTC') AS day FROM %1$s) AS hourly
             GROUP BY tenant_id, GROUPING SETS (
                   (hour, key_id), (hour, user_name), (hour, provider_slug, model, category, cost_tier),
                   (day, key_id), (day, user_name), (day, provider_slug, model, category, cost_tier),
                   (day, provider_slug, model),
                   (day, key_id, provider_slug, model), (day, user_name, provider_slug, model),
                   (day, key_id, provider_slug, model, category, cost_tier, user_name))
        ), counted AS (
            INSERT INTO usage_sum AS s (%2$s, %5$s)
            SELECT %2$s, %5$s FROM summed ORDER BY %2$s
            ON CONFLICT (%2$s) DO UPDATE SET %6$s
        )
        INSERT INTO usage_latency AS l (%2$s, %7$s)
        SELECT %2$s, %7$s FROM summed ORDER BY %2$s
        ON CONFLICT (%2$s) DO UPDATE SET %8$s$sql$,
        source, keys, sums, buckets, array_to_string(names, ', '), changes,
        array_to_string(histograms, ', '), bucket_changes);
END $$;

-- Of what the log still has; the trigger carries it on to the sums.
UPDATE "usage_hourly" AS u SET "unpriced" = found."unpriced"
  FROM (SELECT date_trunc('hour', at, 'UTC') AS hour, tenant_id, key_id, provider_slug, model, category, cost_tier,
               user_name, count(*) AS unpriced
          FROM "request_log" WHERE NOT priced AND (input_tokens > 0 OR output_tokens > 0)
         GROUP BY 1, 2, 3, 4, 5, 6, 7, 8) AS found
 WHERE u.hour = found.hour AND u.tenant_id = found.tenant_id AND u.key_id = found.key_id
   AND u.provider_slug = found.provider_slug AND u.model = found.model AND u.category = found.category
   AND u.cost_tier = found.cost_tier AND u.user_name = found.user_name;
