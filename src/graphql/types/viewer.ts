import type { LoginResult } from '../../domain/sessions.ts';
import type { UserActor } from '../../identity/actor.ts';
import { can, POLICY, type Action } from '../../identity/policy.ts';
import { builder } from '../builder.ts';
import { signedIn } from '../context.ts';
import {
  BadInputError,
  ForbiddenError,
  ProviderError,
  TooManyAttemptsError,
  UnauthenticatedError,
} from '../errors.ts';
import { AccessGrantType } from './access-token.ts';
import { Role, UserSource } from './enum.ts';
import { TenantType } from './tenant.ts';

const ACTIONS = Object.keys(POLICY).filter((key): key is Action => Object.hasOwn(POLICY, key));

const Viewer = builder.objectRef<UserActor>('Viewer').implement({
  description: 'Whoever is signed in.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Id of the user.' }),
    username: t.exposeString('username', { description: 'Name to sign in with.' }),
    role: t.expose('role', { type: Role, description: 'What the user may do.' }),
    source: t.field({
      type: UserSource,
      description: 'Where the user’s password is kept: one of the directory cannot be changed here.',
      resolve: (actor, _args, { domain }) => domain.users.ownSource(actor),
    }),
    tenantIds: t.idList({
      description: 'The tenants that a tenant-admin or tenant-viewer belongs to; empty for the other roles.',
      resolve: (actor) => [...actor.tenantIds],
    }),
    permissions: t.stringList({
      description: 'The actions that the role, and the access token if there is one, allow: what to offer.',
      resolve: (actor) => ACTIONS.filter((action) => can(actor, action)),
    }),
    accessToken: t.field({
      type: AccessGrantType,
      nullable: true,
      description: 'The access token that this request came with; null = signed in with a password.',
      resolve: ({ grant }) => grant ?? null,
    }),
    tenants: t.prismaField({
      type: [TenantType],
      description: 'The tenants that the user may see, by name; for tenant roles their own.',
      authScopes: { can: 'tenant.identify' },
      resolve: (query, _actor, _args, { db }) =>
        db.tenant.findMany({ ...query, orderBy: [{ name: 'asc' }, { id: 'asc' }] }),
    }),
  }),
});

export const Login = builder.objectRef<LoginResult>('Login').implement({
  description: 'A new session.',
  fields: (t) => ({
    token: t.exposeString('token', { description: 'Send it as "authorization: Bearer <token>".' }),
    username: t.exposeString('username', { description: 'Name of the user.' }),
    role: t.expose('role', { type: Role, description: 'What the user may do.' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'When the token ends by itself.' }),
  }),
});

const LoginInput = builder.inputType('LoginInput', {
  description: 'Name and password.',
  fields: (t) => ({
    username: t.string({ required: true, description: 'Name of the user.' }),
    password: t.string({ required: true, description: 'The user’s password.' }),
  }),
});

const Logout = builder.objectRef<{ success: boolean }>('Logout').implement({
  description: 'The session is over.',
  fields: (t) => ({
    success: t.exposeBoolean('success', { description: 'Always true: a failure is an error.' }),
  }),
});

builder.queryField('me', (t) =>
  t.field({
    type: Viewer,
    description: 'Whoever is signed in.',
    authScopes: { can: 'session.read' },
    resolve: (_root, _args, context) => signedIn(context),
  }),
);

builder.mutationField('login', (t) =>
  t.field({
    type: Login,
    description:
      'Open to everybody: a token for a name and a password. Ten failures in 15 minutes close it for a while. The console sends the header `x-prism-console: 1` and gets a cookie, too, that its scripts cannot read.',
    skipTypeScopes: true,
    errors: {
      types: [BadInputError, UnauthenticatedError, TooManyAttemptsError, ForbiddenError, ProviderError],
    },
    args: { input: t.arg({ type: LoginInput, required: true, description: 'Name and password.' }) },
    resolve: async (_root, { input }, { domain, caller, consoleSession }) => {
      const { address, userAgent } = caller;
      const login = await domain.sessions.login(input, { address, userAgent });
      consoleSession?.keep(login);
      return login;
    },
  }),
);

builder.mutationField('logout', (t) =>
  t.field({
    type: Logout,
    description: 'Ends the session at once; its token is worth nothing any more.',
    authScopes: { can: 'session.end' },
    errors: {},
    resolve: async (_root, _args, context) => {
      await context.domain.sessions.logout(signedIn(context));
      context.consoleSession?.forget();
      return { success: true };
    },
  }),
);
