import { TenantChatModelsDocument, TenantSnippetsDocument } from '#lib/generated/graphql.ts';
import { ask } from '#lib/graphql/client.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = ({ params, url, depends }) => {
  depends('prism:tenants');
  const model = url.searchParams.get('model');
  return {
    model: model ?? '',
    snippets: ask(TenantSnippetsDocument, { id: params.id, model }),
    models: ask(TenantChatModelsDocument, { id: params.id }),
  };
};
