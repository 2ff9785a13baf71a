-- Dashboards stay flat however long the log grows: `usage_sum` holds `usage_hourly` once more, summed up by fewer
-- dimensions and by day. It is exact at every moment, not "after a while": hours before `usage_compaction.until` are
-- in it in full (rows that come late are added in their own transaction), and hours from there on are not in it at
-- all, so whoever reads adds them from `usage_hourly`.

-- Each kind has the dimensions that its name says; the others are '' (or the nil UUID) in it.
CREATE TABLE "usage_sum" (
    "kind" TEXT NOT NULL,
    "at" TIMESTAMPTZ(0) NOT NULL,
    "tenant_id" UUID NOT NULL,
    "key_id" UUID NOT NULL,
    "provider_slug" TEXT NOT NULL,
    "model" TEXT NOT NULL,
    "category" TEXT NOT NULL,
    "cost_tier" TEXT NOT NULL,
    "user_name" TEXT NOT NULL,
    "requests" BIGINT NOT NULL,
    "errors" BIGINT NOT NULL,
    "aborted" BIGINT NOT NULL,
    "auto_routed" BIGINT NOT NULL,
    "input_tokens" BIGINT NOT NULL,
    "cached_tokens" BIGINT NOT NULL,
    "cache_write_tokens" BIGINT NOT NULL,
    "output_tokens" BIGINT NOT NULL,
    "reasoning_tokens" BIGINT NOT NULL,
    "actual_cost" DECIMAL(24,12) NOT NULL,
    "baseline_cost" DECIMAL(24,12) NOT NULL,
    "duration_ms" BIGINT NOT NULL,
    CONSTRAINT "usage_sum_pkey" PRIMARY KEY
        ("kind", "at", "tenant_id", "key_id", "provider_slug", "model", "category", "cost_tier", "user_name")
) PARTITION BY LIST ("kind");

-- The histograms of the same rows: larger than all the rest of them, and asked for less often.
CREATE TABLE "usage_latency" (
    "kind" TEXT NOT NULL,
    "at" TIMESTAMPTZ(0) NOT NULL,
    "tenant_id" UUID NOT NULL,
    "key_id" UUID NOT NULL,
    "provider_slug" TEXT NOT NULL,
    "model" TEXT NOT NULL,
    "category" TEXT NOT NULL,
    "cost_tier" TEXT NOT NULL,
    "user_name" TEXT NOT NULL,
    "duration_buckets" INTEGER[] NOT NULL,
    "ttft_buckets" INTEGER[] NOT NULL,
    CONSTRAINT "usage_latency_pkey" PRIMARY KEY
        ("kind", "at", "tenant_id", "key_id", "provider_slug", "model", "category", "cost_tier", "user_name")
) PARTITION BY LIST ("kind");

-- One table a kind, so that a scan of one reads nothing of the others.
CREATE TABLE "usage_sum_hour_key" PARTITION OF "usage_sum" FOR VALUES IN ('hour_key');
CREATE TABLE "usage_sum_hour_user" PARTITION OF "usage_sum" FOR VALUES IN ('hour_user');
CREATE TABLE "usage_sum_hour_model" PARTITION OF "usage_sum" FOR VALUES IN ('hour_model');
CREATE TABLE "usage_sum_day_key" PARTITION OF "usage_sum" FOR VALUES IN ('day_key');
CREATE TABLE "usage_sum_day_user" PARTITION OF "usage_sum" FOR VALUES IN ('day_user');
CREATE TABLE "usage_sum_day_model" PARTITION OF "usage_sum" FOR VALUES IN ('day_model');
CREATE TABLE "usage_sum_day_key_model" PARTITION OF "usage_sum" FOR VALUES IN ('day_key_model');
CREATE TABLE "usage_sum_day_user_model" PARTITION OF "usage_sum" FOR VALUES IN ('day_user_model');
CREATE TABLE "usage_sum_day_all" PARTITION OF "usage_sum" FOR VALUES IN ('day_all');
CREATE TABLE "usage_latency_hour_key" PARTITION OF "usage_latency" FOR VALUES IN ('hour_key');
CREATE TABLE "usage_latency_hour_user" PARTITION OF "usage_latency" FOR VALUES IN ('hour_user');
CREATE TABLE "usage_latency_hour_model" PARTITION OF "usage_latency" FOR VALUES IN ('hour_model');
CREATE TABLE "usage_latency_day_key" PARTITION OF "usage_latency" FOR VALUES IN ('day_key');
CREATE TABLE "usage_latency_day_user" PARTITION OF "usage_latency" FOR VALUES IN ('day_user');
CREATE TABLE "usage_latency_day_model" PARTITION OF "usage_latency" FOR VALUES IN ('day_model');
CREATE TABLE "usage_latency_day_key_model" PARTITION OF "usage_latency" FOR VALUES IN ('day_key_model');
CREATE TABLE "usage_latency_day_user_model" PARTITION OF "usage_latency" FOR VALUES IN ('day_user_model');
CREATE TABLE "usage_latency_day_all" PARTITION OF "usage_latency" FOR VALUES IN ('day_all');
-- What few rows are about is found without reading all: the request log asks for it.
CREATE INDEX "usage_sum_hour_user_user_name_idx" ON "usage_sum_hour_user" ("user_name", "at");
CREATE INDEX "usage_sum_hour_model_model_idx" ON "usage_sum_hour_model" ("model", "at");
CREATE INDEX "usage_sum_day_user_model_user_name_idx" ON "usage_sum_day_user_model" ("user_name", "at");
CREATE INDEX "usage_sum_day_all_user_name_idx" ON "usage_sum_day_all" ("user_name", "at");
CREATE INDEX "usage_sum_day_all_key_id_idx" ON "usage_sum_day_all" ("key_id", "at");

