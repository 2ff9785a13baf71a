import { z } from 'zod';
import type { PrismaClient } from '../database/generated/prisma/client.ts';
import { AppError } from '../errors.ts';
import type { Actor } from '../identity/actor.ts';
import { authorize } from '../identity/policy.ts';
import { createRuleSetChange, read, takeDefault } from './rule-set-change.ts';
import {
  readRuleHits,
  readRuleSetResults,
  type RuleHits,
  type RuleSetVersionResult,
} from './rule-set-results.ts';
import type { RuleSetResult } from './rule-set-types.ts';
import { requireId, validate } from './validate.ts';

/**
 * A rule set that is tried beside the default of its scope, on a share of the conversations: always the same ones,
 * and more of them when the share grows.
 */
export interface RuleSetRollouts {
  /** 1 to 99 percent; again with another share changes it. Throws conflict for the default, or beside another one. */
  start(actor: Actor, id: string, share: number): Promise<RuleSetResult>;
  /** Puts it in force for all, in place of the default. Throws conflict when it is not being rolled out. */
  promote(actor: Actor, id: string): Promise<RuleSetResult>;
  /** Back to the default for all, at once. Throws conflict when it is not being rolled out. */
  end(actor: Actor, id: string): Promise<RuleSetResult>;
  /**
   * What each rule set of its scope (null = of every scope) has decided, by version, over so many days (30 at most): to
   * compare them.
   */
  results(actor: Actor, id: string | null, days: number): Promise<readonly RuleSetVersionResult[]>;
  /** How often each of its rules has matched over so many days (30 at most). */
  hits(actor: Actor, id: string, days: number): Promise<readonly RuleHits[]>;
}

const settings = z.strictObject({ share: z.int().min(1).max(99) });
const period = z.strictObject({ days: z.int().min(1).max(30) });

export function createRuleSetRollouts(deps: {
  readonly db: PrismaClient;
  readonly clock: () => Date;
}): RuleSetRollouts {
  const { db, clock } = deps;
  const { edit } = createRuleSetChange(db);

  function since(rawDays: number): Date {
    const { days } = validate(period, { days: rawDays });
    return new Date(clock().getTime() - days * 86_400_000);
  }

  return {
    async start(actor, rawId, rawShare) {
      authorize(actor, 'ruleSet.write');
      const id = requireId(rawId, 'rule set');
      const { share } = validate(settings, { share: rawShare });
      return await edit(actor, id, async (tx, { tenantId, isDefault }) => {
        if (isDefault) {
          throw new AppError('conflict', 'This rule set is the default: it is in force for all as it is.');
        }
        const where = { tenantId, rolloutShare: { not: null }, id: { not: id } };
        const other = await tx.ruleSet.findFirst({ where, select: { name: true } });
        if (other !== null) {
          throw new AppError(
            'conflict',
            `"${other.name}" is being rolled out. First end that (endRollout), or promote it (promoteRollout).`,
          );
        }
        await tx.ruleSet.update({ where: { id }, data: { rolloutShare: share } });
      });
    },

    async promote(actor, rawId) {
      authorize(actor, 'ruleSet.write');
      const id = requireId(rawId, 'rule set');
      return await edit(actor, id, async (tx, before) => {
        requireRollout(before);
        await takeDefault(tx, before.tenantId);
        await tx.ruleSet.update({ where: { id }, data: { isDefault: true, rolloutShare: null } });
      });
    },

    async end(actor, rawId) {
      authorize(actor, 'ruleSet.write');
      const id = requireId(rawId, 'rule set');
      return await edit(actor, id, async (tx, before) => {
        requireRollout(before);
        await tx.ruleSet.update({ where: { id }, data: { rolloutShare: null } });
      });
    },

    async results(actor, rawId, rawDays) {
      authorize(actor, 'ruleSet.read');
      const from = since(rawDays);
      if (rawId === null) return await readRuleSetResults(db, { from });
      const { tenantId } = await read(db, requireId(rawId, 'rule set'));
      return await readRuleSetResults(db, { tenantId, from });
    },

    async hits(actor, rawId, rawDays) {
      authorize(actor, 'ruleSet.read');
      const from = since(rawDays);
      const { id, tenantId } = await read(db, requireId(rawId, 'rule set'));
      return await readRuleHits(db, { id, tenantId, from });
    },
  };
}

function requireRollout({ rolloutShare }: RuleSetResult): void {
  if (rolloutShare === null) {
    throw new AppError('conflict', 'This rule set is not being rolled out. First start that (startRollout).');
  }
}
