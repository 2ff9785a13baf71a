import { redirect } from '@sveltejs/kit';
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
import { lastTenant, startTenant } from '#lib/tenant/chosen-tenant.ts';
import { thisMonth } from '../tenants/month.ts';
import type { PageLoad } from './$types';

/** Asked is only what may be seen: nobody is refused on a page of their own. */
export const load: PageLoad = async ({ url, depends, parent }) => {
  depends('prism:tenants');
  const { may, me } = await parent();
  const tenants = await ask(MyTenantsDocument, { withState: may.has('tenant.read') });
  const all = tenants.ok ? tenants.data.me.tenants : [];
  const asked = url.searchParams.get('tenant');
  const start = startTenant(all, lastTenant(me.username));
  // The address tells which of several it is: back leads to the one before, whichever is chosen since.
  if (asked === null && start !== null && all.length > 1) {
    const search = new URLSearchParams(url.search);
    search.set('tenant', start);
    redirect(307, `${url.pathname}?${search.toString()}`);
  }
  const id = all.find((tenant) => tenant.id === asked)?.id ?? start;
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