CREATE TABLE "usage_compaction" (
    "id" INTEGER NOT NULL,
    "until" TIMESTAMPTZ(0) NOT NULL,
    CONSTRAINT "usage_compaction_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "usage_compaction_one_row" CHECK ("id" = 1)
);
INSERT INTO "usage_compaction" VALUES (1, 'epoch');

-- The statement that adds rows to all kinds of `usage_sum` and `usage_latency`. `source` is a FROM item with the
-- columns of `usage_hourly` and `sign`, 1 or -1: rows that have been changed are added as they are now and taken away
-- as they were. Rows are written in the order of their keys, so that nobody waits in a circle.
CREATE FUNCTION "prism_add_usage_sql"(source TEXT) RETURNS TEXT LANGUAGE plpgsql IMMUTABLE AS $$
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

-- Moves `usage_compaction.until` on, by six hours with traffic at most and never past the begin of the hour of
-- `settled`; returns where it is now. It does not move = there is nothing left to do. Writers of `usage_hourly` wait
-- meanwhile, so that none of their rows is missed or counted twice.
CREATE FUNCTION "prism_compact_usage"(settled TIMESTAMPTZ) RETURNS TIMESTAMPTZ LANGUAGE plpgsql AS $$
DECLARE
    low TIMESTAMPTZ;
    high TIMESTAMPTZ;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('prism_usage_sums', 0));
    SELECT until INTO low FROM usage_compaction;
    high := date_trunc('hour', settled, 'UTC');
    IF high <= low THEN RETURN low; END IF;
    -- Hours without any traffic are stepped over.
    high := least(high, (SELECT min(hour) + INTERVAL '6 hours' FROM usage_hourly WHERE hour >= low));
    EXECUTE prism_add_usage_sql('(SELECT 1 AS sign, * FROM usage_hourly WHERE hour >= $1 AND hour < $2) AS settled')
      USING low, high;
    UPDATE usage_compaction SET until = high;
    RETURN high;
END $$;

-- Adds what came late, to hours before `until`; nearly always there is nothing of it. The lock is shared among
-- writers and keeps the compaction out until they have committed.
CREATE FUNCTION "prism_add_late_usage"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    compacted TIMESTAMPTZ;
    late BOOLEAN;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtextextended('prism_usage_sums', 0));
    SELECT until INTO compacted FROM usage_compaction;
    IF TG_OP = 'DELETE' THEN SELECT EXISTS (SELECT FROM old_rows WHERE hour < compacted) INTO late;
    ELSE SELECT EXISTS (SELECT FROM new_rows WHERE hour < compacted) INTO late;
    END IF;
    IF NOT late THEN RETURN NULL; END IF;
    -- One at a time: the inserts and the updates of one statement come separately, each sorted by itself.
    PERFORM pg_advisory_xact_lock(hashtextextended('prism_late_usage', 0));
    EXECUTE prism_add_usage_sql(CASE TG_OP
        WHEN 'INSERT' THEN '(SELECT 1 AS sign, * FROM new_rows WHERE hour < $1) AS late'
        WHEN 'DELETE' THEN '(SELECT -1 AS sign, * FROM old_rows WHERE hour < $1) AS late'
        ELSE '(SELECT 1 AS sign, * FROM new_rows WHERE hour < $1
               UNION ALL SELECT -1, * FROM old_rows WHERE hour < $1) AS late'
        END) USING compacted;
    RETURN NULL;
END $$;

CREATE TRIGGER "usage_hourly_insert" AFTER INSERT ON "usage_hourly"
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION "prism_add_late_usage"();
CREATE TRIGGER "usage_hourly_update" AFTER UPDATE ON "usage_hourly"
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION "prism_add_late_usage"();
CREATE TRIGGER "usage_hourly_delete" AFTER DELETE ON "usage_hourly"
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION "prism_add_late_usage"();

-- The p-quantile of a histogram, as src/accounting/histogram.ts works it out: here, so that it can be sorted by.
-- NULL = nothing was counted.
CREATE FUNCTION "prism_percentile"(counts BIGINT[], bounds INTEGER[], p FLOAT8) RETURNS FLOAT8
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT lower + (upper - lower) * greatest(0, (rank - (reached - n)) / n)
      FROM (SELECT i, n::float8 AS n, (sum(n) OVER (ORDER BY i))::float8 AS reached,
                   p * (sum(n) OVER ())::float8 AS rank,
                   coalesce(bounds[i - 1], 0)::float8 AS lower,
                   coalesce(bounds[i], bounds[i - 1], 0)::float8 AS upper
              FROM unnest(counts) WITH ORDINALITY AS counted(n, i)) AS buckets
     WHERE n > 0 AND reached >= rank
     ORDER BY i LIMIT 1
$$;

-- A conversation's requests; most clients do not name one.
CREATE INDEX "request_log_session_id_at_id_idx" ON "request_log" ("session_id", "at" DESC, "id" DESC)
    WHERE "session_id" <> '';
