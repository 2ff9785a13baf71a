import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AppError } from '../errors.ts';
import { knownError } from '../graphql/known-error.ts';
import { schema } from '../graphql/schema.ts';
import type { Graphql } from '../graphql/yoga.ts';
import { readJsonObject } from '../http/body.ts';
import type { Logger } from '../log.ts';
import { admit, prepare, run } from './execute.ts';
import { createApiTable } from './docs.ts';
import { createMatcher, MethodNotAllowed } from './match.ts';
import type { Method } from './route.ts';

const MAX_BODY_BYTES = 1024 * 1024;

export interface RestDeps {
  readonly graphql: Pick<Graphql, 'context' | 'execute' | 'identify'>;
  readonly log: Logger;
  /** For answers that come before anybody has asked who calls. */
  readonly newRequestId: () => string;
}

/**
 * The REST door: a table of endpoints (routes.ts), each of them one GraphQL operation run in this process, and the
 * few that none can answer (raw-routes.ts). Throws when a row does not fit the schema. The handler never throws.
 */
export function createRest({
  graphql,
  log,
  newRequestId,
}: RestDeps): (request: IncomingMessage, response: ServerResponse) => void {
  const table = createApiTable();
  const match = createMatcher([
    ...table.routes.map((route) => ({ ...place(route), endpoint: prepare(schema, route), raw: null })),
    ...table.raw.map((raw) => ({ ...place(raw), endpoint: null, raw })),
  ]);

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, query } = splitUrl(request.url ?? '/');
    const { route, params } = match(request.method ?? 'GET', pathname);
    const { endpoint, raw } = route;
    const caller = await graphql.identify(request);
    response.setHeader('x-request-id', caller.requestId);
    if (raw !== null) {
      admit(raw.requirement, caller);
      await raw.answer({ params, query, context: graphql.context(caller), request, response });
      return;
    }
    admit(endpoint.requirement, caller);
    const body = await readJsonObject(request, { maxBytes: MAX_BODY_BYTES });
    const result = await run(endpoint, { params, query, body }, caller, graphql);
    send(response, endpoint.route.status, result);
  }

  return (request, response) => {
    answer(request, response).catch((error: unknown) => {
      const known = knownError(error);
      if ((known.code === 'internal' || known.code === 'unavailable') && known.cause !== undefined) {
        log.error({ err: known.cause, path: request.url }, 'rest: the request could not be answered');
      }
      if (response.headersSent) {
        response.destroy();
        return;
      }
      if (!response.hasHeader('x-request-id')) response.setHeader('x-request-id', newRequestId());
      refuse(response, known);
    });
  };
}

function place({ method, path }: { readonly method: Method; readonly path: string }) {
  return { method, path };
}

function splitUrl(url: string): { pathname: string; query: Record<string, string> } {
  const at = url.indexOf('?');
  if (at === -1) return { pathname: url, query: {} };
  const query: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(url.slice(at + 1))) {
    if (!Object.hasOwn(query, name)) query[name] = value;
  }
  return { pathname: url.slice(0, at), query };
}

function refuse(response: ServerResponse, error: AppError): void {
  const { message, code, fields, retryAfterMs } = error;
  if (retryAfterMs !== null) response.setHeader('retry-after', String(Math.ceil(retryAfterMs / 1000)));
  if (error instanceof MethodNotAllowed) response.setHeader('allow', error.allow);
  // What is left of a body that was refused unread would be taken for the next request.
  if (error.status === 413) response.setHeader('connection', 'close');
  send(response, error.status, { error: { message, code, ...(fields.length === 0 ? {} : { fields }) } });
}

function send(response: ServerResponse, status: number, value: unknown): void {
  const body = JSON.stringify(value);
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
  });
  response.end(body);
}
