import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { csvLine, type CsvCell } from '../http/csv.ts';
import { signedIn, type Context } from './context.ts';

type Reader = Context['domain']['requestLog'];
export type ExportFilter = Parameters<Reader['batches']>[1];
type Row = ReturnType<Reader['batches']> extends AsyncGenerator<readonly (infer One)[]> ? One : never;

/** Every column of the export. Times are ISO 8601, costs plain decimals: a spreadsheet adds them up as they are. */
const COLUMNS: Readonly<Record<string, (row: Row) => CsvCell>> = {
  id: ({ id }) => id,
  at: ({ at }) => ({ plain: at.toISOString() }),
  tenantId: ({ tenantId }) => tenantId,
  keyId: ({ keyId }) => keyId,
  providerSlug: ({ providerSlug }) => providerSlug,
  operation: ({ operation }) => operation,
  requestedModel: ({ requestedModel }) => requestedModel,
  model: ({ model }) => model,
  baselineModel: ({ baselineModel }) => baselineModel,
  category: ({ category }) => category,
  costTier: ({ costTier }) => costTier,
  autoRouted: ({ autoRouted }) => ({ plain: autoRouted }),
  userName: ({ userName }) => userName,
  sessionId: ({ sessionId }) => sessionId,
  status: ({ status }) => status,
  httpStatus: ({ httpStatus }) => ({ plain: httpStatus }),
  errorType: ({ errorType }) => errorType,
  errorCode: ({ errorCode }) => errorCode,
  errorMessage: ({ errorMessage }) => errorMessage,
  streamed: ({ streamed }) => ({ plain: streamed }),
  durationMs: ({ durationMs }) => ({ plain: durationMs }),
  ttftMs: ({ ttftMs }) => ({ plain: ttftMs }),
  attempts: ({ attempts }) => ({ plain: attempts }),
  contextFallback: ({ contextFallback }) => ({ plain: contextFallback }),
  inputTokens: ({ inputTokens }) => ({ plain: inputTokens }),
  cachedTokens: ({ cachedTokens }) => ({ plain: cachedTokens }),
  cacheWriteTokens: ({ cacheWriteTokens }) => ({ plain: cacheWriteTokens }),
  outputTokens: ({ outputTokens }) => ({ plain: outputTokens }),
  reasoningTokens: ({ reasoningTokens }) => ({ plain: reasoningTokens }),
  usageEstimated: ({ usageEstimated }) => ({ plain: usageEstimated }),
  priced: ({ priced }) => ({ plain: priced }),
  actualCost: ({ actualCost }) => ({ plain: actualCost.toFixed() }),
  baselineCost: ({ baselineCost }) => ({ plain: baselineCost.toFixed() }),
};
const NAMES = Object.keys(COLUMNS);
const CELLS = Object.values(COLUMNS);

/** A kind of file. */
export interface ExportFormat {
  readonly extension: string;
  readonly type: string;
  readonly head: string;
  readonly line: (row: Row) => string;
}

export const EXPORT_FORMATS: Readonly<Record<'csv' | 'jsonl', ExportFormat>> = {
  csv: {
    extension: 'csv',
    type: 'text/csv; charset=utf-8',
    head: csvLine(NAMES),
    line: (row) => csvLine(CELLS.map((cell) => cell(row))),
  },
  jsonl: {
    extension: 'jsonl',
    type: 'application/x-ndjson; charset=utf-8',
    head: '',
    line: jsonLine,
  },
};

/** As a row of the log is in JSON; spelt out, because JSON.stringify would write small costs as 1e-7. */
function jsonLine(row: Row): string {
  const members = Object.entries(COLUMNS).map(([name, cell]) => {
    const value = cell(row);
    const json =
      typeof value === 'string' || name === 'at'
        ? JSON.stringify(typeof value === 'string' ? value : value.plain)
        : String(value.plain);
    return `${JSON.stringify(name)}:${json}`;
  });
  return `{${members.join(',')},"trace":${JSON.stringify(row.trace)}}\n`;
}

/**
 * Writes all requests that fit as a file, newest first, as a stream: what is kept in memory does not depend on how many
 * there are. Throws an AppError before the first byte, or what broke the stream after it.
 */
export async function writeRequests(
  response: ServerResponse,
  context: Context,
  format: ExportFormat,
  filter: ExportFilter,
): Promise<void> {
  const batches = context.domain.requestLog.batches(signedIn(context), filter);
  // Before the first byte, so that a database that is away is answered as such.
  const first = await batches.next();

  async function* lines(): AsyncGenerator<string, void, undefined> {
    yield format.head;
    if (first.done === true) return;
    yield first.value.map(format.line).join('');
    for await (const rows of batches) yield rows.map(format.line).join('');
  }

  response.writeHead(200, {
    'content-type': format.type,
    'content-disposition': `attachment; filename="requests.${format.extension}"`,
    'cache-control': 'no-store',
  });
  try {
    // Reads on only when the client has taken what there is, and ends the generator when the client is gone.
    await pipeline(Readable.from(lines(), { objectMode: true, highWaterMark: 1 }), response);
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}

function isGone(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    (error.code === 'ERR_STREAM_PREMATURE_CLOSE' || error.code === 'ECONNRESET' || error.code === 'EPIPE')
  );
}
