import type { Tenant } from '../../database/generated/prisma/client.ts';
import { inheritedRouting } from '../../domain/inherited-routing.ts';
import { modelAccess, modelAccessSelect } from '../../domain/model-access.ts';
import { clientSnippets } from '../../domain/snippets.ts';
import { accessibleModels, tenantModelsSelect } from '../../domain/tenant-models.ts';
import type { TenantRemoved } from '../../domain/tenants.ts';
import { can } from '../../identity/policy.ts';
import { builder } from '../builder.ts';
import { signedIn } from '../context.ts';
import { BASE_UPDATED_AT } from '../edited.ts';
import { BadInputError, ConflictError, NotFoundError } from '../errors.ts';
import { uuidOrNone } from '../uuid.ts';
import { ClientSnippetType } from './client-snippet.ts';
import { ModelConfig, ModelConfigInput } from './model-config.ts';
import { ProviderType } from './provider.ts';
import { CreateTenantInput, UpdateTenantInput, ROUTING } from './tenant-input.ts';
import { ModelAccessType, TenantModelType } from './tenant-model.ts';

const RateLimit = builder
  .objectRef<Pick<Tenant, 'requestsPerMinute' | 'tokensPerMinute'>>('RateLimit')
  .implement({
    description: 'How much a tenant may use in any 60 seconds; 0 = no limit.',
    fields: (t) => ({
      requestsPerMinute: t.exposeInt('requestsPerMinute', { description: 'Requests in any 60 seconds.' }),
      tokensPerMinute: t.exposeInt('tokensPerMinute', { description: 'Tokens in any 60 seconds.' }),
    }),
  });

