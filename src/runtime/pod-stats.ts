import type { ProviderObservation } from './provider-status.ts';

/** What a process says of itself with every heartbeat; column `pod.stats`. Counters are since its start. */
export interface PodStats {
  /** Requests that ended in the last minute, refused ones included. */
  readonly requestsPerMinute: number;
  /** 99th percentile since the last heartbeat, in ms. */
  readonly eventLoopLagMs: number;
  readonly rssMb: number;
  readonly counters: PodCounters;
  readonly journal: {
    readonly entries: number;
    readonly bytes: number;
    /** Age of the oldest entry that is not in the database yet; null = there is none. */
    readonly oldestMs: number | null;
  };
  /** Null = no trouble, or no log files. */
  readonly logFileError: string | null;
  /** Lines that the log files could not take, since the start. */
  readonly logLinesDropped: number;
  /** What this process has last seen of each provider, by the provider's id. */
  readonly providers: Readonly<Record<string, ProviderObservation>>;
}

export interface PodCounters {
  /** Gateway requests that ended, however they did. */
  readonly requests: number;
  /** Those that failed; blocked ones are none of them. */
  readonly errors: number;
  /** Those refused by a rate limit or by the tenant's model policy. */
  readonly blocked: number;
  /** Streams under way. */
  readonly activeStreams: number;
}

/** Delays that perf_hooks measures, in nanoseconds, the resolution of its timer included. */
export interface DelayHistogram {
  percentile(percent: number): number;
  reset(): void;
}

export interface PodStatsDeps {
  readonly counters: () => PodCounters;
  readonly journal: () => PodStats['journal'];
  readonly logFiles: () => { readonly error: string | null; readonly linesDropped: number };
  readonly providers: () => PodStats['providers'];
  readonly rssBytes: () => number;
  readonly delays: DelayHistogram;
  /** Of the histogram's timer: what it shows of an idle process. */
  readonly resolutionMs: number;
  /** Ms, never backwards. */
  readonly clock: () => number;
}

/** What this process says of itself. */
export interface StatsOfPod {
  /** For a heartbeat: the delays since the last one end here. */
  beat(): PodStats;
  /** In between: everything as it is, but for the delays of the last heartbeat. */
  now(): PodStats;
}

const MINUTE_MS = 60_000;
const MIB = 1024 * 1024;

export function createPodStats(deps: PodStatsDeps): StatsOfPod {
  const { clock, delays } = deps;
  /** Beginning with the youngest that is a minute old. */
  let samples: readonly { readonly at: number; readonly requests: number }[] = [{ at: clock(), requests: 0 }];
  let eventLoopLagMs = 0;

  function now(): PodStats {
    const counters = deps.counters();
    const { error, linesDropped } = deps.logFiles();
    return {
      requestsPerMinute: counters.requests - (minuteAgo()[0]?.requests ?? 0),
      eventLoopLagMs,
      rssMb: Math.round(deps.rssBytes() / MIB),
      counters,
      journal: deps.journal(),
      logFileError: error,
      logLinesDropped: linesDropped,
      providers: deps.providers(),
    };
  }

  function minuteAgo(): typeof samples {
    const first = samples.findLastIndex(({ at }) => at <= clock() - MINUTE_MS);
    return samples.slice(Math.max(0, first));
  }

  return {
    now,
    beat() {
      const p99 = delays.percentile(99) / 1e6 - deps.resolutionMs;
      delays.reset();
      eventLoopLagMs = Math.max(0, Math.round(p99 * 10) / 10);
      const stats = now();
      samples = [...minuteAgo(), { at: clock(), requests: stats.counters.requests }];
      return stats;
    },
  };
}
