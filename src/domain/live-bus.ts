import type { RequestLog } from '../database/generated/prisma/client.ts';
import type { TenantScope } from './live-filter.ts';
import { followLog, type Audience, type LogFollower, type LogFollowerDeps } from './live-follower.ts';
import type { Position } from './live-position.ts';

/** One request, for all who want it. */
export interface LiveEvent {
  readonly row: RequestLog;
  /** The transaction that wrote it. */
  readonly xid: number;
  /** How far the bus is with this event. */
  readonly position: Position;
  /** The position as a text; made when it is first asked for. */
  readonly cursor: () => string;
}

export interface Watcher {
  /** Only rows of these tenants ever reach it. */
  readonly tenants: TenantScope;
  /** Must not throw, and not wait. */
  onEvent(event: LiveEvent): void;
  /** Whether so much waits for it that it will be dropped soon. */
  isBehind(): boolean;
}

/**
 * Tells the watchers of this process what is new in the log, whichever process wrote it. However many they are, each
 * row is read once; when there is nobody, nothing is read.
 */
export interface LiveBus {
  /** Resolves with the position from which on the watcher is told everything. Rejects when the log cannot be read. */
  watch(watcher: Watcher): Promise<Position>;
  unwatch(watcher: Watcher): void;
  readonly watchers: number;
}

export function createLiveBus(deps: LogFollowerDeps): LiveBus {
  const all = new Set<Watcher>();
  const everywhere = new Set<Watcher>();
  const byTenant = new Map<string, Set<Watcher>>();
  let follower: LogFollower | null = null;

  function admit(watcher: Watcher): void {
    if (watcher.tenants === 'all') everywhere.add(watcher);
    else for (const id of watcher.tenants) byTenant.set(id, (byTenant.get(id) ?? new Set()).add(watcher));
  }

  function remove(watcher: Watcher): void {
    all.delete(watcher);
    everywhere.delete(watcher);
    for (const id of watcher.tenants === 'all' ? [] : watcher.tenants) {
      const set = byTenant.get(id);
      set?.delete(watcher);
      if (set?.size === 0) byTenant.delete(id);
    }
    if (all.size > 0) return;
    follower?.stop();
    follower = null;
  }

  const audience: Audience = {
    tell(event) {
      for (const watcher of everywhere) watcher.onEvent(event);
      for (const watcher of byTenant.get(event.row.tenantId) ?? []) watcher.onEvent(event);
    },
    isBehind: () => [...all].some((watcher) => watcher.isBehind()),
  };

  return {
    get watchers() {
      return all.size;
    },
    async watch(watcher) {
      all.add(watcher);
      follower ??= followLog(deps, audience);
      const joined = follower;
      try {
        await joined.started;
      } catch (error) {
        // Whoever comes next tries again.
        joined.stop();
        if (follower === joined) follower = null;
        remove(watcher);
        throw error;
      }
      // In one turn: the watcher hears all that comes after this position.
      if (all.has(watcher)) admit(watcher);
      return joined.position();
    },
    unwatch: remove,
  };
}
