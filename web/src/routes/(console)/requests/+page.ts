import { RequestsDocument, TenantNamesDocument } from '#lib/generated/graphql.ts';
import { ask } from '#lib/graphql/client.ts';
import type { PageLoad } from './$types';
import { readView } from './request-query.ts';

export const load: PageLoad = ({ url, depends }) => {
  depends('prism:requests');
  // Each part is read by itself: opening a row changes the address, but asks for nothing.
  const parts = new URLSearchParams();
  for (const part of ['range', 'tenant', 'status', 'model', 'after', 'before']) {
    const value = url.searchParams.get(part);
    if (value !== null) parts.set(part, value);
  }
  const view = readView(parts, Date.now());
  return {
    title: 'Requests',
    view,
    requests: ask(RequestsDocument, view.variables),
    tenants: ask(TenantNamesDocument, {}),
  };
};
