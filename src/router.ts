import { readFileSync } from 'node:fs';
import type pg from 'pg';
import type { Price } from './accounting/price.ts';
import type { RoutingSource } from './domain/routing-source.ts';
import type { AutoDeps } from './gateway/auto/route.ts';
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
}

/** All that `model: "auto"` needs beside the snapshot. */
export interface Router extends AutoDeps {
  stop(): void;
}

/** The router's part of the composition root. */
export function openRouter({ pool, log, upstream, breaker, snapshots, clock }: RouterDeps): Router {
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
  return {
    classifier: lazyClassifier(),
    llm: createLlmClassifier({ upstream, now: clock, clock: Date.now }),
    sessions: createSessionMemory({ now: clock }),
    alive: (providerId) => breaker.wouldAllow(providerId),
    spentToday: (tenantId) => spend.today(tenantId),
    now: clock,
    stop: () => spend.stop(),
  };
}

const WEIGHTS = new URL('./routing/classifier/weights.bin', import.meta.url);

/** Three megabytes that a process without `model: "auto"` never reads. */
export function lazyClassifier(): Pick<Classifier, 'classify'> {
  let classifier: Classifier | null = null;
  return {
    classify: (texts, signals) =>
      (classifier ??= createClassifier(readWeights(readFileSync(WEIGHTS)))).classify(texts, signals),
  };
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
