import { boundText, TEXT_LIMITS } from './bound-text.ts';
import { boolField, escapeField, NULL_FIELD, textField, wholeField } from './copy-field.ts';
import type { RequestRecord, RequestTrace } from './record.ts';

/** What a line of the journal holds of a request, column by column: how it travels and what the log makes of it. */
export interface RequestColumn {
  readonly name: string;
  /** Type of the column in the staging table that COPY fills. */
  readonly type: string;
  /** The column of `request_log` and its value, where they are not the same. */
  readonly log?: { readonly name: string; readonly value: string };
}

/** Exact: a numeric product has as many decimals as its factors have together. */
const fromPico = (column: string): string => `${column} * 0.000000000001`;

/**
 * The columns of a request line (kind REQUEST), in the order in which `encodeRequest` writes them. The list is the
 * format of that kind: journals of the version before may wait for this one. To change it, add a kind.
 */
export const REQUEST_COLUMNS: readonly RequestColumn[] = [
  { name: 'id', type: 'uuid' },
  // Unix ms: PostgreSQL converts it faster than it reads a date. Exact, for a double holds any µs until the year 2255.
  { name: 'at_ms', type: 'bigint', log: { name: 'at', value: 'to_timestamp(at_ms / 1000.0::float8)' } },
  { name: 'tenant_id', type: 'uuid' },
  { name: 'key_id', type: 'uuid' },
  { name: 'provider_id', type: 'uuid' },
  { name: 'provider_slug', type: 'text' },
  { name: 'operation', type: 'text' },
  { name: 'requested_model', type: 'text' },
  { name: 'model', type: 'text' },
  { name: 'baseline_model', type: 'text' },
  { name: 'category', type: 'text' },
  { name: 'cost_tier', type: 'text' },
  { name: 'auto_routed', type: 'boolean' },
  { name: 'user_name', type: 'text' },
  { name: 'session_id', type: 'text' },
  { name: 'status', type: 'text' },
  { name: 'http_status', type: 'integer' },
  { name: 'error_type', type: 'text' },
  { name: 'error_code', type: 'text' },
  { name: 'error_message', type: 'text' },
  { name: 'streamed', type: 'boolean' },
  { name: 'duration_ms', type: 'integer' },
  { name: 'ttft_ms', type: 'integer' },
  { name: 'attempts', type: 'integer' },
  { name: 'context_fallback', type: 'boolean' },
  { name: 'input_tokens', type: 'integer' },
  { name: 'cached_tokens', type: 'integer' },
  { name: 'cache_write_tokens', type: 'integer' },
  { name: 'output_tokens', type: 'integer' },
  { name: 'reasoning_tokens', type: 'integer' },
  { name: 'usage_estimated', type: 'boolean' },
  { name: 'priced', type: 'boolean' },
  { name: 'actual_pico', type: 'bigint', log: { name: 'actual_cost', value: fromPico('actual_pico') } },
  { name: 'baseline_pico', type: 'bigint', log: { name: 'baseline_cost', value: fromPico('baseline_pico') } },
  { name: 'trace', type: 'jsonb' },
];

const INT_MAX = 2 ** 31 - 1;
/** Fits a bigint column and is a whole double; 9 million USD for one request. */
const PICO_MAX = 2 ** 63 - 1_024;
/** The last moment that JavaScript knows; PostgreSQL knows later ones. */
const AT_MAX = 8.64e15;

/**
 * A record as PostgreSQL's COPY takes it: REQUEST_COLUMNS and the snapshot, separated by tabs. Whatever the record
 * holds, every value fits its column. Ids must be UUIDs, as the database or our generator has made them.
 */
export function encodeRequest(record: RequestRecord): string {
  const { usage, trace, ttftMs, snapshot } = record;
  const model = textField(record.model, TEXT_LIMITS.name);
  // Joined and not added up: a sum of strings is a tree, and flattening it costs as much again.
  return [
    record.id,
    wholeField(record.at, AT_MAX),
    record.tenantId,
    record.keyId,
    record.providerId ?? NULL_FIELD,
    textField(record.providerSlug, TEXT_LIMITS.word),
    record.operation,
    record.requestedModel === record.model ? model : textField(record.requestedModel, TEXT_LIMITS.name),
    model,
    record.baselineModel === record.model ? model : textField(record.baselineModel, TEXT_LIMITS.name),
    textField(record.category, TEXT_LIMITS.word),
    textField(record.costTier, TEXT_LIMITS.word),
    boolField(record.autoRouted),
    textField(record.userName, TEXT_LIMITS.name),
    textField(record.sessionId, TEXT_LIMITS.name),
    record.status,
    wholeField(record.httpStatus, INT_MAX),
    textField(record.errorType, TEXT_LIMITS.word),
    textField(record.errorCode, TEXT_LIMITS.word),
    textField(record.errorMessage, TEXT_LIMITS.errorMessage),
    boolField(record.streamed),
    wholeField(record.durationMs, INT_MAX),
    ttftMs === null ? NULL_FIELD : wholeField(ttftMs, INT_MAX),
    wholeField(record.attempts, INT_MAX),
    boolField(record.contextFallback),
    wholeField(usage.inputTokens, INT_MAX),
    wholeField(usage.cachedTokens, INT_MAX),
    wholeField(usage.cacheWriteTokens, INT_MAX),
    wholeField(usage.outputTokens, INT_MAX),
    wholeField(usage.reasoningTokens, INT_MAX),
    boolField(record.usageEstimated),
    boolField(record.priced),
    wholeField(record.actualCostPico, PICO_MAX),
    wholeField(record.baselineCostPico, PICO_MAX),
    trace === null ? NULL_FIELD : traceField(trace),
    snapshot === null ? NULL_FIELD : textField(snapshot, Infinity),
  ].join('\t');
}

/** JSON that jsonb takes: it refuses NUL and lone surrogates even as escapes. */
function traceField(trace: RequestTrace): string {
  const json = JSON.stringify(trace);
  if (!json.includes('\\')) return json;
  return escapeField(
    JSON.stringify(trace, (_key, value: unknown) =>
      typeof value === 'string' ? boundText(value, Infinity) : value,
    ),
  );
}
