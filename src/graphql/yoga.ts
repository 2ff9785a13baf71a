import type { IncomingMessage, ServerResponse } from 'node:http';
import type { DocumentNode, ExecutionResult } from 'graphql';
import { GraphQLError } from 'graphql';
import { createYoga, isAsyncIterable, type Plugin } from 'graphql-yoga';
import { AppError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { identify, type Caller, type CallerDeps } from './caller.ts';
import { createContext, notSignedIn, type Context, type ContextDeps } from './context.ts';
import { createDocumentCache, MAX_BATCH, MAX_BODY_BYTES, useDocumentLimits } from './limits.ts';
import { knownError } from './known-error.ts';
import { maskError } from './mask.ts';
import { schema } from './schema.ts';

export interface GraphqlDeps extends ContextDeps {
  readonly log: Logger;
  readonly newRequestId: () => string;
  readonly clientAddress: CallerDeps['clientAddress'];
}

export interface Graphql {
  /** Answers /graphql over HTTP. Never throws. */
  handler(request: IncomingMessage, response: ServerResponse): void;
  /** Who calls. Throws when the database cannot be asked. */
  identify(request: IncomingMessage): Promise<Caller>;
  /** What resolvers get: for what a door must answer without a document (REST's raw rows). */
  context(caller: Caller): Context;
  /** Runs a document that is valid for the schema, with the same context and the same errors as over HTTP. */
  execute(
    document: DocumentNode,
    variables: Record<string, unknown>,
    caller: Caller,
  ): Promise<ExecutionResult>;
}

/** The GraphQL door. Dependencies come in; it opens no port and starts nothing. */
export function createGraphql(deps: GraphqlDeps): Graphql {
  const { log } = deps;
  const callers: CallerDeps = { ...deps, sessions: deps.domain.sessions };
  const yoga = createYoga<{ caller: Caller }, Context>({
    schema,
    context: ({ caller }) => createContext(deps, caller),
    plugins: [useDocumentLimits(), useMasking(log)],
    // useMasking does it, with the request id.
    maskedErrors: false,
    // http/server.ts answers for every door.
    cors: false,
    multipart: false,
    batching: { limit: MAX_BATCH },
    maxRequestBodySize: MAX_BODY_BYTES,
    parserAndValidationCache: { documentCache: createDocumentCache(), errorCache: createDocumentCache() },
    landingPage: false,
    logging: false,
    graphiql: {
      title: 'Open Model Prism',
      defaultQuery: '{\n  me {\n    username\n    role\n    permissions\n  }\n}\n',
    },
    // Its own copy, no content network: loaded when somebody opens it, for it is large.
    renderGraphiQL: async (options) =>
      (await import('@graphql-yoga/render-graphiql')).renderGraphiQL(options),
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const caller = await identify(callers, request);
    response.setHeader('x-request-id', caller.requestId);
    response.setHeader('cache-control', 'no-store');
    const refusal = refuse(request, caller);
    if (refusal) refuseWith(response, refusal);
    else await yoga.handle(request, response, { caller });
  }

  return {
    handler(request, response) {
      answer(request, response).catch((error: unknown) => {
        log.error({ err: error }, 'graphql: the request could not be answered');
        if (response.headersSent) response.destroy();
        else refuseWith(response, knownError(error));
      });
    },
    identify: (request) => identify(callers, request),
    context: (caller) => createContext(deps, caller),
    async execute(document, variableValues, caller) {
      const { contextFactory, execute } = yoga.getEnveloped({ caller });
      const contextValue: unknown = await contextFactory();
      // Yoga types its result as any; a query or mutation without @defer is always one ExecutionResult.
      const result: unknown = await execute({ schema, document, variableValues, contextValue });
      return masked(result as ExecutionResult, caller, log);
    },
  };
}

/** What never gets as far as GraphQL: JSON by POST is all it takes, so no form of another site can be sent here. */
function refuse(request: IncomingMessage, caller: Caller): AppError | null {
  if (request.method === 'GET' && request.headers.accept?.includes('text/html')) {
    return caller.actor === null ? notSignedIn() : null;
  }
  if (request.method !== 'POST') return new AppError('method_not_allowed', 'GraphQL takes POST.');
  const type = request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  if (type === 'application/json') return null;
  return new AppError('bad_input', 'GraphQL takes JSON: send "content-type: application/json".', {
    status: 415,
  });
}

function refuseWith(response: ServerResponse, { status, code, message }: AppError): void {
  const body = JSON.stringify({ errors: [{ message, extensions: { code } }] });
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    ...(status === 405 ? { allow: 'POST' } : {}),
  });
  response.end(body);
}

/** Every error of every result passes maskError, also those of a document that was never run. */
function useMasking(log: Logger): Plugin<{ caller: Caller }, { caller: Caller }> {
  return {
    onResultProcess(payload) {
      const { result } = payload;
      const { caller } = payload.serverContext;
      if (Array.isArray(result)) payload.setResult(result.map((one) => masked(one, caller, log)));
      else payload.setResult(masked(result, caller, log));
    },
  };
}

function masked<Result extends object>(result: Result, caller: Caller, log: Logger): Result {
  if (isAsyncIterable(result) || !('errors' in result) || !Array.isArray(result.errors)) return result;
  const errors = result.errors.map((error: unknown) => maskError(asGraphql(error), caller.requestId, log));
  return { ...result, errors };
}

function asGraphql(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error;
  return new GraphQLError('', { cause: error instanceof Error ? error : new Error(String(error)) });
}
