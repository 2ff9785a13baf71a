import { randomFillSync } from 'node:crypto';
import { resolve } from 'node:path';
import type pg from 'pg';
import { V7Generator } from 'uuidv7';
import { boundUsers } from './accounting/bound-users.ts';
import { createDrain } from './accounting/drain.ts';
import { openJournal, type Journal } from './accounting/journal.ts';
import type { JournalSink } from './accounting/record.ts';
import { createRetention } from './accounting/retention.ts';
import { scoresOf } from './catalog/benchmarks.ts';
import { createCatalog } from './catalog/catalog.ts';
import { createPool } from './database/client.ts';
import { startEmbedded, type Embedded } from './database/embedded.ts';
import type { Domain } from './domain/domain.ts';
import { migrate, MigrationError } from './database/migrate.ts';
import { createNotices } from './database/notify.ts';
import type { Console, ConsoleDeps } from './console.ts';
import type { Env } from './env.ts';
import { createGateway } from './gateway/gateway.ts';
import { createMeter } from './gateway/meter.ts';
import { createUsageRefusals } from './gateway/usage-refusals.ts';
import { createHealth } from './http/health.ts';
import { createInnerDoor } from './http/inner-door.ts';
import { createMetrics } from './http/metrics.ts';
import { createHttpServer } from './http/server.ts';
import { createCipher } from './identity/cipher.ts';
import type { PasswordsOptions } from './identity/password.ts';
import type { Log, Logger } from './log.ts';
import { openPod } from './pod.ts';
import { createUpstream } from './providers/http.ts';
import { createRegistry } from './providers/registry.ts';
import { createSimulator } from './providers/simulator/simulator.ts';
import { openRouter, routingSource } from './router.ts';
import { createBreaker } from './runtime/breaker.ts';
import { createLearnedWindows } from './runtime/learned-windows.ts';
import { createLimiter } from './runtime/limiter.ts';
import { createProviderStatus, withBreaker } from './runtime/provider-status.ts';
import type { Snapshot } from './runtime/view.ts';
import { createSnapshots, type Snapshots } from './runtime/snapshot.ts';
import { systemTimers } from './runtime/timers.ts';

/** The running product. */
export interface Prism {
  /** Where it listens. */
  readonly url: string;
  readonly databaseUrl: string;
  /** What the console can do; null in a worker. */
  readonly domain: Domain | null;
  readonly snapshot: () => Snapshot;
  readonly journal: JournalSink;
  /** Id of this process among all of them. */
  readonly podId: string;
  /** Resolves when an admin has asked this process to leave: who started it should stop it and end. */
  readonly evicted: Promise<void>;
  /** Moves everything journalled so far into the database. */
  flush(): Promise<void>;
  /** Stops accepting, finishes what runs (at most `drainSeconds`), drains the journal, stops the embedded database. */
  stop(): Promise<void>;
}

/** What the program leaves as it is and tests set: a password costs a third of a second, and they have hundreds. */
export interface PrismOptions {
  readonly passwords?: PasswordsOptions;
}

/** Undoes what has been started, in reverse; kept as a list so that a failed start leaves nothing behind. */
type Undo = () => Promise<void> | void;

/**
 * Builds and starts everything; the only place that constructs. `version` is shown in /health.
 *
 * @throws MigrationError, EmbeddedError, DataDirLockedError, AppError, Node's listen errors
 */
export async function startPrism(
  env: Env,
  output: Log,
  version: string,
  options: PrismOptions = {},
): Promise<Prism> {
  const undo: Undo[] = [];
  try {
    return await build(env, output, version, options, undo);
  } catch (error) {
    await unwind(undo, output.logger);
    throw error;
  }
}

