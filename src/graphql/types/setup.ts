import type { CreatedAdmin } from '../../domain/setup.ts';
import { builder } from '../builder.ts';
import { signedIn } from '../context.ts';
import { BadInputError, ConflictError } from '../errors.ts';
import { Role } from './enum.ts';

const SetupStatus = builder.objectRef<{ setupComplete: boolean }>('SetupStatus').implement({
  description: 'How far the first-run setup has come.',
  fields: (t) => ({
    setupComplete: t.exposeBoolean('setupComplete', {
      description: 'Whether setup has been marked as done.',
    }),
    accountExists: t.boolean({
      description:
        'Whether there is an account to sign in with; if not, the first administrator is to be made.',
      resolve: (_status, _args, { domain }) => domain.setup.accountExists(),
    }),
  }),
});

const CreatedAdminType = builder.objectRef<CreatedAdmin>('AdminCreated').implement({
  description: 'The first administrator.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Id of the user.' }),
    username: t.exposeString('username', { description: 'Name to sign in with.' }),
    role: t.expose('role', { type: Role, description: 'Always ADMIN.' }),
  }),
});

const CreateAdminInput = builder.inputType('CreateAdminInput', {
  description: 'The first administrator.',
  fields: (t) => ({
    username: t.string({ required: true, description: 'Name to sign in with.' }),
    password: t.string({ required: true, description: 'Never stored as it is, never given back.' }),
  }),
});

builder.queryField('setupStatus', (t) =>
  t.field({
    type: SetupStatus,
    description: 'Open to everybody: whether the first-run setup is done.',
    skipTypeScopes: true,
    resolve: (_root, _args, { domain }) => domain.setup.status(),
  }),
);

builder.mutationField('createAdmin', (t) =>
  t.field({
    type: CreatedAdminType,
    description:
      'Open to everybody, once: creates the first administrator, as long as there is no user at all.',
    skipTypeScopes: true,
    errors: { types: [BadInputError, ConflictError] },
    args: { input: t.arg({ type: CreateAdminInput, required: true, description: 'The administrator.' }) },
    resolve: (_root, { input }, { domain, caller }) => domain.setup.createAdmin(input, caller.address),
  }),
);

builder.mutationField('completeSetup', (t) =>
  t.field({
    type: SetupStatus,
    description: 'Marks the first-run setup as done; may be repeated.',
    authScopes: { can: 'setup.complete' },
    errors: {},
    resolve: (_root, _args, context) => context.domain.setup.complete(signedIn(context)),
  }),
);
