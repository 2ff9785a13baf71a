import { hash } from 'node:crypto';
import type { Logger } from '../log.ts';
import { ruleSetDefinition } from '../routing/rule-set.ts';
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
  /** Percent of the conversations; null = all of them. */
  readonly share: number | null;
}

/** The rule sets of one scope. */
interface Scope {
  standard: RuleSet | undefined;
  rollout: RuleSet | undefined;
}

/** What is known of a tenant so far. */
interface Known {
  readonly candidates: readonly Candidate[];
  /** By the ids of the rule sets. */
  readonly views: Map<string, RoutingView>;
}

/**
 * Compiles categories and rule sets once; what each tenant makes of them is worked out when it first asks for it, and
 * kept as long as neither changes.
 */
export function buildRouting(rows: RoutingRows, log: Logger): RoutingWorld {
  const categories = new Map(rows.categories.map((row) => [row.key, categoryOf(row)]));
  const scopes = new Map<string | null, Scope>();
  for (const row of rows.ruleSets) {
    const set = ruleSetOf(row, log);
    if (set === null) continue;
    const scope = scopes.get(row.tenantId) ?? { standard: undefined, rollout: undefined };
    scope[set.share === null ? 'standard' : 'rollout'] = set;
    scopes.set(row.tenantId, scope);
  }
  const tenants = new WeakMap<TenantView, Known>();

  function knownOf(tenant: TenantView): Known {
    let known = tenants.get(tenant);
    if (known === undefined)
      tenants.set(tenant, (known = { candidates: candidatesOf(tenant), views: new Map() }));
    return known;
  }

  function viewFrom(tenant: TenantView, sets: readonly CompiledRules[]): RoutingView {
    return {
      settings: settingsInForce(
        tenant.routing,
        sets.map((set) => set.definition),
      ),
      categories,
      rules: sets,
      candidates: knownOf(tenant).candidates,
    };
  }

  function keptView(tenant: TenantView, sets: readonly RuleSet[]): RoutingView {
    const { views } = knownOf(tenant);
    const name = sets.map((set) => set.compiled.id).join(' ');
    let view = views.get(name);
    if (view === undefined) {
      view = viewFrom(
        tenant,
        sets.map((set) => set.compiled),
      );
      views.set(name, view);
    }
    return view;
  }

  /** The tenant's own set goes before the global one; another tenant's is never looked at. */
  const scopesOf = (tenant: TenantView): readonly (Scope | undefined)[] => [
    scopes.get(tenant.id),
    scopes.get(null),
  ];

  return {
    viewOf(tenant, conversation) {
      const sets: RuleSet[] = [];
      for (const scope of scopesOf(tenant)) {
        const set = isInShare(scope?.rollout, conversation) ? scope?.rollout : scope?.standard;
        if (set !== undefined) sets.push(set);
      }
      return keptView(tenant, sets);
    },
    viewsOf(tenant) {
      const [own, all] = scopesOf(tenant).map((scope) =>
        scope?.rollout === undefined ? [scope?.standard] : [scope.standard, scope.rollout],
      );
      return (own ?? []).flatMap((first) =>
        (all ?? []).map((second) =>
          keptView(
            tenant,
            [first, second].filter((set) => set !== undefined),
          ),
        ),
      );
    },
    draftOf(tenant, draft) {
      const compiled = compileRules(draft);
      const others = scopesOf(tenant).map((scope) => scope?.standard?.compiled);
      const sets = draft.tenantId === null ? [others[0], compiled] : [compiled, others[1]];
      return viewFrom(
        tenant,
        sets.filter((set) => set !== undefined),
      );
    },
  };
}

/**
 * Whether a conversation is among those that a rollout is tried on. By a hash of both, so that each rollout has
 * others, and those that are in it stay in it when its share grows.
 */
function isInShare(set: RuleSet | undefined, conversation: string | undefined): boolean {
  if (set?.share == null || conversation === undefined) return false;
  const digest = hash('sha1', `${set.compiled.id} ${conversation}`, 'buffer');
  return digest.readUInt32BE(0) % 100 < set.share;
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
  const { id, name, version, rolloutShare } = row;
  return { compiled: compileRules({ id, name, version, definition: read.data }), share: rolloutShare };
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
