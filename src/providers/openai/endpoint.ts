import { UpstreamFailure, type Endpoint, type UpstreamRequest } from '../adapter.ts';
import { asObject, asText } from './fields.ts';
import type { Family } from './families.ts';

/** Where the calls of one endpoint go, and what they carry. */
export interface Route {
  readonly origin: string;
  /** Base path without the API path: "" or "/proxy". */
  readonly basePath: string;
  /** Everything before "/models" or "/chat/completions". */
  readonly apiBase: string;
  readonly chatPath: string;
  readonly embeddingsPath: string;
  /** For requests with a JSON body. Frozen: shared by all calls. */
  readonly headers: Record<string, string>;
}

const DEFAULT_API_PATH = '/v1';
const HEADER_NAME = /^[!#$%&'*+.^_`|~\w-]{1,100}$/;
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]{0,4096}$/;

/** What the connection itself needs, or what describes a body that we send: not for options to set. */
const RESERVED: ReadonlySet<string> = new Set([
  'host',
  'connection',
  'keep-alive',
  'content-length',
  'content-type',
  'content-encoding',
  'transfer-encoding',
  'accept-encoding',
  'te',
  'trailer',
  'upgrade',
  'expect',
]);

/** Routes of a family's endpoints. An endpoint never changes, so its route is worked out once. */
export function createRouter(family: Family): (endpoint: Endpoint) => Route {
  const known = new WeakMap<Endpoint, Route>();
  return function route(endpoint) {
    let found = known.get(endpoint);
    if (!found) {
      found = routeOf(family, endpoint);
      known.set(endpoint, found);
    }
    return family.origin ? { ...found, origin: family.origin() } : found;
  };
}

/** The API paths to try in discovery, the likeliest first. */
export function apiPathsToTry(endpoint: Endpoint): readonly string[] {
  const fixed = pathOption(endpoint);
  if (fixed !== null) return [fixed];
  const paths = ['/v1', '/api/v1', ''];
  return endsInVersion(endpoint.basePath) ? ['', '/v1', '/api/v1'] : paths;
}

export function getRequest(route: Route, path: string): UpstreamRequest {
  return { method: 'GET', origin: route.origin, path, headers: route.headers, body: null };
}

function routeOf(family: Family, endpoint: Endpoint): Route {
  const basePath = family.origin ? '' : endpoint.basePath;
  const fallback = endsInVersion(basePath) ? '' : DEFAULT_API_PATH;
  const apiBase = basePath + (pathOption(endpoint) ?? endpoint.apiPath ?? fallback);
  return {
    origin: endpoint.origin,
    basePath,
    apiBase,
    chatPath: `${apiBase}/chat/completions`,
    embeddingsPath: `${apiBase}/embeddings`,
    headers: Object.freeze(headersOf(family, endpoint)),
  };
}

/** A base URL that was typed with its version ("…/v1", "…/api/v3") is taken at its word. */
function endsInVersion(basePath: string): boolean {
  return /\/v\d{1,2}[a-z0-9]{0,8}$/.test(basePath);
}

function pathOption(endpoint: Endpoint): string | null {
  const path = asText(endpoint.options['path']);
  if (path === null) return null;
  const trimmed = path.replace(/\/$/, '');
  return trimmed === '' || trimmed.startsWith('/') ? trimmed : `/${trimmed}`;
}

function headersOf(family: Family, endpoint: Endpoint): Record<string, string> {
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    // Answers are relayed as bytes, so they must come as what they are.
    'accept-encoding': 'identity',
    'user-agent': 'open-model-prism',
  };
  const key = endpoint.credentials['apiKey'];
  if (endpoint.authType !== 'none' && key) headers['authorization'] = `Bearer ${key}`;
  for (const [option, name] of Object.entries(family.headers)) {
    const value = asText(endpoint.options[option]);
    if (value !== null) headers[name] = checked(`options.${option}`, value);
  }
  const extra = endpoint.options['headers'];
  if (extra === undefined || extra === null) return headers;
  const named = asObject(extra);
  if (!named) throw wrong('options.headers must be an object of header names and values.');
  for (const [name, value] of Object.entries(named)) {
    const lower = name.toLowerCase();
    if (!HEADER_NAME.test(name)) throw wrong(`options.headers: ${JSON.stringify(name)} is no header name.`);
    if (RESERVED.has(lower)) throw wrong(`options.headers: ${lower} cannot be set; the gateway sets it.`);
    if (typeof value !== 'string') throw wrong(`options.headers: the value of ${lower} must be a string.`);
    headers[lower] = checked(`options.headers: ${lower}`, value);
  }
  return headers;
}

function checked(where: string, value: string): string {
  if (!HEADER_VALUE.test(value)) throw wrong(`${where} has characters that a header cannot carry.`);
  return value;
}

/** The provider's configuration is at fault, not the caller: the same as a bad key. */
function wrong(message: string): UpstreamFailure {
  return new UpstreamFailure('credentials', message);
}
