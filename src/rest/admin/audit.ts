import { AuditEntriesDocument } from '../generated/documents.ts';
import { route, type AnyRoute } from '../route.ts';

export const AUDIT_ROUTES: readonly AnyRoute[] = [
  route({
    method: 'GET',
    path: '/api/prism/admin/audit',
    heading: 'System',
    summary: 'Audit log, newest first, a page at a time',
    params: {},
    query: {
      from: 'Not before this moment (ISO 8601)',
      to: 'Before this moment (ISO 8601)',
      actor: 'Done by the user with this name or id',
      action: 'This action, for example tenant.update',
      targetType: 'Done to this kind of thing, for example tenant',
      targetId: 'Done to the thing with this id',
      tenantId: 'Concerning this tenant',
      limit: 'How many entries; 50 when missing, 200 at most',
      after: 'nextCursor of the page before',
    },
    document: AuditEntriesDocument,
    variables: ({ query }) => ({
      from: query['from'],
      to: query['to'],
      actor: query['actor'],
      action: query['action'],
      targetType: query['targetType'],
      targetId: query['targetId'],
      tenantId: query['tenantId'],
      limit: query['limit'],
      after: query['after'],
    }),
    respond: ({ auditEntries: { edges, pageInfo } }) => ({
      entries: edges.map(({ node }) => node),
      nextCursor: pageInfo.hasNextPage ? pageInfo.endCursor : null,
    }),
  }),
];
