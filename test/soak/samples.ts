import { readdirSync } from 'node:fs';
import { rssMb } from '../bench/process.ts';
import { metricsOf, type Product } from '../durability/product.ts';

/** The process at one moment. */
export interface Sample {
  /** Since the load began. */
  readonly atMs: number;
  readonly rssMb: number;
  readonly heapMb: number;
  /** Outside V8's heap: buffers. */
  readonly externalMb: number;
  readonly descriptors: number;
  readonly requests: number;
  readonly streams: number;
  readonly waiting: number;
}

/** Descriptors that the process has open (Linux: /proc). */
export function descriptorsOf(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

export async function takeSample({ origin, pid }: Product, startedAt: number): Promise<Sample> {
  const metric = await metricsOf(origin);
  return {
    atMs: performance.now() - startedAt,
    rssMb: rssMb(pid),
    heapMb: metric('nodejs_heap_size_used_bytes') / 2 ** 20,
    externalMb: metric('nodejs_external_memory_bytes') / 2 ** 20,
    descriptors: descriptorsOf(pid),
    requests: metric('prism_active_requests'),
    streams: metric('prism_active_streams'),
    waiting: metric('prism_journal_entries'),
  };
}

/** A sample every `everyMs`. */
export function keepSampling(
  product: Product,
  everyMs: number,
  onSample: (sample: Sample) => void,
): { readonly samples: readonly Sample[]; stop(): Promise<void> } {
  const samples: Sample[] = [];
  const startedAt = performance.now();
  let running: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    running = running.then(async () => {
      const sample = await takeSample(product, startedAt);
      samples.push(sample);
      onSample(sample);
    });
  }, everyMs);
  return {
    samples,
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}
