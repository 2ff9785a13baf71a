import type { ModelAccess } from '../../domain/model-access.ts';
import type { TenantModel } from '../../domain/tenant-models.ts';
import { builder } from '../builder.ts';
import { AccessReason, ModelKind, Tier } from './enum.ts';

const price = (what: string): string =>
  `What the tenant pays: USD for a million ${what} tokens; null = not known.`;

export const TenantModelType = builder.objectRef<TenantModel>('TenantModel').implement({
  description: 'One model as a tenant may use it.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Its id, as applications name it.' }),
    prefixedId: t.exposeString('prefixedId', {
      description: '"<provider-slug>/<id>": pins the provider that is tried first.',
    }),
    aliases: t.stringList({
      description: 'The tenant’s own names for it.',
      resolve: ({ aliases }) => [...aliases],
    }),
    name: t.exposeString('name', { description: 'Its name, for people.' }),
    kind: t.expose('kind', { type: ModelKind, description: 'What it is called for.' }),
    tier: t.expose('tier', { type: Tier, nullable: true, description: 'What it costs and can do.' }),
    capabilities: t.stringList({
      description: 'vision, tools, reasoning, …',
      resolve: ({ capabilities }) => [...capabilities],
    }),
    contextWindow: t.exposeInt('contextWindow', { nullable: true, description: 'Tokens; null = not known.' }),
    maxOutputTokens: t.exposeInt('maxOutputTokens', {
      nullable: true,
      description: 'Tokens; null = not known.',
    }),
    inputPer1M: t.expose('inputPer1M', { type: 'USD', nullable: true, description: price('input') }),
    outputPer1M: t.expose('outputPer1M', { type: 'USD', nullable: true, description: price('output') }),
  }),
});

export const ModelAccessType = builder.objectRef<ModelAccess>('ModelAccess').implement({
  description: 'Whether a tenant may use one model of one of its providers.',
  fields: (t) => ({
    model: t.field({
      type: TenantModelType,
      description: 'The model, as the tenant would see it.',
      resolve: ({ model }) => model,
    }),
    provider: t.exposeString('provider', { description: 'Slug of the provider.' }),
    allowed: t.exposeBoolean('allowed', {
      description:
        'Whether it is among the tenant’s models, so that `auto` may choose it. A hidden one can still be named.',
    }),
    reason: t.expose('reason', { type: AccessReason, description: 'Why.' }),
  }),
});
