import { roleFromDb } from '../../identity/actor.ts';
import { builder } from '../builder.ts';
import { signedIn } from '../context.ts';
import { enumValue } from '../enums.ts';
import { BASE_UPDATED_AT } from '../edited.ts';
import { BadInputError, ConflictError, NotFoundError } from '../errors.ts';
import { uuidOrNone } from '../uuid.ts';
import { Role, UserSource } from './enum.ts';
import { TenantType } from './tenant.ts';

export const UserType = builder.prismaObject('User', {
  description: 'A person who may sign in.',
  authScopes: { can: 'user.read' },
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Id of the user.' }),
    username: t.exposeString('username', { description: 'Name to sign in with.' }),
    role: t.field({
      type: Role,
      description: 'What the user may do.',
      select: { role: true },
      resolve: ({ role }) => roleFromDb(role),
    }),
    tenantIds: t.idList({
      description: 'The tenants that a tenant-admin or tenant-viewer belongs to.',
      select: { tenants: { select: { tenantId: true }, orderBy: { tenantId: 'asc' } } },
      resolve: ({ tenants }) => tenants.map(({ tenantId }) => tenantId),
    }),
    tenants: t.field({
      type: [TenantType],
      description: 'The same tenants with their names.',
      select: (_args, _context, nestedSelection) => ({
        tenants: { orderBy: { tenantId: 'asc' }, select: { tenantId: true, tenant: nestedSelection(true) } },
      }),
      resolve: ({ tenants }) => tenants.map(({ tenant }) => tenant),
    }),
    source: t.field({
      type: UserSource,
      description: 'Where the password is kept.',
      select: { source: true },
      resolve: ({ source }) => enumValue('UserSource', source),
    }),
    active: t.exposeBoolean('active', { description: 'False = may not sign in.' }),
    lastLoginAt: t.expose('lastLoginAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the user last signed in; null = never.',
    }),
    sessionCount: t.relationCount('sessions', {
      description: 'How many logins have not ended.',
      where: (_args, { clock }) => ({ revokedAt: null, expiresAt: { gt: clock() } }),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the user was added.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When the user was last changed.' }),
  }),
});

const UserRemoved = builder.objectRef<{ id: string; username: string }>('UserRemoved').implement({
  description: 'A removed user. What they did stays in the audit log.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Id it had.' }),
    username: t.exposeString('username', { description: 'Name it had; it is free again.' }),
  }),
});

const CreateUserInput = builder.inputType('CreateUserInput', {
  description: 'A new user.',
  fields: (t) => ({
    username: t.string({ required: true, description: 'Name to sign in with.' }),
    password: t.string({ required: true, description: 'Never stored as it is, never given back.' }),
    role: t.field({ type: Role, required: true, description: 'What the user may do.' }),
    tenantIds: t.idList({ description: 'The tenants that a tenant-admin or tenant-viewer belongs to.' }),
  }),
});

const UpdateUserInput = builder.inputType('UpdateUserInput', {
  description:
    'Changes to a user; what is missing or null stays as it is. Each of them ends the user’s sessions and access tokens.',
  fields: (t) => ({
    role: t.field({ type: Role, description: 'What the user may do; never one’s own.' }),
    tenantIds: t.idList({ description: 'The tenants that the user belongs to; replaced as a whole.' }),
    password: t.string({ description: 'A new password; not for users of a directory.' }),
    active: t.boolean({ description: 'False = may not sign in; never oneself.' }),
  }),
});

builder.queryField('users', (t) =>
  t.prismaField({
    type: [UserType],
    description: 'All users, by name.',
    authScopes: { can: 'user.read' },
    resolve: (query, _root, _args, { db }) => db.user.findMany({ ...query, orderBy: { username: 'asc' } }),
  }),
);

builder.queryField('user', (t) =>
  t.prismaField({
    type: UserType,
    nullable: true,
    description: 'One user; null = there is none with this id.',
    authScopes: { can: 'user.read' },
    args: { id: t.arg.id({ required: true, description: 'Id of the user.' }) },
    resolve: (query, _root, { id }, { db }) =>
      db.user.findUnique({ ...query, where: { id: uuidOrNone(id) } }),
  }),
);

builder.mutationField('createUser', (t) =>
  t.prismaField({
    type: UserType,
    description: 'Adds a user.',
    authScopes: { can: 'user.create' },
    errors: { types: [BadInputError, ConflictError] },
    args: { input: t.arg({ type: CreateUserInput, required: true, description: 'The new user.' }) },
    resolve: async (query, _root, { input }, context) => {
      const { id } = await context.domain.users.create(signedIn(context), input);
      return context.db.user.findUniqueOrThrow({ ...query, where: { id } });
    },
  }),
);

builder.mutationField('updateUser', (t) =>
  t.prismaField({
    type: UserType,
    description:
      'Changes a user, and ends all of the user’s sessions and access tokens at once. Never one’s own role or state, and never so that no local administrator is left.',
    authScopes: { can: 'user.update' },
    errors: { types: [BadInputError, ConflictError, NotFoundError] },
    args: {
      id: t.arg.id({ required: true, description: 'Id of the user.' }),
      input: t.arg({ type: UpdateUserInput, required: true, description: 'The changes.' }),
      baseUpdatedAt: t.arg({ type: 'DateTime', description: BASE_UPDATED_AT }),
    },
    resolve: async (query, _root, { baseUpdatedAt, input, ...args }, context) => {
      const base = baseUpdatedAt ?? null;
      const { id } = await context.domain.users.update(signedIn(context), args.id, input, base);
      return context.db.user.findUniqueOrThrow({ ...query, where: { id } });
    },
  }),
);

builder.mutationField('deleteUser', (t) =>
  t.field({
    type: UserRemoved,
    description:
      'Removes a user with all sessions and access tokens; never oneself, never the last administrator.',
    authScopes: { can: 'user.delete' },
    errors: { types: [ConflictError, NotFoundError] },
    args: { id: t.arg.id({ required: true, description: 'Id of the user.' }) },
    resolve: (_root, { id }, context) => context.domain.users.remove(signedIn(context), id),
  }),
);
