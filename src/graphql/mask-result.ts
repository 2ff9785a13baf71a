import { GraphQLError } from 'graphql';
import { isAsyncIterable } from 'graphql-yoga';
import type { Logger } from '../log.ts';
import { maskError } from './mask.ts';

/** A result whose errors show what they may (mask.ts); a stream of results is given back as it is. */
export function maskResult<Result extends object>(result: Result, requestId: string, log: Logger): Result {
  if (isAsyncIterable(result) || !('errors' in result) || !Array.isArray(result.errors)) return result;
  const errors = result.errors.map((error: unknown) => maskError(asGraphql(error), requestId, log));
  return { ...result, errors };
}

/** The same for the doors that format their answers themselves: without Yoga's own note about the status. */
export function maskForStream<Result extends object>(result: Result, requestId: string, log: Logger): Result {
  const masked = maskResult(result, requestId, log);
  if (!('errors' in masked) || !Array.isArray(masked.errors)) return masked;
  const errors = masked.errors.map((error: unknown) => withoutNote(asGraphql(error)));
  return { ...masked, errors };
}

function withoutNote({ message, nodes, source, positions, path, extensions }: GraphQLError): GraphQLError {
  const { http: _note, ...shown } = extensions;
  return new GraphQLError(message, { nodes, source, positions, path, extensions: shown });
}

export function asGraphql(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error;
  return new GraphQLError('', { cause: error instanceof Error ? error : new Error(String(error)) });
}
