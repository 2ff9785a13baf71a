import { z } from 'zod';

const count = z.number().min(0).catch(0);

const observation = z.object({
  ok: z.boolean(),
  error: z.string().optional(),
  at: z.number(),
  trafficAt: z.number().nullable().catch(null),
  since: z.number().optional().catch(undefined),
  openUntil: z.number().optional().catch(undefined),
});

/** Column `pod.stats` (src/runtime/pod-stats.ts). A process of another version may say less. */
export const podStats = z.object({
  requestsPerMinute: count,
  eventLoopLagMs: count,
  rssMb: count,
  counters: z
    .object({ requests: count, errors: count, blocked: count, activeStreams: count })
    .catch({ requests: 0, errors: 0, blocked: 0, activeStreams: 0 }),
  journal: z
    .object({ entries: count, bytes: count, oldestMs: z.number().nullable().catch(null) })
    .catch({ entries: 0, bytes: 0, oldestMs: null }),
  logFileError: z.string().nullable().catch(null),
  logLinesDropped: count,
  providers: z.record(z.string(), observation).catch({}),
});

/** What a process says of itself; what it has seen of providers is by their ids. */
export type PodStats = z.output<typeof podStats>;
export type ProviderObservation = z.output<typeof observation>;

/** Never throws: what cannot be read counts as nothing. */
export function readPodStats(value: unknown): PodStats {
  const isObject = typeof value === 'object' && value !== null;
  return podStats.parse(isObject ? value : {});
}
