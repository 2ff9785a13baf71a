import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { quantile } from './load.ts';

/** What the machine keeps from threads that do nothing but run, one a processor. */
export interface Stalls {
  /** Of the time, the share in which a thread was held up for more than LEAST_MS. */
  readonly share: number;
  /** How long a moment of the slowest percent had to wait before its thread ran on, ms. */
  readonly p99: number;
  readonly longestMs: number;
}

/** Shorter gaps are the clock's own, and interrupts. */
const LEAST_MS = 0.3;

const SPIN = `
  const { parentPort, workerData } = require('node:worker_threads');
  const gaps = [];
  const end = performance.now() + workerData.ms;
  for (let last = performance.now(); last < end; ) {
    const now = performance.now();
    if (now - last > workerData.least) gaps.push(now - last);
    last = now;
  }
  parentPort.postMessage(gaps);
`;

/**
 * Lets a thread spin on each processor and sees how long it is held up: by the kernel, by a virtual machine's host. What
 * the slowest percent of any program's answers take cannot be less, however it is written.
 */
export async function stallsOf(seconds: number): Promise<Stalls> {
  const workers = Array.from(
    { length: availableParallelism() },
    () => new Worker(SPIN, { eval: true, workerData: { ms: seconds * 1_000, least: LEAST_MS } }),
  );
  const gaps = await Promise.all(
    workers.map(
      (worker) =>
        new Promise<number[]>((resolve, reject) => {
          worker.once('message', resolve);
          worker.once('error', reject);
        }),
    ),
  );
  const all = gaps.flat();
  const held = all.reduce((sum, gap) => sum + gap, 0) / (workers.length * seconds * 1_000);
  return { share: held, p99: waitOf(all, workers.length * seconds), longestMs: Math.max(0, ...all) };
}

const PER_SECOND = 10_000;

/** Of moments spread evenly over the time, the wait that one in a hundred exceeds. */
function waitOf(gaps: readonly number[], seconds: number): number {
  const moments = Math.round(seconds * PER_SECOND);
  const step = 1_000 / PER_SECOND;
  const waits = new Float64Array(moments);
  let at = 0;
  for (const gap of gaps)
    for (let into = 0; into < gap && at < moments; into += step) {
      waits[at] = gap - into;
      at += 1;
    }
  return quantile(waits.sort(), 0.99);
}
