import { plainSpelling } from '../../graphql/enums.ts';
import { found } from '../found.ts';
import {
  ChatWithProviderDocument,
  CheckProviderDocument,
  CreateProviderDocument,
  DeleteProviderDocument,
  DiscoverModelsDocument,
  ProviderDocument,
  ProvidersDocument,
  UpdateProviderDocument,
  type ProviderFieldsFragment,
} from '../generated/documents.ts';
import { route, type AnyRoute } from '../route.ts';
import { presentModel } from './provider-models.ts';

const heading = 'Providers';
const base = '/api/prism/admin/providers';
const params = { id: 'Id of the provider' } as const;

/** In answers only; a client that sends a provider back as it got it is not refused for them. */
const readOnly = [
  'id',
  'hasCredentials',
  'status',
  'statusMessage',
  'lastCheckedAt',
  'createdAt',
  'updatedAt',
  'config.apiPath',
  'config.auth.hasCredentials',
];

export const PROVIDER_ROUTES: readonly AnyRoute[] = [
  route({
    method: 'GET',
    path: base,
    heading,
    summary: 'List all providers',
    params: {},
    document: ProvidersDocument,
    variables: () => ({}),
    respond: ({ providers }) => providers.map(presentProvider),
  }),
  route({
    method: 'POST',
    path: base,
    heading,
    summary: 'Create provider',
    params: {},
    status: 201,
    document: CreateProviderDocument,
    variables: ({ body }) => ({ input: body }),
    readOnly,
    respond: ({ createProvider }) => presentProvider(createProvider),
  }),
  route({
    method: 'GET',
    path: `${base}/:id`,
    heading,
    summary: 'Get provider',
    params,
    document: ProviderDocument,
    variables: ({ params: { id } }) => ({ id }),
    respond: ({ provider }) => presentProvider(found(provider, 'provider')),
  }),
  route({
    method: 'PUT',
    path: `${base}/:id`,
    heading,
    summary: 'Update provider; what is missing stays as it is',
    params,
    document: UpdateProviderDocument,
    variables: ({ params: { id }, body }) => ({ id, input: body }),
    readOnly,
    respond: ({ updateProvider }) => presentProvider(updateProvider),
  }),
  route({
    method: 'DELETE',
    path: `${base}/:id`,
    heading,
    summary: 'Delete provider',
    params,
    document: DeleteProviderDocument,
    variables: ({ params: { id } }) => ({ id }),
    respond: ({ deleteProvider: { modelsRemoved, tenantsUpdated } }) => ({
      success: true,
      cascade: { modelsRemoved, tenantsUpdated },
    }),
  }),
  route({
    method: 'POST',
    path: `${base}/:id/check`,
    heading,
    summary: 'Test connection with detailed log',
    params,
    document: CheckProviderDocument,
    variables: ({ params: { id } }) => ({ id }),
    respond: ({ checkProvider: { success, log, suggestion } }) => ({
      success,
      log,
      ...(suggestion === null ? {} : { suggestion }),
    }),
  }),
  route({
    method: 'POST',
    path: `${base}/:id/discover`,
    heading,
    summary: 'Discover and save models',
    params,
    document: DiscoverModelsDocument,
    variables: ({ params: { id } }) => ({ providerId: id }),
    respond: ({ discoverModels: { count, models } }) => ({ models: models.map(presentModel), count }),
  }),
  route({
    method: 'POST',
    path: `${base}/:id/chat`,
    heading,
    summary: 'Test chat request (setup wizard)',
    params,
    document: ChatWithProviderDocument,
    variables: ({ params: { id }, body }) => ({ id, input: body }),
    respond: ({ chatWithProvider }) => chatWithProvider.completion,
  }),
];

function presentProvider(provider: ProviderFieldsFragment) {
  const { config, status } = provider;
  const type = plainSpelling('AuthType', config.auth.type);
  return {
    ...provider,
    config: { ...config, auth: { ...config.auth, type } },
    status: plainSpelling('ProviderStatus', status),
  };
}
