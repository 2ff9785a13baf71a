import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { homeOf } from '../start/program.ts';
import type { Shot } from './lanes.ts';
import { forkServer, spawnServer, type Running } from './process.ts';

/** A proxy under measurement, and how it wants to be asked. */
export interface Target {
  readonly name: string;
  readonly server: Running;
  shot(model: string, prompt: string, stream: boolean): Shot;
}

const ROOT = join(import.meta.dirname, '../..');

function body(model: string, prompt: string, stream: boolean): Buffer {
  return Buffer.from(JSON.stringify({ model, messages: [{ role: 'user', content: prompt }], stream }));
}

/** The provider itself: what a proxy's latency is added to. */
export function direct(upstream: Running): Target {
  return {
    name: 'direct',
    server: upstream,
    shot: (model, prompt, stream) => ({
      path: '/v1/chat/completions',
      headers: { 'content-type': 'application/json' },
      body: body(model, prompt, stream),
    }),
  };
}

export async function bareProxy(upstream: Running): Promise<Target> {
  const server = await forkServer(new URL('./bare-proxy.ts', import.meta.url), [upstream.origin]);
  return { ...direct(upstream), name: 'bare proxy', server };
}

/** Ours with everything on: key, policy, request and token limits, prices, journal and drain into PostgreSQL. */
export async function openModelPrism(upstream: Running): Promise<Target> {
  const dataDir = mkdtempSync(join(tmpdir(), 'prism-bench-'));
  const product = await startProduct(dataDir);
  const { origin } = product;
  const server: Running = { ...product, stop: () => product.stop().then(() => discard(dataDir)) };
  const apiKey = await setUp(origin, upstream.origin);
  return {
    name: 'Open Model Prism',
    server,
    shot: (model, prompt, stream) => ({
      path: '/api/bench/v1/chat/completions',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` },
      body: body(model, prompt, stream),
    }),
  };
}

/** Our program on a data directory, with its own PostgreSQL; resolves once it is healthy. */
export async function startProduct(dataDir: string): Promise<Running> {
  const origin = `http://127.0.0.1:${await freePort()}`;
  return spawnServer(
    process.execPath,
    [join(ROOT, 'src/main.ts')],
    {
      origin,
      env: {
        PORT: new URL(origin).port,
        PRISM_DATA_DIR: dataDir,
        LOG_LEVEL: 'error',
        NODE_ENV: 'production',
      },
    },
    async (url) => (await fetch(`${url}/health`)).ok,
  );
}

/** Removes a data directory and the cluster, which may lie elsewhere. */
export function discard(dataDir: string): void {
  for (const path of [homeOf(dataDir), dataDir]) rmSync(path, { recursive: true, force: true });
}

async function setUp(origin: string, upstreamOrigin: string): Promise<string> {
  const admin = { username: 'bench', password: 'bench bench bench' };
  let token = '';
  const call = async (method: string, path: string, input?: unknown): Promise<Record<string, unknown>> => {
    const response = await fetch(`${origin}/api/prism${path}`, {
      method,
      headers: {
        'content-type': 'application/json',
        ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(input === undefined ? {} : { body: JSON.stringify(input) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    const text = await response.text();
    return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
  };
  await call('POST', '/setup/admin', admin);
  token = String((await call('POST', '/auth/login', admin))['token']);
  const provider = await call('POST', '/admin/providers', {
    name: 'Bench',
    type: 'custom',
    config: { baseUrl: upstreamOrigin, auth: { type: 'none' } },
  });
  const id = String(provider['id']);
  await call('POST', `/admin/providers/${id}/discover`);
  for (const model of ['bench', 'bench-20ms']) {
    await call('PATCH', `/admin/providers/${id}/models/${model}`, {
      inputPer1M: 1,
      outputPer1M: 2,
      contextWindow: 10_000_000,
    });
  }
  const tenant = await call('POST', '/admin/tenants', {
    slug: 'bench',
    name: 'Bench',
    providerIds: [id],
    modelConfig: { mode: 'whitelist', list: ['bench', 'bench-20ms'] },
    rateLimit: { requestsPerMinute: 1_000_000, tokensPerMinute: 1_000_000_000 },
  });
  const apiKey = String(tenant['apiKey']);
  for (;;) {
    const models = await fetch(`${origin}/api/bench/v1/models`, {
      headers: { authorization: `Bearer ${apiKey}` },
    });
    if (models.ok && ((await models.json()) as { data: unknown[] }).data.length === 2) return apiKey;
  }
}

/**
 * The version measured. A fresh install takes a newer @hono/node-server, with which it answers every stream with
 * 500 (its issue #1389).
 */
const PORTKEY = { '@portkey-ai/gateway': '1.15.2', hono: '4.9.7', '@hono/node-server': '1.14.1' };
const { '@portkey-ai/gateway': _, ...PINNED } = PORTKEY;

/** Portkey's gateway, installed outside this project's dependencies. Needs the npm registry. */
export async function portkey(upstream: Running): Promise<Target> {
  const directory = mkdtempSync(join(tmpdir(), 'portkey-bench-'));
  writeFileSync(
    join(directory, 'package.json'),
    JSON.stringify({ private: true, dependencies: PORTKEY, overrides: PINNED }),
  );
  execFileSync('npm', ['install', '--no-audit', '--no-fund'], { cwd: directory, stdio: 'ignore' });
  const origin = `http://127.0.0.1:${await freePort()}`;
  const script = join(directory, 'node_modules/@portkey-ai/gateway/build/start-server.js');
  const server = await spawnServer(
    process.execPath,
    [script, `--port=${new URL(origin).port}`, '--headless'],
    { origin, cwd: directory, env: { NODE_ENV: 'production' } },
    async (url) => (await fetch(url)).ok,
  );
  return {
    name: 'Portkey gateway',
    server,
    shot: (model, prompt, stream) => ({
      path: '/v1/chat/completions',
      headers: {
        'content-type': 'application/json',
        'x-portkey-provider': 'openai',
        'x-portkey-custom-host': `${upstream.origin}/v1`,
        authorization: 'Bearer bench',
      },
      body: body(model, prompt, stream),
    }),
  };
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
