import type { AccessTokenResult } from '../../domain/access-tokens.ts';
import type { AccessGrant } from '../../identity/actor.ts';
import { isOfUse, SCOPE_NAMES, SCOPES, type Scope } from '../../identity/policy.ts';
import { SCOPE_WORDS } from '../../identity/policy-words.ts';
import { builder } from '../builder.ts';
import { signedIn } from '../context.ts';
import { BadInputError, ConflictError, NotFoundError } from '../errors.ts';
import { AccessScope } from './enum.ts';

const AccessToken = builder.objectRef<AccessTokenResult>('AccessToken').implement({
  description: 'A personal access token: what a program signs in with. The token itself is never given back.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Id of the token.' }),
    userId: t.exposeID('userId', { description: 'Whose it is.' }),
    name: t.exposeString('name', { description: 'What its user calls it.' }),
    prefix: t.exposeString('prefix', { description: 'Its first characters, to recognise it by.' }),
    scopes: t.field({
      type: [AccessScope],
      description: 'What it may do of what its user may do.',
      resolve: ({ scopes }) => knownScopes(scopes),
    }),
    tenantIds: t.idList({
      description: 'The tenants that it is limited to; empty = all that its user sees.',
      resolve: ({ tenantIds }) => [...tenantIds],
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'When it ends by itself.' }),
    lastUsedAt: t.expose('lastUsedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was last used, to the minute; null = never.',
    }),
    revokedAt: t.expose('revokedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was ended; null = it was not.',
    }),
  }),
});

/** Of the token that a request came with: what `me` tells about it. */
export const AccessGrantType = builder.objectRef<AccessGrant>('AccessGrant').implement({
  description: 'The access token that this request came with.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Id of the token.' }),
    name: t.exposeString('name', { description: 'What its user calls it.' }),
    scopes: t.field({
      type: [AccessScope],
      description: 'What it may do of what its user may do.',
      resolve: ({ scopes }) => knownScopes(scopes),
    }),
    tenantIds: t.idList({
      description: 'The tenants that it is limited to; empty = all that its user sees.',
      resolve: ({ tenantIds }) => [...tenantIds],
    }),
  }),
});

const AccessTokenCreated = builder
  .objectRef<{ accessToken: AccessTokenResult; secret: string }>('AccessTokenCreated')
  .implement({
    description: 'A new access token.',
    fields: (t) => ({
      accessToken: t.expose('accessToken', { type: AccessToken, description: 'What is known of it.' }),
      secret: t.exposeString('secret', {
        description:
          'The token: send it as "authorization: Bearer <token>". Shown this once: only a hash is kept.',
      }),
    }),
  });

const CreateAccessTokenInput = builder.inputType('CreateAccessTokenInput', {
  description: 'A new access token.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'To tell it from others; at most 100 characters.' }),
    scopes: t.field({
      type: [AccessScope],
      required: true,
      description: 'What it may do; one at least, and only what your role has a part in.',
    }),
    tenantIds: t.idList({
      description: 'Some of the tenants that you see; all, also later ones, when missing.',
    }),
    expiresAt: t.field({
      type: 'DateTime',
      required: true,
      description: 'When it ends; a year from now at most.',
    }),
  }),
});

const ScopeInfo = builder.objectRef<Scope>('AccessScopeInfo').implement({
  description: 'What a scope allows.',
  fields: (t) => ({
    scope: t.field({ type: AccessScope, description: 'The scope.', resolve: (scope) => scope }),
    description: t.string({
      description: 'What a token with it is for.',
      resolve: (scope) => SCOPE_WORDS[scope],
    }),
    ofUse: t.boolean({
      description:
        'Whether it gives the caller’s role anything at all; a token cannot be made with one that does not.',
      resolve: (scope, _args, context) => isOfUse(scope, signedIn(context).role),
    }),
    permissions: t.stringList({
      description: 'The actions of `me.permissions` that it keeps, if the role allows them.',
      resolve: (scope) => [...SCOPES[scope]],
    }),
  }),
});

builder.queryField('accessTokens', (t) =>
  t.field({
    type: [AccessToken],
    description:
      'Access tokens, the newest first, ended ones included: your own, or for an administrator anybody’s.',
    authScopes: { can: 'accessToken.own' },
    args: { userId: t.arg.id({ description: 'Whose; your own when missing.' }) },
    resolve: async (_root, { userId }, context) => [
      ...(await context.domain.accessTokens.list(signedIn(context), userId ?? null)),
    ],
  }),
);

builder.queryField('accessScopes', (t) =>
  t.field({
    type: [ScopeInfo],
    description: 'All scopes that there are, with what each of them allows.',
    authScopes: { can: 'session.read' },
    resolve: () => [...SCOPE_NAMES],
  }),
);

builder.queryField('allAccessTokens', (t) =>
  t.field({
    type: [AccessToken],
    description: 'The access tokens of everybody, the newest first, ended ones included; at most 1,000.',
    authScopes: { can: 'accessToken.manage' },
    resolve: async (_root, _args, context) => [
      ...(await context.domain.accessTokens.listAll(signedIn(context))),
    ],
  }),
);

builder.mutationField('createAccessToken', (t) =>
  t.field({
    type: AccessTokenCreated,
    description: 'Makes an access token for yourself; not open to programs that came with one.',
    authScopes: { can: 'accessToken.own' },
    errors: { types: [BadInputError, ConflictError] },
    args: {
      input: t.arg({ type: CreateAccessTokenInput, required: true, description: 'The new token.' }),
    },
    resolve: (_root, { input }, context) => context.domain.accessTokens.create(signedIn(context), input),
  }),
);

builder.mutationField('revokeAccessToken', (t) =>
  t.field({
    type: AccessToken,
    description: 'Ends an access token at once: one of your own, or for an administrator anybody’s.',
    authScopes: { can: 'accessToken.own' },
    errors: { types: [NotFoundError] },
    args: { id: t.arg.id({ required: true, description: 'Id of the token.' }) },
    resolve: (_root, { id }, context) => context.domain.accessTokens.revoke(signedIn(context), id),
  }),
);

/** A scope that a later version knew is left out: it allows nothing here. */
function knownScopes(scopes: readonly string[]): Scope[] {
  return SCOPE_NAMES.filter((name) => scopes.includes(name));
}
