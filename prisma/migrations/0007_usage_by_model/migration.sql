-- What served, by day: a twentieth of the rows that `day_model` has, for it leaves out category and tier. Percentiles by
-- model over 90 days add up histograms and were the one dashboard question above 100 ms.
CREATE TABLE "usage_sum_day_served" PARTITION OF "usage_sum" FOR VALUES IN ('day_served');
CREATE TABLE "usage_latency_day_served" PARTITION OF "usage_latency" FOR VALUES IN ('day_served');

-- Nothing may come between the old sums and the new kind.
SELECT pg_advisory_xact_lock(hashtextextended('prism_usage_sums', 0));

-- The statement that adds rows to all kinds of `usage_sum` and `usage_latency`. `source` is a FROM item with the
-- columns of `usage_hourly` and `sign`, 1 or -1: rows that have been changed are added as they are now and taken away
-- as they were. Rows are written in the order of their keys, so that nobody waits in a circle.
CREATE OR REPLACE FUNCTION "prism_add_usage_sql"(source TEXT) RETURNS TEXT LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    keys CONSTANT TEXT := 'kind, at, tenant_id, key_id, provider_slug, model, category, cost_tier, user_name';
    names CONSTANT TEXT[] := ARRAY['requests', 'errors', 'aborted', 'auto_routed', 'input_tokens', 'cached_tokens',
        'cache_write_tokens', 'output_tokens', 'reasoning_tokens', 'actual_cost', 'baseline_cost', 'duration_ms'];
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

-- What has been summed up so far.
INSERT INTO usage_sum
SELECT 'day_served', at, tenant_id, key_id, provider_slug, model, '', '', user_name, sum(requests), sum(errors),
       sum(aborted), sum(auto_routed), sum(input_tokens), sum(cached_tokens), sum(cache_write_tokens),
       sum(output_tokens), sum(reasoning_tokens), sum(actual_cost), sum(baseline_cost), sum(duration_ms)
  FROM usage_sum WHERE kind = 'day_model'
 GROUP BY at, tenant_id, key_id, provider_slug, model, user_name;

INSERT INTO usage_latency
SELECT 'day_served', at, tenant_id, key_id, provider_slug, model, '', '', user_name,
       array_agg(duration ORDER BY i), array_agg(ttft ORDER BY i)
  FROM (SELECT at, tenant_id, key_id, provider_slug, model, user_name, i,
               sum(duration)::integer AS duration, sum(ttft)::integer AS ttft
          FROM usage_latency, unnest(duration_buckets, ttft_buckets) WITH ORDINALITY AS bucket(duration, ttft, i)
         WHERE kind = 'day_model'
         GROUP BY at, tenant_id, key_id, provider_slug, model, user_name, i) AS cells
 GROUP BY at, tenant_id, key_id, provider_slug, model, user_name;
