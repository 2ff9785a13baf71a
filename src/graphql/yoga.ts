import type { IncomingMessage, ServerResponse } from 'node:http';
import type { DocumentNode, ExecutionResult, GraphQLError } from 'graphql';
import { createYoga, type Plugin } from 'graphql-yoga';
import { AppError } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { Notices } from '../database/notify.ts';
import { identify, strangerOf, type Caller, type CallerDeps } from './caller.ts';
import { createConsoleSession, sessionToken, type ConsoleSessionDeps } from './console-session.ts';
import { createContext, notSignedIn, type Context, type ContextDeps } from './context.ts';
import { answerExport, isExport } from './export-door.ts';
import { createDocumentCache, MAX_BATCH, MAX_BODY_BYTES, useDocumentLimits } from './limits.ts';
import { createLive, useStreams, type ServerContext } from './live.ts';
import type { LiveLimits } from './live-access.ts';
import { createOriginCheck } from './origin.ts';
import { createSocketDoor, type SocketDoor } from './socket.ts';
import type { SocketLimits } from './socket-limits.ts';
import { knownError } from './known-error.ts';
import { asGraphql, maskResult } from './mask-result.ts';
import { schema } from './schema.ts';

export interface GraphqlDeps extends ContextDeps {
  readonly log: Logger;
  readonly newRequestId: () => string;
  readonly clientAddress: CallerDeps['clientAddress'];
  readonly isHttps: ConsoleSessionDeps['isHttps'];
  readonly notices: Pick<Notices, 'subscribe'>;
  readonly clock: () => Date;
  /** Runs `run` once after `ms`; the answer cancels it. */
  readonly after: (ms: number, run: () => void) => () => void;
  /** Pages of these origins may open sockets, beside our own. */
  readonly origins: readonly string[];
  readonly limits?: Partial<LiveLimits & SocketLimits> | undefined;
}

export interface Graphql {
  /** Answers /graphql over HTTP. Never throws. */
  handler(request: IncomingMessage, response: ServerResponse): void;
  /** Answers /graphql over WebSocket. */
  readonly sockets: Pick<SocketDoor, 'upgrade' | 'sockets'>;
  /** Ends all subscriptions, and takes none any more. */
  endSubscriptions(): void;
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
  const live = createLive({
    ...deps,
    sessions: deps.domain.sessions,
    context: (caller, following) => createContext(deps, caller, following),
  });
  const yoga = createYoga<ServerContext, Context>({
    schema,
    context: ({ caller, consoleSession }) => createContext(deps, caller, null, consoleSession),
    plugins: [useDocumentLimits(), useStreams(), useMasking(log)],
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

  const sockets = createSocketDoor({
    ...deps,
    access: live.access,
    subscribe: live.subscribe,
    check,
    stranger: (request) => strangerOf(callers, request),
    pageOf: createOriginCheck(deps.publicUrl ?? null, deps.origins),
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const token = sessionToken(request);
    const caller = await identify(callers, request, token);
    response.setHeader('x-request-id', caller.requestId);
    response.setHeader('cache-control', 'no-store');
    const refusal = refuse(request, caller);
    if (refusal) return refuseWith(response, refusal);
    if (isExport(request)) {
      await answerExport(request, response, createContext(deps, caller)).catch((error: unknown) => {
        const known = knownError(error);
        if (response.headersSent || known.status >= 500) throw error;
        refuseWith(response, known);
      });
      return;
    }
    const consoleSession = createConsoleSession(deps, request, response);
    if (!acceptsStream(request)) {
      await yoga.handle(request, response, { caller, stream: null, consoleSession });
      return;
    }
    const stream = live.stream(token);
    const plain = await yoga.handleNodeRequestAndResponse(request, response, {
      caller,
      stream,
      consoleSession,
    });
    if (!(await stream.write(response, caller))) await sendPlain(response, plain);
  }

  function check(query: string, caller: Caller): DocumentNode | readonly GraphQLError[] {
    const enveloped = yoga.getEnveloped({ caller, stream: null, consoleSession: null });
    try {
      // Yoga types both results as any.
      const document = enveloped.parse(query) as DocumentNode;
      const errors = enveloped.validate(enveloped.schema, document) as readonly GraphQLError[];
      return errors.length > 0 ? errors : document;
    } catch (error) {
      return [asGraphql(error)];
    }
  }

  return {
    handler(request, response) {
      answer(request, response).catch((error: unknown) => {
        log.error({ err: error }, 'graphql: the request could not be answered');
        if (response.headersSent) response.destroy();
        else refuseWith(response, knownError(error));
      });
    },
    sockets,
    endSubscriptions() {
      live.access.close();
      sockets.close();
    },
    identify: (request) => identify(callers, request),
    context: (caller) => createContext(deps, caller),
    async execute(document, variableValues, caller) {
      const { contextFactory, execute } = yoga.getEnveloped({
        caller,
        stream: null,
        consoleSession: null,
      });
      const contextValue: unknown = await contextFactory();
      // Yoga types its result as any; a query or mutation without @defer is always one ExecutionResult.
      const result: unknown = await execute({ schema, document, variableValues, contextValue });
      return maskResult(result as ExecutionResult, caller.requestId, log);
    },
  };
}

/** What never gets as far as GraphQL: JSON by POST is all it takes, so no form of another site can be sent here. */
function refuse(request: IncomingMessage, caller: Caller): AppError | null {
  // Yoga makes an address of it, and answers with the error's own text when there is none to be made.
  if (request.headers.host !== undefined && caller.host === null) {
    return new AppError(
      'bad_input',
      'The Host header must be a host name or an address, and a port at most.',
    );
  }
  if (request.method === 'GET' && request.headers.accept?.includes('text/html') && !isExport(request)) {
    return caller.actor === null ? notSignedIn() : null;
  }
  if (request.method !== 'POST') return new AppError('method_not_allowed', 'GraphQL takes POST.');
  const type = request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  if (type === 'application/json') return null;
  return new AppError('bad_input', 'GraphQL takes JSON: send "content-type: application/json".', {
    status: 415,
  });
}

/** Of what kind the operation is, is found out later. */
function acceptsStream({ headers }: IncomingMessage): boolean {
  return headers.accept?.toLowerCase().includes('text/event-stream') ?? false;
}

async function sendPlain(response: ServerResponse, plain: Response): Promise<void> {
  const body = Buffer.from(await plain.arrayBuffer());
  response.writeHead(plain.status, Object.fromEntries(plain.headers));
  response.end(body);
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
      const { requestId } = payload.serverContext.caller;
      if (Array.isArray(result)) payload.setResult(result.map((one) => maskResult(one, requestId, log)));
      else payload.setResult(maskResult(result, requestId, log));
    },
  };
}
