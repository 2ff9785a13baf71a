import { buildClientSchema, getIntrospectionQuery } from 'graphql';
import type { GraphQLSchema, IntrospectionQuery } from 'graphql';
import { done, failed } from '#lib/graphql/outcome.ts';
import type { Outcome } from '#lib/graphql/outcome.ts';
import { send } from './send.ts';

let loaded: GraphQLSchema | null = null;

/** The server's schema, asked for once: it changes with the server only, and with that the console is loaded anew. */
export async function loadSchema(): Promise<Outcome<GraphQLSchema>> {
  if (loaded !== null) return done(loaded);
  const query = getIntrospectionQuery({ inputValueDeprecation: true });
  const { status, body } = await send({ query, variables: {} }, new AbortController().signal);
  const data = introspectionIn(body);
  if (data === null) {
    const text =
      status === 0 ? 'The server cannot be reached.' : `The server gave no schema (status ${status}).`;
    return failed(status === 0 ? 'unreachable' : 'internal', text);
  }
  loaded = buildClientSchema(data);
  return done(loaded);
}

function introspectionIn(body: unknown): IntrospectionQuery | null {
  if (typeof body !== 'object' || body === null || !('data' in body)) return null;
  const { data } = body;
  // What it holds is the server's own schema: buildClientSchema refuses anything else.
  return typeof data === 'object' && data !== null && '__schema' in data
    ? (data as IntrospectionQuery)
    : null;
}
