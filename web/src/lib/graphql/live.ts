import { stringifyDocument } from '@urql/core';
import type { AnyVariables, TypedDocumentNode } from '@urql/core';
import type { Client } from 'graphql-ws';
import { leave } from '#lib/actions/leave.ts';
import { session } from '#lib/state/session.ts';
import { failed } from './outcome.ts';
import type { Problem } from './outcome.ts';

/** How the connection stands: told whenever it changes. */
export type LiveState = 'connecting' | 'open' | 'lost';

export interface LiveHandlers<Data> {
  data(data: Data): void;
  state?(state: LiveState): void;
  /** The server refuses or ends the subscription: nothing comes any more. */
  end?(problem: Problem): void;
}

/** Waits between two tries to connect: 0.5 s, then twice as long each time up to this, in ms. */
const LONGEST_WAIT_MS = 10_000;
/** How the server says that the login has ended: what graphql-ws calls Forbidden. */
const FORBIDDEN = 4403;

let client: Promise<Client> | null = null;

/**
 * Subscribes over the console's one WebSocket, which the first subscription opens and which closes after the last. A
 * lost connection comes back by itself; `variables` is asked again for each connection, so that a cursor can say where
 * to go on. Returns what ends it.
 */
export function listen<Data, Variables extends AnyVariables>(
  document: TypedDocumentNode<Data, Variables>,
  variables: () => Variables,
  handlers: LiveHandlers<Data>,
): () => void {
  let ended = false;
  let stop: (() => void) | null = null;
  void start();

  async function start(): Promise<void> {
    client ??= connect();
    const socket = await client;
    if (ended) return;
    const unlisten = [
      socket.on('connecting', () => handlers.state?.('connecting')),
      socket.on('connected', () => handlers.state?.('open')),
      socket.on('closed', () => handlers.state?.('lost')),
    ];
    let finished = false;
    const query = stringifyDocument(document);
    const unsubscribe = socket.subscribe<Data>(
      // A getter: graphql-ws asks for the payload again when it connects again.
      {
        query,
        get variables() {
          return { ...variables() };
        },
      },
      {
        next({ data, errors }) {
          if (data !== undefined && data !== null) handlers.data(data);
          else if (errors?.[0] !== undefined)
            end(failed(codeOf(errors[0].extensions), errors[0].message).problem);
        },
        error(error) {
          end(problemOf(error));
        },
        complete() {
          if (!ended) end(failed('ended', 'The server ended the live connection.').problem);
        },
      },
    );
    stop = () => {
      if (finished) return;
      finished = true;
      unlisten.forEach((off) => off());
      unsubscribe();
    };
    if (ended) stop();
  }

  function end(problem: Problem): void {
    if (ended) return;
    ended = true;
    stop?.();
    if (problem.code === 'unauthenticated') leave();
    handlers.end?.(problem);
  }

  return () => {
    ended = true;
    stop?.();
  };
}

async function connect(): Promise<Client> {
  const { createClient } = await import('graphql-ws');
  return createClient({
    url: `${location.origin.replace(/^http/, 'ws')}/graphql`,
    lazy: true,
    retryAttempts: Number.POSITIVE_INFINITY,
    retryWait: (tries) =>
      new Promise((resolve) => {
        setTimeout(resolve, Math.min(LONGEST_WAIT_MS, 500 * 2 ** tries));
      }),
    // Only what the login has to do with is final; a server that restarts comes back.
    shouldRetry: (closed) => !(closed instanceof CloseEvent && closed.code === FORBIDDEN),
    connectionParams: () => {
      const { token } = session;
      return token === null ? {} : { authorization: `Bearer ${token}` };
    },
  });
}

function problemOf(error: unknown): Problem {
  if (error instanceof CloseEvent) {
    const code = error.code === FORBIDDEN ? 'unauthenticated' : 'unreachable';
    return failed(code, error.reason === '' ? 'The live connection is lost.' : error.reason).problem;
  }
  const first: unknown = Array.isArray(error) ? error[0] : error;
  if (
    typeof first === 'object' &&
    first !== null &&
    'message' in first &&
    typeof first.message === 'string'
  ) {
    const extensions = 'extensions' in first ? first.extensions : null;
    return failed(codeOf(extensions), first.message).problem;
  }
  return failed('unreachable', 'The live connection is lost.').problem;
}

function codeOf(extensions: unknown): string {
  if (typeof extensions !== 'object' || extensions === null || !('code' in extensions)) return 'internal';
  return typeof extensions.code === 'string' ? extensions.code : 'internal';
}
