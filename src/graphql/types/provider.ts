import type { Provider } from '../../database/generated/prisma/client.ts';
import type { ProviderRemoved } from '../../domain/providers.ts';
import { builder } from '../builder.ts';
import { signedIn } from '../context.ts';
import { BASE_UPDATED_AT } from '../edited.ts';
import { enumValue } from '../enums.ts';
import { BadInputError, ConflictError, NotFoundError } from '../errors.ts';
import { uuidOrNone } from '../uuid.ts';
import { AuthType, ProviderStatus } from './enum.ts';

type Config = Pick<Provider, 'baseUrl' | 'apiPath' | 'authType' | 'credentials' | 'region' | 'options'>;

const ProviderAuth = builder.objectRef<Config>('ProviderAuth').implement({
  description: 'How we sign in to a provider. Secrets go in and never come out.',
  fields: (t) => ({
    type: t.field({
      type: AuthType,
      description: 'The kind of credentials.',
      resolve: ({ authType }) => enumValue('AuthType', authType),
    }),
    hasCredentials: t.boolean({
      description: 'Whether credentials are stored.',
      resolve: ({ credentials }) => credentials !== null,
    }),
    region: t.exposeString('region', { nullable: true, description: 'Region, where the provider has them.' }),
  }),
});

const ProviderConfig = builder.objectRef<Config>('ProviderConfig').implement({
  description: 'Where a provider is and how to talk to it.',
  fields: (t) => ({
    baseUrl: t.exposeString('baseUrl', { description: 'Address of its API.' }),
    apiPath: t.exposeString('apiPath', {
      nullable: true,
      description: 'The path found before /chat/completions: "/v1", "/api/v1" or "". Null = not found yet.',
    }),
    auth: t.field({ type: ProviderAuth, description: 'How we sign in.', resolve: (config) => config }),
    options: t.expose('options', {
      type: 'JSONObject',
      description: 'Settings of this type of provider, by name.',
    }),
  }),
});

export const ProviderType = builder.prismaObject('Provider', {
  description: 'A place that serves models.',
  authScopes: { can: 'provider.read' },
  select: { id: true },
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Id of the provider.' }),
    slug: t.exposeString('slug', {
      description: 'Its short name, unique: "<slug>/<model>" pins a model to it.',
    }),
    name: t.exposeString('name', { description: 'Its name, for people.' }),
    type: t.exposeString('type', { description: 'One of `providerTypes`.' }),
    config: t.field({
      type: ProviderConfig,
      description: 'Where it is and how to talk to it.',
      select: {
        baseUrl: true,
        apiPath: true,
        authType: true,
        credentials: true,
        region: true,
        options: true,
      },
      resolve: (provider) => provider,
    }),
    hasCredentials: t.boolean({
      description: 'Whether credentials are stored.',
      select: { credentials: true },
      resolve: ({ credentials }) => credentials !== null,
    }),
    active: t.exposeBoolean('active', { description: 'False = serves nobody.' }),
    status: t.field({
      type: ProviderStatus,
      description: 'The outcome of the last check or discovery.',
      select: { status: true },
      resolve: ({ status }) => enumValue('ProviderStatus', status),
    }),
    statusMessage: t.exposeString('statusMessage', {
      nullable: true,
      description: 'Why the status is "error".',
    }),
    lastCheckedAt: t.expose('lastCheckedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Time of the last check.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was added.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it was last changed.' }),
    models: t.relation('models', {
      description: 'Its models, by id; vanished and hidden ones included.',
      authScopes: { can: 'model.read' },
      complexity: { multiplier: 20 },
      query: { orderBy: [{ modelId: 'asc' }] },
    }),
  }),
});

const ProviderRemovedType = builder.objectRef<ProviderRemoved>('ProviderRemoved').implement({
  description: 'A removed provider and what went with it.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Id it had.' }),
    slug: t.exposeString('slug', { description: 'Short name it had.' }),
    name: t.exposeString('name', { description: 'Name it had.' }),
    modelsRemoved: t.exposeInt('modelsRemoved', { description: 'How many models went with it.' }),
    tenantsUpdated: t.exposeInt('tenantsUpdated', { description: 'How many tenants it served.' }),
  }),
});