async function build(
  env: Env,
  output: Log,
  version: string,
  { passwords = {} }: PrismOptions,
  undo: Undo[],
): Promise<Prism> {
  const log = output.logger;
  const embedded = env.databaseUrl === null ? await startEmbedded({ dataDir: env.dataDir, log }) : null;
  if (embedded !== null) undo.push(() => embedded.stop());
  const databaseUrl = env.databaseUrl ?? databaseOf(embedded);
  await migrateOrWait(databaseUrl, log, undo);

  const cipher = createCipher(env.encryptionKeys);
  const catalog = createCatalog();
  const pool = createPool(databaseUrl, { max: 6, applicationName: 'prism' });
  pool.on('error', (error) => log.warn({ err: error }, 'database: an idle connection was lost'));
  undo.push(() => pool.end());

  const simulator = createSimulator({});
  const { origin: simulatorOrigin } = await simulator.listen();
  undo.push(() => simulator.close());
  const registry = createRegistry({ simulatorOrigin: () => simulatorOrigin });
  const upstream = createUpstream({ log });
  undo.push(() => upstream.close());

  const notices = createNotices({ url: databaseUrl, log });
  undo.push(() => notices.stop());
  const snapshots = createSnapshots({
    pool,
    registry,
    cipher,
    catalogPrice: catalog.priceOf,
    catalogBenchmarks: (type, id) => scoresOf(catalog.describe(type, id)?.benchmarks),
    log,
    dataDir: env.dataDir,
    listen: (handlers) => notices.subscribe(handlers),
    clock: Date.now,
  });
  await snapshots.start();
  undo.push(() => snapshots.stop());

  const ids = new V7Generator({ nextUint32: bufferedRandom() });
  const podId = ids.generate().toString();
  const journal = await openJournal({ dataDir: env.dataDir, fsync: env.journalFsync, log });
  undo.push(() => journal.close());
  const drain = createDrain({ journal, pool, log });
  const retention = createRetention({ pool, log });
  // A database that hangs must not keep the gateway from serving: partitions first, but in the background.
  const draining = retention.start().then(() => drain.start());
  undo.push(async () => {
    await retention.stop();
    await draining;
    await drain.stop();
  });
  undo.push(
    onRetentionChange(snapshots, () => {
      // New limits count at once, not at the next hour. The timer repeats what fails.
      retention.run().catch((error: unknown) => log.warn({ err: error }, 'retention: failed'));
    }),
  );

  const limiter = await openLimiter(env, log, undo);
  const breaker = createBreaker({ clock: monotonic });
  const status = createProviderStatus({
    clock: Date.now,
    send: (request) => upstream.send(request, { timeoutMs: 2_000 }),
  });
  const meter = createMeter();
  const pod = openPod({
    env,
    version,
    output,
    podId,
    pool,
    notices,
    snapshots,
    cipher,
    meter,
    // Its files have every name that clients give; what is summed up has few.
    journal: { ...boundUsers(journal, { clock: Date.now }), depth: () => journal.depth() },
    providers: () => withBreaker(status.known(), breaker.openFor, Date.now()),
    clock: monotonic,
  });
  undo.push(() => pod.stop());
  const router = openRouter({
    pool,
    log,
    upstream,
    breaker,
    snapshots,
    clock: monotonic,
    after: (ms, run) => systemTimers.after(ms, run),
  });
  undo.push(() => router.stop());
  const gateway = createGateway({
    snapshot: () => snapshots.current(),
    clock: Date.now,
    now: monotonic,
    newId: () => ids.generate().toString(),
    random: Math.random,
    upstream,
    breaker,
    windows: createLearnedWindows({ clock: Date.now }),
    usageRefusals: createUsageRefusals({ clock: Date.now }),
    observe: (providerId, ok, error) => status.observe(providerId, ok, error),
    status,
    journal: pod.journal,
    accepting: () => journal.accepting(),
    limiter,
    meter,
    auto: router,
    encrypt: (plain, context) => cipher.encrypt(plain, context),
    setTimer: (run, ms) => setTimeout(run, ms),
    clearTimer: (timer) => clearTimeout(timer as NodeJS.Timeout),
    log,
  });
  const follow = ({ providersById, unreadableById }: Snapshot): void => {
    breaker.retain(providersById);
    status.retain(providersById, unreadableById.keys());
  };
  follow(snapshots.current());
  undo.push(snapshots.onChange(follow));

  const doors =
    env.role === 'worker'
      ? null
      : await openDoors({
          env,
          log,
          databaseUrl,
          cipher,
          registry,
          catalog,
          upstream,
          ownProcess: pod.own,
          notices,
          passwords,
          routing: routingSource(router, () => snapshots.current()),
          tenantChat: env.role === 'control' ? null : createInnerDoor(gateway),
        });
  if (doors !== null) {
    undo.push(() => doors.close());
    // A database that hangs must not keep the gateway from serving.
    await Promise.race([doors.seeded, new Promise((done) => setTimeout(done, SEED_WAIT_MS).unref())]);
  }
  const server = createHttpServer(
    {
      gateway: env.role === 'control' ? null : gateway,
      graphql: doors?.graphql ?? null,
      live: doors?.live ?? null,
      rest: doors?.rest ?? null,
      ui: doors?.ui ?? null,
      health: createHealth({
        ping: () => ping(pool),
        draining: () => server.draining,
        journal: () => ({ ...journal.depth(), accepting: journal.accepting() }),
        credentialsReadable: () => snapshots.current().unreadableById.size === 0,
        version,
        role: env.role,
        clock: Date.now,
      }),
      metrics: createMetrics({
        meter,
        journal: () => journal.depth(),
        drain: drain.stats,
        quarantined: () => journal.quarantine.count,
        limiterDegraded: () => limiter.status().degraded,
        snapshotAgeMs: () => Date.now() - snapshots.status().loadedAt,
        upstreamConnections: () => upstream.stats().connections,
        podsUp: () => pod.pods.up,
        token: env.metricsToken,
      }),
    },
    env.corsOrigins,
    () => ids.generate().toString(),
  );
  const port = await server.listen(env.port, env.host);
  undo.push(async () => {
    const cut = await server.drain(env.drainSeconds * 1000);
    if (cut > 0) log.warn({ requests: cut }, 'stopping: these requests took too long and were cut');
    await drainJournal(drain, journal, log);
  });
  pod.pods.start();
  let stopping: Promise<void> | null = null;
  return {
    url: `http://${env.host.includes(':') ? `[${env.host}]` : env.host}:${port}`,
    databaseUrl,
    domain: doors?.domain ?? null,
    snapshot: () => snapshots.current(),
    journal,
    podId,
    evicted: pod.pods.evicted,
    flush: () => drain.flush(),
    stop() {
      if (stopping !== null) return stopping;
      pod.pods.drain();
      return (stopping = unwind(undo, log));
    },
  };
}

