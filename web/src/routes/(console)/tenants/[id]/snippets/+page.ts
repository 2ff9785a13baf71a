import { TenantChatModelsDocument, TenantSnippetsDocument } from '#lib/generated/graphql.ts';
import { askAllowed } from '#lib/graphql/ask-allowed.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = (event) => {
  const { params, url, depends } = event;
  depends('prism:tenants');
  const model = url.searchParams.get('model');
  return {
    model: model ?? '',
    snippets: askAllowed(event, 'tenant.list', TenantSnippetsDocument, { id: params.id, model }),
    models: askAllowed(event, 'tenant.list', TenantChatModelsDocument, { id: params.id }),
  };
};
