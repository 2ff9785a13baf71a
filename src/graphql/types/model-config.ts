import type { Tenant } from '../../database/generated/prisma/client.ts';
import { builder } from '../builder.ts';
import { enumValue } from '../enums.ts';
import { ModelMode } from './enum.ts';

export const ModelConfig = builder
  .objectRef<Pick<Tenant, 'modelMode' | 'modelList' | 'aliases'>>('ModelConfig')
  .implement({
    description: 'Which models a tenant may use, and its own names for them.',
    fields: (t) => ({
      mode: t.field({
        type: ModelMode,
        description: 'How the list is meant.',
        resolve: ({ modelMode }) => enumValue('ModelMode', modelMode),
      }),
      list: t.exposeStringList('modelList', {
        description: 'Models: bare ids or "<provider-slug>/<id>". An empty whitelist allows nothing.',
      }),
      aliases: t.expose('aliases', { type: 'StringMap', description: 'Alias → model.' }),
    }),
  });

export const ModelConfigInput = builder.inputType('ModelConfigInput', {
  description: 'Which models a tenant may use; what is missing or null stays as it is.',
  fields: (t) => ({
    mode: t.field({ type: ModelMode, description: 'How the list is meant.' }),
    list: t.stringList({ description: 'Models: bare ids or "<provider-slug>/<id>".' }),
    aliases: t.field({ type: 'StringMap', description: 'Alias → model; replaced as a whole.' }),
  }),
});
