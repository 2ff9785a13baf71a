import { stringifyDocument } from '@urql/core';
import type { AnyVariables, TypedDocumentNode } from '@urql/core';
import type { Client } from 'graphql-ws';
import { session } from '#lib/state/session.svelte.ts';
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
/** How the server says that the login is missing or over. */
const UNAUTHORIZED = 4401;

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
    const since = session.renewals;
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
        get variables(): Record<string, unknown> {
          const given: AnyVariables = variables();
          return given ?? {};
        },
      },
      {
        next({ data, errors }) {
          if (data !== undefined && data !== null) handlers.data(data);
          else if (errors?.[0] !== undefined)
            close(failed(codeOf(errors[0].extensions), errors[0].message).problem);
        },
        error(error) {
          close(problemOf(error));
        },
        complete() {
          close(failed('ended', 'The server ended the live connection.').problem);
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

    function close(problem: Problem): void {
      if (ended || finished) return;
      stop?.();
      if (problem.code === 'unauthenticated') void signInAgain(problem, since);
      else end(problem);
    }
  }

  /** The session has ended; it goes on with the next one. */
  async function signInAgain(problem: Problem, since: number): Promise<void> {
    const isBack = await session.renew(since);
    if (ended) return;
    if (isBack) await start();
    else end(problem);
  }

  function end(problem: Problem): void {
    ended = true;
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
    // A server that restarts comes back, and one that has new rights for us lets us in again; only a login that is
    // over is final, and graphql-ws knows that.
    shouldRetry: () => true,
  });
}

function problemOf(error: unknown): Problem {
  if (error instanceof CloseEvent) {
    const code = error.code === UNAUTHORIZED ? 'unauthenticated' : 'unreachable';
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
