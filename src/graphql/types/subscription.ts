import type { LoggedRequest } from '../../domain/live-requests.ts';
import { builder } from '../builder.ts';
import { signedIn, type Context, type Following } from '../context.ts';
import { RequestStatus } from './enum.ts';
import { RequestLogExclusionFilter, RequestLogType } from './request-log.ts';
import { SystemType } from './system.ts';

const LoggedRequestType = builder.objectRef<LoggedRequest>('LoggedRequest').implement({
  description: 'A request that has ended.',
  fields: (t) => ({
    cursor: t.exposeString('cursor', {
      description: 'Goes into `after` to be given what has been since; good for a day, and for any process.',
    }),
    request: t.field({
      type: RequestLogType,
      description: 'The request, as it stands in the log.',
      resolve: ({ request }) => request,
    }),
  }),
});

const RequestLoggedFilter = builder.inputType('RequestLoggedFilter', {
  description: 'Which requests; all conditions that are given must hold.',
  fields: (t) => ({
    tenantId: t.id({ description: 'Of this tenant.' }),
    keyId: t.id({ description: 'With this key.' }),
    model: t.string({ description: 'Served by this model.' }),
    providerSlug: t.string({ description: 'Served by this provider.' }),
    category: t.string({ description: 'Taken for this category.' }),
    user: t.string({ description: 'Asked by this user.' }),
    sessionId: t.string({ description: 'Of this conversation.' }),
    status: t.field({ type: RequestStatus, description: 'That ended so.' }),
    autoRouted: t.boolean({ description: 'Placed by the router, or not.' }),
    ruleSetId: t.id({
      description: 'Decided by this rule set, alone or with others.',
    }),
    ruleSetVersion: t.int({ description: 'By this version of `ruleSetId`.' }),
    exclude: t.field({ type: RequestLogExclusionFilter, description: 'But none of these.' }),
  }),
});

builder.subscriptionField('requestLogged', (t) =>
  t.field({
    type: LoggedRequestType,
    description:
      'The requests of the tenants that you may see, within a second of their end, whichever process served them. Who takes less than there is, is dropped with the error `slow_consumer`, which says after which cursor to go on.',
    authScopes: { can: 'requestLog.read' },
    args: {
      filter: t.arg({ type: RequestLoggedFilter, description: 'Which requests; all when missing.' }),
      after: t.arg.string({
        description:
          'What has been since this cursor comes first, in the order of arrival; then it goes on live, without a gap and without anything twice. A cursor of `requestLogs` is taken, too: then come the requests that arrived later.',
      }),
    },
    subscribe: (_root, { filter, after }, context) =>
      context.domain.live.requests.follow(signedIn(context), {
        ...followingOf(context),
        filter: filter ?? {},
        after: after ?? null,
      }),
    resolve: (logged) => logged,
  }),
);

builder.subscriptionField('systemUpdated', (t) =>
  t.field({
    type: SystemType,
    description: 'The processes, the providers and the database: now, and every two seconds.',
    authScopes: { can: 'system.read' },
    subscribe: (_root, _args, context) =>
      context.domain.live.followSystem(signedIn(context), followingOf(context).signal),
    resolve: (overview) => overview,
  }),
);

/** Who follows. A subscription always has somebody. */
export function followingOf({ following }: Context): Following {
  if (following === null) throw new Error('a subscription without a subscriber');
  return following;
}
