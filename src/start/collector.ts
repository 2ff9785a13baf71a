import { performance } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Sets V8's garbage collector to a gateway's work: many small, short-lived objects around large bodies. Call it
 * first. Both figures: requests of 200 B and 1 MB beside a bare proxy, `npm run bench`.
 *
 * - Pretenuring puts objects of a site that once outlived a collection straight into the old generation. Here they
 *   die with their request, but hold its younger objects until the next full collection: each scavenge copied 10 MB
 *   for nothing (10 ms; without it 2 ms), and a request cost a quarter more CPU.
 * - By default V8 collects everything after each 64 MB of buffers, whatever the heap: every 20 bodies of 1 MB it
 *   marked 50 MB of live objects. Counted into the heap's own limit, which follows the machine's or the container's
 *   memory, a request of 1 MB costs 40 % less CPU.
 * - What may be used before everything is collected is twice what lives. V8 would let it grow with every good while:
 *   396 to 618 MB in ten minutes of `npm run soak`, with as much alive at the end. With 1.6 times it is collected
 *   every 25 s at 7,000 requests/s, and each time two processors have 50 ms of other work; with twice, every 40 s, a
 *   request costs a tenth less CPU, and 50 MB more are used under load.
 * - The young generation is back at its full size after its first collection. A pause of some seconds lets V8 shrink it
 *   to 1 MB, and doubling it step by step under load took 112 to 137 collections in six seconds of 6,000 requests/s
 *   where 23 are enough; the slowest percent of the answers waited 20 ms longer, and a request cost 90 to 115 µs of CPU
 *   instead of 77. After such a load 420 MB stay resident instead of 320.
 * - What V8 collects while nothing is asked of it leaves the shapes of objects alone. By default it forgets those that
 *   nothing bears at the moment, and throws away whatever code was compiled for them: the 12,000 requests after a pause
 *   of eight seconds cost 92 µs each instead of 172, and the slowest percent of 6,000 requests/s waited 7 ms instead of
 *   50. Shapes that nobody has borne for 20 full collections go (2 by default): clients make up members, so this must
 *   end. The idle collections give less back: `releaseWhenIdle` does so later.
 */
export function tuneCollector(): void {
  setFlagsFromString('--no-allocation-site-pretenuring');
  setFlagsFromString('--external-memory-accounted-in-global-limit');
  setFlagsFromString('--heap-growing-percent=100');
  setFlagsFromString('--semi-space-growth-factor=64');
  setFlagsFromString('--no-memory-reducer-favors-memory');
  setFlagsFromString('--retain-maps-for-n-gc=20');
}

/**
 * Collects all that can be, and gives the pages back. Loading the program leaves a heap of 210 MB around 65 MB that are
 * needed, and V8 would keep the pages until it runs short: called before the first request it takes about 0.2 s, and
 * 80 MB less stay resident (`npm run bench` shows the memory at rest).
 */
export function releaseMemory(): void {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  setFlagsFromString('--no-expose-gc');
  if (isCollect(collect)) collect({ type: 'major', flavor: 'last-resort', execution: 'sync' });
}

/** Below this share of a minute the event loop is idle: heartbeats, a scrape of the metrics, somebody at a dashboard. */
const IDLE_SHARE = 0.02;
const IDLE_MINUTES = 10;

/** What `releaseWhenIdle` needs of the world. */
export interface IdleDeps {
  /** Share of the time since the last call in which the event loop worked, 0 to 1. */
  readonly utilization: () => number;
  readonly collect: () => void;
  readonly everyMinute: (look: () => void) => void;
}

/**
 * Gives back what traffic has left once there has been none for ten minutes: 500 MB to 360 MB after bodies of 1 MB. It
 * happens once until there is work again, which then begins with code that is not compiled.
 */
export function releaseWhenIdle({ utilization, collect, everyMinute }: IdleDeps): void {
  // What the start has left is given back already.
  let minutes = IDLE_MINUTES;
  everyMinute(() => {
    minutes = utilization() < IDLE_SHARE ? minutes + 1 : 0;
    if (minutes === IDLE_MINUTES) collect();
  });
}

/** `releaseWhenIdle` of this process. */
export function watchIdleness(): void {
  let last = performance.eventLoopUtilization();
  releaseWhenIdle({
    utilization() {
      const now = performance.eventLoopUtilization();
      const { utilization } = performance.eventLoopUtilization(now, last);
      last = now;
      return utilization;
    },
    collect: releaseMemory,
    everyMinute: (look) => void setInterval(look, 60_000).unref(),
  });
}

function isCollect(value: unknown): value is NodeJS.GCFunction {
  return typeof value === 'function';
}
