import { Lanes, type Shot } from './lanes.ts';

export interface LoadResult {
  readonly requests: number;
  readonly failures: number;
  /** Of the answers' bodies, with their framing. */
  readonly bytes: number;
  readonly seconds: number;
  /** Of each request, in ms, sorted. */
  readonly latencies: Float64Array;
}

/** Sends `requests` shots, `concurrency` at a time, each as soon as the one before is done (closed loop). */
export async function saturate(
  origin: string,
  shot: Shot,
  requests: number,
  concurrency: number,
): Promise<LoadResult> {
  const lanes = new Lanes(origin, shot, concurrency);
  const latencies = new Float64Array(requests);
  let sent = 0;
  let failures = 0;
  let bytes = 0;
  let finished = 0;
  const startedAt = performance.now();
  await new Promise<void>((resolve) => {
    const next = (): void => {
      if (sent >= requests) return;
      const index = sent;
      sent += 1;
      const at = performance.now();
      lanes.fire((status, received) => {
        latencies[index] = performance.now() - at;
        if (status !== 200) failures += 1;
        bytes += received;
        finished += 1;
        if (finished === requests) resolve();
        else next();
      });
    };
    for (let lane = 0; lane < Math.min(concurrency, requests); lane += 1) next();
  });
  const seconds = (performance.now() - startedAt) / 1000;
  lanes.close();
  return { requests, failures, bytes, seconds, latencies: latencies.sort() };
}

/**
 * Sends `rate` shots a second for `seconds`, whatever comes back (open loop): the honest way to see latency. It counts
 * from when a shot was due; what is due leaves once a millisecond, so every target's figures hold that wait. The first
 * second opens the connections and is not counted.
 */
export async function atRate(origin: string, shot: Shot, rate: number, seconds: number): Promise<LoadResult> {
  // As many as a client with a pool would keep: with hundreds, each hiccup becomes a storm of new connections.
  const lanes = new Lanes(origin, shot, 64);
  const warmUp = rate;
  const total = Math.floor(rate * (seconds + 1));
  const latencies = new Float64Array(total);
  let failures = 0;
  let bytes = 0;
  let finished = 0;
  let sent = 0;
  const startedAt = performance.now();
  await new Promise<void>((resolve) => {
    const pump = (): void => {
      const due = Math.min(total, Math.floor(((performance.now() - startedAt) / 1000) * rate));
      for (; sent < due; sent += 1) {
        const index = sent;
        const at = startedAt + (index / rate) * 1000;
        lanes.fire((status, received) => {
          latencies[index] = performance.now() - at;
          if (status !== 200) failures += 1;
          bytes += received;
          finished += 1;
          if (finished === total) resolve();
        });
      }
      // A sender that spins would take a core from what it measures.
      if (sent < total) setTimeout(pump, 1);
    };
    pump();
  });
  const elapsed = (performance.now() - startedAt) / 1000;
  lanes.close();
  return { requests: total, failures, bytes, seconds: elapsed, latencies: latencies.subarray(warmUp).sort() };
}

export function quantile(sorted: Float64Array, q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? 0)
    : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}
