import type { ServerResponse } from 'node:http';
import { AppError } from '../errors.ts';
import { csvLine, type CsvCell } from '../http/csv.ts';
import { breakOff, sendText } from '../http/send-text.ts';
import { signedIn, type Context } from './context.ts';
import { knownError } from './known-error.ts';

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
  /** The last line of a file that is not whole. */
  readonly incomplete: (why: AppError) => string;
}

export const EXPORT_FORMATS: Readonly<Record<'csv' | 'jsonl', ExportFormat>> = {
  csv: {
    extension: 'csv',
    type: 'text/csv; charset=utf-8',
    head: csvLine(NAMES),
    line: (row) => csvLine(CELLS.map((cell) => cell(row))),
    incomplete: ({ message }) => csvLine([`INCOMPLETE: ${message}`]),
  },
  jsonl: {
    extension: 'jsonl',
    type: 'application/x-ndjson; charset=utf-8',
    head: '',
    line: jsonLine,
    incomplete: ({ code, message }) => `${JSON.stringify({ incomplete: true, error: { code, message } })}\n`,
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

/** So long a client may take nothing before it counts as gone; nor does the database take longer for a batch. */
const STALLED_MS = 120_000;
/** The same for the last line of a file that is broken off. */
const LAST_WORD_MS = 5_000;

/**
 * Writes all requests that fit as a file, newest first, as a stream: what is kept in memory does not depend on how many
 * there are. It ends with the login that it was asked for with. A file that is not whole says so in its last line, and
 * its transfer is broken off. Throws an AppError before the first byte, or what has broken the stream after it.
 */
export async function writeRequests(
  response: ServerResponse,
  context: Context,
  format: ExportFormat,
  filter: ExportFilter,
): Promise<void> {
  const batches = batchesWhileSignedIn(context, filter);
  // Before the first byte, so that a database that is away is answered as such.
  const first = await batches.next();
  response.writeHead(200, {
    'content-type': format.type,
    'content-disposition': `attachment; filename="requests.${format.extension}"`,
    'cache-control': 'no-store',
  });
  // A client that goes away is no failure; without a listener it would end the process.
  response.on('error', () => undefined);
  response.setTimeout(STALLED_MS);
  try {
    await sendText(response, format.head);
    for (let batch = first; batch.done !== true; batch = await batches.next()) {
      // Reads on only when the client has taken what there is.
      await sendText(response, batch.value.map(format.line).join(''));
      if (response.destroyed) return;
    }
    response.end();
  } catch (error) {
    const why = knownError(error);
    await breakOff(response, format.incomplete(why), LAST_WORD_MS);
    if (why.code !== 'unauthenticated') throw error;
  } finally {
    await batches.return();
  }
}

/** Throws unauthenticated between two batches. */
async function* batchesWhileSignedIn(
  context: Context,
  filter: ExportFilter,
): AsyncGenerator<readonly Row[], void, undefined> {
  const { requestLog, sessions } = context.domain;
  const actor = signedIn(context);
  let isFirst = true;
  for await (const rows of requestLog.batches(actor, filter)) {
    // Whoever has asked was let in a moment ago.
    if (!isFirst && !(await sessions.stands(actor))) throw loginEnded();
    isFirst = false;
    yield rows;
  }
}

function loginEnded(): AppError {
  return new AppError(
    'unauthenticated',
    'The login that this file was asked for with has ended, or may do less than it did. Sign in, and export again.',
  );
}
