import {
  createSourceEventStream,
  executeSubscriptionEvent,
  Kind,
  validateSubscriptionArgs,
  type ExecutionResult,
  type ValidatedSubscriptionArgs,
} from 'graphql';
import { isAsyncIterable } from 'graphql-yoga';
import { AppError } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { Caller } from './caller.ts';
import type { Context, Following } from './context.ts';
import { refuseCostly } from './limits.ts';
import type { LiveConnection } from './live-access.ts';
import { maskForStream } from './mask-result.ts';
import { schema } from './schema.ts';

/** A subscription that has been validated. */
export interface SubscriptionRequest {
  readonly document: ValidatedSubscriptionArgs['document'];
  readonly variableValues?: Record<string, unknown> | null | undefined;
  readonly operationName?: string | null | undefined;
}

/** Results as they come. Throws what ends the stream; `return` ends it at once, whatever is waited for. */
export type LiveResults = AsyncIterableIterator<ExecutionResult, void, undefined>;

/** Answers with the stream, or with the errors for which there is none. Never rejects. */
export type Subscribe = (
  request: SubscriptionRequest,
  connection: LiveConnection,
  caller: Caller,
) => Promise<ExecutionResult | LiveResults>;

export interface SubscribeDeps {
  readonly context: (caller: Caller, following: Following) => Context;
  /** Runs `run` once after `ms`; the answer cancels it. */
  readonly after: (ms: number, run: () => void) => () => void;
  readonly log: Logger;
}

/** So long a subscriber that was dropped has to take the reason; then its connection ends. */
const STUCK_MS = 10_000;

/**
 * GraphQL's subscribe, for connections that last: each event has a context of its own, so that nothing is kept from
 * one to the next, and is given out only while the login stands.
 */
export function createSubscribe({ context, after, log }: SubscribeDeps): Subscribe {
  return async (request, connection, caller) => {
    const stopping = new AbortController();
    let cancelStuck: () => void = () => undefined;
    const following: Following = {
      signal: stopping.signal,
      onDropped: () => {
        cancelStuck = after(STUCK_MS, () => connection.end(stuck()));
      },
    };
    // Who the caller is was found out when the connection was opened.
    const fresh = () => context({ ...caller, actor: connection.actor }, following);
    try {
      const args = validateSubscriptionArgs({ schema, ...request, contextValue: fresh() });
      if (!('schema' in args)) return maskForStream({ errors: args }, caller.requestId, log);
      refuseCostly(schema, documentOf(args), request.variableValues ?? {});
      const source = await createSourceEventStream(args);
      if (!isAsyncIterable(source)) return maskForStream(source, caller.requestId, log);
      const events = source[Symbol.asyncIterator]();
      return results(events, async (rootValue) => {
        await standing(connection);
        const result = await executeSubscriptionEvent({ ...args, rootValue, contextValue: fresh() });
        // The login may have ended while the event was put together.
        await standing(connection);
        return maskForStream(result, caller.requestId, log);
      });
    } catch (error) {
      return maskForStream({ errors: [error] }, caller.requestId, log) as ExecutionResult;
    }

    function results(
      events: AsyncIterator<unknown>,
      resultOf: (event: unknown) => Promise<ExecutionResult>,
    ): LiveResults {
      let done = false;
      const finish = (): { done: true; value: undefined } => {
        done = true;
        cancelStuck();
        stopping.abort();
        connection.signal.removeEventListener('abort', finish);
        // Not awaited: it may be waiting for the database.
        Promise.resolve(events.return?.()).catch(() => undefined);
        return { done: true, value: undefined };
      };
      connection.signal.addEventListener('abort', finish);
      return {
        [Symbol.asyncIterator]() {
          return this;
        },
        async next() {
          if (done) return { done: true, value: undefined };
          try {
            const event = await events.next();
            if (event.done === true || done) return finish();
            const value = await resultOf(event.value);
            return done ? { done, value: undefined } : { done: false, value };
          } catch (error) {
            finish();
            throw error;
          }
        },
        return: () => Promise.resolve(finish()),
      };
    }
  };
}

async function standing(connection: LiveConnection): Promise<void> {
  for (let doubt = connection.settled(); doubt !== null; doubt = connection.settled()) await doubt;
  connection.signal.throwIfAborted();
}

/** The operation that runs and no other of its document. */
function documentOf({ document, operation }: ValidatedSubscriptionArgs): SubscriptionRequest['document'] {
  const fragments = document.definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION);
  return { kind: Kind.DOCUMENT, definitions: [operation, ...fragments] };
}

function stuck(): AppError {
  return new AppError('slow_consumer', 'The connection takes nothing any more.');
}
