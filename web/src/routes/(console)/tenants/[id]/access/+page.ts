import { ProviderChoicesDocument, TenantAccessDocument } from '#lib/generated/graphql.ts';
import { ask } from '#lib/graphql/client.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = ({ params, depends }) => {
  depends('prism:tenants');
  return {
    // As it is stored; what is being edited is asked for by the page.
    access: ask(TenantAccessDocument, { id: params.id, modelConfig: null }),
    providers: ask(ProviderChoicesDocument, {}),
  };
};
