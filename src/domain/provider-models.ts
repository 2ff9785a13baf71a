import { z } from 'zod';
import type { PrismaClient } from '../database/generated/prisma/client.ts';
import type { Actor } from '../identity/actor.ts';
import { authorize } from '../identity/policy.ts';
import { record } from './audit.ts';
import { change, notify, orConflict, type Tx } from './change.ts';
import { automatic, createInput, toColumns, updateInput } from './model-columns.ts';
import { kindToDb, pricesOf, tierOf, toModelResult, withProvider, type ModelCatalog } from './model-facts.ts';
import {
  TIERS,
  type ModelChange,
  type ModelCreateInput,
  type ModelRating,
  type ModelSuggestion,
  type ModelUpdateInput,
  type ProviderModelResult,
  type ReorderInput,
} from './model-types.ts';
import { lockProvider } from './providers.ts';
import { badInput, notFound, requireId, validate } from './validate.ts';

export {
  TIERS,
  type Kind,
  type ModelChange,
  type ModelCreateInput,
  type ModelPrices,
  type ModelRating,
  type ModelSuggestion,
  type ModelUpdateInput,
  type ProviderModelResult,
  type ReorderInput,
  type Tier,
} from './model-types.ts';

export interface ProviderModels {
  list(actor: Actor): Promise<readonly ProviderModelResult[]>;
  create(actor: Actor, providerId: string, input: ModelCreateInput): Promise<ProviderModelResult>;
  update(
    actor: Actor,
    providerId: string,
    modelId: string,
    input: ModelUpdateInput,
  ): Promise<ProviderModelResult>;
  /** All of them or none; each has an audit entry of its own. Throws not_found, and bad_input as `changes.3.input.tier`. */
  updateMany(actor: Actor, changes: readonly ModelChange[]): Promise<readonly ProviderModelResult[]>;
  /** Sets the tier and descending priorities. */
  reorderTier(actor: Actor, input: ReorderInput): Promise<readonly ProviderModelResult[]>;
  /** Throws not_found when the catalog does not know the id: nothing is guessed. */
  suggest(actor: Actor, modelId: string, providerType?: string): ModelSuggestion;
  /** For lists: nothing known is an answer, too. */
  rate(actor: Actor, providerType: string, modelId: string): ModelRating;
}

const reorderInput = z.strictObject({
  tier: z.enum(TIERS),
  items: z
    .array(z.strictObject({ providerId: z.string(), modelId: z.string() }))
    .min(1)
    .max(100),
});

const manyInput = z.strictObject({
  changes: z
    .array(z.strictObject({ providerId: z.string(), modelId: z.string(), input: updateInput }))
    .min(1)
    .max(1000),
});

