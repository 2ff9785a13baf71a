import {
  PlaygroundRequestDocument,
  PlaygroundTenantsDocument,
  TenantChatModelsDocument,
} from '#lib/generated/graphql.ts';
import { ask } from '#lib/graphql/client.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = ({ url, depends }) => {
  depends('prism:playground');
  const tenantId = url.searchParams.get('tenant');
  const request = url.searchParams.get('request');
  return {
    title: 'Playground',
    tenants: ask(PlaygroundTenantsDocument, {}),
    tenantId,
    // Without a tenant there is nothing to ask; the page chooses the first one.
    models: tenantId === null ? null : ask(TenantChatModelsDocument, { id: tenantId }),
    request: request === null ? null : ask(PlaygroundRequestDocument, { id: request }),
  };
};
