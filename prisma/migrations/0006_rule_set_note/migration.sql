-- Why a version of a rule set was made, in the words of whoever made it.
ALTER TABLE "rule_set_version" ADD COLUMN "note" TEXT NOT NULL DEFAULT '';
