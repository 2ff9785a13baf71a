import type { CheckResult, CheckStep } from '../../domain/check-run.ts';
import { builder } from '../builder.ts';
import { signedIn } from '../context.ts';
import { BadInputError, NotFoundError, ProviderError } from '../errors.ts';
import { ProviderModelType } from './provider-model.ts';

const CheckStepType = builder.objectRef<CheckStep>('ProviderCheckStep').implement({
  description: 'One step of a connection test.',
  fields: (t) => ({
    step: t.exposeString('step', {
      description:
        'settings, name_resolution, tls, connection, credentials, path, models, completion or stream.',
    }),
    ok: t.exposeBoolean('ok', { description: 'Whether it went well.' }),
    detail: t.exposeString('detail', { description: 'What happened.' }),
    ms: t.exposeFloat('ms', { description: 'How long it took, in milliseconds.' }),
  }),
});

const CheckType = builder.objectRef<CheckResult>('ProviderCheck').implement({
  description: 'The outcome of a connection test.',
  fields: (t) => ({
    success: t.exposeBoolean('success', { description: 'Whether every step went well.' }),
    log: t.field({
      type: [CheckStepType],
      description: 'The steps, in order.',
      resolve: ({ log }) => [...log],
    }),
    suggestion: t.exposeString('suggestion', {
      nullable: true,
      description: 'The likely mend; only when something failed.',
    }),
  }),
});

interface Discovered {
  readonly count: number;
  readonly providerId: string;
}

const Discovery = builder.objectRef<Discovered>('ProviderDiscovery').implement({
  description: 'What a provider listed.',
  fields: (t) => ({
    count: t.exposeInt('count', { description: 'How many models it listed.' }),
    models: t.prismaField({
      type: [ProviderModelType],
      description: 'Every model of the provider, those that have vanished included.',
      complexity: { multiplier: 20 },
      resolve: (query, { providerId }, _args, { db }) =>
        db.providerModel.findMany({ ...query, where: { providerId }, orderBy: [{ modelId: 'asc' }] }),
    }),
  }),
});

const ChatInput = builder.inputType('ChatWithProviderInput', {
  description: 'One chat request for trying a provider out.',
  fields: (t) => ({
    model: t.string({ required: true, description: 'Id of one of its models.' }),
    messages: t.field({
      type: ['JSONObject'],
      required: true,
      description: 'OpenAI’s messages: objects with `role` and `content`.',
    }),
  }),
});

const ChatType = builder.objectRef<{ completion: object }>('ProviderChat').implement({
  description: 'A provider’s answer.',
  fields: (t) => ({
    completion: t.expose('completion', { type: 'JSONObject', description: 'OpenAI’s `chat.completion`.' }),
  }),
});

const providerId = { required: true, description: 'Id of the provider.' } as const;

builder.mutationField('checkProvider', (t) =>
  t.field({
    type: CheckType,
    description:
      'Tests the connection step by step and stores the outcome. What the provider does is never an error.',
    authScopes: { can: 'provider.check' },
    errors: { types: [NotFoundError] },
    args: { id: t.arg.id(providerId) },
    resolve: (_root, { id }, context) => context.domain.providerCheck.check(signedIn(context), id),
  }),
);

builder.mutationField('discoverModels', (t) =>
  t.field({
    type: Discovery,
    description: 'Asks the provider for its models and stores them. What was set by hand stays.',
    authScopes: { can: 'provider.discover' },
    errors: { types: [NotFoundError, ProviderError] },
    args: { providerId: t.arg.id(providerId) },
    resolve: async (_root, { providerId: id }, context) => {
      const { count } = await context.domain.providerDiscovery.discover(signedIn(context), id);
      return { count, providerId: id };
    },
  }),
);

builder.mutationField('chatWithProvider', (t) =>
  t.field({
    type: ChatType,
    description: 'One completion for trying a provider out: not logged, not priced.',
    authScopes: { can: 'provider.chat' },
    errors: { types: [BadInputError, NotFoundError, ProviderError] },
    args: {
      id: t.arg.id(providerId),
      input: t.arg({ type: ChatInput, required: true, description: 'The request.' }),
    },
    resolve: async (_root, { id, input }, context) => ({
      completion: await context.domain.providerChat.chat(signedIn(context), id, input),
    }),
  }),
);
