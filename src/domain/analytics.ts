import type { Actor } from '../identity/actor.ts';

export interface UsageInput {
  /** Default: 30 days before `to`. Rounded down to the hour. */
  readonly from?: Date | null | undefined;
  /** Exclusive; default: now. */
  readonly to?: Date | null | undefined;
  readonly tenantId?: string | null | undefined;
}

/** Costs in USD. */
export interface UsageSummary {
  readonly from: Date;
  readonly to: Date;
  readonly periodDays: number;
  readonly totalRequests: number;
  readonly totalInputTokens: number;
  readonly totalOutputTokens: number;
  readonly totalActualCost: number;
  readonly totalBaselineCost: number;
  readonly totalSaved: number;
  readonly autoRoutedCount: number;
  readonly errorCount: number;
  readonly avgDurationMs: number;
  readonly uniqueUsers: number;
}

export interface Analytics {
  /** Sums of the actor's tenants, from the hourly rollups. Another tenant's id → not_found. */
  usageSummary(actor: Actor, input: UsageInput): Promise<UsageSummary>;
}
