import type { Adapter } from '../providers/adapter.ts';
import type { ModelView, ServedModel, TenantView } from '../runtime/view.ts';

/** Views made by hand, for the tests of what is pure: no provider is ever called through them. */

const adapter = {
  type: 'fixture',
  features: { chat: true, embeddings: true, discovery: false, passthrough: true },
  embeddings: () => {
    throw new Error('a fixture is not called');
  },
} as Partial<Adapter> as Adapter;

export function served(slug: string, id: string, more: Partial<ModelView> = {}): ServedModel {
  const model: ModelView = {
    id,
    kind: 'chat',
    ownedBy: slug,
    created: 0,
    visible: true,
    tier: null,
    priority: 50,
    benchmarks: new Map(),
    capabilities: new Set(),
    contextWindow: null,
    maxOutputTokens: null,
    price: null,
    ...more,
  };
  return {
    provider: {
      id: `id-of-${slug}`,
      slug,
      name: slug,
      adapter,
      endpoint: {
        origin: 'http://127.0.0.1',
        basePath: '',
        apiPath: null,
        authType: 'none',
        credentials: {},
        region: null,
        options: {},
      },
      models: new Map([[id, model]]),
      timeouts: { connectMs: 1, firstByteMs: 1, betweenBytesMs: 1 },
    },
    model,
    price: model.price,
  };
}

export function tenantOf(models: readonly ServedModel[], more: Partial<TenantView> = {}): TenantView {
  const modelsById = new Map<string, ServedModel[]>();
  for (const it of models) modelsById.set(it.model.id, [...(modelsById.get(it.model.id) ?? []), it]);
  return {
    id: 'tenant',
    slug: 'tenant',
    name: 'Tenant',
    active: true,
    requestsPerMinute: 0,
    tokensPerMinute: 0,
    policy: { mode: 'all', allows: () => true },
    aliases: new Map(),
    providers: [],
    unreadable: [],
    modelsById,
    listed: [],
    routing: {},
    ...more,
  };
}
