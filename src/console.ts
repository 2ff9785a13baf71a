import { lookup } from 'node:dns/promises';
import { join } from 'node:path';
import { uuidv7 } from 'uuidv7';
import type { ModelCatalog } from './catalog/catalog.ts';
import { createPrisma } from './database/client.ts';
import { createAnalytics } from './domain/analytics.ts';
import type { Domain } from './domain/domain.ts';
import { createProviderChat } from './domain/provider-chat.ts';
import { createProviderCheck } from './domain/provider-check.ts';
import { createProviderDiscovery } from './domain/provider-discovery.ts';
import { createProviderModels } from './domain/provider-models.ts';
import { createProviders } from './domain/providers.ts';
import { createSessions } from './domain/sessions.ts';
import { createSettings } from './domain/settings.ts';
import { createSetup } from './domain/setup.ts';
import { createTenantKeys } from './domain/tenant-keys.ts';
import { createTenants } from './domain/tenants.ts';
import { createUsers } from './domain/users.ts';
import type { Env } from './env.ts';
import { createGraphql } from './graphql/yoga.ts';
import type { Handler } from './http/server.ts';
import { createStatic } from './http/static.ts';
import type { Cipher } from './identity/cipher.ts';
import { createLoginGuard } from './identity/login-guard.ts';
import { createPasswords } from './identity/password.ts';
import { createTokens } from './identity/token.ts';
import type { Logger } from './log.ts';
import type { Upstream } from './providers/http.ts';
import type { ProviderRegistry } from './providers/registry.ts';
import { createRest } from './rest/rest.ts';

export interface ConsoleDeps {
  readonly env: Env;
  readonly log: Logger;
  readonly databaseUrl: string;
  readonly cipher: Cipher;
  readonly registry: ProviderRegistry;
  readonly catalog: ModelCatalog;
  readonly upstream: Upstream;
}

/** Everything that is not the gateway: GraphQL, REST made of it, and the pages. */
export interface Console {
  readonly domain: Domain;
  readonly graphql: Handler;
  readonly rest: Handler;
  readonly ui: Handler;
  close(): Promise<void>;
}

/** The half of the composition root that a worker goes without. */
export function openConsole(deps: ConsoleDeps): Console {
  const { env, log, cipher, registry, catalog, upstream } = deps;
  const db = createPrisma(deps.databaseUrl);
  const clock = (): Date => new Date();
  const passwords = createPasswords();
  const outward = { db, clock, cipher, registry, upstream, catalog };
  const domain: Domain = {
    setup: createSetup({ db, passwords }),
    sessions: createSessions({
      db,
      clock,
      passwords,
      tokens: createTokens({ secret: env.jwtSecret, clock }),
      guard: createLoginGuard({ db, clock }),
    }),
    users: createUsers({ db, passwords }),
    providers: createProviders({ db, cipher, registry }),
    providerCheck: createProviderCheck({ ...outward, resolve: addressesOf }),
    providerDiscovery: createProviderDiscovery(outward),
    providerModels: createProviderModels({ db, catalog }),
    providerChat: createProviderChat(outward),
    tenants: createTenants({ db, clock }),
    tenantKeys: createTenantKeys({ db, clock }),
    settings: createSettings({ db }),
    analytics: createAnalytics({ db, clock }),
  };
  const graphql = createGraphql({
    domain,
    prisma: db,
    providerTypes: registry.all(),
    decrypt: (ciphertext, context) => cipher.decrypt(ciphertext, context),
    log,
    newRequestId: uuidv7,
  });
  const rest = createRest({ graphql, log });
  const pages = createStatic({ directory: WEB_BUILD });
  return {
    domain,
    graphql: (req, res) => graphql.handler(req, res),
    rest,
    ui: (req, res) => {
      if (!pages(req, res)) res.writeHead(405, { allow: 'GET, HEAD' }).end();
    },
    close: () => db.$disconnect(),
  };
}

/** Where the built pages lie. */
const WEB_BUILD = join(import.meta.dirname, '../web/build');

async function addressesOf(host: string): Promise<readonly string[]> {
  const found = await lookup(host, { all: true });
  return found.map(({ address }) => address);
}
