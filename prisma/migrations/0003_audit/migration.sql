-- Which access token was used, and an index for each filter of the audit log.

ALTER TABLE "audit_entry" ADD COLUMN "access_token_id" UUID;
CREATE INDEX "audit_entry_actor_id_at_idx" ON "audit_entry" ("actor_id", "at");
CREATE INDEX "audit_entry_actor_name_at_idx" ON "audit_entry" ("actor_name", "at");
CREATE INDEX "audit_entry_action_at_idx" ON "audit_entry" ("action", "at");
