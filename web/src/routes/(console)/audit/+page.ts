import { AuditActionsDocument, AuditEntriesDocument, AuditNamesDocument } from '#lib/generated/graphql.ts';
import { ask, askOnce } from '#lib/graphql/client.ts';
import { localZone } from '#lib/range/range.ts';
import type { PageLoad } from './$types';
import { readAuditView } from './audit-query.ts';

export const load: PageLoad = ({ url, depends }) => {
  depends('prism:audit');
  // Each part is read by itself: opening an entry changes the address, but asks for nothing.
  const parts = new URLSearchParams();
  for (const part of [
    'actor',
    'action',
    'type',
    'object',
    'tenant',
    'show',
    'range',
    'from',
    'to',
    'after',
    'before',
  ]) {
    const value = url.searchParams.get(part);
    if (value !== null) parts.set(part, value);
  }
  const view = readAuditView(parts, Date.now(), localZone());
  return {
    title: 'Audit log',
    view,
    entries: ask(AuditEntriesDocument, view.variables),
    names: ask(AuditNamesDocument, {}),
    actions: askOnce(AuditActionsDocument, {}),
  };
};
