import { Pool, type Dispatcher } from 'undici';

/** What one target is asked. */
export interface Shot {
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

export interface LoadResult {
  readonly requests: number;
  readonly failures: number;
  /** SSE `data:` chunks received, by network reads. */
  readonly bytes: number;
  readonly seconds: number;
  /** Of each request, in ms, sorted. */
  readonly latencies: Float64Array;
}

class Sink implements Dispatcher.DispatchHandler {
  status = 0;
  bytes = 0;
  readonly #done: (sink: Sink, error: Error | null) => void;

  constructor(done: (sink: Sink, error: Error | null) => void) {
    this.#done = done;
  }

  onRequestStart(): void {}

  onResponseStart(_controller: Dispatcher.DispatchController, status: number): void {
    this.status = status;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.bytes += chunk.length;
  }

  onResponseEnd(): void {
    this.#done(this, null);
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#done(this, error);
  }
}

/** Sends `requests` shots, `concurrency` at a time, each as soon as the one before is done (closed loop). */
export async function saturate(
  origin: string,
  shot: Shot,
  requests: number,
  concurrency: number,
): Promise<LoadResult> {
  const pool = new Pool(origin, { connections: concurrency, pipelining: 1 });
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
      fire(pool, shot, (sink, error) => {
        latencies[index] = performance.now() - at;
        if (error !== null || sink.status !== 200) failures += 1;
        bytes += sink.bytes;
        finished += 1;
        if (finished === requests) resolve();
        else next();
      });
    };
    for (let lane = 0; lane < Math.min(concurrency, requests); lane += 1) next();
  });
  const seconds = (performance.now() - startedAt) / 1000;
  await pool.close();
  return { requests, failures, bytes, seconds, latencies: latencies.sort() };
}

/**
 * Sends `rate` shots a second for `seconds`, whatever comes back (open loop): the honest way to see latency. It counts
 * from when a shot was due; what is due leaves once a millisecond, so every target's figures hold that wait. The first
 * second opens the connections and is not counted.
 */
export async function atRate(origin: string, shot: Shot, rate: number, seconds: number): Promise<LoadResult> {
  // As many as a client with a pool would keep: with hundreds, each hiccup becomes a storm of new connections.
  const pool = new Pool(origin, { connections: 64, pipelining: 1 });
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
        fire(pool, shot, (sink, error) => {
          latencies[index] = performance.now() - at;
          if (error !== null || sink.status !== 200) failures += 1;
          bytes += sink.bytes;
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
  await pool.close();
  return { requests: total, failures, bytes, seconds: elapsed, latencies: latencies.subarray(warmUp).sort() };
}

function fire(pool: Pool, shot: Shot, done: (sink: Sink, error: Error | null) => void): void {
  pool.dispatch({ method: 'POST', path: shot.path, headers: shot.headers, body: shot.body }, new Sink(done));
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
