import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import type { DocumentNode } from 'graphql';
import type { Action } from '../graphql/requirement.ts';
import type { JsonSchema } from './json-schema.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** What a row sees of a request. Nothing is checked yet: that is GraphQL's job, see coerce.ts. */
export interface RestRequest<Path extends string = string> {
  /** Decoded. */
  readonly params: Readonly<Record<ParamsOf<Path>, string>>;
  /** The first value of each name. */
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly body: Readonly<Record<string, unknown>>;
}

/** `/tenants/:id/keys/:keyId` → 'id' | 'keyId'. */
type ParamsOf<Path extends string> = Path extends `${string}:${infer Param}/${infer Rest}`
  ? Param | ParamsOf<`/${Rest}`>
  : Path extends `${string}:${infer Param}`
    ? Param
    : never;

/** The data of a document once its typed errors have become answers of their own and `__typename` is gone. */
export type Succeeded<Data> = {
  readonly [Field in keyof Data]: WithoutTypename<Exclude<Data[Field], TypedError>>;
};
type WithoutTypename<Value> = Value extends { readonly __typename: string }
  ? Omit<Value, '__typename'>
  : Value;
interface TypedError {
  readonly __typename: `${string}Error`;
}

/** One row of the table: an endpoint made of one GraphQL operation. */
export interface Route<Path extends string, Data, Variables> {
  readonly method: Method;
  readonly path: Path;
  /** The heading of the API reference that promises it. */
  readonly heading: string;
  readonly summary: string;
  /** What each parameter of the path is. */
  readonly params: Readonly<Record<ParamsOf<Path>, string>>;
  /** What each parameter of the query string is. */
  readonly query?: Readonly<Record<string, string>>;
  /** Of an answer that is no error; 200 when missing. */
  readonly status?: 200 | 201;
  readonly document: TypedDocumentNode<Data, Variables>;
  /** Actions that the row asks for beyond those of its operation: a door may be narrower than what is behind it. */
  readonly requires?: readonly Action[];
  /** The variable `input` is the body, or made of it; the others come from the path and the query string. */
  readonly variables: (request: RestRequest<Path>) => { readonly [Name in keyof Variables]: unknown };
  /** Members of the body that answers have and inputs do not: sent back, they are ignored instead of refused. */
  readonly readOnly?: readonly string[];
  /** The body of the answer. Pure. Throws AppError not_found for what the document did not find. */
  readonly respond: (data: Succeeded<Data>) => unknown;
  /** The answer's schema, where it cannot be found out from `respond` (answer-schema.ts). */
  readonly answers?: JsonSchema;
}

/** A row whose own types have been checked and are of no concern to those who loop over the table. */
export interface AnyRoute {
  readonly method: Method;
  readonly path: string;
  readonly heading: string;
  readonly summary: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly status: 200 | 201;
  readonly document: DocumentNode;
  readonly requires: readonly Action[];
  readonly readOnly: readonly string[];
  readonly variables: (request: RestRequest) => Readonly<Record<string, unknown>>;
  readonly respond: (data: unknown) => unknown;
  readonly answers: JsonSchema | null;
}

/** Checks a row against its document's types. */
export function route<const Path extends string, Data, Variables>(
  row: Route<Path, Data, Variables>,
): AnyRoute {
  return {
    ...row,
    query: row.query ?? {},
    status: row.status ?? 200,
    requires: row.requires ?? [],
    readOnly: row.readOnly ?? [],
    answers: row.answers ?? null,
    variables: (request) => row.variables(request),
    // Safe: execute.ts passes on only what the schema has answered to this very document, without typed errors.
    respond: (data) => row.respond(data as Succeeded<Data>),
  };
}
