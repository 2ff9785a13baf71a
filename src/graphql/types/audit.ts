import { resolveCursorConnection } from '@pothos/plugin-relay';
import type { AuditEntry } from '../../database/generated/prisma/client.ts';
import { AUDIT_ACTIONS } from '../../domain/audit.ts';
import { where } from '../audit-filter.ts';
import { builder } from '../builder.ts';
import { after as olderThan, before as newerThan, cursorOf } from '../request-cursor.ts';

const MAX_PAGE = 200;
const DEFAULT_PAGE = 50;

const AuditEntryType = builder.objectRef<AuditEntry>('AuditEntry').implement({
  description: 'A change or a sign-in, written together with it and never altered.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Id of the entry.' }),
    at: t.expose('at', { type: 'DateTime', description: 'When.' }),
    actorId: t.exposeID('actorId', {
      nullable: true,
      description: 'Id of the user who did it; null = the program itself, or somebody who was not signed in.',
    }),
    actorName: t.exposeString('actorName', {
      description: 'Who did it; of a failed login, the name that was typed.',
    }),
    accessTokenId: t.exposeID('accessTokenId', {
      nullable: true,
      description: 'The access token that was used; null = signed in with a password.',
    }),
    address: t.exposeString('address', { description: 'From where; "" = from the machine itself.' }),
    action: t.exposeString('action', {
      description: 'What, for example "tenant.update": one of auditActions.',
    }),
    targetType: t.exposeString('targetType', { description: 'What kind of thing it was done to.' }),
    targetId: t.exposeString('targetId', { description: 'Its id; "" = of a login with an unknown name.' }),
    tenantId: t.exposeID('tenantId', {
      nullable: true,
      description: 'The tenant that it concerns; null = none in particular.',
    }),
    before: t.expose('before', {
      type: 'JSON',
      nullable: true,
      description: 'How it was, without secrets; null = there was nothing.',
    }),
    after: t.expose('after', {
      type: 'JSON',
      nullable: true,
      description: 'How it is since then, without secrets; null = nothing any more.',
    }),
  }),
});

const AuditFilter = builder.inputType('AuditFilter', {
  description: 'Which entries; all conditions that are given must hold.',
  fields: (t) => ({
    from: t.field({ type: 'DateTime', description: 'Not before.' }),
    to: t.field({ type: 'DateTime', description: 'Before.' }),
    actor: t.string({ description: 'Done by the user with this name or id.' }),
    action: t.string({ description: 'This action: one of auditActions.' }),
    targetType: t.string({ description: 'Done to this kind of thing, for example "tenant".' }),
    targetId: t.string({ description: 'Done to the thing with this id.' }),
    tenantId: t.id({ description: 'Concerning this tenant.' }),
    changesOnly: t.boolean({
      description: 'Without what changes nothing: signing in and out, and trying a connection.',
    }),
  }),
});

builder.queryField('auditEntries', (t) =>
  t.connection(
    {
      type: AuditEntryType,
      description: `The audit log, newest first; at most ${MAX_PAGE} a page.`,
      authScopes: { can: 'audit.read' },
      args: { filter: t.arg({ type: AuditFilter, description: 'Which entries; all when missing.' }) },
      complexity: ({ first, last }) => ({
        field: 1,
        multiplier: Math.min(first ?? last ?? DEFAULT_PAGE, MAX_PAGE),
      }),
      resolve: (_root, { filter, ...args }, { db }) =>
        resolveCursorConnection<Promise<AuditEntry[]>>(
          { args, toCursor: cursorOf, defaultSize: DEFAULT_PAGE, maxSize: MAX_PAGE },
          async ({ before, after, limit, inverted }): Promise<AuditEntry[]> =>
            db.auditEntry.findMany({
              where: {
                AND: [where(filter ?? {}), after ? olderThan(after) : {}, before ? newerThan(before) : {}],
              },
              orderBy: inverted ? [{ at: 'asc' }, { id: 'asc' }] : [{ at: 'desc' }, { id: 'desc' }],
              take: limit,
            }),
        ),
    },
    { name: 'AuditEntryConnection', description: 'A page of the audit log.' },
    { name: 'AuditEntryEdge', description: 'An entry and its place.' },
  ),
);

builder.queryField('auditActions', (t) =>
  t.stringList({
    description: 'Every action that the audit log knows: what the filter takes.',
    authScopes: { can: 'audit.read' },
    resolve: () => [...AUDIT_ACTIONS],
  }),
);
