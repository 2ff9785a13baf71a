import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { getOperationAST, type DocumentNode, type GraphQLError } from 'graphql';
import { handleProtocols, makeServer } from 'graphql-ws';
import { WebSocketServer, type RawData, type WebSocket } from 'ws';
import { AppError, type ErrorCode } from '../errors.ts';
import type { Logger } from '../log.ts';
import { bearerToken, type Caller } from './caller.ts';
import { socketToken } from './console-session.ts';
import { knownError } from './known-error.ts';
import type { LiveAccess, LiveConnection } from './live-access.ts';
import type { Subscribe } from './live-subscribe.ts';
import { asGraphql, maskForStream } from './mask-result.ts';
import type { PageKind } from './origin.ts';
import { createPace } from './pace.ts';
import { schema } from './schema.ts';
import { hangUp, keepAlive } from './socket-end.ts';
import { SOCKET_LIMITS, type SocketLimits } from './socket-limits.ts';

export interface SocketDeps {
  readonly access: LiveAccess;
  readonly subscribe: Subscribe;
  /** Parses and validates as over HTTP. */
  readonly check: (query: string, caller: Caller) => DocumentNode | readonly GraphQLError[];
  readonly stranger: (request: IncomingMessage) => Caller;
  readonly newRequestId: () => string;
  /** What a browser's page of this origin is to us; null = it may not connect. */
  readonly pageOf: (origin: string, host: string | undefined) => PageKind;
  readonly clock: () => Date;
  /** Runs `run` once after `ms`; the answer cancels it. */
  readonly after: (ms: number, run: () => void) => () => void;
  readonly log: Logger;
  readonly limits?: Partial<SocketLimits> | undefined;
}

const PACE_MS = 10_000;

/** Subscriptions over WebSocket: sub-protocol graphql-transport-ws. */
export interface SocketDoor {
  /** Answers a request for an upgrade, or has it refused. Never throws. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, refuse: Refuse): void;
  /** Closes all sockets (1001), and cuts those that do not answer; takes no more. */
  close(): void;
  readonly sockets: number;
}

/** Answers with a status instead of a socket. */
export type Refuse = (status: number, message: string) => void;

/** What the close code says to a client: 4401 = sign in, 4403 and 1001 = connect again, 1013 = later. */
const CLOSE_CODES: Partial<Record<ErrorCode, number>> = {
  unauthenticated: 4401,
  forbidden: 4403,
  too_many_attempts: 4429,
  draining: 1001,
  slow_consumer: 1013,
  unavailable: 1013,
};

export function createSocketDoor(deps: SocketDeps): SocketDoor {
  const limits = { ...SOCKET_LIMITS, ...deps.limits };
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: limits.messageBytes,
    handleProtocols,
  });
  let isClosed = false;

  return {
    get sockets() {
      return server.clients.size;
    },
    upgrade(request, socket, head, refuse) {
      const { origin, host } = request.headers;
      if (isClosed) return refuse(503, 'This process is leaving. Connect again.');
      // A browser always says which page connects; programs need not.
      const page = origin === undefined ? 'named' : deps.pageOf(origin, host);
      if (page === null) {
        return refuse(403, 'Pages of this origin may not connect (CORS_ORIGINS).');
      }
      if (server.clients.size >= limits.sockets) return refuse(503, 'There are too many sockets.');
      server.handleUpgrade(request, socket, head, (client) =>
        serve(client, request, page, { ...deps, limits }),
      );
    },
    close() {
      isClosed = true;
      for (const client of server.clients)
        hangUp(client, 1001, 'This process is leaving. Connect again.', deps.after);
    },
  };
}

type Deps = SocketDeps & { readonly limits: SocketLimits };

