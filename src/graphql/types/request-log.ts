import { resolveCursorConnection } from '@pothos/plugin-relay';
import type { RequestLog } from '../../database/generated/prisma/client.ts';
import { MAX_BUCKETS, MAX_PAGE, TOP_DAYS, type RequestPage } from '../../domain/request-log.ts';
import type { RequestFilter } from '../../domain/request-log-filter.ts';
import type { VolumeBucket } from '../../domain/request-log-volume.ts';
import { builder } from '../builder.ts';
import { signedIn } from '../context.ts';
import { enumValue } from '../enums.ts';
import { cursorOf, placeOf } from '../request-cursor.ts';
import { selected } from '../selection.ts';
import { RequestOperation, RequestOrder, RequestStatus } from './enum.ts';
import { PromptSnapshot, readSnapshot } from './prompt-snapshot.ts';
import { TenantType } from './tenant.ts';
import { TenantKeyType } from './tenant-key.ts';

const DEFAULT_PAGE = 50;

export const RequestLogType = builder.objectRef<RequestLog>('RequestLog').implement({
  description: 'One request of the gateway.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Id of the request, as in the header x-request-id.' }),
    at: t.expose('at', { type: 'DateTime', description: 'When it came.' }),
    tenantId: t.exposeID('tenantId', { description: 'Whose request it was.' }),
    tenant: t.field({
      type: TenantType,
      nullable: true,
      description: 'Whose request it was; null = the tenant was removed.',
      resolve: ({ tenantId }, _args, { loaders }) => loaders.tenant(tenantId),
    }),
    keyId: t.exposeID('keyId', { description: 'The key that was used.' }),
    key: t.field({
      type: TenantKeyType,
      nullable: true,
      description: 'The key that was used; null = it was removed.',
      authScopes: { can: 'key.read' },
      resolve: ({ keyId }, _args, { loaders }) => loaders.tenantKey(keyId),
    }),
    providerSlug: t.exposeString('providerSlug', { description: 'Who served it; "" = nobody was reached.' }),
    operation: t.field({
      type: RequestOperation,
      description: 'Which door it used.',
      resolve: ({ operation }) => enumValue('RequestOperation', operation),
    }),
    requestedModel: t.exposeString('requestedModel', { description: 'The model as the client wrote it.' }),
    model: t.exposeString('model', { description: 'The model that served.' }),
    baselineModel: t.exposeString('baselineModel', {
      description: 'The model that the baseline cost is for.',
    }),
    category: t.exposeString('category', { description: 'What the router took it for; "" = not routed.' }),
    costTier: t.exposeString('costTier', { description: 'The tier that the router chose; "" = not routed.' }),
    autoRouted: t.exposeBoolean('autoRouted', { description: 'Whether the router chose the model.' }),
    userName: t.exposeString('userName', { description: 'Who asked, as the client says; "" = not said.' }),
    sessionId: t.exposeString('sessionId', {
      description: 'The conversation, as the client says; "" = not said.',
    }),
    status: t.field({
      type: RequestStatus,
      description: 'How it ended.',
      resolve: ({ status }) => enumValue('RequestStatus', status),
    }),
    httpStatus: t.exposeInt('httpStatus', { description: 'The status that the client got.' }),
    errorType: t.exposeString('errorType', { description: 'OpenAI’s error type; "" = no error.' }),
    errorCode: t.exposeString('errorCode', { description: 'The error’s code; "" = none.' }),
    errorMessage: t.exposeString('errorMessage', {
      description: 'The message that the client got; "" = no error.',
    }),
    streamed: t.exposeBoolean('streamed', { description: 'Whether the answer was streamed.' }),
    durationMs: t.exposeInt('durationMs', { description: 'Until the end of the answer.' }),
    ttftMs: t.exposeInt('ttftMs', { nullable: true, description: 'Until its first byte; null = none came.' }),
    attempts: t.exposeInt('attempts', { description: 'How many calls to providers it took.' }),
    contextFallback: t.exposeBoolean('contextFallback', {
      description: 'Whether a model with a larger window had to step in.',
    }),
    inputTokens: t.exposeInt('inputTokens', { description: 'Input tokens, cached ones included.' }),
    cachedTokens: t.exposeInt('cachedTokens', {
      description: 'Input tokens read from the provider’s cache.',
    }),
    cacheWriteTokens: t.exposeInt('cacheWriteTokens', {
      description: 'Input tokens written to the provider’s cache.',
    }),
    outputTokens: t.exposeInt('outputTokens', { description: 'Output tokens, reasoning included.' }),
    reasoningTokens: t.exposeInt('reasoningTokens', { description: 'Output tokens spent on reasoning.' }),
    usageEstimated: t.exposeBoolean('usageEstimated', {
      description: 'The provider reported no usage: the tokens are estimated.',
    }),
    priced: t.exposeBoolean('priced', { description: 'False = no price was known, so the cost is 0.' }),
    actualCost: t.expose('actualCost', { type: 'USD', description: 'What it cost.' }),
    baselineCost: t.expose('baselineCost', {
      type: 'USD',
      description: 'The same usage on the baseline model.',
    }),
    trace: t.expose('trace', {
      type: 'JSON',
      nullable: true,
      description: 'Stages, attempts and routing decision.',
    }),
    snapshot: t.field({
      type: PromptSnapshot,
      nullable: true,
      description: 'Prompt and answer; null = not stored, or not any more.',
      authScopes: { can: 'prompt.read' },
      resolve: ({ id }, _args, context) => readSnapshot(id, context),
    }),
  }),
});

