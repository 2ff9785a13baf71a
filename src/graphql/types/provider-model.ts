import type { Benchmarks } from '../../catalog/models.ts';
import type { ModelRating } from '../../domain/provider-models.ts';
import { builder } from '../builder.ts';
import { signedIn, type Context } from '../context.ts';
import { enumValue } from '../enums.ts';
import { BadInputError, ConflictError, NotFoundError } from '../errors.ts';
import { ModelKind, PriceSource, Tier } from './enum.ts';

export const per1M = (what: string): string => `USD for a million ${what} tokens; null = not known.`;

const BenchmarksType = builder.objectRef<Benchmarks>('ModelBenchmarks').implement({
  description: 'Published measurements of a model: 0 to 100 each, higher is better.',
  fields: (t) => ({
    intelligence: t.exposeFloat('intelligence', { description: 'Knowledge and reasoning.' }),
    coding: t.exposeFloat('coding', { description: 'Programming.' }),
    math: t.exposeFloat('math', { description: 'Mathematics.' }),
    speed: t.exposeFloat('speed', { description: 'Of the answer, not of its first token.' }),
  }),
});

/** What the catalog is asked with. */
const RATED = { modelId: true, provider: { select: { type: true } } } as const;

function rate(
  { modelId, provider }: { modelId: string; provider: { type: string } },
  context: Context,
): ModelRating {
  return context.domain.providerModels.rate(signedIn(context), provider.type, modelId);
}

export const ProviderModelType = builder.prismaObject('ProviderModel', {
  description: 'One model of one provider.',
  authScopes: { can: 'model.read' },
  select: { id: true },
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Id of the row; operations name a model by provider and model id.' }),
    modelId: t.exposeString('modelId', {
      description: 'Id as the provider spells it; may hold "/" and ":".',
    }),
    name: t.exposeString('name', { description: 'Its name, for people.' }),
    kind: t.field({
      type: ModelKind,
      description: 'What it is called for.',
      select: { kind: true },
      resolve: ({ kind }) => enumValue('ModelKind', kind),
    }),
    ownedBy: t.exposeString('ownedBy', { nullable: true, description: 'Who made it.' }),
    capabilities: t.exposeStringList('capabilities', { description: 'vision, tools, reasoning, …' }),
    contextWindow: t.exposeInt('contextWindow', { nullable: true, description: 'Tokens; null = not known.' }),
    manualContext: t.exposeBoolean('manualContext', {
      description: 'The context window was set by hand: discovery leaves it alone.',
    }),
    learnedContextWindow: t.exposeInt('learnedContextWindow', {
      nullable: true,
      description: 'The true window as the provider’s own overflow error told it.',
    }),
    maxOutputTokens: t.exposeInt('maxOutputTokens', {
      nullable: true,
      description: 'Tokens; null = not known.',
    }),
    tier: t.field({
      type: Tier,
      nullable: true,
      description: 'What it costs and can do.',
      select: { tier: true },
      resolve: ({ tier }) => (tier === null ? null : enumValue('Tier', tier)),
    }),
    categories: t.exposeStringList('categories', { description: 'Routing categories that it is good at.' }),
    priority: t.exposeInt('priority', {
      description: '1 to 100; between models of a tier with the same score, the highest goes first.',
    }),
    notes: t.exposeString('notes', { nullable: true, description: 'Notes of the administrators.' }),
    inputPer1M: t.expose('inputPer1M', { type: 'USD', nullable: true, description: per1M('input') }),
    cachedInputPer1M: t.expose('cachedInputPer1M', {
      type: 'USD',
      nullable: true,
      description: per1M('cached input'),
    }),
    cacheWritePer1M: t.expose('cacheWritePer1M', {
      type: 'USD',
      nullable: true,
      description: per1M('cache write'),
    }),
    outputPer1M: t.expose('outputPer1M', { type: 'USD', nullable: true, description: per1M('output') }),
    reasoningPer1M: t.expose('reasoningPer1M', {
      type: 'USD',
      nullable: true,
      description: per1M('reasoning'),
    }),
    manualPricing: t.exposeBoolean('manualPricing', {
      description: 'The prices were set by hand: discovery leaves them alone.',
    }),
    priceSource: t.field({
      type: PriceSource,
      description: 'Who says what it costs.',
      select: { manualPricing: true, catalogPricing: true, inputPer1M: true, outputPer1M: true },
      resolve: ({ manualPricing, catalogPricing, inputPer1M, outputPer1M }) => {
        if (manualPricing) return 'own';
        if (catalogPricing) return 'catalog';
        return inputPer1M === null && outputPer1M === null ? 'none' : 'provider';
      },
    }),
    catalogSource: t.string({
      nullable: true,
      description: 'Where the catalog has what it knows of it; null = it knows nothing.',
      select: RATED,
      resolve: (model, _args, context) => rate(model, context).source,
    }),
    family: t.string({
      nullable: true,
      description: 'The model family, as the catalog has it.',
      select: RATED,
      resolve: (model, _args, context) => rate(model, context).family,
    }),
    benchmarks: t.field({
      type: BenchmarksType,
      nullable: true,
      description: 'Null = nobody has measured it.',
      select: RATED,
      resolve: (model, _args, context) => rate(model, context).benchmarks,
    }),
    byHand: t.exposeBoolean('byHand', {
      description: 'Entered by hand rather than found by discovery.',
    }),
    updatedAt: t.expose('updatedAt', {
      type: 'DateTime',
      description: 'When anything of it was last changed.',
    }),
    visible: t.exposeBoolean('visible', {
      description: 'Whether it is listed; a hidden one can still be called.',
    }),
    missingSince: t.expose('missingSince', {
      type: 'DateTime',
      nullable: true,
      description: 'Since when a discovery has not found it any more.',
    }),
    provider: t.relation('provider', { description: 'Who serves it.' }),
  }),
});

