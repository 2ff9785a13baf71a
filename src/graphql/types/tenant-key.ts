import { builder } from '../builder.ts';
import { signedIn, type Context } from '../context.ts';
import { AppError } from '../../errors.ts';
import { isUuid } from '../uuid.ts';
import { BadInputError, ConflictError, NotFoundError } from '../errors.ts';

export const TenantKeyType = builder.prismaObject('TenantKey', {
  description: 'An API key of a tenant. The key itself is shown once, when it is made; only a hash is kept.',
  authScopes: { can: 'key.read' },
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Id of the key.' }),
    tenantId: t.exposeID('tenantId', { description: 'Id of its tenant.' }),
    prefix: t.exposeString('prefix', { description: 'Its first 12 characters, to know it again.' }),
    label: t.exposeString('label', { description: 'What it is for.' }),
    isPrimary: t.exposeBoolean('isPrimary', { description: 'The one that rotateKey and setKey act on.' }),
    custom: t.exposeBoolean('custom', { description: 'Chosen by an administrator, not generated.' }),
    enabled: t.exposeBoolean('enabled', { description: 'False = refused.' }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it ends; null = never.',
    }),
    lastUsedAt: t.expose('lastUsedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was last used.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
  }),
});

const KeyIssued = builder
  .objectRef<{ id: string; apiKey: string; expiresAt: Date | null }>('KeyIssued')
  .implement({
    description: 'A new API key.',
    fields: (t) => ({
      key: t.prismaField({
        type: TenantKeyType,
        description: 'What is kept of it.',
        resolve: (query, { id }, _args, { db }) =>
          db.tenantKey.findUniqueOrThrow({ ...query, where: { id } }),
      }),
      apiKey: t.exposeString('apiKey', { description: 'The key. Shown this once: only a hash is kept.' }),
      expiresAt: t.expose('expiresAt', {
        type: 'DateTime',
        nullable: true,
        description: 'When it ends; null = never.',
      }),
    }),
  });

const KeyRemoved = builder
  .objectRef<{ id: string; tenantId: string; prefix: string; label: string }>('KeyRemoved')
  .implement({
    description: 'A removed key.',
    fields: (t) => ({
      id: t.exposeID('id', { description: 'Id it had.' }),
      tenantId: t.exposeID('tenantId', { description: 'Id of its tenant.' }),
      prefix: t.exposeString('prefix', { description: 'Its first 12 characters.' }),
      label: t.exposeString('label', { description: 'What it was for.' }),
    }),
  });

const CreateKeyInput = builder.inputType('CreateKeyInput', {
  description:
    'A further key. At most one of expiresAt and lifetimeDays; neither = the tenant’s keyLifetimeDays.',
  fields: (t) => ({
    label: t.string({ description: 'What it is for.' }),
    expiresAt: t.field({ type: 'DateTime', description: 'When it ends.' }),
    lifetimeDays: t.int({ description: 'Days that it lives; 0 = for ever.' }),
    apiKey: t.string({
      description: 'A key of your own making, 16 characters at least; generated when missing.',
    }),
  }),
});

const UpdateKeyInput = builder.inputType('UpdateKeyInput', {
  description: 'Changes to a key; what is missing stays as it is.',
  fields: (t) => ({
    label: t.string({ description: 'What it is for.' }),
    enabled: t.boolean({ description: 'False = refused.' }),
    expiresAt: t.field({ type: 'DateTime', description: 'When it ends; null = never.' }),
  }),
});

const SetKeyInput = builder.inputType('SetKeyInput', {
  description: 'A primary key of your own making.',
  fields: (t) => ({
    apiKey: t.string({ required: true, description: '16 characters at least.' }),
    keyLifetimeDays: t.int({
      description: 'Days that it lives; 0 = for ever; missing = the tenant’s own setting.',
    }),
  }),
});