/** How long the start waits for the categories of a new installation; they come all the same. */
const SEED_WAIT_MS = 1_000;

/** Calls when it has changed how long logs or prompts are kept; the answer ends it. */
function onRetentionChange(snapshots: Snapshots, call: () => void): () => void {
  let { log: known } = snapshots.current().settings;
  return snapshots.onChange(({ settings: { log: next } }) => {
    const isSame =
      next.logRetentionDays === known.logRetentionDays &&
      next.promptRetentionHours === known.promptRetentionHours;
    known = next;
    if (!isSame) call();
  });
}

/** Loaded only where it is used: a worker does without GraphQL, Prisma and the pages. */
async function openDoors(deps: ConsoleDeps): Promise<Console> {
  const { openConsole } = await import('./console.ts');
  return openConsole(deps);
}

/** Milliseconds that never go backwards. */
function monotonic(): number {
  return performance.now();
}

/** Random numbers of the system's generator, fetched a thousand at a time: one call of it costs more than all the rest of an id. */
function bufferedRandom(): () => number {
  const numbers = new Uint32Array(1024);
  let next = numbers.length;
  return () => {
    if (next === numbers.length) {
      randomFillSync(numbers);
      next = 0;
    }
    const number = numbers[next] ?? 0;
    next += 1;
    return number;
  };
}

function databaseOf(embedded: Embedded | null): string {
  if (embedded === null) throw new Error('no database');
  return embedded.url;
}

const MIGRATION_RETRY_MS = 5_000;

/**
 * Migrates before anything reads. Where the database cannot be reached the start goes on: the gateway may have a
 * copy to serve from, and the migration is made as soon as the database is back.
 */
async function migrateOrWait(url: string, log: Logger, undo: Undo[]): Promise<void> {
  const directory = resolve(import.meta.dirname, '../prisma/migrations');
  try {
    const { applied } = await migrate({ url, directory, log });
    if (applied.length > 0) log.info({ applied }, 'database: migrated');
  } catch (error) {
    if (error instanceof MigrationError) throw error;
    log.error({ err: error }, 'database: cannot be reached; the migration waits for it');
    const timer = setTimeout(
      () =>
        void migrateOrWait(url, log, undo).catch((failure: unknown) => {
          log.fatal({ err: failure }, 'database: the migration failed');
        }),
      MIGRATION_RETRY_MS,
    );
    timer.unref();
    undo.push(() => clearTimeout(timer));
  }
}

async function openLimiter(env: Env, log: Logger, undo: Undo[]) {
  const local = createLimiter({ clock: monotonic });
  if (env.redisUrl === null) return local;
  // Loaded where there is a Redis only: its client takes 5 MB.
  const { createSharedLimiter } = await import('./runtime/limiter-redis.ts');
  const shared = await createSharedLimiter({ url: env.redisUrl, local, log });
  undo.push(() => shared.close());
  return shared;
}

/** A ping that hangs must not hold one of the few connections; pg takes the time limit, but its types do not know it. */
const PING: pg.QueryConfig & { query_timeout: number } = { text: 'SELECT 1', query_timeout: 1_500 };

async function ping(pool: pg.Pool): Promise<void> {
  await pool.query(PING);
}

const LAST_DRAIN_MS = 10_000;

/** What cannot be drained in time stays in the journal; the next start takes it over. */
async function drainJournal(drain: { flush(): Promise<void> }, journal: Journal, log: Logger): Promise<void> {
  const late = Symbol('late');
  const timer = new Promise<typeof late>((done) => setTimeout(() => done(late), LAST_DRAIN_MS).unref());
  const outcome = await Promise.race([drain.flush().catch(() => late), timer]);
  if (outcome === late) log.warn({ ...journal.depth() }, 'stopping: the journal is kept for the next start');
}

async function unwind(undo: Undo[], log: Logger): Promise<void> {
  for (let step = undo.pop(); step !== undefined; step = undo.pop()) {
    try {
      await step();
    } catch (error) {
      log.error({ err: error }, 'stopping: a step failed');
    }
  }
}
