import type { z } from 'zod';
import { AppError, type FieldProblem } from '../errors.ts';

/** Checks input against a schema. Throws AppError bad_input that names every wrong field, as the caller wrote it. */
export function validate<S extends z.ZodType>(
  schema: S,
  input: unknown,
  prefix: readonly string[] = [],
): z.output<S> {
  const result = schema.safeParse(input, { error: explain });
  if (result.success) return result.data;
  throw badInput(toProblems(result.error, prefix));
}

/** The same without throwing: what is wrong, or nothing. */
export function problemsOf(
  schema: z.ZodType,
  input: unknown,
  prefix: readonly string[] = [],
): FieldProblem[] {
  const result = schema.safeParse(input, { error: explain });
  return result.success ? [] : toProblems(result.error, prefix);
}

function toProblems(error: z.ZodError, prefix: readonly string[]): FieldProblem[] {
  return error.issues.map((issue) => ({
    path: [...prefix, ...issue.path.map(String)].join('.'),
    message: issue.message,
  }));
}

/** One error for all wrong fields; the message is readable by itself. */
export function badInput(fields: readonly FieldProblem[]): AppError {
  const text = fields.map(({ path, message }) => (path === '' ? message : `${path} ${message}`)).join('; ');
  return new AppError('bad_input', `${text}.`.replace(/\.\.$/, '.'), { fields });
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** An id that is no UUID names nothing: not_found, and PostgreSQL is not asked to cast it. */
export function requireId(id: string, noun: string): string {
  if (UUID.test(id)) return id.toLowerCase();
  throw notFound(noun);
}

export function notFound(noun: string): AppError {
  return new AppError('not_found', `There is no such ${noun}.`);
}

/** Zod's findings as the end of a sentence that begins with the field's path. */
function explain(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return 'is required';
      return issue.expected === 'int' ? 'must be a whole number' : `must be ${withArticle(issue.expected)}`;
    case 'invalid_value':
      return `must be one of: ${issue.values.map(String).join(', ')}`;
    case 'too_small':
      return `must ${extent(issue.origin, 'at least', issue.minimum)}`;
    case 'too_big':
      return `must ${extent(issue.origin, 'at most', issue.maximum)}`;
    case 'unrecognized_keys':
      return `has members that mean nothing here: ${issue.keys.join(', ')}`;
    default:
      return undefined;
  }
}

function withArticle(type: string): string {
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
}

function extent(origin: string, bound: string, limit: number | bigint): string {
  if (origin === 'string') return `have ${bound} ${limit} characters`;
  if (origin === 'array') return `have ${bound} ${limit} items`;
  return `be ${bound} ${limit}`;
}
