import pg from 'pg';
import { AppError } from '../errors.ts';
import { buildSnapshot, type Built } from './build-snapshot.ts';
import type { ProviderViewDeps } from './provider-view.ts';
import { createSnapshotCopy } from './snapshot-copy.ts';
import { loadAll, loadChanged } from './snapshot-load.ts';
import type { Rows } from './snapshot-rows.ts';
import { systemTimers, type Timers } from './timers.ts';
import type { Snapshot } from './view.ts';

/** Notices of one change come together; they are answered by one reload. */
const COALESCE_MS = 10;
/** Repairs what a missed notice left behind. */
const FULL_RELOAD_MS = 60_000;
const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 5_000;
/** Above this, reading everything is cheaper than reading what was named. */
const MANY = 200;

export interface SnapshotNotice {
  /** `user` and `pod` are of no concern here. */
  readonly noun: string;
  readonly id: string;
}

export interface SnapshotsDeps extends ProviderViewDeps {
  readonly pool: pg.Pool;
  /** Where the copy for a start without PostgreSQL lies. */
  readonly dataDir: string;
  /** Change notices: database/notify.ts with its url and log filled in. */
  readonly listen: (handlers: {
    readonly onNotice: (notice: SnapshotNotice) => void;
    readonly onConnected: () => void;
  }) => { stop(): Promise<void> };
  /** Unix ms. */
  readonly clock: () => number;
  readonly timers?: Timers;
}

export interface SnapshotStatus {
  /** `disk` until the database has answered for the first time. */
  readonly source: 'database' | 'disk';
  /** Unix ms: when the rows were last read from the database and found to be these. */
  readonly loadedAt: number;
  readonly version: number;
  /** True = the database does not answer, so there may be changes that are not served yet. */
  readonly stale: boolean;
}

/** Keeps the gateway's view of the world up to date. */
export interface Snapshots {
  /** The newest snapshot. Throws before `start` has resolved. */
  current(): Snapshot;
  /**
   * Loads everything, from the data directory if the database does not answer, and follows all changes from then
   * on. Rejects with AppError `unavailable` when there is neither; never stops serving once it has resolved.
   */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Called after each new snapshot; must not throw. The answer ends it. */
  onChange(callback: (snapshot: Snapshot) => void): () => void;
  /** Throws before `start` has resolved. */
  status(): SnapshotStatus;
}

