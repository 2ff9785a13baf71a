import { hostname } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type pg from 'pg';
import type { JournalSink } from './accounting/record.ts';
import type { Notices } from './database/notify.ts';
import type { OwnProcess } from './domain/system-types.ts';
import type { Env } from './env.ts';
import type { Meter } from './gateway/meter.ts';
import { totalsOf } from './gateway/totals.ts';
import type { Cipher } from './identity/cipher.ts';
import type { Log } from './log.ts';
import type { LogConfig } from './log-config.ts';
import { createLogFiles, type LogFiles } from './runtime/log-files.ts';
import { createPodStats, type PodStatsDeps } from './runtime/pod-stats.ts';
import { createPods, type Pods } from './runtime/pods.ts';
import type { Snapshots } from './runtime/snapshot.ts';

/** Of the timer that measures how late timers are. */
const DELAY_RESOLUTION_MS = 20;

export interface PodDeps {
  readonly env: Env;
  readonly version: string;
  readonly output: Log;
  /** Id of this process among all of them: a UUID. */
  readonly podId: string;
  readonly pool: pg.Pool;
  readonly notices: Notices;
  readonly snapshots: Snapshots;
  readonly cipher: Cipher;
  readonly meter: Meter;
  /** Its depth is shown, and what it is given is counted and, where files are on, written to them. */
  readonly journal: JournalSink & { depth(): ReturnType<PodStatsDeps['journal']> };
  readonly providers: PodStatsDeps['providers'];
  /** Ms, never backwards. */
  readonly clock: () => number;
}

/** This process as one of several: what it logs, and what it tells the others of itself. */
export interface Pod {
  /** The journal as the gateway gets it. */
  readonly journal: JournalSink;
  readonly own: OwnProcess;
  readonly pods: Pods;
  /** Leaves the table of processes, then ends the log files. */
  stop(): Promise<void>;
}

/** A part of the composition root. The log follows the settings from now on; the heartbeat begins with `pods.start`. */
export function openPod(deps: PodDeps): Pod {
  const { env, output, podId, clock } = deps;
  const startedAt = clock();
  const logFiles = openLogFiles(deps);
  const unfollow = followLogConfig(deps, logFiles);
  const delays = monitorEventLoopDelay({ resolution: DELAY_RESOLUTION_MS });
  delays.enable();
  let refusedByPolicy = 0;
  const stats = createPodStats({
    counters: () => {
      const { requests, errors, limited, activeStreams } = totalsOf(deps.meter.read());
      const blocked = limited + refusedByPolicy;
      return { requests, errors: errors - refusedByPolicy, blocked, activeStreams };
    },
    journal: () => deps.journal.depth(),
    logFiles: () => logFiles.status,
    providers: deps.providers,
    rssBytes: () => process.memoryUsage.rss(),
    delays,
    resolutionMs: DELAY_RESOLUTION_MS,
    clock,
  });
  const pods = createPods({
    pod: { id: podId, role: env.role, host: hostname(), version: deps.version },
    pool: deps.pool,
    listen: (handlers) => deps.notices.subscribe(handlers),
    stats: () => stats.beat(),
    uptimeMs: () => clock() - startedAt,
    log: output.logger,
  });
  return {
    journal: {
      append(entry, written) {
        deps.journal.append(entry, written);
        if (entry.kind !== 'request') return;
        // Only the model policy answers so: a provider's own 403 becomes a 503.
        if (entry.request.httpStatus === 403) refusedByPolicy += 1;
        if (logFiles.wantsRequests) logFiles.request(entry.request);
      },
    },
    own: {
      podId,
      startLevel: env.logLevel,
      draining: () => pods.draining,
      stats: () => stats.now(),
    },
    pods,
    async stop() {
      await pods.stop();
      delays.disable();
      unfollow();
      await logFiles.stop();
    },
  };
}

function openLogFiles({ env, output, podId, snapshots, cipher }: PodDeps): LogFiles {
  return createLogFiles({
    dataDir: env.dataDir,
    // The same after a restart, so that the files of before are counted and go some day.
    pod: `${hostname().replaceAll(/[^\w-]/g, '-')}-${env.port === 0 ? podId.slice(-8) : env.port}`,
    tenantSlug: (id) => snapshots.current().tenantsById.get(id)?.slug ?? null,
    decrypt: (ciphertext, context) => cipher.decrypt(ciphertext, context),
    copyLog: (write) => output.copyTo(write),
    log: output.logger,
  });
}

function followLogConfig({ env, output, snapshots }: PodDeps, logFiles: LogFiles): () => void {
  function follow(config: LogConfig): void {
    logFiles.apply(config);
    const level = config.level ?? env.logLevel;
    if (level !== output.logger.level) {
      output.setLevel(level);
      output.logger.info({ logLevel: level }, 'log: the level has changed');
    }
  }
  follow(snapshots.current().settings.log);
  return snapshots.onChange(({ settings }) => follow(settings.log));
}
