import type { UserResult } from '../../domain/users.ts';
import { builder } from '../builder.ts';
import { signedIn } from '../context.ts';
import { BadInputError, ConflictError } from '../errors.ts';
import { Role } from './enum.ts';

const UserType = builder.objectRef<UserResult>('User').implement({
  description: 'A person who may sign in.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Id of the user.' }),
    username: t.exposeString('username', { description: 'Name to sign in with.' }),
    role: t.expose('role', { type: Role, description: 'What the user may do.' }),
    tenantIds: t.idList({
      description: 'The tenants that a tenant-admin or tenant-viewer belongs to.',
      resolve: ({ tenantIds }) => [...tenantIds],
    }),
    active: t.exposeBoolean('active', { description: 'False = may not sign in.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the user was added.' }),
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

builder.mutationField('createUser', (t) =>
  t.field({
    type: UserType,
    description: 'Adds a user.',
    authScopes: { can: 'user.create' },
    errors: { types: [BadInputError, ConflictError] },
    args: { input: t.arg({ type: CreateUserInput, required: true, description: 'The new user.' }) },
    resolve: (_root, { input: { tenantIds, ...input } }, context) =>
      context.domain.users.create(signedIn(context), tenantIds ? { ...input, tenantIds } : input),
  }),
);
