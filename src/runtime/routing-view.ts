import type { Logger } from '../log.ts';
import { ruleSetDefinition, type RuleSetDefinition } from '../routing/rule-set.ts';
import { compileRules, settingsInForce } from '../routing/rules.ts';
import {
  TIERS,
  type Candidate,
  type CategoryView,
  type CompiledRules,
  type RoutingView,
  type Tier,
} from '../routing/types.ts';
import type { CategoryRow, RoutingRows, RuleSetRow } from './snapshot-rows.ts';
import { readObject } from './stored-json.ts';
import type { RoutingWorld, ServedModel, TenantView } from './view.ts';

interface RuleSet {
  readonly compiled: CompiledRules;
  readonly definition: RuleSetDefinition;
}

/**
 * Compiles categories and default rule sets once; what each tenant makes of them is worked out when it first asks
 * for it, and kept as long as neither changes.
 */
export function buildRouting(rows: RoutingRows, log: Logger): RoutingWorld {
  const categories = new Map(rows.categories.map((row) => [row.key, categoryOf(row)]));
  const sets = new Map<string | null, RuleSet>();
  for (const row of rows.ruleSets) {
    const set = ruleSetOf(row, log);
    if (set !== null) sets.set(row.tenantId, set);
  }
  const views = new WeakMap<TenantView, RoutingView>();
  return {
    viewOf(tenant) {
      const known = views.get(tenant);
      if (known !== undefined) return known;
      // The tenant's own set goes before the global one; another tenant's is never looked at.
      const inForce = [sets.get(tenant.id), sets.get(null)].filter((set) => set !== undefined);
      const view: RoutingView = {
        settings: settingsInForce(
          tenant.routing,
          inForce.map((set) => set.definition),
        ),
        categories,
        rules: inForce.map((set) => set.compiled),
        candidates: candidatesOf(tenant),
      };
      views.set(tenant, view);
      return view;
    },
  };
}

function categoryOf({ key, tier, axis, defaultModel, requiresVision }: CategoryRow): CategoryView {
  return { key, tier: asTier(tier) ?? 'medium', axis, defaultModel, requiresVision };
}

/** Null = of another version of the product, and said so: routing goes on without it. */
function ruleSetOf(row: RuleSetRow, log: Logger): RuleSet | null {
  const read = ruleSetDefinition.safeParse(readObject(row.definition));
  if (!read.success) {
    log.error({ ruleSet: row.name }, 'a rule set is not understood, and left out');
    return null;
  }
  const named = { name: row.name, version: row.version, definition: read.data };
  return { definition: read.data, compiled: compileRules(named) };
}

/** Every chat model that the tenant's policy lets serve and that is not hidden: what the router may choose from. */
function candidatesOf(tenant: TenantView): Candidate[] {
  const candidates: Candidate[] = [];
  for (const served of tenant.modelsById.values()) {
    for (const one of served) {
      const { model, provider } = one;
      if (model.kind !== 'chat' || !model.visible || !provider.adapter.features.chat) continue;
      if (tenant.policy.allows(model.id, provider.slug)) candidates.push(candidateOf(one));
    }
  }
  return candidates;
}

/** How the router names a model of a provider. */
export function candidateKey({ provider, model }: ServedModel): string {
  return `${provider.slug}/${model.id}`;
}

function candidateOf(served: ServedModel): Candidate {
  const { model, provider, price } = served;
  const rates = price?.base ?? null;
  return {
    key: candidateKey(served),
    modelId: model.id,
    providerId: provider.id,
    tier: asTier(model.tier),
    // No capability at all is no knowledge: the catalog names at least one of every model that it knows.
    capabilities: model.capabilities.size === 0 ? null : model.capabilities,
    contextWindow: model.contextWindow,
    maxOutputTokens: model.maxOutputTokens,
    inputPer1M: rates === null ? null : rates.input / PICO_PER_1M,
    cachedInputPer1M: rates === null ? null : rates.cached / PICO_PER_1M,
    outputPer1M: rates === null ? null : rates.output / PICO_PER_1M,
    benchmarks: model.benchmarks,
    priority: model.priority,
  };
}

/** From pico-USD a token to USD a million of them. */
const PICO_PER_1M = 1e6;

function asTier(text: string | null): Tier | null {
  return TIERS.find((tier) => tier === text) ?? null;
}
