import { builder } from '../builder.ts';
import { signedIn } from '../context.ts';
import { enumValue } from '../enums.ts';
import { BadInputError, ConflictError, NotFoundError } from '../errors.ts';
import { ModelKind, Tier } from './enum.ts';

export const per1M = (what: string): string => `USD for a million ${what} tokens; null = not known.`;

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
    priority: t.exposeInt('priority', { description: '1 to 100; the highest of a tier goes first.' }),
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
    priority: t.int({ description: '1 to 100; the highest of a tier goes first.' }),
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

const CreateModelInput = builder.inputType('CreateModelInput', {
  description: 'A model that discovery cannot list. What is missing comes from the catalog.',
  fields: (t) => ({
    modelId: t.string({ required: true, description: 'Id as the provider spells it.' }),
    name: t.string({ description: 'Its name, for people.' }),
    kind: t.field({ type: ModelKind, description: 'What it is called for.' }),
    tier: t.field({ type: Tier, description: 'What it costs and can do.' }),
    categories: t.stringList({ description: 'Routing categories that it is good at.' }),
    priority: t.int({ description: '1 to 100; the highest of a tier goes first.' }),
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