const UpdateModelInput = builder.inputType('UpdateModelInput', {
  description: 'Changes to a model; what is missing stays. Null = back to what the catalog knows.',
  fields: (t) => ({
    name: t.string({ description: 'Its name, for people.' }),
    kind: t.field({ type: ModelKind, description: 'What it is called for.' }),
    tier: t.field({ type: Tier, description: 'What it costs and can do.' }),
    categories: t.stringList({ description: 'Routing categories that it is good at.' }),
    priority: t.int({
      description: '1 to 100; between models of a tier with the same score, the highest goes first.',
    }),
    notes: t.string({ description: 'Notes of the administrators.' }),
    inputPer1M: t.field({ type: 'USD', description: 'USD for a million input tokens.' }),
    cachedInputPer1M: t.field({ type: 'USD', description: 'USD for a million cached input tokens.' }),
    cacheWritePer1M: t.field({ type: 'USD', description: 'USD for a million cache write tokens.' }),
    outputPer1M: t.field({ type: 'USD', description: 'USD for a million output tokens.' }),
    reasoningPer1M: t.field({ type: 'USD', description: 'USD for a million reasoning tokens.' }),
    contextWindow: t.int({ description: 'Tokens.' }),
    maxOutputTokens: t.int({ description: 'Tokens.' }),
    visible: t.boolean({ description: 'Whether it is listed.' }),
  }),
});

const ModelChangeInput = builder.inputType('ModelChangeInput', {
  description: 'Changes to one of several models.',
  fields: (t) => ({
    providerId: t.id({ required: true, description: 'Id of its provider.' }),
    modelId: t.string({ required: true, description: 'Id as the provider spells it.' }),
    input: t.field({ type: UpdateModelInput, required: true, description: 'The changes.' }),
  }),
});

const ModelsUpdated = builder.objectRef<{ readonly ids: readonly string[] }>('ModelsUpdated').implement({
  description: 'The models that were changed.',
  fields: (t) => ({
    models: t.prismaField({
      type: [ProviderModelType],
      description: 'As they are now, in the order of the changes.',
      complexity: { multiplier: 20 },
      resolve: async (query, { ids }, _args, { db }) => {
        const rows = await db.providerModel.findMany({ ...query, where: { id: { in: [...ids] } } });
        const place = new Map(ids.map((id, index) => [id, index]));
        return rows.toSorted((a, b) => (place.get(a.id) ?? 0) - (place.get(b.id) ?? 0));
      },
    }),
  }),
});

