import type { DefaultsReset } from '../../domain/categories.ts';
import { builder } from '../builder.ts';
import { signedIn } from '../context.ts';
import { enumValue } from '../enums.ts';
import { BadInputError, ConflictError, NotFoundError } from '../errors.ts';
import { uuidOrNone } from '../uuid.ts';
import { BenchmarkAxis, Tier } from './enum.ts';

export const CategoryType = builder.prismaObject('Category', {
  description: 'A kind of task that requests for the model "auto" are sorted into.',
  authScopes: { can: 'category.read' },
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Id of the category.' }),
    key: t.exposeString('key', { description: 'Its unique name for programs: "code_review".' }),
    name: t.exposeString('name', { description: 'Its name, for people.' }),
    description: t.exposeString('description', { description: 'What belongs into it.' }),
    tier: t.field({
      type: Tier,
      description: 'What its tasks usually need.',
      select: { tier: true },
      resolve: ({ tier }) => enumValue('Tier', tier),
    }),
    axis: t.field({
      type: BenchmarkAxis,
      description: 'The benchmark that tells how good a model is at it.',
      select: { axis: true },
      resolve: ({ axis }) => enumValue('BenchmarkAxis', axis),
    }),
    examples: t.exposeStringList('examples', { description: 'What people write when they mean it.' }),
    defaultModel: t.exposeString('defaultModel', {
      nullable: true,
      description: '"<model id>" or "<provider slug>/<model id>"; null = the router chooses.',
    }),
    presetDefault: t.exposeBoolean('presetDefault', {
      description: 'A preset has set the default model, so a preset may replace it.',
    }),
    requiresVision: t.exposeBoolean('requiresVision', { description: 'Only models that see can do it.' }),
    position: t.exposeInt('position', { description: 'Its place in lists, ascending.' }),
    builtIn: t.exposeBoolean('builtIn', { description: 'It came with the product; its key is fixed.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was added.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it was last changed.' }),
  }),
});

const CategoryRemoved = builder
  .objectRef<{ readonly id: string; readonly key: string }>('CategoryRemoved')
  .implement({
    description: 'A removed category. A built-in one comes back with `resetDefaultCategories` only.',
    fields: (t) => ({
      id: t.exposeID('id', { description: 'Id it had.' }),
      key: t.exposeString('key', { description: 'Key it had.' }),
    }),
  });

const DefaultsResetType = builder.objectRef<DefaultsReset>('DefaultCategoriesReset').implement({
  description: 'What became of the built-in categories.',
  fields: (t) => ({
    created: t.exposeInt('created', { description: 'How many deleted ones are back.' }),
    total: t.exposeInt('total', { description: 'How many categories there are now, one’s own included.' }),
  }),
});

const CreateCategoryInput = builder.inputType('CreateCategoryInput', {
  description: 'A new category.',
  fields: (t) => ({
    key: t.string({ required: true, description: 'a–z, 0–9 and "_", at most 64, a letter first; unique.' }),
    name: t.string({ required: true, description: 'Its name, for people.' }),
    tier: t.field({ type: Tier, required: true, description: 'What its tasks usually need.' }),
    description: t.string({ description: 'What belongs into it.' }),
    axis: t.field({ type: BenchmarkAxis, description: 'Its benchmark; INTELLIGENCE when missing.' }),
    examples: t.stringList({ description: 'What people write when they mean it; at most 50.' }),
    defaultModel: t.string({
      description: 'A visible chat model: "<model id>" or "<provider slug>/<model id>".',
    }),
    requiresVision: t.boolean({ description: 'Only models that see can do it. False when missing.' }),
    position: t.int({ description: 'Its place in lists; the last one when missing.' }),
  }),
});

const UpdateCategoryInput = builder.inputType('UpdateCategoryInput', {
  description: 'Changes to a category; what is missing or null stays as it is, but for `defaultModel`.',
  fields: (t) => ({
    key: t.string({ description: 'a–z, 0–9 and "_"; fixed for a built-in category.' }),
    name: t.string({ description: 'Its name, for people.' }),
    tier: t.field({ type: Tier, description: 'What its tasks usually need.' }),
    description: t.string({ description: 'What belongs into it.' }),
    axis: t.field({
      type: BenchmarkAxis,
      description: 'The benchmark that tells how good a model is at it.',
    }),
    examples: t.stringList({ description: 'What people write when they mean it; replaced as a whole.' }),
    defaultModel: t.string({
      description: 'A visible chat model: "<model id>" or "<provider slug>/<model id>"; null = none.',
    }),
    requiresVision: t.boolean({ description: 'Only models that see can do it.' }),
    position: t.int({ description: 'Its place in lists, ascending.' }),
  }),
});

builder.queryField('categories', (t) =>
  t.prismaField({
    type: [CategoryType],
    description: 'All categories, in their order.',
    authScopes: { can: 'category.read' },
    complexity: { multiplier: 20 },
    resolve: (query, _root, _args, { db }) =>
      db.category.findMany({ ...query, orderBy: [{ position: 'asc' }, { key: 'asc' }] }),
  }),
);

builder.queryField('category', (t) =>
  t.prismaField({
    type: CategoryType,
    nullable: true,
    description: 'One category; null = there is none with this id.',
    authScopes: { can: 'category.read' },
    args: { id: t.arg.id({ required: true, description: 'Id of the category.' }) },
    resolve: (query, _root, { id }, { db }) =>
      db.category.findUnique({ ...query, where: { id: uuidOrNone(id) } }),
  }),
);

builder.mutationField('createCategory', (t) =>
  t.prismaField({
    type: CategoryType,
    description: 'Adds a category of one’s own.',
    authScopes: { can: 'category.write' },
    errors: { types: [BadInputError, ConflictError] },
    args: { input: t.arg({ type: CreateCategoryInput, required: true, description: 'The new category.' }) },
    resolve: async (query, _root, { input }, context) => {
      const { id } = await context.domain.categories.create(signedIn(context), input);
      return context.db.category.findUniqueOrThrow({ ...query, where: { id } });
    },
  }),
);

builder.mutationField('updateCategory', (t) =>
  t.prismaField({
    type: CategoryType,
    description: 'Changes a category. The change stays, over restarts and new versions.',
    authScopes: { can: 'category.write' },
    errors: { types: [BadInputError, ConflictError, NotFoundError] },
    args: {
      id: t.arg.id({ required: true, description: 'Id of the category.' }),
      input: t.arg({ type: UpdateCategoryInput, required: true, description: 'The changes.' }),
    },
    resolve: async (query, _root, { id, input }, context) => {
      await context.domain.categories.update(signedIn(context), id, input);
      return context.db.category.findUniqueOrThrow({ ...query, where: { id } });
    },
  }),
);

builder.mutationField('deleteCategory', (t) =>
  t.field({
    type: CategoryRemoved,
    description: 'Removes a category; a built-in one stays away until `resetDefaultCategories`.',
    authScopes: { can: 'category.write' },
    errors: { types: [NotFoundError] },
    args: { id: t.arg.id({ required: true, description: 'Id of the category.' }) },
    resolve: (_root, { id }, context) => context.domain.categories.remove(signedIn(context), id),
  }),
);

builder.mutationField('resetDefaultCategories', (t) =>
  t.field({
    type: DefaultsResetType,
    description: 'Brings deleted built-in categories back as they ship. Those that were edited stay edited.',
    authScopes: { can: 'category.write' },
    errors: { types: [] },
    resolve: (_root, _args, context) => context.domain.categories.resetDefaults(signedIn(context)),
  }),
);
