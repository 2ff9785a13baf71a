import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, relative, sep } from 'node:path';
import { acceptsEncoding, acceptsHtml, matchesEtag } from './negotiate.ts';
import type { Encoding } from './negotiate.ts';

/** Answers a GET or HEAD for the console. True = answered; false = another method, the caller answers. */
export type StaticHandler = (req: IncomingMessage, res: ServerResponse) => boolean;

export interface StaticOptions {
  /** The build of the console (web/build): index.html, assets, and their .br and .gz siblings. */
  readonly directory: string;
}

interface Variant {
  readonly body: Buffer;
  readonly etag: string;
}

interface Entry {
  readonly headers: Readonly<Record<string, string>>;
  readonly plain: Variant;
  readonly encoded: ReadonlyMap<Encoding, Variant>;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
};

const SIBLINGS = { br: '.br', gzip: '.gz' } as const satisfies Record<Encoding, string>;

/** On everything, the 404 included. */
const BASE_HEADERS = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
} as const;

/**
 * Serves the built console. Every file is read once, here, into a table keyed by its URL path: a request can only
 * name a key of that table, so no path can lead out of the directory. Unknown paths that look like pages get
 * index.html (the console routes by itself); unknown assets get 404. Without a build, pages get a 503 that says so.
 */
export function createStatic({ directory }: StaticOptions): StaticHandler {
  const table = readTable(directory);
  const index = table.get('/index.html');
  if (index !== undefined) table.set('/', index);

  return function serveStatic(req, res) {
    const method = req.method ?? 'GET';
    if (method !== 'GET' && method !== 'HEAD') return false;
    const path = pathOf(req.url ?? '/');
    const entry = table.get(path) ?? (isPage(req, path) ? index : undefined);
    if (entry !== undefined) send(req, res, entry);
    else if (index === undefined && isPage(req, path)) {
      sendText(res, 503, 'The console is not built. Start with `npm start`, which builds it.\n');
    } else sendText(res, 404, 'Not found.\n');
    return true;
  };
}

function readTable(directory: string): Map<string, Entry> {
  const table = new Map<string, Entry>();
  if (!existsSync(directory)) return table;
  for (const item of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    if (!item.isFile() || item.name.endsWith('.br') || item.name.endsWith('.gz')) continue;
    const file = join(item.parentPath, item.name);
    table.set(`/${relative(directory, file).split(sep).join('/')}`, readEntry(directory, file));
  }
  return table;
}

function readEntry(directory: string, file: string): Entry {
  const body = readFileSync(file);
  const type = TYPES[extname(file)] ?? 'application/octet-stream';
  const hashed = relative(directory, file).split(sep).includes('immutable');
  const encoded = new Map<Encoding, Variant>();
  for (const encoding of ['br', 'gzip'] as const) {
    const sibling = file + SIBLINGS[encoding];
    if (existsSync(sibling)) encoded.set(encoding, variant(readFileSync(sibling)));
  }
  return {
    headers: {
      ...BASE_HEADERS,
      'content-type': type,
      'cache-control': hashed ? 'public, max-age=31536000, immutable' : 'no-cache',
      ...(encoded.size > 0 ? { vary: 'accept-encoding' } : {}),
      ...(type.startsWith('text/html') ? documentHeaders(body.toString('utf8')) : {}),
    },
    plain: variant(body),
    encoded,
  };
}

function variant(body: Buffer): Variant {
  return { body, etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"` };
}

/** Scripts run only from our own files, and inline only those that the build itself wrote, by their hash. */
function documentHeaders(html: string): Record<string, string> {
  const inline = [...html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g)].map(
    ([, text = '']) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`,
  );
  const policy = [
    "default-src 'none'",
    ["script-src 'self'", ...inline].join(' '),
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ];
  return {
    'content-security-policy': policy.join('; '),
    'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  };
}

/** Up to the query; a path that cannot be decoded is looked up as it is and found nowhere. */
function pathOf(url: string): string {
  const query = url.indexOf('?');
  const path = query === -1 ? url : url.slice(0, query);
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function isPage(req: IncomingMessage, path: string): boolean {
  const last = path.slice(path.lastIndexOf('/') + 1);
  return !path.startsWith('/_app/') && !last.includes('.') && acceptsHtml(req.headers.accept);
}

function send(req: IncomingMessage, res: ServerResponse, entry: Entry): void {
  const encoding = acceptsEncoding(req.headers['accept-encoding'], [...entry.encoded.keys()]);
  const chosen = (encoding === null ? undefined : entry.encoded.get(encoding)) ?? entry.plain;
  const headers: Record<string, string | number> = { ...entry.headers, etag: chosen.etag };
  if (matchesEtag(req.headers['if-none-match'], chosen.etag)) {
    res.writeHead(304, headers).end();
    return;
  }
  if (chosen !== entry.plain && encoding !== null) headers['content-encoding'] = encoding;
  headers['content-length'] = chosen.body.length;
  // Node leaves the body out of the answer to a HEAD.
  res.writeHead(200, headers).end(chosen.body);
}

function sendText(res: ServerResponse, status: 404 | 503, text: string): void {
  res
    .writeHead(status, {
      ...BASE_HEADERS,
      'content-type': 'text/plain; charset=utf-8',
      'cache-control': 'no-store',
      'content-length': Buffer.byteLength(text),
    })
    .end(text);
}
