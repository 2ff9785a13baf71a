import { Prisma, type PrismaClient, type RequestLog } from '../database/generated/prisma/client.ts';
import { requestIs, type RequestConditions } from './request-log-filter.ts';

const HOUR_MS = 3_600_000;
/** So few hours are read as a whole; more of them tenant by tenant, where somebody in them is looked for. */
const FEW_HOURS = 3;

/** A row's place: newest first, and of the same millisecond the one with the larger id. */
export interface Place {
  readonly at: Date;
  readonly id: string;
}

/** An hour (Unix ms) in which there may be rows, and the tenants that have some. */
export interface HourOfLog {
  readonly hour: number;
  readonly tenantIds: readonly string[];
}

export interface RowsWanted {
  /** Everything else in the log is left alone; null = not known, look everywhere. */
  readonly hours: readonly HourOfLog[] | null;
  /** Only older ones. */
  readonly after?: Place | undefined;
  /** Only newer ones. */
  readonly before?: Place | undefined;
  /** From the other end: oldest first. */
  readonly inverted?: boolean | undefined;
  readonly limit: number;
  readonly offset?: number | undefined;
}

/** Member of RequestLog → column. */
const COLUMNS: Readonly<Record<keyof RequestLog, string>> = {
  id: 'id',
  at: 'at',
  tenantId: 'tenant_id',
  keyId: 'key_id',
  providerId: 'provider_id',
  providerSlug: 'provider_slug',
  operation: 'operation',
  requestedModel: 'requested_model',
  model: 'model',
  baselineModel: 'baseline_model',
  category: 'category',
  costTier: 'cost_tier',
  autoRouted: 'auto_routed',
  userName: 'user_name',
  sessionId: 'session_id',
  status: 'status',
  httpStatus: 'http_status',
  errorType: 'error_type',
  errorCode: 'error_code',
  errorMessage: 'error_message',
  streamed: 'streamed',
  durationMs: 'duration_ms',
  ttftMs: 'ttft_ms',
  attempts: 'attempts',
  contextFallback: 'context_fallback',
  inputTokens: 'input_tokens',
  cachedTokens: 'cached_tokens',
  cacheWriteTokens: 'cache_write_tokens',
  outputTokens: 'output_tokens',
  reasoningTokens: 'reasoning_tokens',
  usageEstimated: 'usage_estimated',
  priced: 'priced',
  actualCost: 'actual_cost',
  baselineCost: 'baseline_cost',
  trace: 'trace',
};
const SELECTED = Object.entries(COLUMNS)
  .map(([name, column]) => `${column} AS "${name}"`)
  .join(', ');

/** Rows of the log in their order. One statement, which touches only the partitions of the hours. */
export async function readRows(
  db: Pick<PrismaClient, '$queryRaw'>,
  conditions: RequestConditions,
  wanted: RowsWanted,
): Promise<RequestLog[]> {
  const { hours, after, before, inverted = false, limit, offset = 0 } = wanted;
  if (hours?.length === 0) return [];
  const bounds = [
    Prisma.sql`at >= ${new Date(Math.max(conditions.from, lowest(hours)))}::timestamptz`,
    Prisma.sql`at < ${new Date(Math.min(conditions.to, highest(hours)))}::timestamptz`,
  ];
  if (after) {
    // The first condition follows from the second; it is what lets PostgreSQL leave out partitions.
    bounds.push(Prisma.sql`at <= ${after.at} AND (at, id) < (${after.at}::timestamptz, ${after.id}::uuid)`);
  }
  if (before) {
    bounds.push(
      Prisma.sql`at >= ${before.at} AND (at, id) > (${before.at}::timestamptz, ${before.id}::uuid)`,
    );
  }
  const where = Prisma.sql`${Prisma.join(bounds, ' AND ')} AND ${requestIs(conditions)}`;
  const order = Prisma.raw(inverted ? 'at ASC, id ASC' : 'at DESC, id DESC');
  const selected = Prisma.raw(SELECTED);
  const rows = Prisma.sql`SELECT ${selected} FROM request_log WHERE ${where}`;
  if (hours === null || hours.length <= FEW_HOURS || !isNarrow(conditions)) {
    return await db.$queryRaw<RequestLog[]>`${rows} ORDER BY ${order} LIMIT ${limit} OFFSET ${offset}`;
  }
  const pairs = hours.flatMap(({ hour, tenantIds }) => tenantIds.map((tenantId) => ({ hour, tenantId })));
  // LATERAL and OFFSET 0: one look into the index for each tenant and hour, whatever the planner thinks of it.
  return await db.$queryRaw<RequestLog[]>`
    SELECT found.* FROM unnest(${pairs.map(({ hour }) => new Date(hour))}::timestamptz[],
                               ${pairs.map(({ tenantId }) => tenantId)}::uuid[]) AS pair(pair_hour, pair_tenant)
     CROSS JOIN LATERAL (${rows} AND tenant_id = pair_tenant AND at >= pair_hour
                         AND at < pair_hour + INTERVAL '1 hour' OFFSET 0) AS found
     ORDER BY ${order} LIMIT ${limit} OFFSET ${offset}`;
}

