import {
  MyTenantKeysDocument,
  MyTenantPortalDocument,
  MyTenantsDocument,
  TenantAccessDocument,
  TenantChatModelsDocument,
  TenantSnippetsDocument,
  TenantUseDocument,
} from '#lib/generated/graphql.ts';
import { ask } from '#lib/graphql/client.ts';
import { thisMonth } from '../tenants/month.ts';
import type { PageLoad } from './$types';

/** Asked is only what may be seen: nobody is refused on a page of their own. */
export const load: PageLoad = async ({ url, depends, parent }) => {
  depends('prism:tenants');
  const { may } = await parent();
  const tenants = await ask(MyTenantsDocument, {});
  const all = tenants.ok ? tenants.data.me.tenants : [];
  const id = (all.find((tenant) => tenant.id === url.searchParams.get('tenant')) ?? all[0])?.id ?? null;
  const model = url.searchParams.get('model');
  const isPortal = id !== null && may.has('tenant.read') && may.has('portal.read');
  return {
    title: 'My tenant',
    tenants,
    id,
    model: model ?? '',
    use: id === null ? null : ask(TenantUseDocument, { id, ...thisMonth(Date.now()) }),
    portal: isPortal
      ? {
          tenant: ask(MyTenantPortalDocument, { id }),
          snippets: ask(TenantSnippetsDocument, { id, model }),
          models: ask(TenantChatModelsDocument, { id }),
          access: ask(TenantAccessDocument, { id, modelConfig: null }),
        }
      : null,
    keys: id !== null && may.has('key.read') ? ask(MyTenantKeysDocument, { id }) : null,
  };
};
