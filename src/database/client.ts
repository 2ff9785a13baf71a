import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { PrismaClient } from './generated/prisma/client.ts';

/** How long a caller waits for a free or a new connection before the query fails. */
const CONNECT_TIMEOUT_MS = 5_000;
/**
 * A query that takes longer fails. A server that is gone without a word (a failover, a cut network) answers nothing on
 * the old connections, and TCP would take a quarter of an hour to notice.
 */
const QUERY_TIMEOUT_MS = 15_000;

export interface PoolOptions {
  /** Connections at most. */
  readonly max: number;
  /** Shown in pg_stat_activity. */
  readonly applicationName: string;
}

/**
 * A pool of plain `pg` connections. A connection that breaks while idle is dropped and replaced by the
 * next query, so a restart of PostgreSQL costs only the queries that were running.
 */
export function createPool(url: string, options: PoolOptions): pg.Pool {
  const pool = new pg.Pool(poolConfig(url, options));
  // Without a listener, a connection that breaks would end the process: an idle one is dropped by the pool,
  // one in use fails its query.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

/** Prisma over the same kind of pool; for the domain and GraphQL, never for the gateway. */
export function createPrisma(url: string): PrismaClient {
  const config = poolConfig(url, { max: 10, applicationName: 'prism-domain' });
  return new PrismaClient({ adapter: new PrismaPg(config) });
}

function poolConfig(url: string, options: PoolOptions): pg.PoolConfig {
  return {
    connectionString: url,
    max: options.max,
    application_name: options.applicationName,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: QUERY_TIMEOUT_MS,
    keepAlive: true,
  };
}
