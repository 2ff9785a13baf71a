import type { Analytics } from './analytics.ts';
import type { ProviderChat } from './provider-chat.ts';
import type { ProviderCheck } from './provider-check.ts';
import type { ProviderDiscovery } from './provider-discovery.ts';
import type { ProviderModels } from './provider-models.ts';
import type { Providers } from './providers.ts';
import type { Sessions } from './sessions.ts';
import type { Settings } from './settings.ts';
import type { Setup } from './setup.ts';
import type { TenantKeys } from './tenant-keys.ts';
import type { Tenants } from './tenants.ts';
import type { Users } from './users.ts';

/** Everything that can be done: what the GraphQL context carries. Each method checks the policy itself. */
export interface Domain {
  readonly setup: Setup;
  readonly sessions: Sessions;
  readonly users: Users;
  readonly providers: Providers;
  readonly providerCheck: ProviderCheck;
  readonly providerDiscovery: ProviderDiscovery;
  readonly providerModels: ProviderModels;
  readonly providerChat: ProviderChat;
  readonly tenants: Tenants;
  readonly tenantKeys: TenantKeys;
  readonly settings: Settings;
  readonly analytics: Analytics;
}
