import { coerceInputValue, isInputObjectType, type GraphQLInputObjectType } from 'graphql';
import { AppError, type FieldProblem } from '../../errors.ts';
import {
  EXPORT_FORMATS,
  writeRequests,
  type ExportFilter,
  type ExportFormat,
} from '../../graphql/request-export.ts';
import { schema } from '../../graphql/schema.ts';
import { coerce } from '../coerce.ts';
import type { RawRequest, RawRoute } from '../raw.ts';
import { FILTER_QUERY } from './dashboard.ts';

const FORMATS: Readonly<Record<string, ExportFormat>> = EXPORT_FORMATS;

export const REQUEST_EXPORT: RawRoute = {
  method: 'GET',
  path: '/api/prism/admin/dashboard/requests/export',
  heading: 'Dashboard',
  summary: 'The whole request log, or what a filter leaves of it, newest first, as a file',
  reason: 'A stream of any length: a GraphQL answer would have to be built in memory first.',
  params: {},
  query: {
    format: 'csv (the default) or jsonl; traces are in jsonl only',
    ...FILTER_QUERY,
    ruleSetId: 'Decided by this rule set, alone or with others',
    ruleSetVersion: 'By this version of it',
  },
  requirement: ['requestLog.read'],
  produces: {
    'text/csv':
      'A line of names, then one for each request (RFC 4180). Cells that a spreadsheet would take for a formula begin with an apostrophe. Ends early with a last line that begins with "INCOMPLETE:", and breaks off, when the login that it was asked for with ends.',
    'application/x-ndjson':
      'One JSON object a line. Ends early with a last line {"incomplete": true, "error": {"code", "message"}}, and breaks off, when the login that it was asked for with ends.',
  },
  answer,
};

async function answer({ query, context, response }: RawRequest): Promise<void> {
  const { format, filter } = parse(query);
  await writeRequests(response, context, format, filter);
}

/** Throws AppError bad_input that names every parameter that is wrong. */
function parse(query: RawRequest['query']): { format: ExportFormat; filter: ExportFilter } {
  const problems: FieldProblem[] = [];
  const { format: name = 'csv', provider: providerSlug, key: keyId, ...rest } = query;
  const format = Object.hasOwn(FORMATS, name) ? FORMATS[name] : undefined;
  if (format === undefined) problems.push({ path: 'format', message: 'must be csv or jsonl' });
  const type = filterType();
  const given: Record<string, string | undefined> = { ...rest, providerSlug, keyId };
  // What is left out cannot be said in a query string.
  const { exclude: _exclude, ...fields } = type.getFields();
  const coerced = Object.entries(fields).flatMap(([field, { type: fieldType }]) => {
    const value = coerce(given[field], fieldType, { path: field, problems, text: true, ignore: [] });
    return value === undefined ? [] : [[field, value] as const];
  });
  const [first] = problems;
  if (format === undefined || first !== undefined) {
    throw new AppError('bad_input', `"${first?.path}" ${first?.message}.`, { fields: problems });
  }
  const filter: unknown = coerceInputValue(Object.fromEntries(coerced), type);
  // Safe: the schema's own type has just made it, and resolvers get no other.
  return { format, filter: filter as ExportFilter };
}

function filterType(): GraphQLInputObjectType {
  const type = schema.getType('RequestLogFilter');
  if (!isInputObjectType(type)) throw new Error('the schema has no RequestLogFilter');
  return type;
}
