import type { IncomingMessage, ServerResponse } from 'node:http';
import { AppError } from '../errors.ts';
import type { ProviderStatus } from '../runtime/provider-status.ts';
import type { KeyView, Snapshot, TenantView } from '../runtime/view.ts';
import { authenticate } from './authenticate.ts';
import type { AutoDeps } from './auto/route.ts';
import { serveCompletion } from './completion.ts';
import { answerHealth } from './health.ts';
import { answerModel, answerModels, type ModelLists } from './models.ts';
import { sendError } from './relay.ts';
import type { ServeDeps } from './serve.ts';

export interface GatewayDeps extends ServeDeps {
  /** The view to take for a new request. */
  readonly snapshot: () => Snapshot;
  /** Unix ms. */
  readonly clock: () => number;
  /** A new UUIDv7. */
  readonly newId: () => string;
  readonly status: ProviderStatus;
  /** False = the journal is full: nothing may be started that could not be accounted for. */
  readonly accepting: () => boolean;
  /** What `model: "auto"` needs. */
  readonly auto: AutoDeps;
}

/** Where a gateway request goes. `slug` null = the key alone names the tenant. */
export interface GatewayRoute {
  readonly slug: string | null;
  /** After `/v1`, without the query: `/chat/completions`. */
  readonly path: string;
}

/** Somebody inside this process who calls without a key: the console's playground. */
export interface Insider {
  /** Whose request it is, of the view that it is served from. Throws AppError where there is nobody. */
  readonly key: (snapshot: Snapshot) => KeyView;
  /** Stands in the log in place of what the client says of its user. */
  readonly userName: string;
}

/** The OpenAI-compatible door. Answers every request exactly once and never throws. */
export interface Gateway {
  /** `insider`: who calls, known already; null or missing = the request's own key says it. */
  handle(req: IncomingMessage, res: ServerResponse, route: GatewayRoute, insider?: Insider | null): void;
}

type Door = (deps: GatewayDeps, call: DoorCall, lists: ModelLists) => void | Promise<void>;

/** One request as the doors get it. */
export interface DoorCall {
  readonly id: string;
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly route: GatewayRoute;
  readonly insider: Insider | null;
}

/** Path → method → door. */
const DOORS: ReadonlyMap<string, Readonly<Record<string, Door>>> = new Map(
  Object.entries({
    '/chat/completions': { POST: (deps, call) => serveCompletion(deps, call, 'chat') },
    '/embeddings': { POST: (deps, call) => serveCompletion(deps, call, 'embeddings') },
    '/models': {
      GET: (deps, { id, req, res, route }, lists) =>
        answerModels(res, id, keyOf(deps, req, route).tenant, lists),
    },
    '/models/public': {
      GET: (deps, { id, req, res, route }, lists) =>
        answerModels(res, id, openTenant(deps, req, route), lists),
    },
    '/health': {
      GET: (deps, { id, req, res, route }) => answerHealth(deps, res, id, openTenant(deps, req, route)),
    },
  }),
);
/** For those who look for another one. */
const CALLS = [...DOORS].map(([path, doors]) => `${Object.keys(doors).join(', ')} ${path}`).join(', ');
const ONE_MODEL: Readonly<Record<string, Door>> = {
  GET: (deps, { id, req, res, route }) =>
    answerModel(res, id, keyOf(deps, req, route).tenant, decodePath(route.path.slice('/models/'.length))),
};

export function createGateway(deps: GatewayDeps): Gateway {
  const lists: ModelLists = new WeakMap();
  return {
    handle(req, res, route, insider = null) {
      const id = deps.newId();
      try {
        const door = doorOf(req, route);
        const answered = door(deps, { id, req, res, route, insider }, lists);
        if (answered !== undefined) answered.catch((error: unknown) => fail(deps, res, id, error));
      } catch (error) {
        fail(deps, res, id, error);
      }
    },
  };
}

function doorOf(req: IncomingMessage, route: GatewayRoute): Door {
  const { path } = route;
  const doors =
    DOORS.get(path) ?? DOORS.get(tidy(path)) ?? (path.startsWith('/models/') ? ONE_MODEL : undefined);
  if (doors === undefined) {
    throw new AppError(
      'route_not_found',
      `There is no ${req.method ?? ''} ${path.slice(0, 100)} behind this base URL; there is ${CALLS}.`,
    );
  }
  const method = req.method === 'HEAD' ? 'GET' : (req.method ?? '');
  const door = Object.hasOwn(doors, method) ? doors[method] : undefined;
  if (door === undefined) {
    throw new MethodNotAllowed(path, Object.keys(doors).join(', '));
  }
  return door;
}

/** Clients join a base URL and a path with one slash too many, and some end every path with one. */
function tidy(path: string): string {
  return path.replace(/\/{2,}/g, '/').replace(/(?!^)\/$/, '');
}

class MethodNotAllowed extends AppError {
  /** What RFC 9110 wants in the `allow` header. */
  readonly allowed: string;

  constructor(path: string, methods: string) {
    super('method_not_allowed', `${path} takes ${methods} only.`);
    this.allowed = methods;
  }
}

function fail(deps: GatewayDeps, res: ServerResponse, id: string, error: unknown): void {
  const known = error instanceof AppError ? error : null;
  if (known === null)
    deps.log.error({ err: error, requestId: id }, 'gateway: a request failed for a reason of ours');
  const headers = ['x-request-id', id];
  if (known instanceof MethodNotAllowed) headers.push('allow', known.allowed);
  sendError(
    res,
    known ??
      new AppError('internal', 'Something went wrong on our side. The request id names it in the log.'),
    headers,
  );
}

function keyOf(deps: GatewayDeps, req: IncomingMessage, route: GatewayRoute): KeyView {
  return authenticate(deps.snapshot(), req, route.slug, deps.clock());
}

/** The tenant of a path that needs no key; without a slug, a key has to name it. */
function openTenant(deps: GatewayDeps, req: IncomingMessage, route: GatewayRoute): TenantView {
  if (route.slug === null && req.headers.authorization !== undefined) return keyOf(deps, req, route).tenant;
  const tenant = route.slug === null ? undefined : deps.snapshot().tenantsBySlug.get(route.slug);
  if (tenant === undefined || !tenant.active) {
    throw new AppError('tenant_not_found', 'There is no such tenant. The path is /api/<tenant-slug>/v1/….');
  }
  return tenant;
}

function decodePath(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