/** Rows and how many there are in all, where only the log itself knows: no total behind the last row. */
export async function readCounted(
  db: Pick<PrismaClient, '$queryRaw'>,
  conditions: RequestConditions,
  { limit, offset }: { readonly limit: number; readonly offset: number },
): Promise<{ readonly rows: RequestLog[]; readonly total: number | null }> {
  const found = await db.$queryRaw<(RequestLog & { total: bigint })[]>`
    SELECT ${Prisma.raw(SELECTED)}, count(*) OVER () AS total FROM request_log
     WHERE at >= ${new Date(conditions.from)}::timestamptz AND at < ${new Date(conditions.to)}::timestamptz
       AND ${requestIs(conditions)}
     ORDER BY at DESC, id DESC LIMIT ${limit} OFFSET ${offset}`;
  return { rows: found, total: found[0] === undefined ? null : Number(found[0].total) };
}

export const REQUEST_ORDERS = ['cost', 'first_byte', 'duration', 'tokens'] as const;
export type RequestOrder = (typeof REQUEST_ORDERS)[number];

/** What the topmost have most of. */
const ORDERS: Readonly<Record<RequestOrder, string>> = {
  cost: 'actual_cost',
  first_byte: 'ttft_ms',
  duration: 'duration_ms',
  tokens: 'input_tokens + output_tokens',
};

/** The topmost rows of a time. No index knows them: all rows of the time are looked at. */
export async function readTop(
  db: Pick<PrismaClient, '$queryRaw'>,
  conditions: RequestConditions,
  by: RequestOrder,
  limit: number,
): Promise<RequestLog[]> {
  return await db.$queryRaw<RequestLog[]>`
    SELECT ${Prisma.raw(SELECTED)} FROM request_log
     WHERE at >= ${new Date(conditions.from)}::timestamptz AND at < ${new Date(conditions.to)}::timestamptz
       AND ${requestIs(conditions)}
     ORDER BY ${Prisma.raw(ORDERS[by])} DESC NULLS LAST, at DESC, id DESC LIMIT ${limit}`;
}

/** Whether there is a condition that the indexes by time do not know. */
function isNarrow({ dimensions, status, autoRouted }: RequestConditions): boolean {
  return (
    status !== null || autoRouted !== null || [...dimensions.keys()].some((name) => name !== 'tenant_id')
  );
}

function lowest(hours: RowsWanted['hours']): number {
  return hours === null ? -Infinity : hours.reduce((low, { hour }) => Math.min(low, hour), Infinity);
}

function highest(hours: RowsWanted['hours']): number {
  return hours === null
    ? Infinity
    : hours.reduce((high, { hour }) => Math.max(high, hour + HOUR_MS), -Infinity);
}

/** A request by its id, or null. Ids tell when they were made, so nearly always one partition is enough. */
export async function readRow(
  db: Pick<PrismaClient, '$queryRaw'>,
  conditions: RequestConditions,
  id: string,
): Promise<RequestLog | null> {
  const made = Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16);
  const selected = Prisma.raw(SELECTED);
  const where = Prisma.sql`id = ${id}::uuid AND ${requestIs(conditions)}`;
  const near = [new Date(made - HOUR_MS), new Date(made + HOUR_MS)];
  if (near.every((moment) => !Number.isNaN(moment.getTime()))) {
    const [row] = await db.$queryRaw<RequestLog[]>`
      SELECT ${selected} FROM request_log
       WHERE at >= ${near[0]}::timestamptz AND at < ${near[1]}::timestamptz AND ${where}`;
    if (row) return row;
  }
  const [row] = await db.$queryRaw<RequestLog[]>`SELECT ${selected} FROM request_log WHERE ${where} LIMIT 1`;
  return row ?? null;
}
