import type { PrismaClient } from '../database/generated/prisma/client.ts';
import type { Actor, SystemActor } from '../identity/actor.ts';
import { authorize } from '../identity/policy.ts';
import { record } from './audit.ts';
import { lockCategories, lockCategory, toCategory, toCategoryColumns } from './category-rows.ts';
import { categoryCreate, categoryUpdate, type CategoryUpdate } from './category-schema.ts';
import { seedDeleted, seedNew } from './category-seeds.ts';
import type {
  CategoryCreateInput,
  CategoryResult,
  CategoryUpdateInput,
  DefaultsReset,
} from './category-types.ts';
import { change, notify, orConflict, type Tx } from './change.ts';
import { modelProblem } from './named-model.ts';
import { badInput, requireId, validate } from './validate.ts';

export type { CategoryResult, DefaultsReset } from './category-types.ts';

export interface Categories {
  /** Throws bad_input with `fields`, conflict when the key is taken. */
  create(actor: Actor, input: CategoryCreateInput): Promise<CategoryResult>;
  update(actor: Actor, id: string, input: CategoryUpdateInput): Promise<CategoryResult>;
  remove(actor: Actor, id: string): Promise<{ readonly id: string; readonly key: string }>;
  /** Brings deleted built-in categories back as they ship; those that were edited stay edited. */
  resetDefaults(actor: Actor): Promise<DefaultsReset>;
  /** At the start of a process: the built-in categories that this installation was never given. Answers their keys. */
  seed(actor: SystemActor): Promise<readonly string[]>;
}

/** The notice and the audit entry of what concerns many categories at once. */
const MANY = 'built-in';

export function createCategories({ db }: { readonly db: PrismaClient }): Categories {
  return {
    async create(actor, input) {
      authorize(actor, 'category.write');
      const { defaultModel, ...given } = validate(categoryCreate, input);
      return await change(db, async (tx) => {
        if (defaultModel != null) await requireModel(tx, defaultModel, given.requiresVision === true);
        const data = {
          ...toCategoryColumns(given),
          key: given.key,
          name: given.name,
          tier: given.tier,
          axis: given.axis ?? 'intelligence',
          defaultModel: defaultModel ?? null,
          position: given.position ?? (await lastPosition(tx)) + 1,
        };
        const row = await orConflict(keyTaken(given.key), tx.category.create({ data }));
        const after = toCategory(row);
        await record(tx, actor, 'category.create', { type: 'category', id: row.id }, null, { ...after });
        await notify(tx, 'category', row.id);
        return after;
      });
    },

    async update(actor, rawId, input) {
      authorize(actor, 'category.write');
      const id = requireId(rawId, 'category');
      const { defaultModel, ...given } = validate(categoryUpdate, input);
      return await change(db, async (tx) => {
        const before = toCategory(await lockCategory(tx, id));
        if (before.builtIn && given.key != null && given.key !== before.key) {
          throw badInput([{ path: 'key', message: `is fixed for a built-in category: "${before.key}"` }]);
        }
        const model = await changedDefault(tx, before, given, defaultModel);
        const data = { ...toCategoryColumns(given), ...model };
        const row = await orConflict(
          keyTaken(given.key ?? before.key),
          tx.category.update({ where: { id }, data }),
        );
        const after = toCategory(row);
        const target = { type: 'category', id } as const;
        await record(tx, actor, 'category.update', target, { ...before }, { ...after });
        await notify(tx, 'category', id);
        return after;
      });
    },

    async remove(actor, rawId) {
      authorize(actor, 'category.write');
      const id = requireId(rawId, 'category');
      return await change(db, async (tx) => {
        const before = toCategory(await lockCategory(tx, id));
        await tx.category.delete({ where: { id }, select: { id: true } });
        await record(tx, actor, 'category.delete', { type: 'category', id }, { ...before }, null);
        await notify(tx, 'category', id);
        return { id, key: before.key };
      });
    },

    async resetDefaults(actor) {
      authorize(actor, 'category.write');
      return await change(db, async (tx) => {
        await lockCategories(tx);
        const added = await seedDeleted(tx);
        await recordMany(tx, actor, added);
        return { created: added.length, total: await tx.category.count() };
      });
    },

    async seed(actor) {
      authorize(actor, 'category.write');
      return await change(db, async (tx) => {
        await lockCategories(tx);
        const added = await seedNew(tx);
        await recordMany(tx, actor, added);
        return added;
      });
    },
  };
}

async function recordMany(tx: Tx, actor: Actor, added: readonly string[]): Promise<void> {
  if (added.length === 0) return;
  const target = { type: 'category', id: MANY } as const;
  await record(tx, actor, 'category.resetDefaults', target, null, { created: added });
  await notify(tx, 'category', MANY);
}

/**
 * The columns of a default model that was changed by hand. One that is sent back as it was is not changed: it stays
 * the preset's, and need not exist any more.
 */
async function changedDefault(
  tx: Tx,
  before: CategoryResult,
  given: CategoryUpdate,
  wanted: string | null | undefined,
): Promise<{ defaultModel?: string | null; presetDefault?: boolean }> {
  const model = wanted === undefined ? before.defaultModel : wanted;
  const needsVision = given.requiresVision ?? before.requiresVision;
  const changed = model !== before.defaultModel;
  if (model !== null && (changed || (needsVision && !before.requiresVision))) {
    await requireModel(tx, model, needsVision);
  }
  return changed ? { defaultModel: model, presetDefault: false } : {};
}

async function requireModel(tx: Tx, name: string, needsVision: boolean): Promise<void> {
  const problem = await modelProblem(tx, name, { needsVision });
  if (problem !== null) throw badInput([{ path: 'defaultModel', message: problem }]);
}

async function lastPosition(tx: Tx): Promise<number> {
  const { _max } = await tx.category.aggregate({ _max: { position: true } });
  return Math.min(_max.position ?? 0, 999_999);
}

function keyTaken(key: string) {
  return { path: 'key', message: `"${key}" is taken` };
}
