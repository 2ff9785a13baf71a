import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Gateway } from '../gateway/gateway.ts';
import { BODY_TIMEOUT_MS } from '../gateway/completion.ts';
import { CONSOLE_HEADER } from '../graphql/console-session.ts';
import { isMeantForGateway, notFound, nothingAt, refuseUnreadable, refuseUpgrade } from './refusals.ts';

/** Answers one request; must not throw. */
export type Handler = (req: IncomingMessage, res: ServerResponse) => void;

/** Where sockets go, and what else outlasts a request. */
export interface LiveDoor {
  /** Answers a request for a WebSocket, or calls `refuse`; must not throw. */
  upgrade(
    req: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    refuse: (status: number, message: string) => void,
  ): void;
  /** The process leaves: ends what lasts, so that nobody waits for it. */
  leave(): void;
}

/** What stands behind the one listener. Null = not in this process's role. */
export interface Doors {
  readonly gateway: Gateway | null;
  readonly graphql: Handler | null;
  readonly live: LiveDoor | null;
  readonly rest: Handler | null;
  readonly ui: Handler | null;
  readonly health: Handler;
  readonly metrics: Handler;
}

export interface HttpServer {
  /** Resolves with the port; rejects with Node's listen error (EADDRINUSE …). */
  listen(port: number, host: string): Promise<number>;
  /**
   * Stops accepting, lets what runs finish, and after `limitMs` cuts what is left. Resolves with the number of
   * requests that were cut.
   */
  drain(limitMs: number): Promise<number>;
  readonly draining: boolean;
}

/** Longer than the idle time of common load balancers (60 s), so that they close first. */
const KEEP_ALIVE_MS = 75_000;

/**
 * One listener for everything: the path's head picks the door. `origins`: who may call from a browser. `newId`: names
 * the requests that no door takes.
 */
export function createHttpServer(doors: Doors, origins: readonly string[], newId: () => string): HttpServer {
  const allowed = new Set(origins);
  let draining = false;
  let running = 0;
  let idle: (() => void) | null = null;

  // Other upgrades (h2c, which Java's client offers with each request) are requests like any other.
  const options = { shouldUpgradeCallback: isForWebSocket };
  const server = createServer(options, (req, res) => {
    running += 1;
    // It comes once anyway; the wrapper of "once" would only cost.
    res.on('close', () => {
      running -= 1;
      if (running === 0) idle?.();
    });
    if (draining) res.shouldKeepAlive = false;
    if (req.url !== undefined && req.url[0] !== '/') req.url = originForm(req.url);
    if (req.headers.origin !== undefined && answerCors(req, res, allowed)) return;
    route(doors, req, res, newId);
  });
  server.on('upgrade', (req, socket, head) => {
    // Until the socket has a master of its own; without a listener an error would end the process.
    socket.on('error', () => socket.destroy());
    const refuse = (status: number, message: string): void => refuseUpgrade(socket, newId(), status, message);
    if (draining) refuse(503, 'This process is leaving. Connect again.');
    else if (doors.live === null || pathOf(req) !== '/graphql') refuse(404, 'There is no WebSocket here.');
    else doors.live.upgrade(req, socket, head, refuse);
  });
  server.on('clientError', (error, socket) => refuseUnreadable(error, socket, newId()));
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.headersTimeout = 60_000;
  server.requestTimeout = BODY_TIMEOUT_MS;

  function whenIdle(): Promise<void> {
    if (running === 0) return Promise.resolve();
    return new Promise((resolve) => {
      idle = resolve;
    });
  }

  return {
    get draining() {
      return draining;
    },
    listen: (port, host) => listen(server, port, host),
    async drain(limitMs) {
      draining = true;
      doors.live?.leave();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, limitMs);
      });
      await Promise.race([whenIdle(), late]);
      clearTimeout(timer);
      const cut = running;
      server.closeAllConnections();
      await closed;
      // Not before each of them knows that it was cut: what it used until then is still to be journalled.
      await whenIdle();
      return cut;
    },
  };
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

