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

/** By one tenant's rule sets, those for all tenants (null), or all that there are (missing); the busiest first. */
export async function readRuleSetResults(
  db: Pick<PrismaClient, '$queryRaw'>,
  { tenantId, from }: { readonly tenantId?: string | null; readonly from: Date },
): Promise<readonly RuleSetVersionResult[]> {
  const whose = requestsOf(tenantId ?? null);
  const sets =
    tenantId === undefined
      ? Prisma.sql`TRUE`
      : Prisma.sql`rule_set.tenant_id IS NOT DISTINCT FROM ${tenantId}::uuid`;
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
     WHERE ${sets}
     GROUP BY 1, 2, 3 ORDER BY requests DESC, 2, 3`;
}

/** How often a rule has matched. */
export interface RuleHits {
  readonly kind: 'keyword' | 'role';
  readonly name: string;
  readonly requests: number;
}

/** Of one rule set, by whatever name it had when it decided; the busiest rule first. */
export async function readRuleHits(
  db: Pick<PrismaClient, '$queryRaw'>,
  { id, tenantId, from }: { readonly id: string; readonly tenantId: string | null; readonly from: Date },
): Promise<readonly RuleHits[]> {
  return await db.$queryRaw<RuleHits[]>`
    WITH decided AS (
      SELECT trace->'routing' AS routing
        FROM request_log
       WHERE auto_routed AND at >= ${from}::timestamptz ${requestsOf(tenantId)}
       ORDER BY at DESC, id DESC LIMIT ${MAX_ROWS}
    )
    SELECT fired->>'kind' AS kind, fired->>'name' AS name, count(*)::integer AS requests
      FROM decided
      CROSS JOIN LATERAL jsonb_array_elements(routing->'ruleSets') AS one
      CROSS JOIN LATERAL jsonb_array_elements(routing->'rules') AS fired
     WHERE one->>'id' = ${id} AND fired->>'ruleSet' = one->>'name'
     GROUP BY 1, 2 ORDER BY requests DESC, 1, 2`;
}

function requestsOf(tenantId: string | null): Prisma.Sql {
  return tenantId === null ? Prisma.empty : Prisma.sql`AND tenant_id = ${tenantId}::uuid`;
}
