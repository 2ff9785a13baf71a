import type { IncomingMessage, ServerResponse } from 'node:http';
import { coerceInputValue, isInputObjectType } from 'graphql';
import { AppError } from '../errors.ts';
import { readJsonObject } from '../http/body.ts';
import { authorize } from '../identity/policy.ts';
import { signedIn, type Context } from './context.ts';
import { EXPORT_FORMATS, writeRequests, type ExportFilter } from './request-export.ts';
import { schema } from './schema.ts';

/**
 * Where the console gets the request log as a file: a stream of any length, which a GraphQL answer cannot be. It lies
 * beneath /graphql because the console's session counts there alone, and is guarded as GraphQL is: JSON by POST.
 */
export const EXPORT_PATH = '/graphql/export';
const MAX_BODY_BYTES = 64 * 1024;

/** Whether a request is for the export. */
export function isExport({ url = '' }: IncomingMessage): boolean {
  return url === EXPORT_PATH || url.startsWith(`${EXPORT_PATH}?`);
}

/** Body: `{ format: "csv" | "jsonl", filter: RequestLogFilter }`. Throws AppError before the first byte. */
export async function answerExport(
  request: IncomingMessage,
  response: ServerResponse,
  context: Context,
): Promise<void> {
  authorize(signedIn(context), 'requestLog.read');
  const { format = 'csv', filter = {} } = await readJsonObject(request, { maxBytes: MAX_BODY_BYTES });
  if (format !== 'csv' && format !== 'jsonl') throw badPart('format', 'must be csv or jsonl');
  await writeRequests(response, context, EXPORT_FORMATS[format], readFilter(filter));
}

function readFilter(given: unknown): ExportFilter {
  const type = schema.getType('RequestLogFilter');
  if (!isInputObjectType(type)) throw new Error('the schema has no RequestLogFilter');
  const filter: unknown = coerceInputValue(given, type);
  if (typeof filter !== 'object' || filter === null) throw badPart('filter', 'must be a RequestLogFilter');
  return filter;
}

function badPart(path: string, message: string): AppError {
  return new AppError('bad_input', `"${path}" ${message}.`, { fields: [{ path, message }] });
}
