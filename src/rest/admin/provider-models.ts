import { plainSpelling } from '../../graphql/enums.ts';
import {
  ModelSuggestionDocument,
  ProviderModelsDocument,
  ReorderTierDocument,
  UpdateModelDocument,
  type ModelFieldsFragment,
} from '../generated/documents.ts';
import { route, type AnyRoute } from '../route.ts';

const heading = 'Providers';
const base = '/api/prism/admin/providers';

/** In answers only; a client that sends a model back as it got it is not refused for them. */
const readOnly = [
  'id',
  'modelId',
  'prefixedId',
  'providerId',
  'providerName',
  'providerSlug',
  'providerType',
  'providerStatus',
  'ownedBy',
  'capabilities',
  'manualContext',
  'learnedContextWindow',
  'manualPricing',
  'missingSince',
];

export const PROVIDER_MODEL_ROUTES: readonly AnyRoute[] = [
  route({
    method: 'GET',
    path: `${base}/models/all`,
    heading,
    summary: 'Flat list of all models across providers',
    params: {},
    document: ProviderModelsDocument,
    variables: () => ({}),
    respond: ({ providerModels }) => providerModels.map(presentModel),
  }),
  route({
    method: 'GET',
    path: `${base}/models/suggest`,
    heading,
    summary: 'Auto-suggest metadata for a model ID',
    params: {},
    query: { modelId: 'Id as a provider spells it', providerType: 'Whose prices to look at first' },
    document: ModelSuggestionDocument,
    variables: ({ query: { modelId, providerType } }) => ({ modelId, providerType }),
    respond: ({ modelSuggestion: { kind, tier, ...suggestion } }) => ({
      ...suggestion,
      kind: kind && plainSpelling('ModelKind', kind),
      tier: tier && plainSpelling('Tier', tier),
    }),
  }),
  route({
    method: 'PATCH',
    path: `${base}/:id/models/:modelId`,
    heading,
    summary: 'Update model metadata; null = back to what the catalog knows',
    params: { id: 'Id of the provider', modelId: 'Id as the provider spells it, URL-encoded' },
    document: UpdateModelDocument,
    variables: ({ params: { id, modelId }, body }) => ({ providerId: id, modelId, input: body }),
    readOnly,
    respond: ({ updateModel }) => presentModel(updateModel),
  }),
  route({
    method: 'POST',
    path: `${base}/models/reorder-tier`,
    heading,
    summary: 'Bulk reorder priorities within a tier, best first',
    params: {},
    document: ReorderTierDocument,
    variables: ({ body }) => ({ input: body }),
    respond: ({ reorderTier }) => ({ success: true, models: reorderTier.models.map(presentModel) }),
  }),
];

/** Flat, as the list across providers is. */
export function presentModel(model: ModelFieldsFragment) {
  const { provider, kind, tier, ...rest } = model;
  return {
    ...rest,
    prefixedId: `${provider.slug}/${rest.modelId}`,
    kind: plainSpelling('ModelKind', kind),
    tier: tier && plainSpelling('Tier', tier),
    providerId: provider.id,
    providerName: provider.name,
    providerSlug: provider.slug,
    providerType: provider.type,
    providerStatus: plainSpelling('ProviderStatus', provider.status),
  };
}