function serve(client: WebSocket, request: IncomingMessage, page: PageKind, deps: Deps): void {
  const { access, after, log, limits } = deps;
  const stranger = deps.stranger(request);
  const pace = createPace({ most: limits.messages, perMs: PACE_MS, clock: deps.clock });
  let connection: LiveConnection | null = null;

  function end(error: AppError): void {
    hangUp(client, CLOSE_CODES[error.code] ?? 1011, error.message, after);
  }

  async function signIn(params: Record<string, unknown>): Promise<boolean> {
    try {
      const opened = await access.open(tokenOf(params, request, page), stranger.address);
      if (client.readyState !== client.OPEN) {
        opened.close();
        return false;
      }
      connection = opened;
      opened.signal.addEventListener('abort', () => end(knownError(opened.signal.reason)));
      return true;
    } catch (error) {
      end(logged(error));
      return false;
    }
  }

  function logged(error: unknown): AppError {
    const known = knownError(error);
    if (known.code === 'internal' || known.code === 'unavailable')
      log.error({ err: error }, 'live: a socket failed');
    return known;
  }

  function callerOf(opened: LiveConnection): Caller {
    return { ...stranger, actor: opened.actor, requestId: deps.newRequestId() };
  }

  const protocol = makeServer({
    connectionInitWaitTimeout: limits.initMs,
    onConnect: ({ connectionParams = {} }) => signIn(connectionParams),
    onSubscribe({ subscriptions }, _id, { query, operationName, variables }) {
      if (connection === null) return [asGraphql(new AppError('unauthenticated', 'Sign in first.'))];
      // The new one is among them already.
      if (Object.keys(subscriptions).length > limits.subscriptions) return [tooMany(limits.subscriptions)];
      const document = deps.check(query, callerOf(connection));
      if (!('kind' in document)) return document;
      if (getOperationAST(document, operationName)?.operation !== 'subscription') return [noSubscription()];
      return { schema, document, operationName, variableValues: variables };
    },
    subscribe({ document, operationName, variableValues }) {
      if (connection === null) throw new Error('subscribed before signing in');
      const variables = variableValues == null ? {} : { ...variableValues };
      const asked = { document, operationName, variableValues: variables };
      return deps.subscribe(asked, connection, callerOf(connection));
    },
    onError: (_context, _id, _payload, errors) =>
      maskForStream({ errors }, stranger.requestId, log).errors.map((error) => error.toJSON()),
  });

  const closed = protocol.opened(
    {
      protocol: client.protocol,
      // Resolves when it has left: that is how a slow client slows its subscriptions down, and nothing else.
      send: (data) =>
        new Promise((resolve) => {
          if (client.readyState !== client.OPEN) return resolve();
          client.send(data, () => resolve());
        }),
      close: (code = 1011, reason = '') => hangUp(client, code, reason, after),
      onMessage: (handle) => {
        client.on('message', (data: RawData) => {
          if (!isAcceptable()) return;
          handle(Buffer.isBuffer(data) ? data.toString() : '').catch((error: unknown) => end(logged(error)));
        });
      },
    },
    null,
  );

  /** Answers to a client that asks without reading would wait in our memory. */
  function isAcceptable(): boolean {
    if (client.readyState !== client.OPEN) return false;
    if (client.bufferedAmount > limits.waitingBytes) client.terminate();
    else if (pace.allows()) return true;
    else hangUp(client, 4429, 'Too many messages', after);
    return false;
  }

  const stopPings = keepAlive(client, limits.pingMs, after);
  client.on('ping', isAcceptable);
  client.on('error', (error) => log.debug({ err: error }, 'live: a socket broke'));
  client.once('close', (code, reason) => {
    stopPings();
    connection?.close();
    closed(code, reason.toString()).catch((error: unknown) => void logged(error));
  });
}

/** The token as any page can send it; programs may also use the header, our own pages their cookie. */
function tokenOf(params: Record<string, unknown>, request: IncomingMessage, page: PageKind): string {
  const { authorization } = params;
  if (typeof authorization === 'string') return bearerToken(authorization) ?? '';
  return socketToken(request, page === 'own') ?? '';
}

function tooMany(most: number): GraphQLError {
  return asGraphql(
    new AppError('bad_input', `A socket carries ${most} subscriptions at most. End one first.`),
  );
}

function noSubscription(): GraphQLError {
  return asGraphql(
    new AppError('bad_input', 'A socket carries subscriptions. Send queries and mutations by POST.'),
  );
}