const ProviderAuthInput = builder.inputType('ProviderAuthInput', {
  description: 'How we sign in. A secret that is missing, null, "" or "***" stays as it is stored.',
  fields: (t) => ({
    type: t.field({ type: AuthType, description: 'The kind of credentials.' }),
    apiKey: t.string({ description: 'For API_KEY and BEARER.' }),
    accessKeyId: t.string({ description: 'For AWS_CREDENTIALS.' }),
    secretAccessKey: t.string({ description: 'For AWS_CREDENTIALS.' }),
    region: t.string({ description: 'For AWS_CREDENTIALS.' }),
  }),
});

export const ProviderConfigInput = builder.inputType('ProviderConfigInput', {
  description: 'Where a provider is and how to talk to it.',
  fields: (t) => ({
    baseUrl: t.string({
      description:
        'http(s) address of its API; missing = the type’s own. A new origin needs the secret again.',
    }),
    auth: t.field({ type: ProviderAuthInput, description: 'How we sign in.' }),
    options: t.field({
      type: 'JSONObject',
      description: 'Settings of this type of provider; replaced as a whole.',
    }),
  }),
});

const CreateProviderInput = builder.inputType('CreateProviderInput', {
  description: 'A new provider.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'Its name, for people.' }),
    slug: t.string({ description: 'Its short name, unique; made from the name when missing.' }),
    type: t.string({ required: true, description: 'One of `providerTypes`.' }),
    config: t.field({ type: ProviderConfigInput, description: 'Where it is and how to talk to it.' }),
    active: t.boolean({ description: 'False = serves nobody. True when missing.' }),
  }),
});

const UpdateProviderInput = builder.inputType('UpdateProviderInput', {
  description: 'Changes to a provider; what is missing or null stays as it is.',
  fields: (t) => ({
    name: t.string({ description: 'Its name, for people.' }),
    slug: t.string({ description: 'Its short name, unique.' }),
    type: t.string({ description: 'One of `providerTypes`.' }),
    config: t.field({ type: ProviderConfigInput, description: 'Where it is and how to talk to it.' }),
    active: t.boolean({ description: 'False = serves nobody.' }),
  }),
});

builder.queryField('providers', (t) =>
  t.prismaField({
    type: [ProviderType],
    description: 'All providers, by name.',
    authScopes: { can: 'provider.read' },
    resolve: (query, _root, _args, { db }) =>
      db.provider.findMany({ ...query, orderBy: [{ name: 'asc' }, { id: 'asc' }] }),
  }),
);

builder.queryField('provider', (t) =>
  t.prismaField({
    type: ProviderType,
    nullable: true,
    description: 'One provider; null = there is none with this id.',
    authScopes: { can: 'provider.read' },
    args: { id: t.arg.id({ required: true, description: 'Id of the provider.' }) },
    resolve: (query, _root, { id }, { db }) =>
      db.provider.findUnique({ ...query, where: { id: uuidOrNone(id) } }),
  }),
);

builder.mutationField('createProvider', (t) =>
  t.prismaField({
    type: ProviderType,
    description: 'Adds a provider.',
    authScopes: { can: 'provider.write' },
    errors: { types: [BadInputError, ConflictError] },
    args: { input: t.arg({ type: CreateProviderInput, required: true, description: 'The new provider.' }) },
    resolve: async (query, _root, { input }, context) => {
      const { id } = await context.domain.providers.create(signedIn(context), input);
      return context.db.provider.findUniqueOrThrow({ ...query, where: { id } });
    },
  }),
);

builder.mutationField('updateProvider', (t) =>
  t.prismaField({
    type: ProviderType,
    description: 'Changes a provider.',
    authScopes: { can: 'provider.write' },
    errors: { types: [BadInputError, ConflictError, NotFoundError] },
    args: {
      id: t.arg.id({ required: true, description: 'Id of the provider.' }),
      input: t.arg({ type: UpdateProviderInput, required: true, description: 'The changes.' }),
      baseUpdatedAt: t.arg({ type: 'DateTime', description: BASE_UPDATED_AT }),
    },
    resolve: async (query, _root, { id, input, baseUpdatedAt }, context) => {
      await context.domain.providers.update(signedIn(context), id, input, baseUpdatedAt ?? null);
      return context.db.provider.findUniqueOrThrow({ ...query, where: { id } });
    },
  }),
);

builder.mutationField('deleteProvider', (t) =>
  t.field({
    type: ProviderRemovedType,
    description: 'Removes a provider with its models; tenants lose it.',
    authScopes: { can: 'provider.delete' },
    errors: { types: [NotFoundError] },
    args: { id: t.arg.id({ required: true, description: 'Id of the provider.' }) },
    resolve: (_root, { id }, context) => context.domain.providers.remove(signedIn(context), id),
  }),
);
