import type { Prisma } from '../database/generated/prisma/client.ts';
import { compilePolicy } from '../routing/model-policy.ts';
import { toTenantModel, type TenantModel } from './tenant-models.ts';
import { mergeModelConfig, readModelConfig, readPricing } from './tenant-schema.ts';
import type { ModelConfigInput } from './tenant-types.ts';

/** The first of them that applies, in this order for what keeps a model out of the tenant's list. */
export const ACCESS_REASONS = [
  'every_model',
  'listed',
  'not_excluded',
  'provider_off',
  'vanished',
  'hidden',
  'not_listed',
  'excluded',
] as const;
export type AccessReason = (typeof ACCESS_REASONS)[number];

/** One model of one of the tenant's providers. */
export interface ModelAccess {
  readonly model: TenantModel;
  readonly provider: string;
  /** Whether it stands in the tenant's list of models, and `auto` may choose it. */
  readonly allowed: boolean;
  readonly reason: AccessReason;
}

/** What has to be read of a tenant to say so: all models, those that it is not shown included. */
export const modelAccessSelect = {
  modelMode: true,
  modelList: true,
  aliases: true,
  pricing: true,
  providers: {
    orderBy: { position: 'asc' },
    select: {
      provider: { select: { slug: true, active: true, models: { orderBy: { modelId: 'asc' } } } },
    },
  },
} as const satisfies Prisma.TenantSelect;

type Row = Prisma.TenantGetPayload<{ select: typeof modelAccessSelect }>;

const IN = { all: 'every_model', whitelist: 'listed', blacklist: 'not_excluded' } as const;
const OUT = { all: 'not_listed', whitelist: 'not_listed', blacklist: 'excluded' } as const;

/** These say something of the provider and not of the tenant's policy. */
const NOT_OF_THE_POLICY: readonly AccessReason[] = ['provider_off', 'vanished', 'hidden'];

/**
 * Every model of the tenant's providers, and whether it may be used: by what is stored, or as if `draft` were. Asks
 * the very policy that serves requests. `all`: also what the policy has no part in, which is for operators to see.
 * Throws AppError bad_input for a draft that could not be stored.
 */
export function modelAccess(tenant: Row, draft: ModelConfigInput | null, all: boolean): ModelAccess[] {
  const { mode, list, aliases } = mergeModelConfig(readModelConfig(tenant), draft ?? {}, ['modelConfig']);
  const policy = compilePolicy(mode, list, new Map(Object.entries(aliases)));
  const pricing = readPricing(tenant.pricing);
  const found = tenant.providers.flatMap(({ provider: { slug, active, models } }) =>
    models.map((row): ModelAccess => {
      const passes = policy.allows(row.modelId, slug);
      const reason = outside(active, row) ?? (passes ? IN[mode] : OUT[mode]);
      return {
        model: toTenantModel(row, slug, aliases, pricing),
        provider: slug,
        allowed: passes && !NOT_OF_THE_POLICY.includes(reason),
        reason,
      };
    }),
  );
  return all ? found : found.filter(({ reason }) => !NOT_OF_THE_POLICY.includes(reason));
}

function outside(
  active: boolean,
  { missingSince, visible }: { readonly missingSince: Date | null; readonly visible: boolean },
): AccessReason | null {
  if (!active) return 'provider_off';
  if (missingSince !== null) return 'vanished';
  return visible ? null : 'hidden';
}