export const RequestLogExclusionFilter = builder.inputType('RequestLogExclusionFilter', {
  description: 'What a request must not have; at most 100 values each. Slower than what it must have.',
  fields: (t) => ({
    tenantIds: t.idList({ description: 'Not of these tenants.' }),
    keyIds: t.idList({ description: 'Not with these keys.' }),
    models: t.stringList({ description: 'Not served by these models.' }),
    providerSlugs: t.stringList({ description: 'Not served by these providers.' }),
    categories: t.stringList({ description: 'Not taken for these categories.' }),
    users: t.stringList({ description: 'Not asked by these users.' }),
    sessions: t.stringList({ description: 'Not of these conversations.' }),
    statuses: t.field({ type: [RequestStatus], description: 'That did not end so.' }),
  }),
});

const RequestLogFilter = builder.inputType('RequestLogFilter', {
  description: 'Which requests; all conditions that are given must hold.',
  fields: (t) => ({
    from: t.field({ type: 'DateTime', description: 'Not before.' }),
    to: t.field({ type: 'DateTime', description: 'Before.' }),
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
      description:
        'Decided by this rule set, alone or with others. At most 200,000 decisions are looked at: of a busy gateway a shorter time must be given, or a tenant.',
    }),
    ruleSetVersion: t.int({ description: 'By this version of `ruleSetId`.' }),
    exclude: t.field({ type: RequestLogExclusionFilter, description: 'But none of these.' }),
  }),
});

builder.queryField('requestLogs', (t) =>
  t.connection(
    {
      type: RequestLogType,
      description: `The requests of the tenants that you may see, newest first; at most ${MAX_PAGE} a page.`,
      authScopes: { can: 'requestLog.read' },
      args: { filter: t.arg({ type: RequestLogFilter, description: 'Which requests; all when missing.' }) },
      complexity: ({ first, last }) => ({
        field: 1,
        multiplier: Math.min(first ?? last ?? DEFAULT_PAGE, MAX_PAGE),
      }),
      resolve: async (_root, { filter, ...args }, context, info) => {
        // Before the rows: what is logged while they are read is then given twice, never not at all.
        const tailCursor = selected(info).has('tailCursor')
          ? await context.domain.live.requests.end(signedIn(context))
          : null;
        const connection = await resolveCursorConnection<Promise<RequestLog[]>>(
          { args, toCursor: cursorOf, defaultSize: DEFAULT_PAGE, maxSize: MAX_PAGE },
          ({ before, after, limit, inverted }) =>
            context.domain.requestLog.slice(signedIn(context), filter ?? {}, {
              after: after === undefined ? undefined : placeOf('after', after),
              before: before === undefined ? undefined : placeOf('before', before),
              limit,
              inverted,
            }),
        );
        const known: RequestFilter = filter ?? {};
        return { ...connection, filter: known, tailCursor };
      },
    },
    {
      name: 'RequestLogConnection',
      description: 'A page of requests.',
      fields: (connection) => ({
        totalCount: connection.field({
          type: 'Count',
          description: 'How many fit the filter in all. Read when it is asked for.',
          complexity: 10,
          resolve: ({ filter }, _args, context) => context.domain.requestLog.total(signedIn(context), filter),
        }),
        tailCursor: connection.string({
          description:
            'Goes into `after` of `requestLogged`: then comes all that was not in the log yet when this page was read. What came meanwhile may be in both.',
          complexity: 5,
          resolve: ({ tailCursor }) => {
            if (tailCursor === null) throw new Error('the end of the log was not asked for');
            return tailCursor;
          },
        }),
      }),
    },
    { name: 'RequestLogEdge', description: 'A request and its place.' },
  ),
);

