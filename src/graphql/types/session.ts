import type { SessionResult } from '../../domain/session-list.ts';
import { builder } from '../builder.ts';
import { signedIn } from '../context.ts';
import { BadInputError, NotFoundError, TooManyAttemptsError } from '../errors.ts';
import { Login } from './viewer.ts';

const Session = builder.objectRef<SessionResult>('Session').implement({
  description: 'One login that has not ended.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Id of the session.' }),
    userId: t.exposeID('userId', { description: 'Whose it is.' }),
    current: t.boolean({
      description: 'Whether this very request belongs to it.',
      resolve: ({ id }, _args, { actor }) => id === actor?.sessionId,
    }),
    address: t.exposeString('address', { description: 'Where it began.' }),
    userAgent: t.exposeString('userAgent', { description: 'What the browser or program called itself.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it began.' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'When it ends by itself.' }),
  }),
});

const SessionsRevoked = builder.objectRef<{ count: number }>('SessionsRevoked').implement({
  description: 'Sessions that were ended.',
  fields: (t) => ({ count: t.exposeInt('count', { description: 'How many there were.' }) }),
});

const ChangePasswordInput = builder.inputType('ChangePasswordInput', {
  description: 'The old password and the new one.',
  fields: (t) => ({
    oldPassword: t.string({ required: true, description: 'The one that holds until now.' }),
    newPassword: t.string({ required: true, description: '8 characters at least.' }),
  }),
});

builder.queryField('sessions', (t) =>
  t.field({
    type: [Session],
    description:
      'Sessions that have not ended, the newest first: your own, or for an administrator anybody’s.',
    authScopes: { can: 'session.end' },
    args: { userId: t.arg.id({ description: 'Whose; your own when missing.' }) },
    resolve: async (_root, { userId }, context) => [
      ...(await context.domain.sessions.list(signedIn(context), userId ?? null)),
    ],
  }),
);

builder.mutationField('revokeSession', (t) =>
  t.field({
    type: Session,
    description: 'Ends a session at once: one of your own, or for an administrator anybody’s.',
    authScopes: { can: 'session.end' },
    errors: { types: [NotFoundError] },
    args: { id: t.arg.id({ required: true, description: 'Id of the session.' }) },
    resolve: (_root, { id }, context) => context.domain.sessions.revoke(signedIn(context), id),
  }),
);

builder.mutationField('revokeSessions', (t) =>
  t.field({
    type: SessionsRevoked,
    description:
      'Ends all sessions but the one of this request: your own, or for an administrator all of somebody’s.',
    authScopes: { can: 'session.end' },
    errors: { types: [NotFoundError] },
    args: { userId: t.arg.id({ description: 'Whose; your own when missing.' }) },
    resolve: async (_root, { userId }, context) => ({
      count: await context.domain.sessions.revokeOthers(signedIn(context), userId ?? null),
    }),
  }),
);

builder.mutationField('changePassword', (t) =>
  t.field({
    type: Login,
    description:
      'Changes your own password, ends all your sessions and access tokens, and begins a new session. A wrong old password counts as a failed login.',
    authScopes: { can: 'password.change' },
    errors: { types: [BadInputError, TooManyAttemptsError] },
    args: { input: t.arg({ type: ChangePasswordInput, required: true, description: 'Both passwords.' }) },
    resolve: async (_root, { input }, context) => {
      const { address, userAgent } = context.caller;
      const from = { address, userAgent };
      const login = await context.domain.sessions.changePassword(signedIn(context), input, from);
      context.consoleSession?.keep(login);
      return login;
    },
  }),
);
