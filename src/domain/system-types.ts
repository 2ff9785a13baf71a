import type { LogLevel } from '../log.ts';
import type { PodStats } from './pod-stats.ts';

/** What the process that is asked knows of itself without the database. */
export interface OwnProcess {
  readonly podId: string;
  /** LOG_LEVEL. */
  readonly startLevel: LogLevel;
  readonly draining: () => boolean;
  /** What its next heartbeat would say. */
  readonly stats: () => PodStats;
}

/** One running process. */
export interface Pod {
  readonly podId: string;
  readonly role: string;
  readonly host: string;
  readonly version: string;
  readonly startedAt: Date;
  readonly lastSeenAt: Date;
  readonly draining: boolean;
  /** It was asked to leave. */
  readonly evicted: boolean;
  /** No heartbeat for 15 s. After 60 s it is not listed any more. */
  readonly gone: boolean;
  readonly stats: PodStats;
}

/** Sums over the processes that are not gone, each since its start. */
export interface SystemCounters {
  readonly requests: number;
  readonly errors: number;
  readonly blocked: number;
  readonly activeStreams: number;
}

/** A provider as it is, to the newest knowledge of any process: real traffic, a probe or an admin's check. */
export interface ProviderState {
  readonly id: string;
  readonly name: string;
  readonly slug: string;
  readonly type: string;
  readonly active: boolean;
  readonly status: 'unchecked' | 'connected' | 'error';
  /** Null unless the status is `error`. */
  readonly error: string | null;
  /** When that was found out; null = never. */
  readonly seenAt: Date | null;
  /** Since when it is so, as far as is known; null = never asked. */
  readonly since: Date | null;
  /** Until when a process sends it nothing, because it failed again and again; null = it is tried. */
  readonly openUntil: Date | null;
  readonly lastTrafficAt: Date | null;
  /** Models that are there and visible. */
  readonly models: number;
}

export interface DatabaseState {
  readonly version: string;
  readonly sizeBytes: number;
  /** Open connections to this database, and how many the server takes in all. */
  readonly connections: number;
  readonly maxConnections: number;
  /** One round trip from the process that answers. */
  readonly latencyMs: number;
  /** What the processes have journalled and not moved here yet. */
  readonly journal: { readonly entries: number; readonly bytes: number; readonly oldestMs: number | null };
  /** The request log: its days as partitions; the oldest one's date is null where there is none. */
  readonly log: { readonly partitions: number; readonly oldestDay: string | null; readonly bytes: number };
}

export interface SystemOverview {
  readonly pods: readonly Pod[];
  readonly counters: SystemCounters;
  readonly providers: readonly ProviderState[];
  readonly database: DatabaseState;
}
