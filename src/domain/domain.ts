import type { PrismaClient } from '../database/generated/prisma/client.ts';
import type { Notices } from '../database/notify.ts';
import type { Cipher } from '../identity/cipher.ts';
import { createLoginGuard } from '../identity/login-guard.ts';
import { createDirectory } from '../identity/ldap/directory.ts';
import type { Passwords } from '../identity/password.ts';
import type { Tokens } from '../identity/token.ts';
import type { Tokenizers } from '../catalog/tokenizers/tokenizers.ts';
import type { Logger } from '../log.ts';
import type { Upstream } from '../providers/http.ts';
import { createAccessTokens, type AccessTokens } from './access-tokens.ts';
import { createAnalytics, type Analytics } from './analytics.ts';
import { createCategories, type Categories } from './categories.ts';
import { createDirectoryLogin } from './directory-login.ts';
import { createLdap, type Ldap } from './ldap.ts';
import { createLive, type Live } from './live.ts';
import type { ModelCatalog } from './model-facts.ts';
import { createPlayground, type Playground, type TenantChat } from './playground.ts';
import { createPresets, type Presets } from './presets.ts';
import { createProviderChat, type ProviderChat } from './provider-chat.ts';
import { createProviderCheck, type ProviderCheck } from './provider-check.ts';
import { createProviderDiscovery, type ProviderDiscovery } from './provider-discovery.ts';
import { createProviderModels, type ProviderModels } from './provider-models.ts';
import { createProviders, type AdapterRegistry, type Providers } from './providers.ts';
import { createRequestLog, type RequestLogReader } from './request-log.ts';
import { createRouteTests, type RouteTests } from './route-tests.ts';
import type { RoutingSource } from './routing-source.ts';
import { createRuleSetRollouts, type RuleSetRollouts } from './rule-set-rollouts.ts';
import { createRuleSetSimulations, type RuleSetSimulations } from './rule-set-simulation.ts';
import { createRuleSets, type RuleSets } from './rule-sets.ts';
import { createSessions, type Sessions } from './sessions.ts';
import { createSettings, type Settings } from './settings.ts';
import { createSetup, type Setup } from './setup.ts';
import { createSystem, type System } from './system.ts';
import type { OwnProcess } from './system-types.ts';
import { createTenantKeys, type TenantKeys } from './tenant-keys.ts';
import { createTenants, type Tenants } from './tenants.ts';
import { createTokenize, type Tokenize } from './tokenize.ts';
import { createUsers, type Users } from './users.ts';

/** Everything that can be done: what the GraphQL context carries. Each method checks the policy itself. */
export interface Domain {
  readonly setup: Setup;
  readonly sessions: Sessions;
  readonly accessTokens: AccessTokens;
  readonly users: Users;
  readonly providers: Providers;
  readonly providerCheck: ProviderCheck;
  readonly providerDiscovery: ProviderDiscovery;
  readonly providerModels: ProviderModels;
  readonly providerChat: ProviderChat;
  readonly tenants: Tenants;
  readonly tenantKeys: TenantKeys;
  readonly playground: Playground;
  readonly categories: Categories;
  readonly presets: Presets;
  readonly ruleSets: RuleSets;
  readonly ruleSetRollouts: RuleSetRollouts;
  readonly routeTests: RouteTests;
  readonly ruleSetSimulations: RuleSetSimulations;
  readonly tokenize: Tokenize;
  readonly settings: Settings;
  readonly system: System;
  readonly live: Live;
  readonly ldap: Ldap;
  readonly analytics: Analytics;
  readonly requestLog: RequestLogReader;
}

export interface DomainDeps {
  readonly db: PrismaClient;
  readonly clock: () => Date;
  readonly cipher: Cipher;
  readonly passwords: Passwords;
  readonly tokens: Tokens;
  readonly registry: AdapterRegistry;
  readonly upstream: Pick<Upstream, 'send'>;
  readonly catalog: ModelCatalog;
  readonly tokenizers: Pick<Tokenizers, 'count'>;
  readonly ownProcess: OwnProcess;
  readonly routing: RoutingSource;
  /** Null = this process has no gateway. */
  readonly tenantChat: TenantChat | null;
  readonly notices: Pick<Notices, 'subscribe'>;
  /** Runs `run` once after `ms`; the answer cancels it. */
  readonly after: (ms: number, run: () => void) => () => void;
  readonly log: Logger;
  /** Addresses of a host name: node:dns/promises `lookup` with `all`. */
  readonly resolve: (host: string) => Promise<readonly string[]>;
}

/** The whole domain from its few outside needs. */
export function createDomain(deps: DomainDeps): Domain {
  const guard = createLoginGuard(deps);
  const system = createSystem(deps);
  const accessTokens = createAccessTokens(deps);
  const requestLog = createRequestLog(deps);
  const directory = createDirectory({ ...deps, timeout: (ms) => AbortSignal.timeout(ms) });
  return {
    setup: createSetup(deps),
    sessions: createSessions({
      ...deps,
      guard,
      accessTokens,
      directory: createDirectoryLogin({ ...deps, directory }),
    }),
    accessTokens,
    users: createUsers(deps),
    providers: createProviders(deps),
    providerCheck: createProviderCheck(deps),
    providerDiscovery: createProviderDiscovery(deps),
    providerModels: createProviderModels(deps),
    providerChat: createProviderChat(deps),
    tenants: createTenants(deps),
    tenantKeys: createTenantKeys(deps),
    playground: createPlayground(deps),
    categories: createCategories(deps),
    presets: createPresets(deps),
    ruleSets: createRuleSets(deps),
    ruleSetRollouts: createRuleSetRollouts(deps),
    routeTests: createRouteTests({ ...deps, requestLog }),
    ruleSetSimulations: createRuleSetSimulations(deps),
    tokenize: createTokenize(deps),
    settings: createSettings(deps),
    system,
    live: createLive({ ...deps, system }),
    ldap: createLdap({ ...deps, directory }),
    analytics: createAnalytics(deps),
    requestLog,
  };
}
