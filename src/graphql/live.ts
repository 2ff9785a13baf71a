import type { ServerResponse } from 'node:http';
import type { ExecutionResult } from 'graphql';
import { isAsyncIterable, type Plugin } from 'graphql-yoga';
import type { Notices } from '../database/notify.ts';
import { AppError } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { Caller } from './caller.ts';
import type { ConsoleSession } from './console-session.ts';
import {
  createLiveAccess,
  type LiveAccess,
  type LiveAccessDeps,
  type LiveConnection,
} from './live-access.ts';
import {
  createSubscribe,
  type LiveResults,
  type Subscribe,
  type SubscribeDeps,
  type SubscriptionRequest,
} from './live-subscribe.ts';
import { asGraphql } from './mask-result.ts';
import { writeStream } from './sse.ts';

export interface LiveDeps extends LiveAccessDeps, SubscribeDeps {
  readonly notices: Pick<Notices, 'subscribe'>;
  readonly log: Logger;
}

/** Subscriptions over HTTP, and what sockets share with them. */
export interface Live {
  readonly access: LiveAccess;
  readonly subscribe: Subscribe;
  /** For a request that takes server-sent events. `token`: what it signs in with; null = nothing. */
  stream(token: string | null): Stream;
}

/** One HTTP request that may turn out to be a subscription. */
export interface Stream {
  /** The request holds several operations: there can be no stream. */
  batched: boolean;
  /** Opens it; what it answers stands in the response's place only if there is no stream. */
  open(request: SubscriptionRequest, caller: Caller): Promise<ExecutionResult>;
  /** Writes it; false = none was opened. Resolves when the response has closed. */
  write(response: ServerResponse, caller: Caller): Promise<boolean>;
}

export function createLive(deps: LiveDeps): Live {
  const access = createLiveAccess(deps);
  const subscribe = createSubscribe(deps);
  return {
    access,
    subscribe,
    stream: (token) => createStream(token ?? '', access, subscribe, deps),
  };
}

function createStream(token: string, access: LiveAccess, subscribe: Subscribe, deps: LiveDeps): Stream {
  let opened: { readonly results: LiveResults; readonly connection: LiveConnection } | null = null;
  return {
    batched: false,
    async open(request, caller) {
      if (this.batched) return refusal('A subscription must be the only operation of its request.');
      try {
        const connection = await access.open(token, caller.address);
        const results = await subscribe(request, connection, caller);
        if (!isAsyncIterable(results)) {
          connection.close();
          return results;
        }
        opened = { results, connection };
        return { data: null };
      } catch (error) {
        return failure(error);
      }
    },
    async write(response, { requestId }) {
      if (opened === null) return false;
      await writeStream(response, opened.results, opened.connection, { ...deps, requestId });
      return true;
    },
  };
}

/** What Yoga carries through a request. */
export interface ServerContext {
  readonly caller: Caller;
  /** Null = the client takes no stream. */
  readonly stream: Stream | null;
  /** Null = the request is none of the console's. */
  readonly consoleSession: ConsoleSession | null;
}

/** Leads subscriptions that come over HTTP to the request's stream. */
export function useStreams(): Plugin<ServerContext, ServerContext> {
  return {
    onRequestParse: ({ serverContext: { stream } }) => ({
      onRequestParseDone({ requestParserResult }) {
        if (stream !== null && Array.isArray(requestParserResult)) stream.batched = true;
      },
    }),
    onSubscribe({ setSubscribeFn }) {
      // Yoga types what it passes as any.
      const toStream = async (args: unknown): Promise<ExecutionResult> => {
        const { contextValue, ...request } = args as SubscriptionRequest & { contextValue: ServerContext };
        const { caller, stream } = contextValue;
        if (stream !== null) return await stream.open(request, caller);
        return refusal(
          'A subscription needs a WebSocket (graphql-transport-ws), or "accept: text/event-stream".',
        );
      };
      setSubscribeFn(toStream);
    },
  };
}

function refusal(message: string): ExecutionResult {
  return failure(new AppError('bad_input', message));
}

/** Translated where all results are. */
function failure(error: unknown): ExecutionResult {
  return { errors: [asGraphql(error)] };
}