const tenantId = { required: true, description: 'Id of the tenant.' } as const;
const itsTenant = { description: 'Refuses the key of any other tenant than this one.' } as const;
const keyId = { required: true, description: 'Id of the key.' } as const;

builder.mutationField('createKey', (t) =>
  t.field({
    type: KeyIssued,
    description: 'Adds a further key to a tenant.',
    authScopes: { can: 'key.write' },
    errors: { types: [BadInputError, ConflictError, NotFoundError] },
    args: {
      tenantId: t.arg.id(tenantId),
      input: t.arg({ type: CreateKeyInput, required: true, description: 'The new key.' }),
    },
    resolve: async (_root, args, context) => {
      const { key, apiKey } = await context.domain.tenantKeys.create(
        signedIn(context),
        args.tenantId,
        args.input,
      );
      return { id: key.id, apiKey, expiresAt: key.expiresAt };
    },
  }),
);

builder.mutationField('updateKey', (t) =>
  t.prismaField({
    type: TenantKeyType,
    description: 'Changes a key’s label, expiry, or whether it is accepted.',
    authScopes: { can: 'key.write' },
    errors: { types: [BadInputError, NotFoundError] },
    args: {
      tenantId: t.arg.id(itsTenant),
      id: t.arg.id(keyId),
      input: t.arg({ type: UpdateKeyInput, required: true, description: 'The changes.' }),
    },
    resolve: async (query, _root, { tenantId, id, input }, context) => {
      await belongsTo(context, id, tenantId);
      await context.domain.tenantKeys.update(signedIn(context), id, input);
      return context.db.tenantKey.findUniqueOrThrow({ ...query, where: { id } });
    },
  }),
);

builder.mutationField('deleteKey', (t) =>
  t.field({
    type: KeyRemoved,
    description: 'Removes a key; it stops at once. The primary key can only be rotated or disabled.',
    authScopes: { can: 'key.write' },
    errors: { types: [ConflictError, NotFoundError] },
    args: { tenantId: t.arg.id(itsTenant), id: t.arg.id(keyId) },
    resolve: async (_root, { tenantId, id }, context) => {
      await belongsTo(context, id, tenantId);
      return context.domain.tenantKeys.remove(signedIn(context), id);
    },
  }),
);

builder.mutationField('rotateKey', (t) =>
  t.field({
    type: KeyIssued,
    description: 'Replaces the primary key of a tenant by a new one; the old one stops at once.',
    authScopes: { can: 'key.write' },
    errors: { types: [NotFoundError] },
    args: { tenantId: t.arg.id(tenantId) },
    resolve: async (_root, args, context) => {
      const { key, apiKey, expiresAt } = await context.domain.tenantKeys.rotate(
        signedIn(context),
        args.tenantId,
      );
      return { id: key.id, apiKey, expiresAt };
    },
  }),
);

builder.mutationField('setKey', (t) =>
  t.prismaField({
    type: TenantKeyType,
    description: 'Replaces the primary key of a tenant by one of your own making; the old one stops at once.',
    authScopes: { can: 'key.write' },
    errors: { types: [BadInputError, ConflictError, NotFoundError] },
    args: {
      tenantId: t.arg.id(tenantId),
      input: t.arg({ type: SetKeyInput, required: true, description: 'The key.' }),
    },
    resolve: async (query, _root, args, context) => {
      const { key } = await context.domain.tenantKeys.set(signedIn(context), args.tenantId, args.input);
      return context.db.tenantKey.findUniqueOrThrow({ ...query, where: { id: key.id } });
    },
  }),
);

/** Throws AppError not_found if a tenant is named and the key is not that tenant's. */
async function belongsTo({ db }: Context, id: string, tenantId: string | null | undefined): Promise<void> {
  if (tenantId == null) return;
  if (isUuid(id) && isUuid(tenantId) && (await db.tenantKey.count({ where: { id, tenantId } })) === 1) return;
  throw new AppError('not_found', 'There is no such key.');
}