export function createSnapshots(deps: SnapshotsDeps): Snapshots {
  const { log, clock, pool, timers = systemTimers } = deps;
  const copy = createSnapshotCopy({ directory: deps.dataDir, log, clock, timers });
  const callbacks = new Set<(snapshot: Snapshot) => void>();
  let built: Built | null = null;
  let source: SnapshotStatus['source'] = 'database';
  let loadedAt = 0;
  let failure: unknown = null;
  let retryMs = FIRST_RETRY_MS;

  const wanted = {
    all: false,
    settings: false,
    routing: false,
    tenants: new Set<string>(),
    providers: new Set<string>(),
  };
  let running: Promise<void> | null = null;
  let cancelLoad: (() => void) | null = null;
  let cancelReload: (() => void) | null = null;
  let listener: { stop(): Promise<void> } | null = null;
  let isStopped = false;

  function onNotice({ noun, id }: SnapshotNotice): void {
    if (noun === 'tenant') wanted.tenants.add(id);
    else if (noun === 'provider') wanted.providers.add(id);
    else if (noun === 'setting') wanted.settings = true;
    else if (noun === 'category' || noun === 'rule-set') wanted.routing = true;
    else return;
    loadSoon(COALESCE_MS);
  }

  function reloadAll(): void {
    wanted.all = true;
    loadSoon(COALESCE_MS);
  }

  function reloadAllRegularly(): void {
    cancelReload = timers.after(FULL_RELOAD_MS, () => {
      reloadAll();
      reloadAllRegularly();
    });
  }

  /** One load at a time: rows that were read earlier must never replace rows that were read later. */
  function loadSoon(ms: number): void {
    if (isStopped || running !== null || cancelLoad !== null) return;
    cancelLoad = timers.after(ms, () => void load());
  }

  function load(): Promise<void> {
    cancelLoad = null;
    running = loadWanted().finally(() => {
      running = null;
      if (failure !== null) loadSoon(retryMs);
      else if (
        wanted.all ||
        wanted.settings ||
        wanted.routing ||
        wanted.tenants.size + wanted.providers.size > 0
      ) {
        loadSoon(COALESCE_MS);
      }
    });
    return running;
  }

  async function loadWanted(): Promise<void> {
    const changes = {
      tenants: new Set(wanted.tenants),
      providers: new Set(wanted.providers),
      settings: wanted.settings,
      routing: wanted.routing,
    };
    const isPartial = !wanted.all && changes.tenants.size + changes.providers.size <= MANY;
    wanted.all = wanted.settings = wanted.routing = false;
    wanted.tenants.clear();
    wanted.providers.clear();
    try {
      const from = { pool, timers };
      const rows =
        built !== null && isPartial
          ? await loadChanged(from, built.rows, changes)
          : await loadAll(from, built?.rows ?? null);
      publish(rows);
      if (failure !== null && built !== null) log.info('settings are read from the database again');
      source = 'database';
      loadedAt = clock();
      failure = null;
      retryMs = FIRST_RETRY_MS;
    } catch (error) {
      if (failure === null) log.error({ err: error }, 'settings cannot be read from the database; trying on');
      else retryMs = Math.min(retryMs * 2, LAST_RETRY_MS);
      failure = error;
      wanted.all = true;
    }
  }

  function publish(rows: Rows): void {
    const next = buildSnapshot(deps, rows, built);
    if (next === built) return;
    built = next;
    copy.save(rows);
    for (const callback of callbacks) callback(next.snapshot);
  }

  async function loadFromDisk(): Promise<boolean> {
    const saved = await copy.read();
    // The database may have come back while the file was read.
    if (built !== null) return true;
    if (saved === null) return false;
    built = buildSnapshot(deps, saved.rows, null);
    source = 'disk';
    loadedAt = saved.savedAt;
    log.warn(
      { savedAt: new Date(saved.savedAt).toISOString() },
      'serving from the copy in the data directory',
    );
    return true;
  }

  async function stop(): Promise<void> {
    isStopped = true;
    cancelLoad?.();
    cancelReload?.();
    await Promise.all([listener?.stop(), running]);
    await copy.flush();
  }

  return {
    current: () => started(built).snapshot,
    async start() {
      listener = deps.listen({ onNotice, onConnected: reloadAll });
      wanted.all = true;
      await load();
      if (built === null && !(await loadFromDisk())) {
        await stop();
        throw new AppError(
          'unavailable',
          `The settings cannot be read: ${reasonOf(failure)}, and the data directory holds no copy of them.`,
          { cause: failure },
        );
      }
      reloadAllRegularly();
    },
    stop,
    onChange(callback) {
      callbacks.add(callback);
      return () => callbacks.delete(callback);
    },
    status: () => ({
      source,
      loadedAt,
      version: started(built).snapshot.version,
      stale: source === 'disk' || failure !== null,
    }),
  };
}

/** A wrong password or name is nothing to wait for. */
function reasonOf(failure: unknown): string {
  if (failure instanceof pg.DatabaseError) return `PostgreSQL refuses (${failure.message})`;
  // A name with several addresses fails once for each of them, and says nothing for all.
  const first: unknown = failure instanceof AggregateError ? failure.errors[0] : failure;
  return first instanceof Error
    ? `PostgreSQL does not answer (${first.message})`
    : 'PostgreSQL does not answer';
}

function started(built: Built | null): Built {
  if (built === null) throw new Error('no snapshot yet: start() has not resolved');
  return built;
}
