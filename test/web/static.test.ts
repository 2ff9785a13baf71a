import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { IncomingHttpHeaders, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync, gzipSync, gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createStatic } from '../../src/http/static.ts';

const INLINE = "document.documentElement.dataset.theme = 'dark';";
const INDEX = `<!doctype html><script>${INLINE}</script><script type="module" src="/_app/immutable/a.js"></script>`;
const SCRIPT = 'export const answer = 42;\n'.repeat(40);

const directory = mkdtempSync(join(tmpdir(), 'prism-static-'));
let server: Server;
let unbuilt: Server;

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** node:http, not fetch: it sends the path as it is written, dots and all. */
function ask(
  path: string,
  options: { method?: string; headers?: Record<string, string>; of?: Server } = {},
): Promise<Answer> {
  const { port } = (options.of ?? server).address() as AddressInfo;
  return new Promise((resolve, reject) => {
    const req = request(
      { port, host: '127.0.0.1', path, method: options.method ?? 'GET', headers: options.headers ?? {} },
      (res) => {
        const chunks: Buffer[] = [];
        res.on('data', (chunk: Buffer) => chunks.push(chunk));
        res.on('end', () => {
          resolve({ status: res.statusCode ?? 0, headers: res.headers, body: Buffer.concat(chunks) });
        });
        res.on('error', reject);
      },
    );
    req.on('error', reject);
    req.end();
  });
}

function serve(directoryToServe: string): Promise<Server> {
  const handler = createStatic({ directory: directoryToServe });
  const created = createServer((req, res) => {
    if (!handler(req, res)) res.writeHead(405).end();
  });
  return new Promise((resolve) => created.listen(0, '127.0.0.1', () => resolve(created)));
}

beforeAll(async () => {
  const site = join(directory, 'site');
  mkdirSync(join(site, '_app/immutable'), { recursive: true });
  writeFileSync(join(directory, 'secret.txt'), 'outside');
  writeFileSync(join(site, 'index.html'), INDEX);
  writeFileSync(join(site, 'index.html.br'), brotliCompressSync(INDEX));
  writeFileSync(join(site, '_app/immutable/a.js'), SCRIPT);
  writeFileSync(join(site, '_app/immutable/a.js.br'), brotliCompressSync(SCRIPT));
  writeFileSync(join(site, '_app/immutable/a.js.gz'), gzipSync(SCRIPT));
  writeFileSync(join(site, 'favicon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
  server = await serve(site);
  unbuilt = await serve(join(directory, 'nowhere'));
});

afterAll(() => {
  server.close();
  unbuilt.close();
  rmSync(directory, { recursive: true, force: true });
});

describe('pages', () => {
  it('answers / with the document, never cached without asking again', async () => {
    const answer = await ask('/');
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(answer.headers['cache-control']).toBe('no-cache');
    expect(answer.body.toString()).toBe(INDEX);
  });

  it('answers a page of the console with the same document, query or not', async () => {
    for (const path of ['/tenants', '/requests?status=error', '/providers/0199-ab']) {
      const answer = await ask(path, { headers: { accept: 'text/html,application/xhtml+xml' } });
      expect(answer.status).toBe(200);
      expect(answer.body.toString()).toBe(INDEX);
    }
  });

  it('sends a policy that allows our own files and the hash of the inline script, nothing else', async () => {
    const policy = String((await ask('/')).headers['content-security-policy']);
    const hash = createHash('sha256').update(INLINE).digest('base64');
    expect(policy).toContain(`script-src 'self' 'sha256-${hash}';`);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("style-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
  });

  it('says that the console is not built, where it is not', async () => {
    const answer = await ask('/tenants', { of: unbuilt });
    expect(answer.status).toBe(503);
    expect(answer.body.toString()).toContain('npm start');
  });
});

describe('assets', () => {
  it('lets hashed files be kept for ever', async () => {
    const answer = await ask('/_app/immutable/a.js');
    expect(answer.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(answer.headers['content-type']).toBe('text/javascript; charset=utf-8');
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
    expect(answer.headers.vary).toBe('accept-encoding');
  });

  it('sends brotli before gzip before plain, as the caller allows', async () => {
    const cases = [
      ['gzip, deflate, br', 'br', brotliDecompressSync],
      ['gzip', 'gzip', gunzipSync],
      ['br;q=0, gzip;q=0.5', 'gzip', gunzipSync],
    ] as const;
    for (const [accept, encoding, unpack] of cases) {
      const answer = await ask('/_app/immutable/a.js', { headers: { 'accept-encoding': accept } });
      expect(answer.headers['content-encoding']).toBe(encoding);
      expect(unpack(answer.body).toString()).toBe(SCRIPT);
    }
    for (const accept of ['identity', 'br;q=0', 'zstd', 'br;q=nonsense']) {
      const answer = await ask('/_app/immutable/a.js', { headers: { 'accept-encoding': accept } });
      expect(answer.headers['content-encoding']).toBeUndefined();
      expect(answer.body.toString()).toBe(SCRIPT);
    }
  });

  it('answers 304 to a tag it gave, for that encoding only', async () => {
    const packed = await ask('/_app/immutable/a.js', { headers: { 'accept-encoding': 'br' } });
    const etag = String(packed.headers.etag);
    const again = await ask('/_app/immutable/a.js', {
      headers: { 'accept-encoding': 'br', 'if-none-match': `"other", W/${etag}` },
    });
    expect(again.status).toBe(304);
    expect(again.body.length).toBe(0);
    const plain = await ask('/_app/immutable/a.js', { headers: { 'if-none-match': etag } });
    expect(plain.status).toBe(200);
  });

  it('answers HEAD with the length and no body', async () => {
    const answer = await ask('/_app/immutable/a.js', { method: 'HEAD' });
    expect(answer.status).toBe(200);
    expect(answer.headers['content-length']).toBe(String(SCRIPT.length));
    expect(answer.body.length).toBe(0);
  });

  it('answers 404 for an asset that is not there, also when the caller would take a page', async () => {
    for (const path of ['/_app/immutable/b.js', '/favicon.ico', '/_app/anything']) {
      const answer = await ask(path, { headers: { accept: 'text/html' } });
      expect(answer.status).toBe(404);
      expect(answer.headers['cache-control']).toBe('no-store');
    }
    expect((await ask('/tenants', { headers: { accept: 'image/png' } })).status).toBe(404);
  });
});

describe('borders', () => {
  it('leaves other methods to the caller', async () => {
    expect((await ask('/', { method: 'POST' })).status).toBe(405);
  });

  it('never leaves its directory, however the path is written', async () => {
    const dots = [
      '/../secret.txt',
      '/%2e%2e/secret.txt',
      '/..%2fsecret.txt',
      '/_app/../../secret.txt',
      '//secret.txt',
    ];
    for (const path of dots) {
      const answer = await ask(path);
      expect(answer.status).toBe(404);
      expect(answer.body.toString()).not.toContain('outside');
    }
  });

  it('answers any path with the document or 404', async () => {
    const piece = fc.constantFrom('..', '.', '%2e', '%00', '%', '%ff', 'index.html', 'a', '\\', '?', '#', '');
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 6 }), async (pieces) => {
        const answer = await ask(`/${pieces.join('/')}`);
        expect([200, 404]).toContain(answer.status);
        expect(answer.body.toString()).not.toContain('outside');
      }),
      { numRuns: 150 },
    );
  });
});
