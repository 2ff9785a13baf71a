import type { ModelSuggestion } from '../../domain/provider-models.ts';
import { builder } from '../builder.ts';
import { signedIn } from '../context.ts';
import { ModelKind, Tier } from './enum.ts';
import { per1M } from './provider-model.ts';

const Suggestion = builder.objectRef<ModelSuggestion>('ModelSuggestion').implement({
  description: 'What the catalog knows of a model id; null = not known.',
  fields: (t) => ({
    modelId: t.exposeString('modelId', { description: 'The id that was asked for.' }),
    kind: t.expose('kind', { type: ModelKind, nullable: true, description: 'What it is called for.' }),
    family: t.exposeString('family', { nullable: true, description: 'The model family.' }),
    vendor: t.exposeString('vendor', { nullable: true, description: 'Who made it.' }),
    tier: t.expose('tier', { type: Tier, nullable: true, description: 'What it costs and can do.' }),
    categories: t.stringList({
      description: 'Routing categories that it is good at.',
      resolve: (s) => [...s.categories],
    }),
    capabilities: t.stringList({
      description: 'vision, tools, reasoning, …',
      resolve: (s) => [...s.capabilities],
    }),
    contextWindow: t.exposeInt('contextWindow', { nullable: true, description: 'Tokens.' }),
    maxOutputTokens: t.exposeInt('maxOutputTokens', { nullable: true, description: 'Tokens.' }),
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
    source: t.exposeString('source', { description: 'Where it comes from.' }),
  }),
});

builder.queryField('modelSuggestion', (t) =>
  t.field({
    type: Suggestion,
    description:
      'What the catalog knows of a model id; an error with code "not_found" when it knows nothing.',
    authScopes: { can: 'model.read' },
    args: {
      modelId: t.arg.string({ required: true, description: 'Id as a provider spells it.' }),
      providerType: t.arg.string({ description: 'Looks at the prices of this type of provider first.' }),
    },
    resolve: (_root, { modelId, providerType }, context) =>
      context.domain.providerModels.suggest(signedIn(context), modelId, providerType ?? undefined),
  }),
);
