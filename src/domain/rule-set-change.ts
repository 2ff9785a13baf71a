import type { PrismaClient, RuleSet } from '../database/generated/prisma/client.ts';
import type { Actor } from '../identity/actor.ts';
import { record } from './audit.ts';
import { change, notify, type Tx } from './change.ts';
import { readDefinition } from './rule-set-schema.ts';
import type { RuleSetResult } from './rule-set-types.ts';
import { notFound } from './validate.ts';

/** How rule sets are written. */
export interface RuleSetChange {
  /** One writer at a time: a default moves from one row to another, and a version number is taken once. */
  alone<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Changes one, with its audit entry and notice. Throws not_found. */
  edit(
    actor: Actor,
    id: string,
    write: (tx: Tx, before: RuleSetResult) => Promise<void>,
  ): Promise<RuleSetResult>;
}

export function createRuleSetChange(db: PrismaClient): RuleSetChange {
  function alone<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return change(db, async (tx) => {
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('rule sets', 0))`;
      return await work(tx);
    });
  }

  return {
    alone,
    async edit(actor, id, write) {
      return await alone(async (tx) => {
        const before = await read(tx, id);
        await write(tx, before);
        const after = await read(tx, id);
        await record(tx, actor, 'ruleSet.update', targetOf(before), { ...before }, { ...after });
        await notify(tx, 'rule-set', id);
        return after;
      });
    },
  };
}

/** The scope's default steps back; whoever calls puts another one in its place. */
export async function takeDefault(tx: Tx, tenantId: string | null): Promise<void> {
  const where = { tenantId, isDefault: true };
  const rows = await tx.ruleSet.findMany({ where, select: { id: true } });
  await tx.ruleSet.updateMany({ where, data: { isDefault: false } });
  for (const { id } of rows) await notify(tx, 'rule-set', id);
}

/** Throws not_found. */
export async function read(tx: Pick<Tx, 'ruleSet'>, id: string): Promise<RuleSetResult> {
  const row = await tx.ruleSet.findUnique({ where: { id } });
  if (row === null) throw notFound('rule set');
  return toResult(row);
}

export function toResult({ definition, ...row }: RuleSet): RuleSetResult {
  return { ...row, definition: readDefinition(definition) };
}

export function targetOf({ id, tenantId }: RuleSetResult) {
  return { type: 'ruleSet', id, ...(tenantId === null ? {} : { tenantId }) } as const;
}
