import type { PrismaClient } from '../database/generated/prisma/client.ts';
import type { Actor } from '../identity/actor.ts';
import { authorize } from '../identity/policy.ts';
import { record } from './audit.ts';
import { change, notify, type Tx } from './change.ts';
import { readPodStats, type PodStats, type ProviderObservation } from './pod-stats.ts';
import type {
  DatabaseState,
  OwnProcess,
  Pod,
  ProviderState,
  SystemCounters,
  SystemOverview,
} from './system-types.ts';
import { notFound, requireId } from './validate.ts';

export interface System {
  /** The processes, what they have done, the providers and the database, as of now. */
  overview(actor: Actor): Promise<SystemOverview>;
  /** The providers alone, for all who look after them. */
  providers(actor: Actor): Promise<readonly ProviderState[]>;
  /**
   * Asks a process to finish what it is at and to leave. Asked again, nothing more happens. Throws not_found for a
   * process that is not listed.
   */
  evict(actor: Actor, podId: string): Promise<Pod>;
}

export interface SystemDeps {
  readonly db: PrismaClient;
  readonly ownProcess: OwnProcess;
}

export function createSystem({ db, ownProcess }: SystemDeps): System {
  return {
    async overview(actor) {
      authorize(actor, 'system.read');
      const [listed, database] = await Promise.all([listPods(db), databaseState(db)]);
      const pods = listed.map((pod) => withOwn(pod, ownProcess));
      const running = pods.filter(({ gone }) => !gone).map(({ stats }) => stats);
      return {
        pods,
        counters: countersOf(running),
        providers: await providerStates(db, running),
        database: { ...database, journal: journalOf(running) },
      };
    },
    async providers(actor) {
      authorize(actor, 'provider.read');
      const pods = (await listPods(db)).map((pod) => withOwn(pod, ownProcess));
      return await providerStates(
        db,
        pods.filter(({ gone }) => !gone).map(({ stats }) => stats),
      );
    },
    async evict(actor, podId) {
      authorize(actor, 'pod.evict');
      const id = requireId(podId, 'pod');
      return await change(db, async (tx) => {
        const rows = await tx.$queryRaw<{ first: boolean }[]>`
          WITH old AS (SELECT id, evicted_at FROM pod
                        WHERE id = ${id}::uuid AND last_seen_at > now() - interval '60 seconds' FOR UPDATE)
          UPDATE pod SET evicted_at = coalesce(pod.evicted_at, now()) FROM old WHERE pod.id = old.id
          RETURNING old.evicted_at IS NULL AS first`;
        const [row] = rows;
        if (row === undefined) throw notFound('pod');
        // Read before it can hear of it: a moment later it may be gone for good.
        const [pod] = await listPods(tx, id);
        if (pod === undefined) throw notFound('pod');
        if (row.first) {
          const { role, host } = pod;
          await record(tx, actor, 'pod.evict', { type: 'pod', id }, null, { role, host });
          await notify(tx, 'pod', id);
        }
        return withOwn(pod, ownProcess);
      });
    },
  };
}

interface PodRow extends Omit<Pod, 'stats'> {
  readonly stats: unknown;
}

/** By the database's clock, as the heartbeats are; the longest running first. */
async function listPods(db: Pick<Tx, '$queryRaw'>, id: string | null = null): Promise<Pod[]> {
  const rows = await db.$queryRaw<PodRow[]>`
    SELECT id::text AS "podId", role, host, version, started_at AS "startedAt", last_seen_at AS "lastSeenAt",
           draining, evicted_at IS NOT NULL AS evicted, last_seen_at < now() - interval '15 seconds' AS gone, stats
      FROM pod
     WHERE last_seen_at > now() - interval '60 seconds' AND (${id}::uuid IS NULL OR id = ${id}::uuid)
     ORDER BY started_at, id`;
  return rows.map((row) => ({ ...row, stats: readPodStats(row.stats) }));
}

/** Of itself, the process that answers knows more than its last heartbeat. */
function withOwn(pod: Pod, own: OwnProcess): Pod {
  if (pod.podId !== own.podId) return pod;
  return { ...pod, draining: own.draining(), gone: false, stats: own.stats() };
}