builder.queryField('topRequestLogs', (t) =>
  t.field({
    type: [RequestLogType],
    description: `The topmost requests of a time of at most ${TOP_DAYS} days; \`filter.from\` must be given.`,
    authScopes: { can: 'requestLog.read' },
    args: {
      filter: t.arg({ type: RequestLogFilter, required: true, description: 'Which requests.' }),
      by: t.arg({ type: RequestOrder, required: true, description: 'What they have most of.' }),
      first: t.arg.int({ description: `So many; ${DEFAULT_PAGE} when missing, at most ${MAX_PAGE}.` }),
    },
    complexity: ({ first }) => ({
      field: 1_000,
      multiplier: Math.min(Math.max(first ?? DEFAULT_PAGE, 0), MAX_PAGE),
    }),
    resolve: (_root, { filter, by, first }, context) =>
      context.domain.requestLog.top(signedIn(context), filter, {
        by,
        limit: Math.min(Math.max(first ?? DEFAULT_PAGE, 0), MAX_PAGE),
      }),
  }),
);

const RequestLogBucket = builder.objectRef<VolumeBucket>('RequestLogBucket').implement({
  description: 'How many requests came in a stretch of time, and how they ended.',
  fields: (t) => ({
    from: t.expose('from', { type: 'DateTime', description: 'Not before.' }),
    to: t.expose('to', { type: 'DateTime', description: 'Before; the next bucket begins here.' }),
    requests: t.expose('requests', { type: 'Count', description: 'All of them.' }),
    errors: t.expose('errors', { type: 'Count', description: 'Those that ended with an error.' }),
    aborted: t.expose('aborted', { type: 'Count', description: 'Those that the client broke off.' }),
  }),
});

builder.queryField('requestLogVolume', (t) =>
  t.field({
    type: [RequestLogBucket],
    nullable: true,
    description:
      'How many requests of the tenants that you may see came when, oldest first, without a gap: up to now, or to the end of the filter, from its begin or from the bucket of the first that fits. Added up, they are `totalCount` of the same moment. Long times are drawn from the rollups and cost the same however many requests there are; short ones are counted in the log. Null = it would take too long: conversations are left out of more than a million requests.',
    authScopes: { can: 'requestLog.read' },
    args: {
      filter: t.arg({ type: RequestLogFilter, description: 'Which requests; all when missing.' }),
      timeZone: t.arg.string({
        description:
          'In whose calendar buckets of some hours and more begin: a name of the IANA database; UTC when missing.',
      }),
      most: t.arg.int({
        description: `At most so many buckets; ${MAX_BUCKETS} when missing, which is the most there is.`,
      }),
    },
    complexity: ({ most }) => ({
      field: 50,
      multiplier: Math.min(Math.max(most ?? MAX_BUCKETS, 0), MAX_BUCKETS),
    }),
    resolve: (_root, { filter, ...input }, context) =>
      context.domain.requestLog.volume(signedIn(context), filter ?? {}, input),
  }),
);

builder.queryField('requestLog', (t) =>
  t.field({
    type: RequestLogType,
    nullable: true,
    description: 'One request; null = there is none with that id, or you may not see it.',
    authScopes: { can: 'requestLog.read' },
    args: {
      id: t.arg.id({ required: true, description: 'Id of the request, as in the header x-request-id.' }),
    },
    resolve: (_root, { id }, context) => context.domain.requestLog.find(signedIn(context), id),
  }),
);

const RequestLogPage = builder.objectRef<RequestPage>('RequestLogPage').implement({
  description:
    'A page of requests by its number. It is not stable: what comes meanwhile moves the others on.',
  fields: (t) => ({
    requests: t.field({
      type: [RequestLogType],
      description: 'The requests, newest first; empty behind the last page.',
      resolve: ({ requests }) => requests,
    }),
    total: t.expose('total', {
      type: 'Count',
      description: 'How many fit the filter in all, at the same moment.',
    }),
    page: t.exposeInt('page', { description: 'The number of this page, from 1.' }),
    pages: t.expose('pages', { type: 'Count', description: 'How many pages there are, at least 1.' }),
  }),
});

builder.queryField('requestLogPage', (t) =>
  t.field({
    type: RequestLogPage,
    description: 'The requests of the tenants that you may see, newest first, by the number of the page.',
    authScopes: { can: 'requestLog.read' },
    args: {
      filter: t.arg({ type: RequestLogFilter, description: 'Which requests; all when missing.' }),
      page: t.arg.int({ description: 'From 1; 1 when missing.' }),
      limit: t.arg.int({
        description: `Requests a page; ${DEFAULT_PAGE} when missing, at most ${MAX_PAGE}.`,
      }),
    },
    complexity: ({ limit }) => ({ field: 10, multiplier: Math.min(limit ?? DEFAULT_PAGE, MAX_PAGE) / 5 }),
    resolve: (_root, { filter, ...at }, context) =>
      context.domain.requestLog.page(signedIn(context), filter ?? {}, at),
  }),
);
