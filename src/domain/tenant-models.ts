import type { Prisma } from '../database/generated/prisma/client.ts';
import { compilePolicy } from '../routing/model-policy.ts';
import { pricesOf, tierOf } from './model-facts.ts';
import type { Kind, Tier } from './model-types.ts';
import { readModelConfig, readPricing } from './tenant-schema.ts';
import type { TenantPrice } from './tenant-types.ts';

/** What has to be read of a tenant to know its models. */
export const tenantModelsSelect = {
  modelMode: true,
  modelList: true,
  aliases: true,
  pricing: true,
  providers: {
    orderBy: { position: 'asc' },
    select: {
      providerId: true,
      provider: {
        select: {
          slug: true,
          active: true,
          models: { where: { visible: true, missingSince: null }, orderBy: { modelId: 'asc' } },
        },
      },
    },
  },
} as const satisfies Prisma.TenantSelect;

type Row = Prisma.TenantGetPayload<{ select: typeof tenantModelsSelect }>;
type Model = Row['providers'][number]['provider']['models'][number];

/** One model as a tenant may use it. */
export interface TenantModel {
  /** The bare id, as applications name it. */
  readonly id: string;
  /** `<provider-slug>/<id>`: pins the provider that is tried first. */
  readonly prefixedId: string;
  /** The tenant's own names for it. */
  readonly aliases: readonly string[];
  readonly name: string;
  readonly kind: Kind;
  readonly tier: Tier | null;
  /** 1 to 100; the highest of a tier goes first. */
  readonly priority: number;
  readonly capabilities: readonly string[];
  readonly contextWindow: number | null;
  readonly maxOutputTokens: number | null;
  /** What the tenant pays, USD for a million tokens: its negotiated price, or else the list's. */
  readonly inputPer1M: number | null;
  readonly outputPer1M: number | null;
}

const KINDS = { CHAT: 'chat', EMBEDDING: 'embedding', OTHER: 'other' } as const;

/**
 * The models that the gateway lists to a tenant: of its active providers, visible, not vanished, allowed by its policy;
 * each id once, as the first of its providers serves it. By id.
 */
export function accessibleModels(tenant: Row): TenantModel[] {
  const { mode, list, aliases } = readModelConfig(tenant);
  const pricing = readPricing(tenant.pricing);
  const policy = compilePolicy(mode, list, new Map(Object.entries(aliases)));
  const found = new Map<string, TenantModel>();
  for (const { provider } of tenant.providers) {
    if (!provider.active) continue;
    for (const model of provider.models) {
      if (found.has(model.modelId) || !policy.allows(model.modelId, provider.slug)) continue;
      found.set(model.modelId, toTenantModel(model, provider.slug, aliases, pricing));
    }
  }
  // By code unit, as the gateway sorts its list.
  return [...found.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** One provider's model as the tenant sees it. */
export function toTenantModel(
  model: Model,
  slug: string,
  aliases: Readonly<Record<string, string>>,
  pricing: Readonly<Record<string, TenantPrice>>,
): TenantModel {
  const prefixedId = `${slug}/${model.modelId}`;
  const names = Object.keys(aliases).filter((alias) =>
    [model.modelId, prefixedId].some((name) => name === aliases[alias]),
  );
  const own = [prefixedId, model.modelId, ...names].map((name) => priceFor(pricing, name)).find(Boolean);
  const listed = pricesOf({
    inputPer1M: model.inputPer1M?.toNumber(),
    outputPer1M: model.outputPer1M?.toNumber(),
  });
  return {
    id: model.modelId,
    prefixedId,
    aliases: names.sort(),
    name: model.name,
    kind: KINDS[model.kind],
    tier: tierOf(model.tier),
    priority: model.priority,
    capabilities: model.capabilities,
    contextWindow: model.manualContext
      ? model.contextWindow
      : (model.learnedContextWindow ?? model.contextWindow),
    maxOutputTokens: model.maxOutputTokens,
    inputPer1M: own?.inputPer1M ?? listed.inputPer1M,
    outputPer1M: own?.outputPer1M ?? listed.outputPer1M,
  };
}

function priceFor(pricing: Readonly<Record<string, TenantPrice>>, name: string): TenantPrice | undefined {
  return Object.hasOwn(pricing, name) ? pricing[name] : undefined;
}