export function createProviderModels(deps: {
  readonly db: PrismaClient;
  readonly catalog: ModelCatalog;
}): ProviderModels {
  const { db, catalog } = deps;

  return {
    async list(actor) {
      authorize(actor, 'model.read');
      const rows = await db.providerModel.findMany({
        include: withProvider,
        orderBy: [{ provider: { slug: 'asc' } }, { modelId: 'asc' }],
      });
      return rows.map(toModelResult);
    },

    async create(actor, rawProviderId, input) {
      authorize(actor, 'model.write');
      const providerId = requireId(rawProviderId, 'provider');
      const { modelId, ...given } = validate(createInput, input);
      return await change(db, async (tx) => {
        const provider = await lockProvider(tx, providerId);
        const known = catalog.describe(provider.type, modelId);
        const data = {
          providerId,
          modelId,
          byHand: true,
          name: modelId,
          ownedBy: known?.vendor ?? null,
          capabilities: [...(known?.capabilities ?? [])],
          ...automatic(known),
          ...toColumns(given, known, modelId),
          kind: kindToDb(given.kind ?? known?.kind ?? 'chat'),
        };
        const taken = { path: 'modelId', message: `"${modelId}" is there already` };
        const row = await orConflict(taken, tx.providerModel.create({ data, include: withProvider }));
        return await audited(tx, actor, 'model.create', null, toModelResult(row));
      });
    },

    async update(actor, rawProviderId, modelId, input) {
      authorize(actor, 'model.write');
      const providerId = requireId(rawProviderId, 'provider');
      const given = validate(updateInput, input);
      return await change(db, async (tx) => {
        await lockProvider(tx, providerId);
        return await updateOne(tx, actor, { providerId, modelId, input: given });
      });
    },

    async updateMany(actor, raw) {
      authorize(actor, 'model.write');
      const { changes } = validate(manyInput, { changes: raw });
      const ids = changes.map((one) => requireId(one.providerId, 'provider'));
      return await change(db, async (tx) => {
        // In one order for everybody: two such calls must not wait for each other.
        for (const id of [...new Set(ids)].sort()) await lockProvider(tx, id);
        const results: ProviderModelResult[] = [];
        for (const one of changes) results.push(await updateOne(tx, actor, one));
        return results;
      });
    },

    async reorderTier(actor, input) {
      authorize(actor, 'model.write');
      const { tier, items } = validate(reorderInput, input);
      return await change(db, async (tx) => {
        const rows = await findItems(tx, items);
        // Wide steps leave room to put one between two others by hand; 100 is the best.
        const step = Math.max(1, Math.floor(90 / rows.length));
        const results: ProviderModelResult[] = [];
        for (const [index, { id }] of rows.entries()) {
          const data = { tier, priority: 100 - index * step };
          results.push(
            toModelResult(await tx.providerModel.update({ where: { id }, data, include: withProvider })),
          );
        }
        const order = results.map(({ providerSlug, modelId }) => `${providerSlug}/${modelId}`);
        await record(tx, actor, 'model.reorder', { type: 'model', id: tier }, null, { tier, order });
        for (const id of new Set(rows.map((row) => row.providerId))) await notify(tx, 'provider', id);
        return results;
      });
    },

    suggest(actor, modelId, providerType = '') {
      authorize(actor, 'model.read');
      const known = catalog.describe(providerType, modelId);
      if (known === null) throw notFound('model in the catalog');
      return {
        modelId,
        ...pricesOf(known),
        kind: known.kind ?? null,
        family: known.family ?? null,
        vendor: known.vendor ?? null,
        tier: tierOf(known.tier),
        categories: known.categories ?? [],
        capabilities: known.capabilities ?? [],
        contextWindow: known.contextWindow ?? null,
        maxOutputTokens: known.maxOutputTokens ?? null,
        source: known.source,
      };
    },

    rate(actor, providerType, modelId) {
      authorize(actor, 'model.read');
      const known = catalog.describe(providerType, modelId);
      return {
        family: known?.family ?? null,
        benchmarks: known?.benchmarks ?? null,
        source: known?.source ?? null,
      };
    },
  };

  /** The provider is locked. */
  async function updateOne(
    tx: Tx,
    actor: Actor,
    { providerId, modelId, input }: z.output<typeof manyInput>['changes'][number],
  ): Promise<ProviderModelResult> {
    const where = { providerId_modelId: { providerId, modelId } };
    const row = await tx.providerModel.findUnique({ where, include: withProvider });
    if (row === null) throw notFound('model');
    const known = catalog.describe(row.provider.type, modelId);
    const data = toColumns(input, known, modelId);
    const after = await tx.providerModel.update({ where, data, include: withProvider });
    return await audited(tx, actor, 'model.update', toModelResult(row), toModelResult(after));
  }
}

async function findItems(tx: Tx, items: ReorderInput['items']) {
  const rows: { id: string; providerId: string }[] = [];
  for (const [index, { providerId: rawId, modelId }] of items.entries()) {
    const providerId = requireId(rawId, 'provider');
    const where = { providerId_modelId: { providerId, modelId } };
    const row = await tx.providerModel.findUnique({ where, select: { id: true, providerId: true } });
    if (row === null) throw notFound(`model: ${modelId}`);
    if (rows.some(({ id }) => id === row.id)) {
      throw badInput([{ path: `items.${index}`, message: 'is there twice' }]);
    }
    rows.push(row);
  }
  return rows;
}

async function audited(
  tx: Tx,
  actor: Actor,
  action: 'model.create' | 'model.update',
  before: ProviderModelResult | null,
  after: ProviderModelResult,
): Promise<ProviderModelResult> {
  await record(tx, actor, action, { type: 'model', id: after.id }, before && { ...before }, { ...after });
  await notify(tx, 'provider', after.providerId);
  return after;
}
