import type { RequestRecord, RequestStatus } from '../accounting/record.ts';

/**
 * Counts what /metrics shows, in plain numbers: adding to them costs the request next to nothing, and
 * prom-client reads them when it is asked (http/metrics.ts). The number of series is bounded: beyond it,
 * further combinations are counted together as "other".
 */
export interface Meter {
  observe(record: RequestRecord, tenantSlug: string): void;
  /** A request that the limiter refused. */
  rejected(tenantSlug: string, reason: string): void;
  /** One failed attempt at a provider. */
  upstreamFailed(providerSlug: string, outcome: string): void;
  /** An entry that the journal could not take. */
  journalFailed(): void;
  /** Requests under way: +1 and −1; streams counted apart. */
  active(change: 1 | -1, streamed: boolean): void;
  read(): MeterReading;
}

export interface Series {
  readonly tenant: string;
  readonly provider: string;
  readonly model: string;
  readonly operation: string;
  readonly requests: Record<RequestStatus, number>;
  inputTokens: number;
  cachedTokens: number;
  cacheWriteTokens: number;
  outputTokens: number;
  reasoningTokens: number;
  costPico: number;
  readonly duration: Distribution;
  readonly ttft: Distribution;
}

/** Counts by bucket; `counts[i]` holds values ≤ bounds[i] and > bounds[i − 1], the last one the rest. */
export interface Distribution {
  readonly counts: Float64Array;
  sum: number;
}

export interface MeterReading {
  readonly series: Iterable<Series>;
  readonly rejections: ReadonlyMap<string, number>;
  readonly upstreamFailures: ReadonlyMap<string, number>;
  readonly journalFailures: number;
  readonly activeRequests: number;
  readonly activeStreams: number;
}

/** Seconds. */
export const LATENCY_BOUNDS: readonly number[] = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300,
];
const MAX_SERIES = 2_000;
const MAX_LABELS = 1_000;
const OTHER = 'other';
/** Between two labels in a key: cannot stand in a slug or a model id. */
export const SEPARATOR = '\u0000';

export function createMeter(): Meter {
  const series: Series[] = [];
  const byLabels: SeriesByLabels = new Map();
  const rejections = new Map<string, number>();
  const upstreamFailures = new Map<string, number>();
  let journalFailures = 0;
  let activeRequests = 0;
  let activeStreams = 0;

  function seriesOf(tenant: string, provider: string, model: string, operation: string): Series {
    // Four look-ups of strings that know their hash are faster than one of a string made for it.
    const known = byLabels.get(tenant)?.get(provider)?.get(model)?.get(operation);
    if (known !== undefined) return known;
    if (series.length >= MAX_SERIES && tenant !== OTHER) return seriesOf(OTHER, OTHER, OTHER, operation);
    const made = newSeries(tenant, provider, model, operation);
    series.push(made);
    inner(inner(inner(byLabels, tenant), provider), model).set(operation, made);
    return made;
  }

  return {
    observe(record, tenantSlug) {
      // Where nobody served, the model is whatever the client wrote: no label, or anyone could use up the series.
      const model = record.providerId === null ? '' : record.model;
      const into = seriesOf(tenantSlug, record.providerSlug, model, record.operation);
      into.requests[record.status] += 1;
      into.inputTokens += record.usage.inputTokens;
      into.cachedTokens += record.usage.cachedTokens;
      into.cacheWriteTokens += record.usage.cacheWriteTokens;
      into.outputTokens += record.usage.outputTokens;
      into.reasoningTokens += record.usage.reasoningTokens;
      into.costPico += record.actualCostPico;
      observe(into.duration, record.durationMs / 1000);
      if (record.ttftMs !== null) observe(into.ttft, record.ttftMs / 1000);
    },
    rejected: (tenantSlug, reason) => count(rejections, tenantSlug, reason),
    upstreamFailed: (providerSlug, outcome) => count(upstreamFailures, providerSlug, outcome),
    journalFailed() {
      journalFailures += 1;
    },
    active(change, streamed) {
      activeRequests += change;
      if (streamed) activeStreams += change;
    },
    read: () => ({
      series,
      rejections,
      upstreamFailures,
      journalFailures,
      activeRequests,
      activeStreams,
    }),
  };
}

/** Tenant → provider → model → operation. */
type SeriesByLabels = Map<string, Map<string, Map<string, Map<string, Series>>>>;

function inner<V>(outer: Map<string, Map<string, V>>, label: string): Map<string, V> {
  const known = outer.get(label);
  if (known !== undefined) return known;
  const made = new Map<string, V>();
  outer.set(label, made);
  return made;
}

function newSeries(tenant: string, provider: string, model: string, operation: string): Series {
  return {
    tenant,
    provider,
    model,
    operation,
    requests: { success: 0, error: 0, aborted: 0 },
    inputTokens: 0,
    cachedTokens: 0,
    cacheWriteTokens: 0,
    outputTokens: 0,
    reasoningTokens: 0,
    costPico: 0,
    duration: { counts: new Float64Array(LATENCY_BOUNDS.length + 1), sum: 0 },
    ttft: { counts: new Float64Array(LATENCY_BOUNDS.length + 1), sum: 0 },
  };
}

function observe(into: Distribution, seconds: number): void {
  let bucket = 0;
  while (bucket < LATENCY_BOUNDS.length && seconds > (LATENCY_BOUNDS[bucket] ?? Infinity)) bucket += 1;
  into.counts[bucket] = (into.counts[bucket] ?? 0) + 1;
  into.sum += seconds;
}

function count(into: Map<string, number>, first: string, second: string): void {
  const key = first + SEPARATOR + second;
  const known = into.get(key);
  if (known === undefined && into.size >= MAX_LABELS) {
    const other = OTHER + SEPARATOR + OTHER;
    into.set(other, (into.get(other) ?? 0) + 1);
    return;
  }
  into.set(key, (known ?? 0) + 1);
}
