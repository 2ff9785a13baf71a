import { z } from 'zod';
import { Prisma, type PrismaClient } from '../database/generated/prisma/client.ts';
import type { Actor } from '../identity/actor.ts';
import { authorize, requireTenant, tenantScope } from '../identity/policy.ts';
import { badInput, requireId, validate } from './validate.ts';

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

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const DEFAULT_DAYS = 30;
const MAX_DAYS = 3660;

const usageInput = z.strictObject({
  from: z.date().nullish(),
  to: z.date().nullish(),
  tenantId: z.string().nullish(),
});

/** Sums as text: they may exceed what a JSON number holds exactly, and numeric is not a float. */
interface Sums {
  readonly requests: string;
  readonly inputTokens: string;
  readonly outputTokens: string;
  readonly actualCost: string;
  readonly baselineCost: string;
  readonly saved: string;
  readonly autoRouted: string;
  readonly errors: string;
  readonly durationMs: string;
  readonly users: string;
}

export function createAnalytics(deps: { readonly db: PrismaClient; readonly clock: () => Date }): Analytics {
  return {
    async usageSummary(actor, input) {
      authorize(actor, 'usage.read');
      const given = validate(usageInput, input);
      const tenants = requireScope(actor, given.tenantId ?? null);
      const { from, to } = period(given.from ?? null, given.to ?? deps.clock());
      const within =
        tenants === 'all' ? Prisma.empty : Prisma.sql`AND tenant_id = ANY(${[...tenants]}::uuid[])`;
      const [sums] = await deps.db.$queryRaw<Sums[]>`
        SELECT coalesce(sum(requests), 0)::text AS "requests",
               coalesce(sum(input_tokens), 0)::text AS "inputTokens",
               coalesce(sum(output_tokens), 0)::text AS "outputTokens",
               coalesce(sum(actual_cost), 0)::text AS "actualCost",
               coalesce(sum(baseline_cost), 0)::text AS "baselineCost",
               coalesce(sum(baseline_cost - actual_cost), 0)::text AS "saved",
               coalesce(sum(auto_routed), 0)::text AS "autoRouted",
               coalesce(sum(errors), 0)::text AS "errors",
               coalesce(sum(duration_ms), 0)::text AS "durationMs",
               count(DISTINCT user_name) FILTER (WHERE user_name <> '')::text AS "users"
          FROM usage_hourly
         WHERE hour >= ${from}::timestamptz AND hour < ${to}::timestamptz ${within}`;
      const requests = Number(sums?.requests ?? 0);
      return {
        from,
        to,
        periodDays: Math.round((to.getTime() - from.getTime()) / DAY_MS),
        totalRequests: requests,
        totalInputTokens: Number(sums?.inputTokens ?? 0),
        totalOutputTokens: Number(sums?.outputTokens ?? 0),
        totalActualCost: Number(sums?.actualCost ?? 0),
        totalBaselineCost: Number(sums?.baselineCost ?? 0),
        totalSaved: Number(sums?.saved ?? 0),
        autoRoutedCount: Number(sums?.autoRouted ?? 0),
        errorCount: Number(sums?.errors ?? 0),
        avgDurationMs: requests === 0 ? 0 : Math.round(Number(sums?.durationMs ?? 0) / requests),
        uniqueUsers: Number(sums?.users ?? 0),
      };
    },
  };
}

function requireScope(actor: Actor, tenantId: string | null): 'all' | readonly string[] {
  if (tenantId === null) return tenantScope(actor);
  const id = requireId(tenantId, 'tenant');
  requireTenant(actor, id);
  return [id];
}

function period(given: Date | null, to: Date): { from: Date; to: Date } {
  const start = given ?? new Date(to.getTime() - DEFAULT_DAYS * DAY_MS);
  // Rollups know whole hours: the one in which the period begins counts in full.
  const from = new Date(Math.floor(start.getTime() / HOUR_MS) * HOUR_MS);
  if (from >= to) throw badInput([{ path: 'from', message: 'must lie before "to"' }]);
  if (to.getTime() - from.getTime() > MAX_DAYS * DAY_MS) {
    throw badInput([{ path: 'from', message: `must lie at most ${MAX_DAYS} days before "to"` }]);
  }
  return { from, to };
}
