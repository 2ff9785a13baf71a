import { cacheExchange, Client, fetchExchange } from '@urql/core';
import type { AnyVariables, CombinedError, OperationResult, TypedDocumentNode } from '@urql/core';
import { session } from '#lib/state/session.svelte.ts';
import { consoleFetch } from './fetch.ts';
import { done, failed } from './outcome.ts';
import type { Outcome, Problem } from './outcome.ts';

const server = { url: '/graphql', preferGetMethod: false, fetch: consoleFetch };
/** Keeps no answer: a log that is scrolled through asks for hundreds of pages, and none of them twice. */
const fresh = new Client({ ...server, exchanges: [fetchExchange] });
const client = new Client({ ...server, exchanges: [cacheExchange, fetchExchange] });

/** A server that wants a login again and again is not asked for ever. */
const MOST_TRIES = 5;

/** One query, always from the server: what a console shows must be true now. */
export function ask<Data, Variables extends AnyVariables>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
): Promise<Outcome<Data>> {
  return signedIn(() => fresh.query(document, variables, { requestPolicy: 'network-only' }).toPromise());
}

/** A query whose answer does not change while the console is open; the second asking costs nothing. */
export function askOnce<Data, Variables extends AnyVariables>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
): Promise<Outcome<Data>> {
  return signedIn(() => client.query(document, variables, { requestPolicy: 'cache-first' }).toPromise());
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
  const outcome = await signedIn(() => client.mutation(document, variables).toPromise());
  if (!outcome.ok) return outcome;
  const result: Data[Name] = outcome.data[name];
  return isSuccess(result) ? done(result) : { ok: false, problem: toProblem(result) };
}

/**
 * The session may end while a page is open, by itself or elsewhere. Then the user signs in again over the page, and the
 * call is made once more. A wrong password is a typed error and no reason to.
 */
async function signedIn<Data>(call: () => Promise<OperationResult<Data>>): Promise<Outcome<Data>> {
  for (let tries = 1; ; tries += 1) {
    const since = session.renewals;
    const outcome = read(await call());
    if (outcome.ok || outcome.problem.code !== 'unauthenticated') return outcome;
    if (tries > MOST_TRIES || !(await session.renew(since))) return outcome;
  }
}

function isSuccess<Result>(result: Result): result is Success<Result> {
  return !(
    isRecord(result) &&
    typeof result['__typename'] === 'string' &&
    result['__typename'].endsWith('Error')
  );
}

function read<Data>(result: OperationResult<Data>): Outcome<Data> {
  if (result.error !== undefined) return { ok: false, problem: fromCombined(result.error) };
  if (result.data === undefined) return failed('empty', 'The server answered without data.');
  return done(result.data);
}

function fromCombined(error: CombinedError): Problem {
  const [first] = error.graphQLErrors;
  if (first === undefined) {
    return failed('unreachable', 'The server cannot be reached. Is it running, and is the network up?')
      .problem;
  }
  const problem = toProblem({ message: first.message, ...first.extensions });
  const requestId = requestIdOf(error.response);
  return requestId === null ? problem : { ...problem, requestId };
}

function requestIdOf(response: unknown): string | null {
  return response instanceof Response ? response.headers.get('x-request-id') : null;
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
