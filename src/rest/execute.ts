import {
  Kind,
  isInputType,
  typeFromAST,
  validate,
  type ExecutionResult,
  type GraphQLInputType,
  type GraphQLSchema,
} from 'graphql';
import { AppError, ERRORS, type ErrorCode, type FieldProblem } from '../errors.ts';
import type { Caller } from '../graphql/caller.ts';
import { allows, refuse, requirementOf, type Requirement } from '../graphql/requirement.ts';
import type { Graphql } from '../graphql/yoga.ts';
import { coerce } from './coerce.ts';
import type { AnyRoute, RestRequest } from './route.ts';

/** A row that is ready to run: its document has been validated once and for all. */
export interface Endpoint {
  readonly route: AnyRoute;
  readonly requirement: Requirement;
  readonly variables: readonly Variable[];
}

export interface Variable {
  readonly name: string;
  readonly type: GraphQLInputType;
}

/** Throws when a document does not fit the schema: a mistake in the table, found at the start. */
export function prepare(schema: GraphQLSchema, route: AnyRoute): Endpoint {
  const [error] = validate(schema, route.document);
  if (error) throw new Error(`${route.method} ${route.path}: ${error.message}`, { cause: error });
  const operation = route.document.definitions.find(
    (definition) => definition.kind === Kind.OPERATION_DEFINITION,
  );
  const variables = (operation?.variableDefinitions ?? []).map((definition) => {
    const type = typeFromAST(schema, definition.type);
    if (!isInputType(type)) throw new Error(`${route.method} ${route.path}: a variable has no input type`);
    return { name: definition.variable.name.value, type };
  });
  return { route, requirement: narrowed(requirementOf(schema, route.document), route), variables };
}

function narrowed(requirement: Requirement, { requires }: AnyRoute): Requirement {
  return requirement === 'nothing' ? requirement : [...requirement, ...requires];
}

/** Throws AppError unauthenticated or forbidden. */
export function admit(requirement: Requirement, caller: Caller): void {
  if (!allows(requirement, caller)) throw refuse(caller);
}

/** Runs the row's operation in this process; answers with the body. Throws AppError. */
export async function run(
  endpoint: Endpoint,
  request: RestRequest,
  caller: Caller,
  graphql: Pick<Graphql, 'execute'>,
): Promise<unknown> {
  const { route } = endpoint;
  const result = await graphql.execute(route.document, variablesOf(endpoint, request), caller);
  return route.respond(dataOf(result));
}

/** As GraphQL takes them. Throws AppError bad_input with every problem under the path that the caller knows. */
export function variablesOf({ route, variables }: Endpoint, request: RestRequest): Record<string, unknown> {
  const problems: FieldProblem[] = [];
  const given = route.variables(request);
  const coerced = variables.map(({ name, type }): [string, unknown] => {
    const isBody = name === 'input';
    const place = { path: isBody ? '' : name, problems, text: !isBody, ignore: route.readOnly };
    return [name, coerce(given[name], type, place)];
  });
  const [first] = problems;
  if (first === undefined) return Object.fromEntries(coerced.filter(([, value]) => value !== undefined));
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  throw new AppError('bad_input', `"${first.path}" ${first.message}${more}.`, { fields: problems });
}

/** The data without `__typename`; the first GraphQL error or typed error is thrown. */
function dataOf({ data, errors }: ExecutionResult): unknown {
  const [error] = errors ?? [];
  if (error) throw toError({ message: error.message, ...error.extensions });
  return Object.fromEntries(Object.entries(data ?? {}).map(([name, value]) => [name, succeeded(value)]));
}

function succeeded(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('__typename' in value)) return value;
  const { __typename: type, ...rest } = value;
  if (typeof type === 'string' && type.endsWith('Error')) throw toError(rest);
  return rest;
}

interface ErrorParts {
  readonly message?: unknown;
  readonly code?: unknown;
  readonly fields?: unknown;
  readonly retryAfterSeconds?: unknown;
}

/** The fragment ErrorFields, or the extensions of a GraphQL error, as the AppError that it came from. */
function toError({ message, code, fields, retryAfterSeconds }: ErrorParts): AppError {
  return new AppError(isCode(code) ? code : 'internal', String(message), {
    fields: Array.isArray(fields) ? fields.filter(isProblem) : [],
    ...(typeof retryAfterSeconds === 'number' ? { retryAfterMs: retryAfterSeconds * 1000 } : {}),
  });
}

function isCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(ERRORS, code);
}

function isProblem(value: unknown): value is FieldProblem {
  return typeof value === 'object' && value !== null && 'path' in value && 'message' in value;
}
