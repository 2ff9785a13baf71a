import { z } from 'zod';
import { TIERS, type RoutingSettings } from './types.ts';

const tier = z.enum(TIERS);
const share = z.number().min(0).max(1);

/**
 * A tenant's settings of the router as stored in `tenant.routing`, defaults filled in member by member. Unknown
 * members are refused, so that a setting that does nothing cannot be stored.
 */
export const routingSettings = z.strictObject({
  costMode: z.enum(['economy', 'balanced', 'quality']).default('balanced'),
  tierBoost: z.int().min(-2).max(2).default(0),
  forced: z.enum(['off', 'fim_only', 'smart', 'all']).default('off'),
  baselineModel: z.string().min(1).max(256).nullable().default(null),
  overrides: z
    .strictObject({
      vision: z.strictObject({ enabled: z.boolean().default(true) }).prefault({}),
      toolCalls: z
        .strictObject({ enabled: z.boolean().default(true), minTier: tier.default('medium') })
        .prefault({}),
      confidence: z
        .strictObject({
          enabled: z.boolean().default(true),
          threshold: share.default(0.4),
          minTier: tier.default('medium'),
        })
        .prefault({}),
      domainGate: z
        .strictObject({ enabled: z.boolean().default(true), minTier: tier.default('medium') })
        .prefault({}),
      conversationTurns: z
        .strictObject({ enabled: z.boolean().default(false), turns: z.int().min(2).max(1000).default(4) })
        .prefault({}),
      frustration: z
        .strictObject({ enabled: z.boolean().default(true), threshold: share.default(0.6) })
        .prefault({}),
      outputLength: z
        .strictObject({ enabled: z.boolean().default(true), minTier: tier.default('low') })
        .prefault({}),
      contextFill: z
        .strictObject({ enabled: z.boolean().default(true), share: share.default(0.75) })
        .prefault({}),
      budgetEconomy: z
        .strictObject({
          enabled: z.boolean().default(true),
          dailyBudget: z.number().positive().max(1e9).nullable().default(null),
          share: share.default(0.8),
        })
        .prefault({}),
    })
    .prefault({}),
  llm: z
    .strictObject({
      model: z.string().min(1).max(256),
      fallbacks: z.array(z.string().min(1).max(256)).max(5).default([]),
      timeoutMs: z.int().min(100).max(30_000).default(1_500),
      strategy: z.enum(['metadata_only', 'truncate', 'summary']).default('truncate'),
      threshold: share.default(0.65),
      dailyBudget: z.number().min(0).nullable().default(null),
    })
    .nullable()
    .default(null),
});

export type StoredRoutingSettings = z.input<typeof routingSettings>;

/** Of what is stored; what an older or newer version has left there falls back to the defaults as a whole. */
export function readRoutingSettings(stored: unknown): RoutingSettings {
  const read = routingSettings.safeParse(stored ?? {});
  return read.success ? read.data : routingSettings.parse({});
}
