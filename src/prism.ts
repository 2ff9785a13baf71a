import { boundUsers } from './accounting/bound-users.ts';
import type { JournalSink } from './accounting/record.ts';
import { scoresOf } from './catalog/benchmarks.ts';
import { createCatalog } from './catalog/catalog.ts';
import type { Domain } from './domain/domain.ts';
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
import { createIds } from './ids.ts';
import { drainJournal, openLedger } from './ledger.ts';
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
import { createSnapshots } from './runtime/snapshot.ts';
import { systemTimers } from './runtime/timers.ts';
import { openStorage, ping } from './storage.ts';
import { unwind, type Undo } from './undo.ts';

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
  const { databaseUrl, pool } = await openStorage(env, log, undo);

  const cipher = createCipher(env.encryptionKeys);
  const catalog = createCatalog();

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

  const newId = createIds();
  const podId = newId();
  const ledger = await openLedger({ env, log, pool, snapshots }, undo);
  const { journal, drain } = ledger;

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
    newId,
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
    newId,
  );
  const port = await server.listen(env.port, env.host);
  undo.push(async () => {
    const cut = await server.drain(env.drainSeconds * 1000);
    if (cut > 0) log.warn({ requests: cut }, 'stopping: these requests took too long and were cut');
    await drainJournal(ledger, log);
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

/** Loaded only where it is used: a worker does without GraphQL, Prisma and the pages. */
async function openDoors(deps: ConsoleDeps): Promise<Console> {
  const { openConsole } = await import('./console.ts');
  return openConsole(deps);
}

/** Milliseconds that never go backwards. */
function monotonic(): number {
  return performance.now();
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
