-- A rule set that is tried on a share of the conversations of its scope, beside the one in force; 1 to 99 percent.
ALTER TABLE "rule_set" ADD COLUMN "rollout_share" INTEGER;
ALTER TABLE "rule_set" ADD CONSTRAINT "rule_set_rollout_share_percent" CHECK ("rollout_share" BETWEEN 1 AND 99);
ALTER TABLE "rule_set" ADD CONSTRAINT "rule_set_rollout_beside_default"
    CHECK (NOT ("is_default" AND "rollout_share" IS NOT NULL));
CREATE UNIQUE INDEX "rule_set_rollout_key" ON "rule_set" ("tenant_id") NULLS NOT DISTINCT
    WHERE "rollout_share" IS NOT NULL;

-- What the router has decided, newest first: the simulation and the comparison of rule sets read nothing else.
CREATE INDEX "request_log_auto_routed_idx" ON "request_log" ("at" DESC, "id" DESC) WHERE "auto_routed";