function countersOf(running: readonly PodStats[]): SystemCounters {
  const sum = (member: keyof SystemCounters): number =>
    running.reduce((total, { counters }) => total + counters[member], 0);
  return {
    requests: sum('requests'),
    errors: sum('errors'),
    blocked: sum('blocked'),
    activeStreams: sum('activeStreams'),
  };
}

function journalOf(running: readonly PodStats[]): DatabaseState['journal'] {
  const ages = running
    .map(({ journal }) => (journal.entries === 0 ? null : journal.oldestMs))
    .filter((age) => age !== null);
  return {
    entries: running.reduce((total, { journal }) => total + journal.entries, 0),
    bytes: running.reduce((total, { journal }) => total + journal.bytes, 0),
    oldestMs: ages.length === 0 ? null : Math.max(...ages),
  };
}

async function databaseState(db: PrismaClient): Promise<Omit<DatabaseState, 'journal'>> {
  const startedAt = performance.now();
  await db.$queryRaw`SELECT 1`;
  const latencyMs = Math.round((performance.now() - startedAt) * 10) / 10;
  const [row] = await db.$queryRaw<Omit<DatabaseState, 'journal' | 'latencyMs' | 'log'>[]>`
    SELECT current_setting('server_version') AS version,
           pg_database_size(current_database())::float8 AS "sizeBytes",
           (SELECT count(*)::int FROM pg_stat_activity WHERE datname = current_database()) AS connections,
           current_setting('max_connections')::int AS "maxConnections"`;
  if (row === undefined) throw new Error('the database answered without a row');
  return { ...row, latencyMs, log: await logState(db) };
}

async function logState(db: PrismaClient): Promise<DatabaseState['log']> {
  const [row] = await db.$queryRaw<DatabaseState['log'][]>`
    SELECT count(*)::int AS partitions, min(to_date(right(relname, 8), 'YYYYMMDD'))::text AS "oldestDay",
           coalesce(sum(pg_total_relation_size(oid)), 0)::float8 AS bytes
      FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
     WHERE inhparent = 'request_log'::regclass AND relname ~ '_p[0-9]{8}$'`;
  return row ?? { partitions: 0, oldestDay: null, bytes: 0 };
}

async function providerStates(db: PrismaClient, running: readonly PodStats[]): Promise<ProviderState[]> {
  const rows = await db.provider.findMany({
    select: {
      id: true,
      name: true,
      slug: true,
      type: true,
      active: true,
      status: true,
      statusMessage: true,
      lastCheckedAt: true,
      _count: { select: { models: { where: { missingSince: null, visible: true } } } },
    },
    orderBy: [{ name: 'asc' }, { id: 'asc' }],
  });
  return rows.map(({ statusMessage, lastCheckedAt, _count, status, ...row }) => {
    const seen = running.map(({ providers }) => providers[row.id]).filter((one) => one !== undefined);
    const live = newest(seen, ({ at }) => at);
    const traffic = newest(seen, ({ trafficAt }) => trafficAt ?? 0)?.trafficAt ?? null;
    const openUntil = newest(seen, (one) => one.openUntil ?? 0)?.openUntil ?? 0;
    const isNewer = live !== null && live.at > (lastCheckedAt?.getTime() ?? 0);
    return {
      ...row,
      ...(isNewer ? stateOf(live) : storedState(status, statusMessage, lastCheckedAt)),
      openUntil: openUntil > Date.now() ? new Date(openUntil) : null,
      lastTrafficAt: traffic === null ? null : new Date(traffic),
      models: _count.models,
    };
  });
}

type Seen = Pick<ProviderState, 'status' | 'error' | 'seenAt' | 'since'>;

function stateOf({ ok, error, at, since }: ProviderObservation): Seen {
  return {
    status: ok ? 'connected' : 'error',
    error: ok ? null : (error ?? 'Unavailable'),
    seenAt: new Date(at),
    since: new Date(since ?? at),
  };
}

function storedState(status: string, message: string | null, checkedAt: Date | null): Seen {
  if (status === 'error')
    return { status, error: message ?? 'Unavailable', seenAt: checkedAt, since: checkedAt };
  return {
    status: status === 'connected' ? status : 'unchecked',
    error: null,
    seenAt: checkedAt,
    since: checkedAt,
  };
}

function newest<Item>(items: readonly Item[], at: (item: Item) => number): Item | null {
  return items.reduce<Item | null>(
    (best, item) => (best === null || at(item) > at(best) ? item : best),
    null,
  );
}
