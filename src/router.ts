import { readFileSync } from 'node:fs';
import type pg from 'pg';
import type { Price } from './accounting/price.ts';
import type { RoutingSource } from './domain/routing-source.ts';
import type { AutoDeps } from './gateway/auto/route.ts';
import { createKnownClassifications } from './gateway/auto/known-classifications.ts';
import { createLlmClassifier } from './gateway/auto/llm-classifier.ts';
import { createSessionMemory } from './gateway/auto/sessions.ts';
import type { Logger } from './log.ts';
import type { Upstream } from './providers/http.ts';
import { createClassifier, type Classifier } from './routing/classifier/classifier.ts';
import { readWeights } from './routing/classifier/format.ts';
import type { Breaker } from './runtime/breaker.ts';
import { createSpendWatch } from './runtime/spend.ts';
import { candidateKey } from './runtime/routing-view.ts';
import type { Snapshots } from './runtime/snapshot.ts';
import type { Snapshot, TenantView } from './runtime/view.ts';

export interface RouterDeps {
  readonly pool: pg.Pool;
  readonly log: Logger;
  readonly upstream: Upstream;
  readonly breaker: Breaker;
  readonly snapshots: Snapshots;
  /** Ms, going forwards only. */
  readonly clock: () => number;
  /** Runs `run` once after `ms`; the answer cancels it. */
  readonly after: (ms: number, run: () => void) => () => void;
}

/** All that `model: "auto"` needs beside the snapshot. */
export interface Router extends AutoDeps {
  stop(): void;
}

/** So long after the start: whoever waited for the process to come up is served first. */
const WARM_AFTER_MS = 2_000;
/** Whether requests have been routed of late: a look into an index of those alone. */
const ROUTED_LATELY = `
  SELECT EXISTS (SELECT FROM request_log WHERE auto_routed AND at > now() - INTERVAL '7 days') AS routed`;

/** The router's part of the composition root. */
export function openRouter(deps: RouterDeps): Router {
  const { pool, log, upstream, breaker, snapshots, clock, after } = deps;
  const spend = createSpendWatch({
    pool,
    log,
    clock: Date.now,
    watched: () => {
      const { tenantsById, routing } = snapshots.current();
      return [...tenantsById.values()]
        .filter((it) =>
          routing.viewsOf(it).some((view) => view.settings.overrides.budgetEconomy.dailyBudget !== null),
        )
        .map((it) => it.id);
    },
  });
  const classifier = lazyClassifier();

  const cancelWarming = after(WARM_AFTER_MS, () => void warmUp({ pool, log, classifier }));
  return {
    classifier,
    known: createKnownClassifications(classifier),
    llm: createLlmClassifier({ upstream, now: clock, clock: Date.now }),
    sessions: createSessionMemory({ now: clock }),
    alive: breaker.wouldAllow,
    spentToday: (tenantId) => spend.today(tenantId),
    now: clock,
    stop() {
      cancelWarming();
      spend.stop();
    },
  };
}

const WEIGHTS = new URL('./routing/classifier/weights.bin', import.meta.url);

/**
 * Three megabytes that a process without `model: "auto"` never reads. `load` reads them now: a tenth of a second on a
 * busy machine, in which nobody else is served.
 */
export function lazyClassifier(): Pick<Classifier, 'classify'> & { load(): void } {
  let classifier: Classifier | null = null;
  const loaded = (): Classifier => (classifier ??= createClassifier(readWeights(readFileSync(WEIGHTS))));
  return {
    classify: (texts, signals) => loaded().classify(texts, signals),
    load: () => void loaded(),
  };
}

/**
 * Reads the weights before the first request does, where requests have been routed of late. They take 12 MB for good: a
 * process that routes nothing shall not have them. Never rejects.
 */
export async function warmUp({
  pool,
  log,
  classifier,
}: Pick<RouterDeps, 'pool' | 'log'> & { readonly classifier: { load(): void } }): Promise<void> {
  try {
    const { rows } = await pool.query<{ routed: boolean }>(ROUTED_LATELY);
    if (rows[0]?.routed === true) classifier.load();
  } catch (error) {
    log.warn({ err: error }, 'router: not warmed up; the first request that is routed waits for it');
  }
}

/** What the console's test bench decides from: the gateway's own view of the world, and its own tools. */
export function routingSource(
  router: Pick<AutoDeps, 'classifier' | 'alive' | 'spentToday' | 'now'>,
  snapshot: () => Snapshot,
): RoutingSource {
  return {
    tenant(id) {
      const { tenantsById, routing } = snapshot();
      const tenant = tenantsById.get(id);
      if (tenant === undefined) return Promise.resolve(null);
      let prices: ReadonlyMap<string, Price | null> | null = null;
      return Promise.resolve({
        view: routing.viewOf(tenant),
        viewWith: (draft) => routing.draftOf(tenant, draft),
        priceOf: (candidate) => (prices ??= pricesOf(tenant)).get(candidate) ?? null,
        spentToday: router.spentToday(id),
      });
    },
    classify: (texts, signals) => router.classifier.classify(texts, signals),
    alive: router.alive,
    now: router.now,
  };
}

function pricesOf({ modelsById }: TenantView): ReadonlyMap<string, Price | null> {
  return new Map([...modelsById.values()].flat().map((served) => [candidateKey(served), served.price]));
}
