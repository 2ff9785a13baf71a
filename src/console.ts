import { lookup } from 'node:dns/promises';
import { join } from 'node:path';
import { uuidv7 } from 'uuidv7';
import type { ModelCatalog } from './catalog/catalog.ts';
import { createTokenizers } from './catalog/tokenizers/tokenizers.ts';
import { createPrisma } from './database/client.ts';
import type { Notices } from './database/notify.ts';
import { createDomain, type Domain } from './domain/domain.ts';
import { createUsageCompaction } from './domain/usage-compaction.ts';
import { createSeeding } from './domain/seeding.ts';
import type { TenantChat } from './domain/playground.ts';
import type { RoutingSource } from './domain/routing-source.ts';
import type { OwnProcess } from './domain/system-types.ts';
import type { Env } from './env.ts';
import { createGraphql } from './graphql/yoga.ts';
import type { Handler, LiveDoor } from './http/server.ts';
import { onlyPages } from './http/refusals.ts';
import { createStatic } from './http/static.ts';
import type { Cipher } from './identity/cipher.ts';
import { createClientAddress, createHttpsCheck } from './identity/client-address.ts';
import { createPasswords, type PasswordsOptions } from './identity/password.ts';
import { createTokens } from './identity/token.ts';
import type { Logger } from './log.ts';
import type { Upstream } from './providers/http.ts';
import type { ProviderRegistry } from './providers/registry.ts';
import { createRest } from './rest/rest.ts';
import { systemTimers } from './runtime/timers.ts';

export interface ConsoleDeps {
  readonly env: Env;
  readonly log: Logger;
  readonly databaseUrl: string;
  readonly cipher: Cipher;
  readonly registry: ProviderRegistry;
  readonly catalog: ModelCatalog;
  readonly upstream: Upstream;
  readonly ownProcess: OwnProcess;
  readonly notices: Notices;
  readonly routing: RoutingSource;
  readonly passwords: PasswordsOptions;
  /** Null = this process has no gateway. */
  readonly tenantChat: TenantChat | null;
}

/** Everything that is not the gateway: GraphQL, REST made of it, and the pages. */
export interface Console {
  readonly domain: Domain;
  readonly graphql: Handler;
  readonly live: LiveDoor;
  readonly rest: Handler;
  readonly ui: Handler;
  /** Resolves when the database holds what ships with the product, or cannot be filled right now. */
  readonly seeded: Promise<void>;
  close(): Promise<void>;
}

/** The half of the composition root that a worker goes without. */
export function openConsole(deps: ConsoleDeps): Console {
  const { env, log, cipher, registry, catalog, upstream } = deps;
  const db = createPrisma(deps.databaseUrl);
  const clock = (): Date => new Date();
  const after = (ms: number, run: () => void): (() => void) => systemTimers.after(ms, run);
  const tokenizers = createTokenizers({ after });
  const domain = createDomain({
    db,
    clock,
    cipher,
    registry,
    catalog,
    tokenizers,
    upstream,
    ownProcess: deps.ownProcess,
    notices: deps.notices,
    routing: deps.routing,
    tenantChat: deps.tenantChat,
    after,
    log,
    passwords: createPasswords(deps.passwords),
    tokens: createTokens({ secret: env.jwtSecret, clock }),
    resolve: addressesOf,
  });
  const graphql = createGraphql({
    domain,
    prisma: db,
    providerTypes: registry.all(),
    decrypt: (ciphertext, context) => cipher.decrypt(ciphertext, context),
    publicUrl: env.publicUrl,
    clientAddress: createClientAddress(env.trustProxy),
    isHttps: createHttpsCheck(env.trustProxy),
    notices: deps.notices,
    clock,
    after,
    origins: env.corsOrigins,
    log,
    newRequestId: uuidv7,
  });
  const seeding = createSeeding({ seeds: [domain.categories, domain.ruleSets], log, after });
  const compaction = createUsageCompaction({ db, clock, log });
  compaction.start();
  const pages = createStatic({ directory: WEB_BUILD });
  return {
    domain,
    graphql: (req, res) => graphql.handler(req, res),
    live: {
      upgrade: (req, socket, head, refuse) => graphql.sockets.upgrade(req, socket, head, refuse),
      leave: () => graphql.endSubscriptions(),
    },
    rest: createRest({ graphql, log, newRequestId: uuidv7 }),
    ui: (req, res) => {
      if (!pages(req, res)) onlyPages(res, uuidv7(), req.method ?? '');
    },
    seeded: seeding.start(),
    close: async () => {
      seeding.stop();
      await compaction.stop();
      await tokenizers.close();
      await db.$disconnect();
    },
  };
}

/** Where the built pages lie. */
const WEB_BUILD = join(import.meta.dirname, '../web/build');

async function addressesOf(host: string): Promise<readonly string[]> {
  const found = await lookup(host, { all: true });
  return found.map(({ address }) => address);
}
