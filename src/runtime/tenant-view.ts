import type { Logger } from '../log.ts';
import { compilePolicy } from '../routing/model-policy.ts';
import { compileTenantPrices, type TenantPrices } from './resolve-price.ts';
import type { TenantRow } from './snapshot-rows.ts';
import { readObject, readStrings } from './stored-json.ts';
import type { PolicyView, ProviderView, ServedModel, TenantView, UnreadableProvider } from './view.ts';

type ModelIndex = ReadonlyMap<string, readonly ServedModel[]>;

/**
 * Providers in an order of trying, shared by all tenants that have the same ones. The index of their models is made
 * when the first of them is asked for it: a change of one provider must not rebuild a thousand tenants at once.
 */
export class ProviderSet {
  /** All of them, those that cannot serve included. */
  readonly views: readonly (ProviderView | UnreadableProvider)[];
  readonly providers: readonly ProviderView[];
  readonly unreadable: readonly UnreadableProvider[];
  #models: ModelIndex | null = null;

  constructor(views: readonly (ProviderView | UnreadableProvider)[]) {
    this.views = views;
    this.providers = views.filter((view) => view.endpoint !== null);
    this.unreadable = views.filter((view) => view.endpoint === null);
  }

  /** Bare model id → all that serve it, at the models' own prices. */
  get models(): ModelIndex {
    return (this.#models ??= this.#index());
  }

  #index(): ModelIndex {
    const index = new Map<string, ServedModel[]>();
    for (const provider of this.providers) {
      for (const model of provider.models.values()) {
        const served: ServedModel = { provider, model, price: model.price };
        const others = index.get(model.id);
        if (others === undefined) index.set(model.id, [served]);
        else others.push(served);
      }
    }
    return index;
  }
}

/** What a tenant's row says, read once and kept while providers change around it. */
export interface TenantRules {
  readonly aliases: ReadonlyMap<string, string>;
  readonly policy: PolicyView;
  readonly prices: TenantPrices;
  readonly routing: Readonly<Record<string, unknown>>;
  readonly providerIds: readonly string[];
}

export function compileTenant(row: TenantRow, log: Logger): TenantRules {
  const aliases = new Map<string, string>();
  for (const [alias, target] of Object.entries(readObject(row.aliases))) {
    if (typeof target === 'string') aliases.set(alias, target);
  }
  const onBad = (model: string): void =>
    log.error({ tenant: row.slug, model }, 'price of a tenant not understood, ignored');
  return {
    aliases,
    policy: compilePolicy(row.modelMode, readStrings(row.modelList), aliases),
    prices: compileTenantPrices(readObject(row.pricing), aliases, onBad),
    routing: readObject(row.routing),
    providerIds: readStrings(row.providerIds),
  };
}

/** One tenant of one snapshot. What needs every model is worked out at its first use and then kept. */
export class BuiltTenant implements TenantView {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly active: boolean;
  readonly requestsPerMinute: number;
  readonly tokensPerMinute: number;
  readonly policy: PolicyView;
  readonly aliases: ReadonlyMap<string, string>;
  readonly providers: readonly ProviderView[];
  readonly unreadable: readonly UnreadableProvider[];
  readonly routing: Readonly<Record<string, unknown>>;
  readonly #set: ProviderSet;
  readonly #prices: TenantPrices;
  #models: ModelIndex | null = null;
  #listed: readonly ServedModel[] | null = null;

  constructor(row: TenantRow, rules: TenantRules, set: ProviderSet) {
    this.id = row.id;
    this.slug = row.slug;
    this.name = row.name;
    this.active = row.active;
    this.requestsPerMinute = row.requestsPerMinute;
    this.tokensPerMinute = row.tokensPerMinute;
    this.policy = rules.policy;
    this.aliases = rules.aliases;
    this.providers = set.providers;
    this.unreadable = set.unreadable;
    this.routing = rules.routing;
    this.#set = set;
    this.#prices = rules.prices;
  }

  get modelsById(): ModelIndex {
    return (this.#models ??= this.#prices.size === 0 ? this.#set.models : this.#priced());
  }

  get listed(): readonly ServedModel[] {
    return (this.#listed ??= this.#list());
  }

  /** Own prices: `<provider-slug>/<id>` before the bare id. Models without one stay the shared objects. */
  #priced(): ModelIndex {
    const index = new Map(this.#set.models);
    for (const [id, served] of index) {
      const bare = this.#prices.get(id);
      const own = served.map((one) => this.#prices.get(`${one.provider.slug}/${id}`) ?? bare);
      if (own.every((price) => price === undefined)) continue;
      index.set(
        id,
        served.map((one, at) => ({ ...one, price: own[at] ?? one.price })),
      );
    }
    return index;
  }

  #list(): readonly ServedModel[] {
    const listed: ServedModel[] = [];
    for (const served of this.modelsById.values()) {
      const first = served.find(
        ({ model, provider }) => model.visible && this.policy.allows(model.id, provider.slug),
      );
      if (first !== undefined) listed.push(first);
    }
    // By code unit: the same order on every machine, whatever its locale.
    return listed.sort((a, b) => (a.model.id < b.model.id ? -1 : 1));
  }
}
