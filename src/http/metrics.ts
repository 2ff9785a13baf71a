import { createHash, timingSafeEqual } from 'node:crypto';
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import { LATENCY_BOUNDS, SEPARATOR, type Distribution, type Meter, type Series } from '../gateway/meter.ts';
import type { Handler } from './server.ts';

export interface MetricsDeps {
  readonly meter: Meter;
  readonly journal: () => {
    readonly entries: number;
    readonly bytes: number;
    readonly oldestMs: number | null;
  };
  /** Since the start: journal to database. */
  readonly drain: {
    readonly rows: number;
    readonly batches: number;
    readonly failures: number;
    readonly torn: number;
  };
  /** Lines of the journal that could not be stored and were put aside. */
  readonly quarantined: () => number;
  /** 1 = shared limits are enforced by this process alone because Redis is down. */
  readonly limiterDegraded: () => boolean;
  readonly snapshotAgeMs: () => number;
  readonly upstreamConnections: () => number;
  /** Processes whose heartbeat is heard; 0 while the database is down. */
  readonly podsUp: () => number;
  /** Null = open to all (contract §1, METRICS_TOKEN). */
  readonly token: string | null;
}

/**
 * `GET /metrics`. The gateway counts in plain numbers (gateway/meter.ts) with bounded label sets; they become
 * Prometheus text only here, when someone asks.
 */
export function createMetrics(deps: MetricsDeps): Handler {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  registerGauges(registry, deps);
  registerCounters(registry, deps);

  return (req, res) => {
    if (deps.token !== null && !matches(req.headers.authorization, deps.token)) {
      res.writeHead(401, { 'www-authenticate': 'Bearer', 'content-type': 'application/json' });
      res.end(
        '{"error":{"message":"Send the metrics token: Authorization: Bearer …","code":"unauthenticated"}}',
      );
      return;
    }
    void registry.metrics().then(
      (text) => {
        res.writeHead(200, { 'content-type': registry.contentType });
        res.end(text + gatewayText(deps.meter));
      },
      () => {
        res.writeHead(500).end();
      },
    );
  };
}

function matches(authorization: string | undefined, token: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(authorization ?? ''), digest(`Bearer ${token}`));
}

function registerGauges(registry: Registry, deps: MetricsDeps): void {
  const gauge = (name: string, help: string, read: () => number): void => {
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  };
  gauge('prism_active_requests', 'Gateway requests under way', () => deps.meter.read().activeRequests);
  gauge('prism_active_streams', 'Gateway streams under way', () => deps.meter.read().activeStreams);
  gauge('prism_journal_entries', 'Journal entries not yet in the database', () => deps.journal().entries);
  gauge('prism_journal_bytes', 'Size of the journal on disk', () => deps.journal().bytes);
  gauge(
    'prism_journal_oldest_seconds',
    'Age of the oldest entry not yet in the database',
    () => (deps.journal().oldestMs ?? 0) / 1000,
  );
  gauge('prism_limiter_degraded', '1 while shared limits are enforced by this process alone', () =>
    deps.limiterDegraded() ? 1 : 0,
  );
  gauge(
    'prism_snapshot_age_seconds',
    'Age of the configuration that is served',
    () => deps.snapshotAgeMs() / 1000,
  );
  gauge('prism_pods_up', 'Processes whose heartbeat is heard; 0 while the database is down', deps.podsUp);
  gauge('prism_upstream_connections', 'Open connections to providers', deps.upstreamConnections);
}

