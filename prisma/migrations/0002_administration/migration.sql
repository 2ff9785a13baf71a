-- Access tokens, directory users, categories, rule sets, pods.

ALTER TABLE "app_user" ADD COLUMN "directory_dn" TEXT;

CREATE TABLE "access_token" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "prefix" TEXT NOT NULL,
    "scopes" TEXT[] NOT NULL,
    "tenant_ids" UUID[] NOT NULL DEFAULT ARRAY[]::UUID[],
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "last_used_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),
    CONSTRAINT "access_token_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "access_token_user_id_fkey" FOREIGN KEY ("user_id")
        REFERENCES "app_user" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE UNIQUE INDEX "access_token_hash_key" ON "access_token" ("hash");
CREATE INDEX "access_token_user_id_idx" ON "access_token" ("user_id");

CREATE TABLE "category" (
    "id" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "tier" TEXT NOT NULL,
    "axis" TEXT NOT NULL,
    "examples" TEXT[] NOT NULL DEFAULT ARRAY[]::TEXT[],
    "default_model" TEXT,
    "preset_default" BOOLEAN NOT NULL DEFAULT false,
    "requires_vision" BOOLEAN NOT NULL DEFAULT false,
    "position" INTEGER NOT NULL,
    "built_in" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    CONSTRAINT "category_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "category_key_key" ON "category" ("key");

CREATE TABLE "rule_set" (
    "id" UUID NOT NULL,
    "tenant_id" UUID,
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "is_default" BOOLEAN NOT NULL DEFAULT false,
    "version" INTEGER NOT NULL DEFAULT 1,
    "definition" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    CONSTRAINT "rule_set_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "rule_set_tenant_id_fkey" FOREIGN KEY ("tenant_id")
        REFERENCES "tenant" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX "rule_set_tenant_id_idx" ON "rule_set" ("tenant_id");
-- Names are unique within their scope, and each scope has one default at most.
CREATE UNIQUE INDEX "rule_set_name_key" ON "rule_set" ("tenant_id", "name") NULLS NOT DISTINCT;
CREATE UNIQUE INDEX "rule_set_default_key" ON "rule_set" ("tenant_id") NULLS NOT DISTINCT WHERE "is_default";

CREATE TABLE "rule_set_version" (
    "rule_set_id" UUID NOT NULL,
    "version" INTEGER NOT NULL,
    "definition" JSONB NOT NULL,
    "actor_name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "rule_set_version_pkey" PRIMARY KEY ("rule_set_id", "version"),
    CONSTRAINT "rule_set_version_rule_set_id_fkey" FOREIGN KEY ("rule_set_id")
        REFERENCES "rule_set" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

CREATE TABLE "pod" (
    "id" UUID NOT NULL,
    "role" TEXT NOT NULL,
    "host" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "last_seen_at" TIMESTAMPTZ(3) NOT NULL,
    "draining" BOOLEAN NOT NULL DEFAULT false,
    "evicted_at" TIMESTAMPTZ(3),
    "stats" JSONB NOT NULL DEFAULT '{}',
    CONSTRAINT "pod_pkey" PRIMARY KEY ("id")
);
