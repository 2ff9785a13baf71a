import { Prisma, type PrismaClient } from '../database/generated/prisma/client.ts';

/** A request that the router has placed, as far as deciding and pricing it again needs it. */
export interface RoutedRow {
  readonly tenantId: string;
  readonly providerSlug: string;
  readonly model: string;
  readonly inputTokens: number;
  readonly cachedTokens: number;
  readonly cacheWriteTokens: number;
  readonly outputTokens: number;
  readonly reasoningTokens: number;
  /** USD. */
  readonly actualCost: number;
  /** `trace.routing` without its candidates: they are nine tenths of it. */
  readonly routing: unknown;
}

export interface RoutedRowsWanted {
  /** Null = everybody's. */
  readonly tenantId: string | null;
  readonly from: Date;
  readonly limit: number;
}

/** The newest ones first. */
export async function readRoutedRows(
  db: Pick<PrismaClient, '$queryRaw'>,
  { tenantId, from, limit }: RoutedRowsWanted,
): Promise<readonly RoutedRow[]> {
  const whose = tenantId === null ? Prisma.empty : Prisma.sql`AND tenant_id = ${tenantId}::uuid`;
  return await db.$queryRaw<RoutedRow[]>`
    SELECT tenant_id::text AS "tenantId", provider_slug AS "providerSlug", model, input_tokens AS "inputTokens",
           cached_tokens AS "cachedTokens", cache_write_tokens AS "cacheWriteTokens",
           output_tokens AS "outputTokens", reasoning_tokens AS "reasoningTokens",
           actual_cost::float8 AS "actualCost", (trace->'routing') - 'candidates' AS routing
      FROM request_log
     WHERE auto_routed AND at >= ${from}::timestamptz ${whose} AND trace->'routing' IS NOT NULL
     ORDER BY at DESC, id DESC LIMIT ${limit}`;
}
