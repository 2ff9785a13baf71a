import { boundText, TEXT_LIMITS } from './bound-text.ts';
import type { RequestRecord, RequestTrace } from './record.ts';

/** One row of `request_log`, checked: whatever the journal held, every value fits its column. */
export interface LogRow {
  readonly id: string;
  /** Unix ms. */
  readonly at: number;
  readonly tenantId: string;
  readonly keyId: string;
  readonly providerId: string | null;
  readonly providerSlug: string;
  readonly operation: string;
  readonly requestedModel: string;
  readonly model: string;
  readonly baselineModel: string;
  readonly category: string;
  readonly costTier: string;
  readonly autoRouted: boolean;
  readonly userName: string;
  readonly sessionId: string;
  readonly status: string;
  readonly httpStatus: number;
  readonly errorType: string;
  readonly errorCode: string;
  readonly errorMessage: string;
  readonly streamed: boolean;
  readonly durationMs: number;
  readonly ttftMs: number | null;
  readonly attempts: number;
  readonly contextFallback: boolean;
  readonly inputTokens: number;
  readonly cachedTokens: number;
  readonly cacheWriteTokens: number;
  readonly outputTokens: number;
  readonly reasoningTokens: number;
  readonly usageEstimated: boolean;
  readonly priced: boolean;
  /** Whole pico-USD. */
  readonly actualPico: number;
  readonly baselinePico: number;
  /** JSON; null = none. */
  readonly trace: string | null;
  readonly snapshot: string | null;
}

const INT_MAX = 2 ** 31 - 1;
/** Fits a bigint column and is a whole double; 9 million USD for one request. */
const PICO_MAX = 2 ** 63 - 1_024;

/** The row of a record. Throws TypeError for a record without an id or its parts (written by another version). */
export function toLogRow(record: RequestRecord): LogRow {
  const { usage } = record;
  const trace = record.trace;
  return {
    id: uuid(record.id),
    at: whole(record.at, 8.64e15),
    tenantId: uuid(record.tenantId),
    keyId: uuid(record.keyId),
    providerId: record.providerId === null ? null : uuid(record.providerId),
    providerSlug: boundText(record.providerSlug, TEXT_LIMITS.word),
    operation: boundText(record.operation, TEXT_LIMITS.word),
    requestedModel: boundText(record.requestedModel, TEXT_LIMITS.name),
    model: boundText(record.model, TEXT_LIMITS.name),
    baselineModel: boundText(record.baselineModel, TEXT_LIMITS.name),
    category: boundText(record.category, TEXT_LIMITS.word),
    costTier: boundText(record.costTier, TEXT_LIMITS.word),
    autoRouted: record.autoRouted,
    userName: boundText(record.userName, TEXT_LIMITS.name),
    sessionId: boundText(record.sessionId, TEXT_LIMITS.name),
    status: boundText(record.status, TEXT_LIMITS.word),
    httpStatus: whole(record.httpStatus, INT_MAX),
    errorType: boundText(record.errorType, TEXT_LIMITS.word),
    errorCode: boundText(record.errorCode, TEXT_LIMITS.word),
    errorMessage: boundText(record.errorMessage, TEXT_LIMITS.errorMessage),
    streamed: record.streamed,
    durationMs: whole(record.durationMs, INT_MAX),
    ttftMs: record.ttftMs === null ? null : whole(record.ttftMs, INT_MAX),
    attempts: whole(record.attempts, INT_MAX),
    contextFallback: record.contextFallback,
    inputTokens: whole(usage.inputTokens, INT_MAX),
    cachedTokens: whole(usage.cachedTokens, INT_MAX),
    cacheWriteTokens: whole(usage.cacheWriteTokens, INT_MAX),
    outputTokens: whole(usage.outputTokens, INT_MAX),
    reasoningTokens: whole(usage.reasoningTokens, INT_MAX),
    usageEstimated: record.usageEstimated,
    priced: record.priced,
    actualPico: whole(record.actualCostPico, PICO_MAX),
    baselinePico: whole(record.baselineCostPico, PICO_MAX),
    trace: trace === null ? null : traceJson(trace),
    snapshot: record.snapshot,
  };
}

/** The log answers with canonical ids, by which the rows really inserted are known. */
function uuid(id: string): string {
  if (!/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/.test(id)) {
    throw new TypeError(`${JSON.stringify(id)} is no UUID in lower case`);
  }
  return id;
}

function whole(value: number, most: number): number {
  return value > 0 ? Math.min(Math.round(value), most) : 0;
}

/** JSON that jsonb takes: it refuses NUL and lone surrogates even as escapes. */
function traceJson(trace: RequestTrace): string {
  const json = JSON.stringify(trace);
  if (!/\\u(?:0000|d[89a-f])/i.test(json)) return json;
  return JSON.stringify(trace, (_key, value: unknown) =>
    typeof value === 'string' ? boundText(value, TEXT_LIMITS.errorMessage) : value,
  );
}