function route(doors: Doors, req: IncomingMessage, res: ServerResponse, newId: () => string): void {
  const path = pathOf(req);
  const gateway = gatewayPath(path);
  if (gateway !== null) {
    if (doors.gateway === null)
      notFound(res, newId(), 'This process does not serve the gateway (PRISM_ROLE=control).');
    else doors.gateway.handle(req, res, gateway);
    return;
  }
  const handler = doorOf(doors, path, req.headers.accept);
  if (handler === null) notFound(res, newId(), nothingAt(path) + (doors.rest === null ? WORKER : ''));
  else handler(req, res);
}

const WORKER = ' This process serves the gateway, /health and /metrics only (PRISM_ROLE=worker).';

function pathOf({ url = '/' }: IncomingMessage): string {
  const query = url.indexOf('?');
  return query === -1 ? url : url.slice(0, query);
}

/** Proxies may be spoken to with the whole address; a server has to take that, too (RFC 9112, 3.2.2). */
function originForm(target: string): string {
  const rest = target.replace(/^https?:\/\/[^/?]*/i, '');
  return rest.startsWith('?') || rest === '' ? `/${rest}` : rest;
}

function isForWebSocket({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === 'websocket';
}

function doorOf(doors: Doors, path: string, accept: string | undefined): Handler | null {
  if (path === '/health') return doors.health;
  if (path === '/metrics') return doors.metrics;
  if (path === '/graphql' || path.startsWith('/graphql/')) return doors.graphql;
  if (path === '/api' || path.startsWith('/api/')) {
    const head = path.split('/', 3)[2];
    return head === 'prism' || head === 'tenant-portal' ? doors.rest : null;
  }
  return isMeantForGateway(path, accept) ? null : doors.ui;
}

/** Where a gateway path leads: `/v1/…`, `/api/v1/…` (the key names the tenant) or `/api/<slug>/v1/…`; null = no gateway path. */
export function gatewayPath(path: string): { slug: string | null; path: string } | null {
  if (path.startsWith('/v1/')) return { slug: null, path: path.slice(3) };
  if (!path.startsWith('/api/')) return null;
  if (path.startsWith('/api/v1/')) return { slug: null, path: path.slice(7) };
  const end = path.indexOf('/', 5);
  if (end === -1 || !path.startsWith('/v1/', end)) return null;
  const slug = path.slice(5, end);
  // Both are the console's; no tenant can have such a slug.
  if (slug === 'prism' || slug === 'tenant-portal') return null;
  return { slug, path: path.slice(end + 3) };
}

/**
 * True = it was a preflight and has been answered. Pages of other origins sign in with bearer tokens: cookies are never
 * allowed along, and the header with which our own console's cookie counts is none of theirs.
 */
function answerCors(req: IncomingMessage, res: ServerResponse, allowed: ReadonlySet<string>): boolean {
  const { origin } = req.headers;
  if (origin === undefined || !allowed.has(origin)) return false;
  res.setHeader('access-control-allow-origin', origin);
  res.setHeader('vary', 'origin');
  res.setHeader('access-control-expose-headers', EXPOSED);
  if (req.method !== 'OPTIONS' || req.headers['access-control-request-method'] === undefined) return false;
  res.writeHead(204, {
    'access-control-allow-methods': 'GET, POST, PUT, PATCH, DELETE',
    'access-control-allow-headers': headersFor(req.headers['access-control-request-headers']),
    'access-control-max-age': '600',
  });
  res.end();
  return true;
}

function headersFor(asked = 'authorization, content-type'): string {
  const names = asked.split(',').map((name) => name.trim());
  return names.filter((name) => name.toLowerCase() !== CONSOLE_HEADER).join(', ');
}

const EXPOSED = [
  'x-request-id',
  'x-prism-model',
  'x-prism-provider',
  'x-prism-category',
  'retry-after',
  ...['limit', 'remaining', 'reset'].flatMap((it) => [
    `x-ratelimit-${it}-requests`,
    `x-ratelimit-${it}-tokens`,
  ]),
].join(', ');
