-- Every table of schema.prisma, plus what Prisma cannot say: partitions, their two functions,
-- and the audit trail's triggers. Ids come from the application (UUIDv7). Runs on PostgreSQL 15 to 18.

CREATE TYPE "role" AS ENUM ('admin', 'maintainer', 'finops', 'tenant-admin', 'tenant-viewer');
CREATE TYPE "model_mode" AS ENUM ('all', 'whitelist', 'blacklist');
CREATE TYPE "model_kind" AS ENUM ('chat', 'embedding', 'other');

CREATE TABLE "setting" (
    "key" TEXT NOT NULL,
    "value" JSONB NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    CONSTRAINT "setting_pkey" PRIMARY KEY ("key")
);

-- People -----------------------------------------------------------------------------------------

CREATE TABLE "app_user" (
    "id" UUID NOT NULL,
    "username" TEXT NOT NULL,
    "password_hash" TEXT,
    "role" "role" NOT NULL,
    "source" TEXT NOT NULL DEFAULT 'local',
    "active" BOOLEAN NOT NULL DEFAULT true,
    "last_login_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    CONSTRAINT "app_user_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "app_user_username_key" ON "app_user" ("username");

CREATE TABLE "session" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "address" TEXT NOT NULL,
    "user_agent" TEXT NOT NULL DEFAULT '',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),
    CONSTRAINT "session_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "session_user_id_fkey" FOREIGN KEY ("user_id")
        REFERENCES "app_user" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX "session_user_id_idx" ON "session" ("user_id");
CREATE INDEX "session_expires_at_idx" ON "session" ("expires_at");

