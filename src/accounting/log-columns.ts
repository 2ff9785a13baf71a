import type { LogRow } from './log-row.ts';
import { PgArray, type PgType } from './pg-array.ts';

/** How a column's values travel: as elements of one array parameter, unnested by PostgreSQL. */
interface Column {
  readonly name: string;
  /** Type of the array's elements. */
  readonly type: PgType;
  /** From the unnested element `$` to the stored value; absent = as it is. */
  readonly cast?: string;
  value(row: LogRow): string | number | boolean | null;
}

/** Exact: a numeric product has as many decimals as its factors have together. */
const FROM_PICO = '$ * 0.000000000001';

const COLUMNS: readonly Column[] = [
  { name: 'id', type: 'uuid', value: (row) => row.id },
  { name: 'at', type: 'timestamptz', value: (row) => row.at },
  { name: 'tenant_id', type: 'uuid', value: (row) => row.tenantId },
  { name: 'key_id', type: 'uuid', value: (row) => row.keyId },
  { name: 'provider_id', type: 'uuid', value: (row) => row.providerId },
  { name: 'provider_slug', type: 'text', value: (row) => row.providerSlug },
  { name: 'operation', type: 'text', value: (row) => row.operation },
  { name: 'requested_model', type: 'text', value: (row) => row.requestedModel },
  { name: 'model', type: 'text', value: (row) => row.model },
  { name: 'baseline_model', type: 'text', value: (row) => row.baselineModel },
  { name: 'category', type: 'text', value: (row) => row.category },
  { name: 'cost_tier', type: 'text', value: (row) => row.costTier },
  { name: 'auto_routed', type: 'bool', value: (row) => row.autoRouted },
  { name: 'user_name', type: 'text', value: (row) => row.userName },
  { name: 'session_id', type: 'text', value: (row) => row.sessionId },
  { name: 'status', type: 'text', value: (row) => row.status },
  { name: 'http_status', type: 'int4', value: (row) => row.httpStatus },
  { name: 'error_type', type: 'text', value: (row) => row.errorType },
  { name: 'error_code', type: 'text', value: (row) => row.errorCode },
  { name: 'error_message', type: 'text', value: (row) => row.errorMessage },
  { name: 'streamed', type: 'bool', value: (row) => row.streamed },
  { name: 'duration_ms', type: 'int4', value: (row) => row.durationMs },
  { name: 'ttft_ms', type: 'int4', value: (row) => row.ttftMs },
  { name: 'attempts', type: 'int4', value: (row) => row.attempts },
  { name: 'context_fallback', type: 'bool', value: (row) => row.contextFallback },
  { name: 'input_tokens', type: 'int4', value: (row) => row.inputTokens },
  { name: 'cached_tokens', type: 'int4', value: (row) => row.cachedTokens },
  { name: 'cache_write_tokens', type: 'int4', value: (row) => row.cacheWriteTokens },
  { name: 'output_tokens', type: 'int4', value: (row) => row.outputTokens },
  { name: 'reasoning_tokens', type: 'int4', value: (row) => row.reasoningTokens },
  { name: 'usage_estimated', type: 'bool', value: (row) => row.usageEstimated },
  { name: 'priced', type: 'bool', value: (row) => row.priced },
  { name: 'actual_cost', type: 'int8', cast: FROM_PICO, value: (row) => row.actualPico },
  { name: 'baseline_cost', type: 'int8', cast: FROM_PICO, value: (row) => row.baselinePico },
  { name: 'trace', type: 'jsonb', value: (row) => row.trace },
];

const names = COLUMNS.map((column) => column.name).join(', ');
const values = COLUMNS.map(({ name, cast = '$' }) => cast.replace('$', `r.${name}`)).join(', ');
const arrays = COLUMNS.map(({ type }, index) => `$${index + 1}::${type}[]`).join(', ');

/**
 * Inserts rows given as one array a column and the number of rows as last parameter (`LogColumns.parameters`).
 * Answers one row: `ids` of the rows really inserted, null = all of them.
 */
export const INSERT_LOG = `
  WITH inserted AS (
    INSERT INTO request_log (${names})
    SELECT ${values} FROM unnest(${arrays}) AS r(${names})
    ON CONFLICT (id, at) DO NOTHING
    RETURNING id
  )
  SELECT CASE WHEN count(*) <> $${COLUMNS.length + 1}::int THEN coalesce(array_agg(id::text), '{}') END AS ids
  FROM inserted`;

/** Collects rows column by column, as PostgreSQL takes them. */
export class LogColumns {
  #count = 0;
  readonly #arrays = COLUMNS.map(({ type }) => new PgArray(type));

  /** Throws TypeError for a row with a value that its column cannot hold; `this` is of no use then. */
  add(row: LogRow): void {
    for (const [index, column] of COLUMNS.entries()) this.#arrays[index]?.add(column.value(row));
    this.#count += 1;
  }

  /** The parameters of INSERT_LOG. */
  get parameters(): (Buffer | number)[] {
    return [...this.#arrays.map((array) => array.bytes()), this.#count];
  }
}
