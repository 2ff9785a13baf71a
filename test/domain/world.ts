import pg from 'pg';
import type { PrismaClient } from '../../src/database/generated/prisma/client.ts';
import { createPrisma } from '../../src/database/client.ts';
import { createDomain, type Domain } from '../../src/domain/domain.ts';
import { readPodStats } from '../../src/domain/pod-stats.ts';
import type { OwnProcess } from '../../src/domain/system-types.ts';
import { createTokenizers } from '../../src/catalog/tokenizers/tokenizers.ts';
import type { CatalogEntry, ModelCatalog } from '../../src/domain/model-facts.ts';
import { AppError } from '../../src/errors.ts';
import type { Role, SystemActor, UserActor } from '../../src/identity/actor.ts';
import { createCipher } from '../../src/identity/cipher.ts';
import { createPasswords } from '../../src/identity/password.ts';
import { createTokens } from '../../src/identity/token.ts';
import { createLog } from '../../src/log.ts';
import { createUpstream } from '../../src/providers/http.ts';
import { createRegistry } from '../../src/providers/registry.ts';
import { systemTimers } from '../../src/runtime/timers.ts';
import { createTestDatabase } from '../kit/database.ts';
import { CHEAP } from '../kit/passwords.ts';
import { createRoutingWorld } from './routing-world.ts';

export const SYSTEM: SystemActor = { kind: 'system', name: 'test' };
export const SECRETS = {
  old: 'the old encryption key of the tests',
  current: 'the encryption key of the tests',
};

/** The process that answers, and has seen nothing yet. */
const OWN_PROCESS: OwnProcess = {
  podId: '01930000-0000-7000-8000-0000000000aa',
  startLevel: 'info',
  draining: () => false,
  stats: () => readPodStats({}),
};

/** Nothing is heard, so nothing is live. */
export const STILL = {
  notices: { subscribe: () => ({ stop: () => Promise.resolve() }) },
  after: (ms: number, run: () => void) => systemTimers.after(ms, run),
  log: createLog('silent'),
};

/** A few models that the tests' catalog knows. */
export const CATALOG: Readonly<Record<string, CatalogEntry>> = {
  'gpt-4o': {
    kind: 'chat',
    family: 'GPT-4o',
    vendor: 'OpenAI',
    tier: 'medium',
    source: 'test',
    contextWindow: 128_000,
    maxOutputTokens: 16_384,
    capabilities: ['vision'],
    categories: ['coding_medium'],
    benchmarks: { intelligence: 87, coding: 90, math: 77, speed: 60 },
    inputPer1M: 2.5,
    cachedInputPer1M: 1.25,
    outputPer1M: 10,
  },
  'text-embedding-3-small': { kind: 'embedding', vendor: 'OpenAI', inputPer1M: 0.02, source: 'test' },
};

/** The whole domain on a fresh database, with a clock that tests turn. */
export interface World {
  readonly db: PrismaClient;
  readonly domain: Domain;
  readonly now: { value: Date };
  /** Change notices since the last look, as "noun:id". Waits for those of transactions that have ended. */
  notices(): Promise<string[]>;
  /** A second process on the same database. */
  another(): Promise<Domain>;
  close(): Promise<void>;
}

export async function createWorld(
  options: { simulatorOrigin?: () => string; catalog?: ModelCatalog } = {},
): Promise<World> {
  const database = await createTestDatabase();
  const now = { value: new Date('2026-11-01T12:00:00Z') };
  const clock = () => now.value;
  const upstream = createUpstream({});
  const clients: PrismaClient[] = [];
  const listener = new pg.Client({ connectionString: database.url });
  const heard: string[] = [];
  await listener.connect();
  listener.on('notification', ({ payload = '' }) => {
    const { noun, id }: { noun: string; id: string } = JSON.parse(payload);
    heard.push(`${noun}:${id}`);
  });
  await listener.query('LISTEN prism_changed');

  const tokenizers = createTokenizers(STILL);
  const routing = createRoutingWorld(database.url, [SECRETS.current, SECRETS.old]);

  function build(): { db: PrismaClient; domain: Domain } {
    const db = createPrisma(database.url);
    clients.push(db);
    const domain = createDomain({
      db,
      clock,
      cipher: createCipher([SECRETS.current, SECRETS.old]),
      passwords: createPasswords({ cost: CHEAP }),
      tokens: createTokens({ secret: 'the token secret of the tests, 32 chars', clock }),
      registry: createRegistry({
        simulatorOrigin: options.simulatorOrigin ?? (() => 'http://simulator.invalid'),
      }),
      upstream,
      ownProcess: OWN_PROCESS,
      ...STILL,
      routing: routing.source,
      tenantChat: null,
      tokenizers,
      catalog: options.catalog ?? { describe: (_type, modelId) => CATALOG[modelId] ?? null },
      resolve: (host) =>
        host === 'localhost'
          ? Promise.resolve(['127.0.0.1'])
          : Promise.reject(Object.assign(new Error('not found'), { code: 'ENOTFOUND' })),
    });
    return { db, domain };
  }

  const { db, domain } = build();
  return {
    db,
    domain,
    now,
    async notices() {
      // Notifications come in the order of commits, so what is asked for now comes after them.
      await listener.query('SELECT 1');
      return heard.splice(0);
    },
    another: () => Promise.resolve(build().domain),
    async close() {
      await listener.end();
      await tokenizers.close();
      await routing.close();
      await upstream.close();
      for (const client of clients) await client.$disconnect();
      await database.drop();
    },
  };
}

let count = 0;

/** Somebody with a role, without a row: what the policy says of them needs none. */
export function actor(role: Role, tenantIds: readonly string[] = []): UserActor {
  count += 1;
  const id = `01930000-0000-7000-8000-${String(count).padStart(12, '0')}`;
  return { kind: 'user', id, username: `the-${role}`, role, tenantIds, sessionId: id, address: '192.0.2.1' };
}

/** What a refused call says; fails when it is not refused with an AppError. */
export async function refusal(work: Promise<unknown> | (() => unknown)): Promise<AppError> {
  try {
    await (typeof work === 'function' ? work() : work);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('was not refused');
}

/** The paths of the fields that it names. */
export function pathsOf(error: AppError): string[] {
  return error.fields.map(({ path }) => path);
}