CREATE TABLE "login_failure" (
    "id" UUID NOT NULL,
    "username" TEXT NOT NULL,
    "address" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "login_failure_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "login_failure_username_at_idx" ON "login_failure" ("username", "at");
CREATE INDEX "login_failure_address_at_idx" ON "login_failure" ("address", "at");
CREATE INDEX "login_failure_at_idx" ON "login_failure" ("at");

-- Providers and tenants --------------------------------------------------------------------------

CREATE TABLE "provider" (
    "id" UUID NOT NULL,
    "slug" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "base_url" TEXT NOT NULL,
    "api_path" TEXT,
    "auth_type" TEXT NOT NULL DEFAULT 'none',
    "credentials" TEXT,
    "region" TEXT,
    "options" JSONB NOT NULL DEFAULT '{}',
    "active" BOOLEAN NOT NULL DEFAULT true,
    "status" TEXT NOT NULL DEFAULT 'unchecked',
    "status_message" TEXT,
    "last_checked_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    CONSTRAINT "provider_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "provider_slug_key" ON "provider" ("slug");

CREATE TABLE "provider_model" (
    "id" UUID NOT NULL,
    "provider_id" UUID NOT NULL,
    "model_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "kind" "model_kind" NOT NULL DEFAULT 'chat',
    "owned_by" TEXT,
    "capabilities" TEXT[] NOT NULL DEFAULT ARRAY[]::TEXT[],
    "context_window" INTEGER,
    "manual_context" BOOLEAN NOT NULL DEFAULT false,
    "learned_context_window" INTEGER,
    "max_output_tokens" INTEGER,
    "tier" TEXT,
    "categories" TEXT[] NOT NULL DEFAULT ARRAY[]::TEXT[],
    "priority" INTEGER NOT NULL DEFAULT 50,
    "notes" TEXT,
    "input_per_1m" DECIMAL(18,6),
    "cached_input_per_1m" DECIMAL(18,6),
    "cache_write_per_1m" DECIMAL(18,6),
    "output_per_1m" DECIMAL(18,6),
    "reasoning_per_1m" DECIMAL(18,6),
    "manual_pricing" BOOLEAN NOT NULL DEFAULT false,
    "catalog_pricing" BOOLEAN NOT NULL DEFAULT false,
    "visible" BOOLEAN NOT NULL DEFAULT true,
    "by_hand" BOOLEAN NOT NULL DEFAULT false,
    "missing_since" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    CONSTRAINT "provider_model_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "provider_model_provider_id_fkey" FOREIGN KEY ("provider_id")
        REFERENCES "provider" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE UNIQUE INDEX "provider_model_provider_id_model_id_key" ON "provider_model" ("provider_id", "model_id");
CREATE INDEX "provider_model_model_id_idx" ON "provider_model" ("model_id");

CREATE TABLE "tenant" (
    "id" UUID NOT NULL,
    "slug" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "active" BOOLEAN NOT NULL DEFAULT true,
    "model_mode" "model_mode" NOT NULL DEFAULT 'all',
    "model_list" TEXT[] NOT NULL DEFAULT ARRAY[]::TEXT[],
    "aliases" JSONB NOT NULL DEFAULT '{}',
    "routing" JSONB NOT NULL DEFAULT '{}',
    "requests_per_minute" INTEGER NOT NULL DEFAULT 0,
    "tokens_per_minute" INTEGER NOT NULL DEFAULT 0,
    "pricing" JSONB NOT NULL DEFAULT '{}',
    "key_lifetime_days" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    CONSTRAINT "tenant_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "tenant_slug_key" ON "tenant" ("slug");

CREATE TABLE "user_tenant" (
    "user_id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    CONSTRAINT "user_tenant_pkey" PRIMARY KEY ("user_id", "tenant_id"),
    CONSTRAINT "user_tenant_user_id_fkey" FOREIGN KEY ("user_id")
        REFERENCES "app_user" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "user_tenant_tenant_id_fkey" FOREIGN KEY ("tenant_id")
        REFERENCES "tenant" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX "user_tenant_tenant_id_idx" ON "user_tenant" ("tenant_id");

CREATE TABLE "tenant_provider" (
    "tenant_id" UUID NOT NULL,
    "provider_id" UUID NOT NULL,
    "position" INTEGER NOT NULL,
    CONSTRAINT "tenant_provider_pkey" PRIMARY KEY ("tenant_id", "provider_id"),
    CONSTRAINT "tenant_provider_tenant_id_fkey" FOREIGN KEY ("tenant_id")
        REFERENCES "tenant" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "tenant_provider_provider_id_fkey" FOREIGN KEY ("provider_id")
        REFERENCES "provider" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX "tenant_provider_provider_id_idx" ON "tenant_provider" ("provider_id");

CREATE TABLE "tenant_key" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "hash" TEXT NOT NULL,
    "prefix" TEXT NOT NULL,
    "label" TEXT NOT NULL DEFAULT '',
    "is_primary" BOOLEAN NOT NULL DEFAULT false,
    "custom" BOOLEAN NOT NULL DEFAULT false,
    "enabled" BOOLEAN NOT NULL DEFAULT true,
    "expires_at" TIMESTAMPTZ(3),
    "last_used_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "tenant_key_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "tenant_key_tenant_id_fkey" FOREIGN KEY ("tenant_id")
        REFERENCES "tenant" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE UNIQUE INDEX "tenant_key_hash_key" ON "tenant_key" ("hash");
CREATE INDEX "tenant_key_tenant_id_idx" ON "tenant_key" ("tenant_id");
-- rotate-key and set-key act on the primary key, so there is never a second one.
CREATE UNIQUE INDEX "tenant_key_primary_key" ON "tenant_key" ("tenant_id") WHERE "is_primary";

-- The audit trail: append-only, also for the owner of the database ----------------------------------

CREATE TABLE "audit_entry" (
    "id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "actor_id" UUID,
    "actor_name" TEXT NOT NULL,
    "address" TEXT NOT NULL DEFAULT '',
    "action" TEXT NOT NULL,
    "target_type" TEXT NOT NULL,
    "target_id" TEXT NOT NULL,
    "tenant_id" UUID,
    "before" JSONB,
    "after" JSONB,
    CONSTRAINT "audit_entry_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "audit_entry_at_idx" ON "audit_entry" ("at");
CREATE INDEX "audit_entry_target_type_target_id_at_idx" ON "audit_entry" ("target_type", "target_id", "at");
CREATE INDEX "audit_entry_tenant_id_at_idx" ON "audit_entry" ("tenant_id", "at");

CREATE FUNCTION "prism_refuse_audit_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit_entry is append-only: % is refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER "audit_entry_append_only" BEFORE UPDATE OR DELETE ON "audit_entry"
    FOR EACH ROW EXECUTE FUNCTION "prism_refuse_audit_change"();
CREATE TRIGGER "audit_entry_no_truncate" BEFORE TRUNCATE ON "audit_entry"
    FOR EACH STATEMENT EXECUTE FUNCTION "prism_refuse_audit_change"();
-- ALWAYS: a session that sets session_replication_role = replica does not get past them either.
ALTER TABLE "audit_entry" ENABLE ALWAYS TRIGGER "audit_entry_append_only";
ALTER TABLE "audit_entry" ENABLE ALWAYS TRIGGER "audit_entry_no_truncate";

-- Requests: no foreign keys, a log outlives what it speaks of ----------------------------------------

CREATE TABLE "request_log" (
    "id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "tenant_id" UUID NOT NULL,
    "key_id" UUID NOT NULL,
    "provider_id" UUID,
    "provider_slug" TEXT NOT NULL,
    "operation" TEXT NOT NULL,
    "requested_model" TEXT NOT NULL,
    "model" TEXT NOT NULL,
    "baseline_model" TEXT NOT NULL,
    "category" TEXT NOT NULL DEFAULT '',
    "cost_tier" TEXT NOT NULL DEFAULT '',
    "auto_routed" BOOLEAN NOT NULL DEFAULT false,
    "user_name" TEXT NOT NULL DEFAULT '',
    "session_id" TEXT NOT NULL DEFAULT '',
    "status" TEXT NOT NULL,
    "http_status" INTEGER NOT NULL,
    "error_type" TEXT NOT NULL DEFAULT '',
    "error_code" TEXT NOT NULL DEFAULT '',
    "error_message" TEXT NOT NULL DEFAULT '',
    "streamed" BOOLEAN NOT NULL DEFAULT false,
    "duration_ms" INTEGER NOT NULL,
    "ttft_ms" INTEGER,
    "attempts" INTEGER NOT NULL DEFAULT 1,
    "context_fallback" BOOLEAN NOT NULL DEFAULT false,
    "input_tokens" INTEGER NOT NULL DEFAULT 0,
    "cached_tokens" INTEGER NOT NULL DEFAULT 0,
    "cache_write_tokens" INTEGER NOT NULL DEFAULT 0,
    "output_tokens" INTEGER NOT NULL DEFAULT 0,
    "reasoning_tokens" INTEGER NOT NULL DEFAULT 0,
    "usage_estimated" BOOLEAN NOT NULL DEFAULT false,
    "priced" BOOLEAN NOT NULL DEFAULT true,
    "actual_cost" DECIMAL(24,12) NOT NULL DEFAULT 0,
    "baseline_cost" DECIMAL(24,12) NOT NULL DEFAULT 0,
    "trace" JSONB,
    CONSTRAINT "request_log_pkey" PRIMARY KEY ("id", "at")
) PARTITION BY RANGE ("at");
CREATE INDEX "request_log_tenant_id_at_id_idx" ON "request_log" ("tenant_id", "at" DESC, "id" DESC);
CREATE INDEX "request_log_at_id_idx" ON "request_log" ("at" DESC, "id" DESC);

CREATE TABLE "request_snapshot" (
    "id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "tenant_id" UUID NOT NULL,
    "content" TEXT NOT NULL,
    CONSTRAINT "request_snapshot_pkey" PRIMARY KEY ("id", "at")
) PARTITION BY RANGE ("at");

-- No row is ever refused: what fits no day (a late row of a dropped one) waits here for retention.
CREATE TABLE "request_log_default" PARTITION OF "request_log" DEFAULT;
CREATE TABLE "request_snapshot_default" PARTITION OF "request_snapshot" DEFAULT;

CREATE TABLE "usage_hourly" (
    "hour" TIMESTAMPTZ(0) NOT NULL,
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
    "duration_buckets" INTEGER[] NOT NULL,
    "ttft_buckets" INTEGER[] NOT NULL,
    CONSTRAINT "usage_hourly_pkey" PRIMARY KEY
        ("hour", "tenant_id", "key_id", "provider_slug", "model", "category", "cost_tier", "user_name")
);
CREATE INDEX "usage_hourly_tenant_id_hour_idx" ON "usage_hourly" ("tenant_id", "hour");

-- Partitions: one a day (UTC), request_log_pYYYYMMDD and request_snapshot_pYYYYMMDD ----------------------

-- Makes the partitions of yesterday up to today + days_ahead and says which are new. Callers queue
-- behind an advisory lock, so any number of processes may call it at once. Rows of such a day that
-- already lie in the DEFAULT partition move into it.
CREATE FUNCTION "prism_ensure_partitions"(days_ahead INTEGER) RETURNS SETOF TEXT LANGUAGE plpgsql AS $$
DECLARE
    today CONSTANT DATE := (now() AT TIME ZONE 'UTC')::date;
    parent TEXT;
    day DATE;
    part TEXT;
    low TIMESTAMPTZ;
    high TIMESTAMPTZ;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('prism_partitions', 0));
    FOREACH parent IN ARRAY ARRAY['request_log', 'request_snapshot'] LOOP
        FOR day IN SELECT generate_series(today - 1, today + days_ahead, INTERVAL '1 day')::date LOOP
            part := parent || '_p' || to_char(day, 'YYYYMMDD');
            CONTINUE WHEN to_regclass(quote_ident(part)) IS NOT NULL;
            low := day::timestamp AT TIME ZONE 'UTC';
            high := (day + 1)::timestamp AT TIME ZONE 'UTC';
            -- Filled and then attached, because ATTACH lets readers and writers of other days go on.
            EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', parent || '_default');
            EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL)', part, parent);
            EXECUTE format(
                'WITH moved AS (DELETE FROM %I WHERE "at" >= $1 AND "at" < $2 RETURNING *) INSERT INTO %I SELECT * FROM moved',
                parent || '_default', part) USING low, high;
            EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', parent, part, low, high);
            RETURN NEXT part;
        END LOOP;
    END LOOP;
END $$;

-- Ends retention: drops every log partition older than log_days whole days (UTC) and every snapshot
-- partition older than snapshot_hours, deletes the expired rows that no partition can be dropped for,
-- and returns the names of the dropped partitions. NULL = keep for ever. A partition that a long query
-- holds is left for the next call: waiting for it would hold up every writer behind us.
CREATE FUNCTION "prism_drop_partitions"(log_days INTEGER, snapshot_hours INTEGER) RETURNS SETOF TEXT
LANGUAGE plpgsql SET lock_timeout = '2s' AS $$
DECLARE
    log_limit CONSTANT TIMESTAMPTZ :=
        ((now() AT TIME ZONE 'UTC')::date - log_days)::timestamp AT TIME ZONE 'UTC';
    snapshot_limit CONSTANT TIMESTAMPTZ := now() - make_interval(hours => snapshot_hours);
    part RECORD;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('prism_partitions', 0));
    FOR part IN
        SELECT child.relname AS name
        FROM pg_inherits
        JOIN pg_class child ON child.oid = pg_inherits.inhrelid
        WHERE pg_inherits.inhparent IN ('request_log'::regclass, 'request_snapshot'::regclass)
          AND child.relname ~ '_p[0-9]{8}$'
          AND (to_date(right(child.relname, 8), 'YYYYMMDD') + 1)::timestamp AT TIME ZONE 'UTC'
              <= CASE pg_inherits.inhparent WHEN 'request_log'::regclass THEN log_limit ELSE snapshot_limit END
        ORDER BY child.relname
    LOOP
        BEGIN
            EXECUTE format('DROP TABLE %I', part.name);
            RETURN NEXT part.name;
        EXCEPTION WHEN lock_not_available THEN
            RAISE WARNING 'partition % is in use and will be dropped next time', part.name;
        END;
    END LOOP;
    DELETE FROM "request_log_default" WHERE "at" < log_limit;
    DELETE FROM "request_snapshot" WHERE "at" < snapshot_limit;
END $$;

SELECT "prism_ensure_partitions"(7);
