import { ProviderChoicesDocument, TenantAccessDocument } from '#lib/generated/graphql.ts';
import { askAllowed } from '#lib/graphql/ask-allowed.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = (event) => {
  const { params, depends } = event;
  depends('prism:tenants');
  return {
    // As it is stored; what is being edited is asked for by the page.
    access: askAllowed(event, 'tenant.list', TenantAccessDocument, { id: params.id, modelConfig: null }),
    providers: askAllowed(event, 'tenant.list', ProviderChoicesDocument, {}),
  };
};
