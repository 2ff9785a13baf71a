import type { PrismaClient } from '../database/generated/prisma/client.ts';
import type { DefinitionOf } from '../routing/replay.ts';
import type { RuleSetDefinition } from '../routing/rule-set.ts';
import type { StoredDecision } from '../routing/stored-decision.ts';
import { readDefinition } from './rule-set-schema.ts';

/** What the rule sets that decided these requests said then. */
export async function definitionsOf(
  db: Pick<PrismaClient, 'ruleSetVersion'>,
  decisions: readonly StoredDecision[],
): Promise<DefinitionOf> {
  const wanted = new Map<string, { readonly ruleSetId: string; readonly version: number }>();
  for (const { ruleSets } of decisions) {
    for (const { id: ruleSetId, version } of ruleSets)
      if (UUID.test(ruleSetId)) wanted.set(nameOf(ruleSetId, version), { ruleSetId, version });
  }
  const rows = await db.ruleSetVersion.findMany({ where: { OR: [...wanted.values()] } });
  const found = new Map<string, RuleSetDefinition>(
    rows.map((row) => [nameOf(row.ruleSetId, row.version), readDefinition(row.definition)]),
  );
  return (id, version) => found.get(nameOf(id, version)) ?? null;
}

/** Rows of before a rule set's id was known have none. */
const UUID = /^[0-9a-f-]{36}$/;

function nameOf(id: string, version: number): string {
  return `${id} ${version}`;
}
