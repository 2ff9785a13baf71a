import type { ServerResponse } from 'node:http';
import { UNREADABLE_CREDENTIALS, type ProviderStatus } from '../runtime/provider-status.ts';
import type { ProviderView, TenantView } from '../runtime/view.ts';
import { sendJson } from './models.ts';

/**
 * `GET /v1/health`: how the tenant's providers are, from their last traffic or a probe of the last 30 s.
 * 200 when all are well, 503 when one is not, be it that this process cannot read its credentials; a tenant without
 * providers cannot be served and is degraded.
 */
export async function answerHealth(
  deps: { readonly status: ProviderStatus; readonly clock: () => number },
  res: ServerResponse,
  id: string,
  tenant: TenantView,
): Promise<void> {
  const asked = await Promise.all(
    tenant.providers.map(async (provider) => {
      const health = await deps.status.health(provider);
      if (!health.ok) return { name: provider.name, status: 'error', error: health.error ?? 'Unavailable' };
      return { name: provider.name, status: 'ok', models: usableModels(tenant, provider) };
    }),
  );
  const unreadable = tenant.unreadable.map(({ name }) => ({
    name,
    status: 'error',
    error: UNREADABLE_CREDENTIALS,
  }));
  const providers = [...asked, ...unreadable];
  const ok = providers.length > 0 && providers.every((provider) => provider.status === 'ok');
  const body = {
    status: ok ? 'ok' : 'degraded',
    tenant: tenant.slug,
    providers,
    timestamp: new Date(deps.clock()).toISOString(),
  };
  sendJson(res, ok ? 200 : 503, id, Buffer.from(JSON.stringify(body)));
}

/** How many models of the provider the tenant may use. */
function usableModels(tenant: TenantView, provider: ProviderView): number {
  let count = 0;
  for (const model of provider.models.values()) {
    if (model.visible && tenant.policy.allows(model.id, provider.slug)) count += 1;
  }
  return count;
}
