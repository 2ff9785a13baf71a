import type { RequestRecord } from '../accounting/record.ts';

const PICO = 1e12;

/** What a line has beside the record. */
export interface RequestLineParts {
  /** Null = the tenant is gone. */
  readonly tenant: string | null;
  /** JSON of prompt and answer in clear (gateway/settle.ts); null = not wanted, or not kept. */
  readonly snapshot: string | null;
}

/**
 * One finished request as a line of JSON for the log files, with its line break: the columns of the request log, the
 * costs in USD, and where wanted what was asked and answered.
 */
export function requestLine(record: RequestRecord, { tenant, snapshot }: RequestLineParts): string {
  const { id, at, tenantId, usage, actualCostPico, baselineCostPico, snapshot: _sealed, ...rest } = record;
  const line = {
    kind: 'request',
    time: new Date(at).toISOString(),
    id,
    tenant,
    tenantId,
    ...rest,
    ...usage,
    actualCost: actualCostPico / PICO,
    baselineCost: baselineCostPico / PICO,
  };
  const text = JSON.stringify(line);
  return snapshot === null ? `${text}\n` : `${text.slice(0, -1)},"content":${snapshot}}\n`;
}
