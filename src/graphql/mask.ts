import { GraphQLError } from 'graphql';
import { SlowConsumerError } from '../domain/slow-consumer.ts';
import { ERRORS, type AppError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { knownError } from './known-error.ts';

/**
 * What a GraphQL error may show: the one place where errors are translated. An AppError keeps its code, message and
 * fields; what GraphQL itself says of a document or its variables is `bad_input`; all else stays in the log, under
 * the request id that the client gets.
 */
export function maskError(error: GraphQLError, requestId: string, log: Logger): GraphQLError {
  // A subscription that is refused passes here twice: on its way to the stream, and as the answer in its place.
  if (isShown(error)) return error;
  const cause = rootOf(error);
  if (cause instanceof GraphQLError) return shown(error, error.message, { code: 'bad_input' });

  const known = knownError(cause);
  if (known.code === 'unavailable') log.error({ err: cause, requestId }, 'graphql: the database is away');
  if (known.code === 'internal') {
    log.error({ err: cause, requestId, path: error.path?.join('.') }, 'graphql: an unforeseen error');
    return shown(error, known.message, { code: 'internal', requestId });
  }
  return shown(error, known.message, extensionsOf(known));
}

function isShown({ extensions: { code } }: GraphQLError): boolean {
  return typeof code === 'string' && Object.hasOwn(ERRORS, code);
}

/** Resolvers' errors come wrapped, at times more than once; the innermost says what happened. */
function rootOf(error: unknown): unknown {
  return error instanceof GraphQLError && error.cause instanceof Error ? rootOf(error.cause) : error;
}

function extensionsOf(error: AppError): Record<string, unknown> {
  const { code, fields, retryAfterMs } = error;
  return {
    code,
    ...(error instanceof SlowConsumerError ? { cursor: error.cursor } : {}),
    ...(fields.length === 0 ? {} : { fields }),
    ...(retryAfterMs === null ? {} : { retryAfterSeconds: Math.ceil(retryAfterMs / 1000) }),
  };
}

/**
 * `http` is Yoga's own note about the status; it never reaches the client. `spec` in it keeps the status at 200 for
 * clients that do not know better, which is right for a document that is wrong, but not for a body that is none.
 */
function shown(error: GraphQLError, message: string, extensions: Record<string, unknown>): GraphQLError {
  const { http, code } = error.extensions;
  const note = code === 'BAD_REQUEST' && typeof http === 'object' ? { ...http, spec: false } : http;
  return new GraphQLError(message, {
    nodes: error.nodes,
    source: error.source,
    positions: error.positions,
    path: error.path,
    extensions: note === undefined ? extensions : { ...extensions, http: note },
  });
}