export const TenantType = builder.prismaObject('Tenant', {
  description:
    'A customer of the gateway. Id, slug and name are open to all who see the tenant; the rest to its admins.',
  authScopes: { can: 'tenant.read' },
  fields: (t) => ({
    id: t.exposeID('id', { skipTypeScopes: true, description: 'Id of the tenant.' }),
    slug: t.exposeString('slug', {
      skipTypeScopes: true,
      description: 'Its part of the gateway’s address, unique.',
    }),
    name: t.exposeString('name', { skipTypeScopes: true, description: 'Its name, for people.' }),
    active: t.exposeBoolean('active', { description: 'False = all its keys are refused.' }),
    providerIds: t.idList({
      description: 'Ids of the providers that serve it, in the order in which they are tried.',
      select: { providers: { select: { providerId: true }, orderBy: { position: 'asc' } } },
      resolve: ({ providers }) => providers.map(({ providerId }) => providerId),
    }),
    providers: t.field({
      type: [ProviderType],
      description: 'The providers that serve it, in the order in which they are tried.',
      authScopes: { can: 'provider.read' },
      select: (_args, _context, nestedSelection) => ({
        providers: {
          orderBy: { position: 'asc' },
          select: { providerId: true, provider: nestedSelection(true) },
        },
      }),
      resolve: ({ providers }) => providers.map(({ provider }) => provider),
    }),
    modelConfig: t.field({
      type: ModelConfig,
      description: 'Which models it may use.',
      select: { modelMode: true, modelList: true, aliases: true },
      resolve: (tenant) => tenant,
    }),
    routing: t.expose('routing', {
      type: 'JSONObject',
      description: ROUTING,
    }),
    inheritedRouting: t.field({
      type: 'JSONObject',
      description:
        'What is in force where `routing` says nothing, from the default rule sets and the defaults: its members, all of them; of `llm` all but the model, for the tenants that name one.',
      authScopes: { can: 'ruleSet.read' },
      complexity: 5,
      select: { id: true },
      resolve: async ({ id }, _args, { db }) => {
        const sets = await db.ruleSet.findMany({
          where: { isDefault: true, OR: [{ tenantId: id }, { tenantId: null }] },
          select: { tenantId: true, definition: true },
        });
        const own = sets.filter(({ tenantId }) => tenantId !== null);
        const common = sets.filter(({ tenantId }) => tenantId === null);
        return inheritedRouting([...own, ...common].map(({ definition }) => definition));
      },
    }),
    rateLimit: t.field({
      type: RateLimit,
      description: 'How much it may use.',
      select: { requestsPerMinute: true, tokensPerMinute: true },
      resolve: (tenant) => tenant,
    }),
    pricing: t.expose('pricing', {
      type: 'PriceMap',
      description: 'Model → negotiated price, above every other price.',
    }),
    keyLifetimeDays: t.exposeInt('keyLifetimeDays', {
      description: 'Days that a new key lives; 0 = for ever.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was added.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it was last changed.' }),
    baseUrl: t.string({
      description: 'Address for its applications, as OpenAI’s clients want it: "…/api/<slug>/v1".',
      select: { slug: true },
      resolve: ({ slug }, _args, { publicUrl }) => gatewayAddress(publicUrl, slug),
    }),
    models: t.field({
      type: [TenantModelType],
      description:
        'The models that it may use, by id: hidden, vanished and disallowed ones are not among them.',
      authScopes: { can: 'portal.read' },
      complexity: { multiplier: 20 },
      select: tenantModelsSelect,
      resolve: (tenant) => accessibleModels(tenant),
    }),
    modelAccess: t.field({
      type: [ModelAccessType],
      description:
        'The models of its providers, in the order in which providers are tried, with whether it may use them and why: by what is stored, or as if `modelConfig` were. Hidden and vanished ones and those of providers that are switched off are told to operators only.',
      authScopes: { can: 'portal.read' },
      complexity: { multiplier: 20 },
      args: {
        modelConfig: t.arg({
          type: ModelConfigInput,
          description: 'To be tried; what is missing is as it is stored. Nothing is changed.',
        }),
      },
      select: modelAccessSelect,
      resolve: (tenant, { modelConfig }, context) =>
        modelAccess(tenant, modelConfig ?? null, can(signedIn(context), 'model.read')),
    }),
    snippets: t.field({
      type: [ClientSnippetType],
      description: 'How common clients are set up to use it.',
      authScopes: { can: 'portal.read' },
      args: {
        model: t.arg.string({
          description: 'A chat model that it may use, an alias, or "auto"; the best-rated one when missing.',
        }),
      },
      select: { ...tenantModelsSelect, slug: true },
      resolve: (tenant, { model }, { publicUrl }) =>
        clientSnippets(gatewayAddress(publicUrl, tenant.slug), accessibleModels(tenant), model ?? null),
    }),
    keys: t.relation('keys', {
      description: 'Its API keys, the primary one first.',
      authScopes: { can: 'key.read' },
      query: { orderBy: [{ isPrimary: 'desc' }, { createdAt: 'asc' }, { id: 'asc' }] },
    }),
  }),
});

const TenantCreated = builder
  .objectRef<{ id: string; apiKey: string; expiresAt: Date | null }>('TenantCreated')
  .implement({
    description: 'A new tenant with its first key.',
    fields: (t) => ({
      tenant: t.prismaField({
        type: TenantType,
        description: 'The tenant.',
        resolve: (query, { id }, _args, { db }) => db.tenant.findUniqueOrThrow({ ...query, where: { id } }),
      }),
      apiKey: t.exposeString('apiKey', {
        description: 'Its primary key. Shown this once: only a hash is kept.',
      }),
      expiresAt: t.expose('expiresAt', {
        type: 'DateTime',
        nullable: true,
        description: 'When the key ends.',
      }),
    }),
  });

const TenantRemovedType = builder.objectRef<TenantRemoved>('TenantRemoved').implement({
  description: 'A removed tenant and what went with it. Its logs, rollups and audit entries remain.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Id it had.' }),
    slug: t.exposeString('slug', { description: 'Slug it had.' }),
    name: t.exposeString('name', { description: 'Name it had.' }),
    keysRemoved: t.exposeInt('keysRemoved', { description: 'How many keys went with it.' }),
    usersUpdated: t.exposeInt('usersUpdated', { description: 'How many users lost this tenant.' }),
    ruleSetsRemoved: t.exposeInt('ruleSetsRemoved', {
      description: 'How many rule sets of its own went with it.',
    }),
  }),
});

