import { cacheExchange, Client, fetchExchange } from '@urql/core';
import type { AnyVariables, CombinedError, OperationResult, TypedDocumentNode } from '@urql/core';
import { leave } from '#lib/actions/leave.ts';
import { session } from '#lib/state/session.ts';
import { done, failed } from './outcome.ts';
import type { Outcome, Problem } from './outcome.ts';

const client = new Client({
  url: '/graphql',
  exchanges: [cacheExchange, fetchExchange],
  preferGetMethod: false,
  fetchOptions: () => {
    const { token } = session;
    return token === null ? {} : { headers: { authorization: `Bearer ${token}` } };
  },
});

/** One query, always from the server: what a console shows must be true now. */
export async function ask<Data, Variables extends AnyVariables>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
): Promise<Outcome<Data>> {
  return read(await client.query(document, variables, { requestPolicy: 'network-only' }).toPromise());
}

/** A query whose answer does not change while the console is open; the second asking costs nothing. */
export async function askOnce<Data, Variables extends AnyVariables>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
): Promise<Outcome<Data>> {
  return read(await client.query(document, variables, { requestPolicy: 'cache-first' }).toPromise());
}

interface TypedError {
  readonly __typename: `${string}Error`;
}

/** What a mutation gives when it did what it was asked. */
type Success<Result> = Exclude<Result, TypedError>;

/** One mutation: the success member of its result, or its typed error as a Problem. */
export async function act<Data, Name extends keyof Data, Variables extends AnyVariables>(
  document: TypedDocumentNode<Data, Variables>,
  name: Name,
  variables: Variables,
): Promise<Outcome<Success<Data[Name]>>> {
  const outcome = read(await client.mutation(document, variables).toPromise());
  if (!outcome.ok) return outcome;
  const result: Data[Name] = outcome.data[name];
  return isSuccess(result) ? done(result) : { ok: false, problem: toProblem(result) };
}

function isSuccess<Result>(result: Result): result is Success<Result> {
  return !(
    isRecord(result) &&
    typeof result['__typename'] === 'string' &&
    result['__typename'].endsWith('Error')
  );
}

function read<Data>(result: OperationResult<Data>): Outcome<Data> {
  if (result.error !== undefined) {
    const problem = fromCombined(result.error);
    // The session ended by itself or elsewhere. A wrong password is a typed error and does not come here.
    if (problem.code === 'unauthenticated') leave();
    return { ok: false, problem };
  }
  if (result.data === undefined) return failed('empty', 'The server answered without data.');
  return done(result.data);
}

function fromCombined(error: CombinedError): Problem {
  const [first] = error.graphQLErrors;
  if (first === undefined) {
    return failed('unreachable', 'The server cannot be reached. Is it running, and is the network up?')
      .problem;
  }
  return toProblem({ message: first.message, ...first.extensions });
}

/** From a typed error or an error's extensions; both carry `code` and may carry `fields`. */
function toProblem(raw: unknown): Problem {
  const value = isRecord(raw) ? raw : {};
  const fields = Array.isArray(value['fields']) ? value['fields'].filter(isFieldProblem) : [];
  const { code, message } = value;
  return {
    code: typeof code === 'string' ? code : 'internal',
    message: typeof message === 'string' ? message : 'Something went wrong.',
    fields,
  };
}

function isFieldProblem(value: unknown): value is Problem['fields'][number] {
  return isRecord(value) && typeof value['path'] === 'string' && typeof value['message'] === 'string';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
