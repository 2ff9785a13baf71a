import { anthropic } from '../providers/anthropic/adapter.ts';
import type { ProviderView, ServedModel } from './view.ts';

/** A provider for tests, of a real type. */
export function provider(id = 'p', origin = 'http://127.0.0.1:1'): ProviderView {
  return {
    id,
    slug: id,
    name: id,
    adapter: anthropic,
    endpoint: {
      origin,
      basePath: '',
      apiPath: null,
      authType: 'api_key',
      credentials: { apiKey: 'sk-secret' },
      region: null,
      options: {},
    },
    models: new Map(),
    timeouts: { connectMs: 5_000, firstByteMs: 120_000, betweenBytesMs: 60_000 },
  };
}

/** A model for tests, served by such a provider. */
export function served(
  values: { provider?: string; model?: string; contextWindow?: number | null } = {},
): ServedModel {
  return {
    provider: provider(values.provider),
    model: {
      id: values.model ?? 'm',
      kind: 'chat',
      ownedBy: 'p',
      created: 0,
      visible: true,
      tier: null,
      priority: 50,
      benchmarks: new Map(),
      capabilities: new Set(),
      contextWindow: values.contextWindow ?? null,
      maxOutputTokens: null,
      price: null,
    },
    price: null,
  };
}
