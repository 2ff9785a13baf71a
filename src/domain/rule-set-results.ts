import { Prisma, type PrismaClient } from '../database/generated/prisma/client.ts';

/** What one version of a rule set has decided. Costs are USD; calls of the LLM classifier are not among them. */
export interface RuleSetVersionResult {
  readonly ruleSetId: string;
  readonly name: string;
  readonly version: number;
  readonly requests: number;
  /** Requests that ended with an error. */
  readonly errors: number;
  readonly actualCost: number;
  readonly baselineCost: number;
  /** Baseline less actual. */
  readonly savedCost: number;
}

/** So many requests are looked at, the newest: what they say does not change with more of them. */
const MAX_ROWS = 50_000;

/** By the rule sets of one scope (null = of all tenants); the busiest first. */
export async function readRuleSetResults(
  db: Pick<PrismaClient, '$queryRaw'>,
  { tenantId, from }: { readonly tenantId: string | null; readonly from: Date },
): Promise<readonly RuleSetVersionResult[]> {
  const whose = tenantId === null ? Prisma.empty : Prisma.sql`AND tenant_id = ${tenantId}::uuid`;
  return await db.$queryRaw<RuleSetVersionResult[]>`
    WITH decided AS (
      SELECT status, actual_cost, baseline_cost, trace->'routing'->'ruleSets' AS sets
        FROM request_log
       WHERE auto_routed AND at >= ${from}::timestamptz ${whose}
       ORDER BY at DESC, id DESC LIMIT ${MAX_ROWS}
    )
    SELECT rule_set.id::text AS "ruleSetId", rule_set.name, (one->>'version')::integer AS version,
           count(*)::integer AS requests, (count(*) FILTER (WHERE status = 'error'))::integer AS errors,
           sum(actual_cost)::float8 AS "actualCost", sum(baseline_cost)::float8 AS "baselineCost",
           (sum(baseline_cost) - sum(actual_cost))::float8 AS "savedCost"
      FROM decided CROSS JOIN LATERAL jsonb_array_elements(sets) AS one
      JOIN rule_set ON rule_set.id::text = one->>'id'
     WHERE rule_set.tenant_id IS NOT DISTINCT FROM ${tenantId}::uuid
     GROUP BY 1, 2, 3 ORDER BY requests DESC, 2, 3`;
}
