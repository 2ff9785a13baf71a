import type {
  DiscoveryChange,
  DiscoveryFieldChange,
  DiscoveryPreview,
} from '../../domain/provider-discovery.ts';
import { builder } from '../builder.ts';
import { signedIn } from '../context.ts';
import { BadInputError, NotFoundError, ProviderError } from '../errors.ts';
import { DiscoveryChangeKind } from './enum.ts';
import { ProviderModelType } from './provider-model.ts';

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

const FieldChangeType = builder.objectRef<DiscoveryFieldChange>('DiscoveryFieldChange').implement({
  description: 'What a discovery changes of a model.',
  fields: (t) => ({
    field: t.exposeString('field', { description: 'Name of the field of the model: "contextWindow".' }),
    before: t.expose('before', { type: 'JSON', nullable: true, description: 'Null = not known.' }),
    after: t.expose('after', { type: 'JSON', nullable: true, description: 'Null = not known.' }),
  }),
});

const ChangeType = builder.objectRef<DiscoveryChange>('DiscoveryChange').implement({
  description: 'What a discovery makes of one model.',
  fields: (t) => ({
    modelId: t.exposeString('modelId', { description: 'Id as the provider spells it.' }),
    name: t.exposeString('name', { description: 'Its name, for people.' }),
    kind: t.expose('kind', { type: DiscoveryChangeKind, description: 'What would become of it.' }),
    fields: t.field({
      type: [FieldChangeType],
      description: 'What changes; of a new model, what is known of it.',
      resolve: ({ fields }) => [...fields],
    }),
    kept: t.stringList({
      description:
        'What was set by hand and so stays, although it is said otherwise now: prices, contextWindow.',
      resolve: ({ kept }) => [...kept],
    }),
  }),
});

const PreviewType = builder.objectRef<DiscoveryPreview>('DiscoveryPreview').implement({
  description: 'What a discovery would do.',
  fields: (t) => ({
    count: t.exposeInt('count', { description: 'How many models the provider lists.' }),
    changes: t.field({
      type: [ChangeType],
      description: 'By id; a model that stays as it is has none.',
      complexity: { multiplier: 20 },
      resolve: ({ changes }) => [...changes],
    }),
  }),
});

const providerId = { required: true, description: 'Id of the provider.' } as const;

builder.mutationField('discoverModels', (t) =>
  t.field({
    type: Discovery,
    description: 'Asks the provider for its models and stores them. What was set by hand stays.',
    authScopes: { can: 'provider.discover' },
    errors: { types: [BadInputError, NotFoundError, ProviderError] },
    args: {
      providerId: t.arg.id(providerId),
      only: t.arg.stringList({
        description: 'Ids of the models to take; the others stay as they are. All when missing.',
      }),
    },
    resolve: async (_root, { providerId: id, only }, context) => {
      const { count } = await context.domain.providerDiscovery.discover(signedIn(context), id, only);
      return { count, providerId: id };
    },
  }),
);

builder.mutationField('previewDiscovery', (t) =>
  t.field({
    type: PreviewType,
    description: 'Asks the provider for its models and says what `discoverModels` would change.',
    authScopes: { can: 'provider.discover' },
    errors: { types: [NotFoundError, ProviderError] },
    args: { providerId: t.arg.id(providerId) },
    resolve: (_root, { providerId: id }, context) =>
      context.domain.providerDiscovery.preview(signedIn(context), id),
  }),
);
