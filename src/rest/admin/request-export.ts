import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { coerceInputValue, isInputObjectType, type GraphQLInputObjectType } from 'graphql';
import { AppError, type FieldProblem } from '../../errors.ts';
import type { Context } from '../../graphql/context.ts';
import { schema } from '../../graphql/schema.ts';
import { signedIn } from '../../graphql/context.ts';
import { coerce } from '../coerce.ts';
import { csvLine, type CsvCell } from '../csv.ts';
import type { RawRequest, RawRoute } from '../raw.ts';
import { FILTER_QUERY } from './dashboard.ts';

type Reader = Context['domain']['requestLog'];
type Filter = Parameters<Reader['batches']>[1];
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

interface Format {
  readonly type: string;
  readonly head: string;
  readonly line: (row: Row) => string;
}

const FORMATS: Readonly<Record<string, Format>> = {
  csv: {
    type: 'text/csv; charset=utf-8',
    head: csvLine(NAMES),
    line: (row) => csvLine(CELLS.map((cell) => cell(row))),
  },
  jsonl: { type: 'application/x-ndjson; charset=utf-8', head: '', line: jsonLine },
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

export const REQUEST_EXPORT: RawRoute = {
  method: 'GET',
  path: '/api/prism/admin/dashboard/requests/export',
  heading: 'Dashboard',
  summary: 'The whole request log, or what a filter leaves of it, newest first, as a file',
  reason: 'A stream of any length: a GraphQL answer would have to be built in memory first.',
  params: {},
  query: { format: 'csv (the default) or jsonl; traces are in jsonl only', ...FILTER_QUERY },
  requirement: ['requestLog.read'],
  produces: {
    'text/csv':
      'A line of names, then one for each request (RFC 4180). Cells that a spreadsheet would take for a formula begin with an apostrophe.',
    'application/x-ndjson': 'One JSON object a line.',
  },
  answer,
};

async function answer({ query, context, response }: RawRequest): Promise<void> {
  const { format, filter } = parse(query);
  const batches = context.domain.requestLog.batches(signedIn(context), filter);
  // Before the first byte, so that a database that is away is answered as such.
  const first = await batches.next();

  async function* lines(): AsyncGenerator<string, void, undefined> {
    yield format.head;
    if (first.done === true) return;
    yield first.value.map(format.line).join('');
    for await (const rows of batches) yield rows.map(format.line).join('');
  }

  const extension = format === FORMATS['csv'] ? 'csv' : 'jsonl';
  response.writeHead(200, {
    'content-type': format.type,
    'content-disposition': `attachment; filename="requests.${extension}"`,
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

/** Throws AppError bad_input that names every parameter that is wrong. */
function parse(query: RawRequest['query']): { format: Format; filter: Filter } {
  const problems: FieldProblem[] = [];
  const { format: name = 'csv', provider: providerSlug, key: keyId, ...rest } = query;
  const format = Object.hasOwn(FORMATS, name) ? FORMATS[name] : undefined;
  if (format === undefined) problems.push({ path: 'format', message: 'must be csv or jsonl' });
  const type = filterType();
  const given: Record<string, string | undefined> = { ...rest, providerSlug, keyId };
  const coerced = Object.entries(type.getFields()).flatMap(([field, { type: fieldType }]) => {
    const value = coerce(given[field], fieldType, { path: field, problems, text: true, ignore: [] });
    return value === undefined ? [] : [[field, value] as const];
  });
  const [first] = problems;
  if (format === undefined || first !== undefined) {
    throw new AppError('bad_input', `"${first?.path}" ${first?.message}.`, { fields: problems });
  }
  const filter: unknown = coerceInputValue(Object.fromEntries(coerced), type);
  // Safe: the schema's own type has just made it, and resolvers get no other.
  return { format, filter: filter as Filter };
}

function filterType(): GraphQLInputObjectType {
  const type = schema.getType('RequestLogFilter');
  if (!isInputObjectType(type)) throw new Error('the schema has no RequestLogFilter');
  return type;
}
