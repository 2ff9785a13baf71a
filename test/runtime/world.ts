import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import type pg from 'pg';
import { pino } from 'pino';
import type { Price } from '../../src/accounting/price.ts';
import { createPool } from '../../src/database/client.ts';
import { listen } from '../../src/database/notify.ts';
import { createCipher } from '../../src/identity/cipher.ts';
import type { Logger } from '../../src/log.ts';
import { createRegistry } from '../../src/providers/registry.ts';
import { createSnapshots, type Snapshots } from '../../src/runtime/snapshot.ts';
import { systemTimers } from '../../src/runtime/timers.ts';

export const cipher = createCipher(['a key for the tests of the runtime, long enough']);
export const registry = createRegistry({ simulatorOrigin: () => 'http://127.0.0.1:1' });

const rates = {
  input: 7,
  cached: 7,
  cacheWrite: 7,
  cacheWrite1h: 7,
  inputAudio: 7,
  output: 8,
  reasoning: 8,
  outputAudio: 8,
};
/** The catalog of these tests knows ids that start with "known". */
export const catalogPrice = (_type: string, modelId: string): Price | null =>
  modelId.startsWith('known') ? { base: rates, tiers: [], source: 'catalog' } : null;

export interface LogLine {
  readonly level: number;
  readonly msg: string;
  readonly [member: string]: unknown;
}

/** What was logged, for asking. */
export function recordLog(): { log: Logger; lines: LogLine[] } {
  const lines: LogLine[] = [];
  return { lines, log: pino({}, { write: (line: string) => void lines.push(JSON.parse(line) as LogLine) }) };
}

export interface SnapshotsUnderTest {
  readonly snapshots: Snapshots;
  readonly lines: LogLine[];
  close(): Promise<void>;
}

/** Snapshots of a process of its own: pool, listener and all. Not started. */
export function openSnapshots(url: string, dataDir: string, timers = systemTimers): SnapshotsUnderTest {
  const { log, lines } = recordLog();
  const pool = createPool(url, { max: 2, applicationName: 'prism-test' });
  const snapshots = createSnapshots({
    pool,
    registry,
    cipher,
    catalogPrice,
    catalogBenchmarks: () => new Map(),
    log,
    dataDir,
    listen: (handlers) => listen({ url, log, ...handlers }),
    clock: Date.now,
    timers,
  });
  return {
    snapshots,
    lines,
    async close() {
      await snapshots.stop();
      await pool.end();
    },
  };
}

export async function temporaryDirectory(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'prism-runtime-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** Says, as the domain does inside its transaction, what has changed. */
export async function notify(
  db: pg.Pool,
  noun: 'tenant' | 'provider' | 'setting',
  id: string,
): Promise<void> {
  await db.query(`SELECT pg_notify('prism_changed', $1)`, [JSON.stringify({ noun, id })]);
}

export async function insertProvider(
  db: pg.Pool,
  values: {
    slug: string;
    type?: string;
    baseUrl?: string;
    options?: object;
    apiKey?: string;
    active?: boolean;
  },
): Promise<string> {
  const id = randomUUID();
  const credentials =
    values.apiKey === undefined
      ? null
      : cipher.encrypt(JSON.stringify({ apiKey: values.apiKey }), `provider:${id}`);
  await db.query(
    `INSERT INTO provider (id, slug, name, type, base_url, auth_type, credentials, options, active, updated_at)
     VALUES ($1, $2, $3, $4, $5, 'api_key', $6, $7, $8, now())`,
    [
      id,
      values.slug,
      values.slug.toUpperCase(),
      values.type ?? 'custom',
      values.baseUrl ?? 'https://api.example.com/proxy/',
      credentials,
      values.options ?? {},
      values.active ?? true,
    ],
  );
  return id;
}

/** `columns` are those of provider_model. */
export async function insertModel(
  db: pg.Pool,
  providerId: string,
  modelId: string,
  columns: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const all: Record<string, unknown> = {
    id: randomUUID(),
    provider_id: providerId,
    model_id: modelId,
    name: modelId,
    updated_at: new Date(),
    ...columns,
  };
  const names = Object.keys(all);
  await db.query(
    `INSERT INTO provider_model (${names.join(', ')}) VALUES (${names.map((_, index) => `$${index + 1}`).join(', ')})`,
    Object.values(all),
  );
}

/** `columns` are those of tenant. */
export async function insertTenant(
  db: pg.Pool,
  slug: string,
  providerIds: readonly string[],
  columns: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const id = randomUUID();
  const all: Record<string, unknown> = { id, slug, name: slug, updated_at: new Date(), ...columns };
  const names = Object.keys(all);
  await db.query(
    `INSERT INTO tenant (${names.join(', ')}) VALUES (${names.map((_, index) => `$${index + 1}`).join(', ')})`,
    Object.values(all),
  );
  for (const [position, providerId] of providerIds.entries()) {
    await db.query(`INSERT INTO tenant_provider VALUES ($1, $2, $3)`, [id, providerId, position]);
  }
  return id;
}

/** Answers the key's hash. */
export async function insertKey(
  db: pg.Pool,
  tenantId: string,
  expiresAt: Date | null = null,
): Promise<string> {
  const hash = randomBytes(32).toString('hex');
  await db.query(
    `INSERT INTO tenant_key (id, tenant_id, hash, prefix, expires_at) VALUES ($1, $2, $3, 'omp-12345678', $4)`,
    [randomUUID(), tenantId, hash, expiresAt],
  );
  return hash;
}

export interface Gate {
  /** The database's URL, through the gate. */
  readonly url: string;
  /** Breaks every connection and refuses new ones, like a PostgreSQL that has been killed. */
  shut(): void;
  reopen(): Promise<void>;
  close(): Promise<void>;
}

/** A way to a real database that can be cut, without ending the database that other tests use. */
export async function openGate(databaseUrl: string): Promise<Gate> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let server = await open(0);
  const port = portOf(server);

  async function open(onPort: number): Promise<Server> {
    const opened = createServer((inside) => {
      const outside = dial(target);
      for (const socket of [inside, outside]) {
        sockets.add(socket);
        socket.on('error', () => undefined);
        socket.on('close', () => {
          sockets.delete(socket);
          inside.destroy();
          outside.destroy();
        });
      }
      inside.pipe(outside).pipe(inside);
    });
    opened.listen(onPort, '127.0.0.1');
    await once(opened, 'listening');
    return opened;
  }
  function shut(): void {
    server.close();
    for (const socket of sockets) socket.destroy();
  }
  const url = new URL(databaseUrl);
  url.searchParams.delete('host');
  url.hostname = '127.0.0.1';
  url.port = `${port}`;
  return {
    url: url.href,
    shut,
    async reopen() {
      server = await open(port);
    },
    async close() {
      shut();
      await Promise.resolve();
    },
  };
}

/** `?host=/directory` = a Unix socket in it, as libpq and pg have it. */
function dial(target: URL): Socket {
  const port = target.port === '' ? '5432' : target.port;
  const directory = target.searchParams.get('host');
  if (directory !== null) return connect(`${directory}/.s.PGSQL.${port}`);
  return connect(Number(port), target.hostname.replaceAll(/[[\]]/g, ''));
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
