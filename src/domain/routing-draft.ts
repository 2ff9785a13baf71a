import type { PrismaClient } from '../database/generated/prisma/client.ts';
import { readDefinition, definition as definitionSchema } from './rule-set-schema.ts';
import { requireReferences } from './rule-set-references.ts';
import type { DraftRuleSet } from './routing-source.ts';
import { notFound, requireId, validate } from './validate.ts';

/** Which rules to try. None of the three = those in force. */
export interface DraftInput {
  /** A stored rule set, in the place of the default of its scope. */
  readonly ruleSetId?: string | null | undefined;
  /** What it says instead, or, without a rule set, what a new one would say. */
  readonly definition?: unknown;
  /** Of a definition without a rule set: it stands for all tenants' set, not for the tenant's own. */
  readonly forAllTenants?: boolean | null | undefined;
}

/** Who a draft that is not stored goes by: no row has such an id. */
const UNSTORED = { id: 'draft', name: 'Draft', version: 0 };

/**
 * The draft that is meant; null = none. `tenantId` is whose requests are decided, null = everybody's.
 *
 * @throws AppError not_found, bad_input that names the field
 */
export async function readDraft(
  db: PrismaClient,
  tenantId: string | null,
  { ruleSetId, definition: given, forAllTenants }: DraftInput,
): Promise<DraftRuleSet | null> {
  const definition = given == null ? null : validate(definitionSchema, given, ['definition']);
  if (definition !== null) await requireReferences(db, definition);
  if (ruleSetId == null) {
    if (definition === null) return null;
    return { ...UNSTORED, definition, tenantId: forAllTenants === true ? null : tenantId };
  }
  const id = requireId(ruleSetId, 'rule set');
  const row = await db.ruleSet.findUnique({ where: { id } });
  // Another tenant's rule set is as good as none: it can never decide these requests.
  if (row === null || (tenantId !== null && row.tenantId !== null && row.tenantId !== tenantId)) {
    throw notFound('rule set');
  }
  const { name, version } = row;
  return {
    id,
    name,
    version,
    tenantId: row.tenantId,
    definition: definition ?? readDefinition(row.definition),
  };
}