/** What others count. */
function registerCounters(registry: Registry, { drain, quarantined }: MetricsDeps): void {
  const count = (name: string, help: string, read: () => number): void => {
    new Counter({
      name,
      help,
      registers: [registry],
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  };
  count('prism_drain_rows_total', 'Requests that came into the log of the database', () => drain.rows);
  count('prism_drain_batches_total', 'Transactions that brought them there', () => drain.batches);
  count(
    'prism_drain_failures_total',
    'Tries that the database failed; each is repeated',
    () => drain.failures,
  );
  count('prism_journal_torn_total', 'Last lines that a crash had cut off', () => drain.torn);
  count('prism_journal_quarantined_total', 'Lines that cannot be stored and were put aside', quarantined);
}

/** Counters and histograms of the meter, in the text format 0.0.4. */
function gatewayText(meter: Meter): string {
  const reading = meter.read();
  const series = [...reading.series];
  const parts: string[] = [
    counter(
      'prism_requests_total',
      'Gateway requests by outcome',
      series.flatMap((it) =>
        (['success', 'error', 'aborted'] as const)
          .filter((status) => it.requests[status] > 0)
          .map((status) => [{ ...labels(it), status }, it.requests[status]] as const),
      ),
    ),
    counter(
      'prism_tokens_total',
      'Tokens by class; cached and cache_write are part of input, reasoning of output',
      series.flatMap((it) => [
        [{ ...labels(it), class: 'input' }, it.inputTokens] as const,
        [{ ...labels(it), class: 'cached' }, it.cachedTokens] as const,
        [{ ...labels(it), class: 'cache_write' }, it.cacheWriteTokens] as const,
        [{ ...labels(it), class: 'output' }, it.outputTokens] as const,
        [{ ...labels(it), class: 'reasoning' }, it.reasoningTokens] as const,
      ]),
    ),
    counter(
      'prism_cost_usd_total',
      'Cost in USD',
      series.map((it) => [labels(it), it.costPico / 1e12] as const),
    ),
    counter(
      'prism_limiter_rejections_total',
      'Requests refused by a limit',
      pairs(reading.rejections, 'tenant', 'reason'),
    ),
    counter(
      'prism_upstream_errors_total',
      'Failed attempts at providers',
      pairs(reading.upstreamFailures, 'provider', 'outcome'),
    ),
    counter('prism_journal_failures_total', 'Entries the journal could not take', [
      [{}, reading.journalFailures],
    ]),
    histogram(
      'prism_request_duration_seconds',
      'From the request to the last byte',
      series,
      (it) => it.duration,
    ),
    histogram(
      'prism_time_to_first_token_seconds',
      'From the request to the first byte of the answer',
      series,
      (it) => it.ttft,
    ),
  ];
  return parts.join('');
}

type Labels = Readonly<Record<string, string>>;

function labels(series: Series): Labels {
  return {
    tenant: series.tenant,
    provider: series.provider,
    model: series.model,
    operation: series.operation,
  };
}

function pairs(counts: ReadonlyMap<string, number>, first: string, second: string) {
  return [...counts].map(([key, value]) => {
    const [one = '', two = ''] = key.split(SEPARATOR);
    return [{ [first]: one, [second]: two }, value] as const;
  });
}

function counter(name: string, help: string, values: readonly (readonly [Labels, number])[]): string {
  const lines = values.map(([it, value]) => line(name, it, value));
  return `# HELP ${name} ${help}\n# TYPE ${name} counter\n${lines.join('')}`;
}

function histogram(
  name: string,
  help: string,
  series: readonly Series[],
  of: (it: Series) => Distribution,
): string {
  let text = `# HELP ${name} ${help}\n# TYPE ${name} histogram\n`;
  for (const it of series) {
    const { counts, sum } = of(it);
    let total = 0;
    for (const [index, count] of counts.entries()) {
      total += count;
      const bound = LATENCY_BOUNDS[index];
      text += line(
        `${name}_bucket`,
        { ...labels(it), le: bound === undefined ? '+Inf' : String(bound) },
        total,
      );
    }
    text += line(`${name}_sum`, labels(it), sum) + line(`${name}_count`, labels(it), total);
  }
  return text;
}

function line(name: string, it: Labels, value: number): string {
  const list = Object.entries(it).map(([key, text]) => `${key}="${escape(text)}"`);
  return `${name}${list.length === 0 ? '' : `{${list.join(',')}}`} ${value}\n`;
}

function escape(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
