import { builder } from '../builder.ts';
import type { ProviderFormField, ProviderTypeInfo } from '../context.ts';

const FormField = builder.objectRef<ProviderFormField>('ProviderFormField').implement({
  description: 'A field of the form for a provider of one type.',
  fields: (t) => ({
    path: t.exposeString('path', { description: 'Where its value goes in `config`: "auth.apiKey".' }),
    label: t.exposeString('label', { description: 'Its name, for people.' }),
    kind: t.exposeString('kind', { description: 'url, text, secret, number, boolean or select.' }),
    required: t.exposeBoolean('required', { description: 'Whether it must be filled in.' }),
    help: t.exposeString('help', { nullable: true, description: 'What it is for.' }),
    placeholder: t.exposeString('placeholder', { nullable: true, description: 'An example.' }),
    options: t.stringList({
      description: 'The choices of a select.',
      resolve: ({ options }) => [...(options ?? [])],
    }),
  }),
});

const ProviderTypeType = builder.objectRef<ProviderTypeInfo>('ProviderType').implement({
  description: 'A kind of provider that we can talk to.',
  fields: (t) => ({
    type: t.exposeString('type', { description: 'Goes into `type` of a provider.' }),
    label: t.exposeString('label', { description: 'Its name, for people.' }),
    defaultBaseUrl: t.exposeString('defaultBaseUrl', {
      description: 'Offered as address; "" = must be typed.',
    }),
    form: t.field({
      type: [FormField],
      description: 'The fields of its form.',
      resolve: ({ form }) => [...form],
    }),
    chat: t.boolean({ description: 'Whether it has chat models.', resolve: ({ features }) => features.chat }),
    embeddings: t.boolean({
      description: 'Whether it has embedding models.',
      resolve: ({ features }) => features.embeddings,
    }),
    discovery: t.boolean({
      description: 'Whether it lists its own models.',
      resolve: ({ features }) => features.discovery,
    }),
  }),
});

builder.queryField('providerTypes', (t) =>
  t.field({
    type: [ProviderTypeType],
    description: 'Every kind of provider that can be added, with the form that it needs.',
    authScopes: { can: 'provider.read' },
    resolve: (_root, _args, { providerTypes }) => [...providerTypes],
  }),
);
