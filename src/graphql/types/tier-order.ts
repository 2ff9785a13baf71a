import { builder } from '../builder.ts';
import { signedIn } from '../context.ts';
import { BadInputError, NotFoundError } from '../errors.ts';
import { Tier } from './enum.ts';
import { ProviderModelType } from './provider-model.ts';

const ReorderItem = builder.inputType('ReorderTierItem', {
  description: 'One model of the new order.',
  fields: (t) => ({
    providerId: t.id({ required: true, description: 'Id of its provider.' }),
    modelId: t.string({ required: true, description: 'Id as the provider spells it.' }),
  }),
});

const ReorderTierInput = builder.inputType('ReorderTierInput', {
  description: 'A new order for the models of one tier.',
  fields: (t) => ({
    tier: t.field({ type: Tier, required: true, description: 'The tier that they all get.' }),
    items: t.field({ type: [ReorderItem], required: true, description: 'Best first; at most 100.' }),
  }),
});

const TierOrder = builder.objectRef<{ ids: readonly string[] }>('TierOrder').implement({
  description: 'The models of a tier in their new order.',
  fields: (t) => ({
    models: t.prismaField({
      type: [ProviderModelType],
      description: 'Best first.',
      resolve: async (query, { ids }, _args, { db }) => {
        const rows = await db.providerModel.findMany({ ...query, where: { id: { in: [...ids] } } });
        return rows.toSorted((a, b) => ids.indexOf(a.id) - ids.indexOf(b.id));
      },
    }),
  }),
});

builder.mutationField('reorderTier', (t) =>
  t.field({
    type: TierOrder,
    description: 'Gives the models the tier and descending priorities.',
    authScopes: { can: 'model.write' },
    errors: { types: [BadInputError, NotFoundError] },
    args: { input: t.arg({ type: ReorderTierInput, required: true, description: 'The new order.' }) },
    resolve: async (_root, { input }, context) => {
      const models = await context.domain.providerModels.reorderTier(signedIn(context), input);
      return { ids: models.map(({ id }) => id) };
    },
  }),
);
