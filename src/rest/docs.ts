import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { schema } from '../graphql/schema.ts';
import { printPage, STYLE } from './docs-page.ts';
import { openApi, type OpenApi } from './openapi.ts';
import { RAW_ROUTES } from './raw-routes.ts';
import type { RawRoute } from './raw.ts';
import { ROUTES } from './routes.ts';

/** Every row there is, those that print the rows included. */
export interface ApiTable {
  readonly routes: typeof ROUTES;
  readonly raw: readonly RawRoute[];
  /** Printed at the first call. */
  document(): OpenApi;
}

export function createApiTable(): ApiTable {
  const document = once(() => openApi(schema, { routes: ROUTES, raw }));
  const raw: readonly RawRoute[] = [...RAW_ROUTES, ...docsRoutes(document)];
  return { routes: ROUTES, raw, document };
}

const heading = 'Documentation';
const open = { heading, params: {}, query: {}, requirement: 'nothing' } as const;

function docsRoutes(document: () => OpenApi): readonly RawRoute[] {
  const json = once(() => Buffer.from(JSON.stringify(document())));
  const page = once(() => Buffer.from(printPage(document())));
  return [
    {
      ...open,
      method: 'GET',
      path: '/api/prism/openapi.json',
      summary: 'This API as OpenAPI 3.1',
      reason: 'it is printed from the tables of REST itself.',
      produces: { 'application/json': 'OpenAPI 3.1.' },
      answer: ({ response }) => send(response, json(), { 'content-type': 'application/json; charset=utf-8' }),
    },
    {
      ...open,
      method: 'GET',
      path: '/api/prism/docs',
      summary: 'This API as a page to read',
      reason: 'it is a page.',
      produces: { 'text/html': 'HTML.' },
      answer: ({ response }) => send(response, page(), PAGE_HEADERS),
    },
  ];
}

/** The page holds no script and fetches nothing; its own style is let through by its hash. */
const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': [
    "default-src 'none'",
    `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
} as const;

function send(response: ServerResponse, body: Buffer, headers: Readonly<Record<string, string>>): void {
  response.writeHead(200, { ...headers, 'content-length': body.length, 'cache-control': 'no-cache' });
  response.end(body);
}

function once<Value extends object>(make: () => Value): () => Value {
  let value: Value | null = null;
  return () => (value ??= make());
}
