import type { CheckMend, CheckResult, CheckStep } from '../../domain/check-run.ts';
import { builder } from '../builder.ts';
import { signedIn } from '../context.ts';
import { BadInputError, NotFoundError, ProviderError } from '../errors.ts';
import { ProviderConfigInput } from './provider.ts';

export const CheckStepType = builder.objectRef<CheckStep>('ProviderCheckStep').implement({
  description: 'One step of a connection test.',
  fields: (t) => ({
    step: t.exposeString('step', {
      description:
        'settings, name_resolution, tls, connection, credentials, path, models, completion or stream.',
    }),
    ok: t.exposeBoolean('ok', { description: 'Whether it went well.' }),
    detail: t.exposeString('detail', { description: 'What happened.' }),
    ms: t.exposeFloat('ms', { description: 'How long it took, in milliseconds.' }),
    upstream: t.exposeString('upstream', {
      nullable: true,
      description:
        'What the provider answered last, in its own words, without our secrets; only of a step that failed.',
    }),
  }),
});

const CheckMendType = builder.objectRef<CheckMend>('ProviderCheckMend').implement({
  description: 'A change of the settings that is likely to help.',
  fields: (t) => ({
    label: t.exposeString('label', { description: 'For a button: "Use https://".' }),
    path: t.exposeString('path', { description: 'Where it goes in the input: "config.baseUrl".' }),
    value: t.exposeString('value', { nullable: true, description: 'Null = it has to be typed.' }),
  }),
});

export const CheckType = builder.objectRef<CheckResult>('ProviderCheck').implement({
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
    mend: t.expose('mend', {
      type: CheckMendType,
      nullable: true,
      description: 'The same for programs, where there is one change that would do it.',
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

const ChatType = builder.objectRef<{ completion: object; durationMs: number }>('ProviderChat').implement({
  description: 'A provider’s answer.',
  fields: (t) => ({
    completion: t.expose('completion', { type: 'JSONObject', description: 'OpenAI’s `chat.completion`.' }),
    durationMs: t.exposeFloat('durationMs', { description: 'How long it took, in milliseconds.' }),
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

export const TryProviderInput = builder.inputType('TryProviderInput', {
  description: 'Settings to be tried as they are, without storing them.',
  fields: (t) => ({
    id: t.id({ description: 'The provider whose stored secrets stand in for those that are not given.' }),
    type: t.string({ required: true, description: 'One of `providerTypes`.' }),
    config: t.field({ type: ProviderConfigInput, description: 'Where it is and how to talk to it.' }),
  }),
});

builder.mutationField('tryProvider', (t) =>
  t.field({
    type: CheckType,
    description:
      'Tests a connection step by step before it is saved. What the provider does is never an error; a wrong field is.',
    authScopes: { can: 'provider.check' },
    errors: { types: [BadInputError, NotFoundError] },
    args: { input: t.arg({ type: TryProviderInput, required: true, description: 'The settings.' }) },
    resolve: (_root, { input }, context) => context.domain.providerCheck.try(signedIn(context), input),
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
    resolve: async (_root, { id, input }, context) => {
      const startedAt = performance.now();
      const completion = await context.domain.providerChat.chat(signedIn(context), id, input);
      return { completion, durationMs: Math.round(performance.now() - startedAt) };
    },
  }),
);