const CreateModelInput = builder.inputType('CreateModelInput', {
  description: 'A model that discovery cannot list. What is missing comes from the catalog.',
  fields: (t) => ({
    modelId: t.string({ required: true, description: 'Id as the provider spells it.' }),
    name: t.string({ description: 'Its name, for people.' }),
    kind: t.field({ type: ModelKind, description: 'What it is called for.' }),
    tier: t.field({ type: Tier, description: 'What it costs and can do.' }),
    categories: t.stringList({ description: 'Routing categories that it is good at.' }),
    priority: t.int({
      description: '1 to 100; between models of a tier with the same score, the highest goes first.',
    }),
    notes: t.string({ description: 'Notes of the administrators.' }),
    inputPer1M: t.field({ type: 'USD', description: 'USD for a million input tokens.' }),
    cachedInputPer1M: t.field({ type: 'USD', description: 'USD for a million cached input tokens.' }),
    cacheWritePer1M: t.field({ type: 'USD', description: 'USD for a million cache write tokens.' }),
    outputPer1M: t.field({ type: 'USD', description: 'USD for a million output tokens.' }),
    reasoningPer1M: t.field({ type: 'USD', description: 'USD for a million reasoning tokens.' }),
    contextWindow: t.int({ description: 'Tokens.' }),
    maxOutputTokens: t.int({ description: 'Tokens.' }),
    visible: t.boolean({ description: 'Whether it is listed.' }),
  }),
});

builder.queryField('providerModels', (t) =>
  t.prismaField({
    type: [ProviderModelType],
    description: 'The models of all providers, by provider and id.',
    authScopes: { can: 'model.read' },
    complexity: { multiplier: 20 },
    resolve: (query, _root, _args, { db }) =>
      db.providerModel.findMany({ ...query, orderBy: [{ provider: { slug: 'asc' } }, { modelId: 'asc' }] }),
  }),
);

builder.mutationField('createModel', (t) =>
  t.prismaField({
    type: ProviderModelType,
    description: 'Adds a model that discovery cannot list.',
    authScopes: { can: 'model.write' },
    errors: { types: [BadInputError, ConflictError, NotFoundError] },
    args: {
      providerId: t.arg.id({ required: true, description: 'Id of the provider.' }),
      input: t.arg({ type: CreateModelInput, required: true, description: 'The new model.' }),
    },
    resolve: async (query, _root, { providerId, input }, context) => {
      const { id } = await context.domain.providerModels.create(signedIn(context), providerId, input);
      return context.db.providerModel.findUniqueOrThrow({ ...query, where: { id } });
    },
  }),
);

builder.mutationField('updateModel', (t) =>
  t.prismaField({
    type: ProviderModelType,
    description: 'Changes what is known of a model. A price or window set by hand survives discovery.',
    authScopes: { can: 'model.write' },
    errors: { types: [BadInputError, NotFoundError] },
    args: {
      providerId: t.arg.id({ required: true, description: 'Id of the provider.' }),
      modelId: t.arg.string({ required: true, description: 'Id as the provider spells it.' }),
      input: t.arg({ type: UpdateModelInput, required: true, description: 'The changes.' }),
    },
    resolve: async (query, _root, { providerId, modelId, input }, context) => {
      const { id } = await context.domain.providerModels.update(
        signedIn(context),
        providerId,
        modelId,
        input,
      );
      return context.db.providerModel.findUniqueOrThrow({ ...query, where: { id } });
    },
  }),
);

builder.mutationField('updateModels', (t) =>
  t.field({
    type: ModelsUpdated,
    description: 'Changes several models at once, each in its own way: all of them or none. At most 1000.',
    authScopes: { can: 'model.write' },
    errors: { types: [BadInputError, NotFoundError] },
    args: {
      changes: t.arg({ type: [ModelChangeInput], required: true, description: 'Which, and what.' }),
    },
    resolve: async (_root, { changes }, context) => {
      const models = await context.domain.providerModels.updateMany(signedIn(context), changes);
      return { ids: models.map(({ id }) => id) };
    },
  }),
);
