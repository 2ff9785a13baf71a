import type { Price } from '../accounting/price.ts';
import type { LogConfig } from '../log-config.ts';
import type { Adapter, Endpoint } from '../providers/adapter.ts';
import type { NamedRuleSet } from '../routing/rules.ts';
import type { RoutingView } from '../routing/types.ts';

/**
 * The gateway's whole knowledge of the world: immutable, in memory, replaced as one when something changes
 * (runtime/snapshot.ts builds it). A request takes it once and keeps it to its end.
 */
export interface Snapshot {
  /** Counts up with every rebuild of this process. */
  readonly version: number;
  readonly keysByHash: ReadonlyMap<string, KeyView>;
  readonly tenantsById: ReadonlyMap<string, TenantView>;
  readonly tenantsBySlug: ReadonlyMap<string, TenantView>;
  readonly providersById: ReadonlyMap<string, ProviderView>;
  /** Those that would serve if this process could read their credentials. */
  readonly unreadableById: ReadonlyMap<string, UnreadableProvider>;
  readonly settings: SettingsView;
  readonly routing: RoutingWorld;
}

/** What `model: "auto"` is decided from. */
export interface RoutingWorld {
  /**
   * The tenant's settings in force, categories, rules and candidates; the same object while nothing changes. A rule
   * set that is being rolled out is part of it for its share of the conversations, always the same ones; without a
   * conversation, for none.
   */
  viewOf(tenant: TenantView, conversation?: string): RoutingView;
  /** All that `viewOf` may answer for some conversation. */
  viewsOf(tenant: TenantView): readonly RoutingView[];
  /** What it would answer if this rule set were the default of its scope. */
  draftOf(tenant: TenantView, draft: DraftRuleSet): RoutingView;
}

/** A rule set that is not in force; it need not be stored. */
export interface DraftRuleSet extends NamedRuleSet {
  /** Whose it would be; null = of all tenants. */
  readonly tenantId: string | null;
}

export interface SettingsView {
  /** Store prompt and answer of each request, encrypted. */
  readonly promptLogging: boolean;
  /** What this process logs, and where to. */
  readonly log: LogConfig;
}

export interface KeyView {
  readonly id: string;
  readonly hash: string;
  readonly enabled: boolean;
  /** Unix ms; null = never. */
  readonly expiresAt: number | null;
  readonly tenant: TenantView;
}

export interface TenantView {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly active: boolean;
  /** 0 = no limit. */
  readonly requestsPerMinute: number;
  readonly tokensPerMinute: number;
  readonly policy: PolicyView;
  /** alias → model name (bare or `<provider-slug>/<id>`), followed once. */
  readonly aliases: ReadonlyMap<string, string>;
  /** The tenant's providers in the order of trying; inactive ones left out. */
  readonly providers: readonly ProviderView[];
  /** Its providers whose credentials cannot be read: they serve nothing and are in none of the other members. */
  readonly unreadable: readonly UnreadableProvider[];
  /**
   * Bare model id → everything of this tenant's providers that serves it, in the order of trying.
   * Hidden and vanished models included (a hidden model can still be called by name), policy NOT applied.
   */
  readonly modelsById: ReadonlyMap<string, readonly ServedModel[]>;
  /** What GET /v1/models lists: visible, allowed by the policy, one entry for each id, sorted by id. */
  readonly listed: readonly ServedModel[];
  /** Settings of `model: "auto"`, as stored. */
  readonly routing: Readonly<Record<string, unknown>>;
}

export interface PolicyView {
  readonly mode: 'all' | 'whitelist' | 'blacklist';
  /**
   * Whether the policy lets this model serve. An entry of the list matches the bare id, `<provider-slug>/<id>`,
   * or an alias's target. Called with the requested model and again with the one that finally serves.
   */
  allows(modelId: string, providerSlug: string): boolean;
}

export interface ProviderView {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly adapter: Adapter;
  /** Address and decrypted credentials, in the form that the adapter takes. */
  readonly endpoint: Endpoint;
  readonly models: ReadonlyMap<string, ModelView>;
  readonly timeouts: ProviderTimeouts;
}

/**
 * An active provider that cannot be called from here, because its stored credentials cannot be decrypted. What it has is
 * known all the same: a client must be told that the gateway is at fault, not that there is no such model.
 */
export interface UnreadableProvider {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  /** Tells it from a ProviderView. */
  readonly endpoint: null;
  readonly models: ReadonlyMap<string, ModelView>;
}

/** All in ms. */
export interface ProviderTimeouts {
  readonly connectMs: number;
  readonly firstByteMs: number;
  readonly betweenBytesMs: number;
}

export interface ModelView {
  readonly id: string;
  readonly kind: 'chat' | 'embedding' | 'other';
  readonly ownedBy: string;
  /** Unix seconds, stable over restarts. */
  readonly created: number;
  readonly visible: boolean;
  readonly tier: string | null;
  /** 1 to 100: the administrators' own order within a tier. */
  readonly priority: number;
  /** Benchmark score by axis, 0 to 100; an absent axis is not known. */
  readonly benchmarks: ReadonlyMap<string, number>;
  readonly capabilities: ReadonlySet<string>;
  /** Tokens; the learned one where the provider has told it, unless set by hand. Null = not known. */
  readonly contextWindow: number | null;
  readonly maxOutputTokens: number | null;
  /** Null = not known: such calls cost 0 and the log says `priced: false`. Tenant overrides: ServedModel.price. */
  readonly price: Price | null;
}

/** One model as one provider serves it to one tenant. */
export interface ServedModel {
  readonly provider: ProviderView;
  readonly model: ModelView;
  /** The tenant's own price if there is one, else the model's. */
  readonly price: Price | null;
}