builder.queryField('tenants', (t) =>
  t.prismaField({
    type: [TenantType],
    description: 'All tenants with their settings, by name. Who sees only some finds them in `me.tenants`.',
    authScopes: { can: 'tenant.list' },
    resolve: (query, _root, _args, { db }) =>
      db.tenant.findMany({ ...query, orderBy: [{ name: 'asc' }, { id: 'asc' }] }),
  }),
);

builder.queryField('myTenants', (t) =>
  t.prismaField({
    type: [TenantType],
    description: 'The tenants that one looks after, by name: a tenant admin’s own, all for operators.',
    authScopes: { can: 'portal.read' },
    resolve: (query, _root, _args, { db }) =>
      db.tenant.findMany({ ...query, orderBy: [{ name: 'asc' }, { id: 'asc' }] }),
  }),
);

builder.queryField('tenant', (t) =>
  t.prismaField({
    type: TenantType,
    nullable: true,
    description: 'One tenant; null = there is none with this id, or not for you.',
    authScopes: { can: 'tenant.read' },
    args: { id: t.arg.id({ required: true, description: 'Id of the tenant.' }) },
    resolve: (query, _root, { id }, { db }) =>
      db.tenant.findUnique({ ...query, where: { id: uuidOrNone(id) } }),
  }),
);

builder.mutationField('createTenant', (t) =>
  t.field({
    type: TenantCreated,
    description: 'Adds a tenant with a first key.',
    authScopes: { can: 'tenant.write' },
    errors: { types: [BadInputError, ConflictError] },
    args: { input: t.arg({ type: CreateTenantInput, required: true, description: 'The new tenant.' }) },
    resolve: async (_root, { input }, context) => {
      const { tenant, apiKey, expiresAt } = await context.domain.tenants.create(signedIn(context), input);
      return { id: tenant.id, apiKey, expiresAt };
    },
  }),
);

builder.mutationField('updateTenant', (t) =>
  t.prismaField({
    type: TenantType,
    description: 'Changes a tenant.',
    authScopes: { can: 'tenant.write' },
    errors: { types: [BadInputError, ConflictError, NotFoundError] },
    args: {
      id: t.arg.id({ required: true, description: 'Id of the tenant.' }),
      input: t.arg({ type: UpdateTenantInput, required: true, description: 'The changes.' }),
      baseUpdatedAt: t.arg({ type: 'DateTime', description: BASE_UPDATED_AT }),
    },
    resolve: async (query, _root, { id, input, baseUpdatedAt }, context) => {
      await context.domain.tenants.update(signedIn(context), id, input, baseUpdatedAt ?? null);
      return context.db.tenant.findUniqueOrThrow({ ...query, where: { id } });
    },
  }),
);

builder.mutationField('updateModelConfig', (t) =>
  t.prismaField({
    type: TenantType,
    description: 'Changes which models a tenant may use; open to the tenant’s own admin.',
    authScopes: { can: 'tenant.modelConfig' },
    errors: { types: [BadInputError, ConflictError, NotFoundError] },
    args: {
      tenantId: t.arg.id({ required: true, description: 'Id of the tenant.' }),
      input: t.arg({ type: ModelConfigInput, required: true, description: 'The changes.' }),
      baseUpdatedAt: t.arg({ type: 'DateTime', description: BASE_UPDATED_AT }),
    },
    resolve: async (query, _root, { tenantId, input, baseUpdatedAt }, context) => {
      const { tenants } = context.domain;
      await tenants.updateModelConfig(signedIn(context), tenantId, input, baseUpdatedAt ?? null);
      return context.db.tenant.findUniqueOrThrow({ ...query, where: { id: tenantId } });
    },
  }),
);

builder.mutationField('deleteTenant', (t) =>
  t.field({
    type: TenantRemovedType,
    description: 'Removes a tenant with its keys.',
    authScopes: { can: 'tenant.delete' },
    errors: { types: [NotFoundError] },
    args: { id: t.arg.id({ required: true, description: 'Id of the tenant.' }) },
    resolve: (_root, { id }, context) => context.domain.tenants.remove(signedIn(context), id),
  }),
);

function gatewayAddress(publicUrl: string, slug: string): string {
  return `${publicUrl}/api/${slug}/v1`;
}
