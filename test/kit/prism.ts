import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv, type Env } from '../../src/env.ts';
import { openLog } from '../../src/log.ts';
import { startPrism, type Prism } from '../../src/prism.ts';
import { createTestDatabase, type TestDatabase } from './database.ts';
import { CHEAP } from './passwords.ts';

/** A JSON answer of the REST API. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Whatever the body was; null = none. */
  readonly body: Json;
}
// A test reads answers of many shapes; what it expects of them is what it asserts.
// oxlint-disable-next-line typescript/no-explicit-any
type Json = any;

/** A tenant with its key. */
export interface TestTenant {
  readonly id: string;
  readonly slug: string;
  readonly apiKey: string;
  /** For SDKs: `<url>/api/<slug>/v1`. */
  readonly baseUrl: string;
}

/** The whole product in this process, on a database of its own, spoken to through its doors. */
export interface TestPrism {
  readonly url: string;
  readonly prism: Prism;
  readonly databaseUrl: string;
  readonly dataDir: string;
  /** The admin's token. */
  readonly token: string;
  /** `path` after the origin; signed in as the admin unless `token` says otherwise ('' = nobody). */
  rest(method: string, path: string, body?: unknown, token?: string): Promise<Answer>;
  /** Adds a provider and discovers its models; answers its id. */
  provider(input: Record<string, unknown>): Promise<string>;
  /** Adds a tenant that uses these providers. */
  tenant(slug: string, providerIds: readonly string[], more?: Record<string, unknown>): Promise<TestTenant>;
  /** A request of the tenant's application. */
  gateway(
    tenant: TestTenant,
    path: string,
    body: unknown,
    headers?: Record<string, string>,
  ): Promise<Response>;
  stop(): Promise<void>;
}

export const ADMIN = { username: 'admin', password: 'correct horse battery' };

/** Starts it. `env` overrides variables as a user would set them. */
export async function startTestPrism(env: Record<string, string> = {}): Promise<TestPrism> {
  const database: TestDatabase | null = env['DATABASE_URL'] === undefined ? await createTestDatabase() : null;
  const databaseUrl = database?.url ?? env['DATABASE_URL'] ?? '';
  const dataDir = env['PRISM_DATA_DIR'] ?? mkdtempSync(join(tmpdir(), 'prism-test-'));
  const values = parseEnv({
    PORT: '0',
    LOG_LEVEL: 'silent',
    DATABASE_URL: databaseUrl,
    PRISM_DATA_DIR: dataDir,
    ...env,
  });
  const full: Env = {
    ...values,
    jwtSecret: values.jwtSecret ?? 'a secret for tests that is long enough',
    encryptionKeys: values.encryptionKeys ?? ['another secret for tests, long enough'],
  };
  const prism = await startPrism(full, openLog(full.logLevel), 'test', { passwords: { cost: CHEAP } });
  const call = (method: string, path: string, body: unknown, token: string) =>
    request(prism.url, method, path, body, token);
  await call('POST', '/api/prism/setup/admin', ADMIN, '');
  const { body: session } = await call('POST', '/api/prism/auth/login', ADMIN, '');
  const token = String(session.token);
  await call('POST', '/api/prism/setup/complete', undefined, token);
  const rest: TestPrism['rest'] = (method, path, body, as = token) => call(method, path, body, as);

  return {
    url: prism.url,
    prism,
    databaseUrl,
    dataDir,
    token,
    rest,
    async provider(input) {
      const created = must(await rest('POST', '/api/prism/admin/providers', input), 201);
      must(await rest('POST', `/api/prism/admin/providers/${created.id}/discover`), 200);
      return String(created.id);
    },
    async tenant(slug, providerIds, more = {}) {
      const created = must(
        await rest('POST', '/api/prism/admin/tenants', { slug, name: slug, providerIds, ...more }),
        201,
      );
      const tenant = {
        id: String(created.id),
        slug,
        apiKey: String(created.apiKey),
        baseUrl: `${prism.url}/api/${slug}/v1`,
      };
      await untilKnown(tenant);
      return tenant;
    },
    gateway: (tenant, path, body, headers = {}) =>
      fetch(`${tenant.baseUrl}${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${tenant.apiKey}`, 'content-type': 'application/json', ...headers },
        body:
          typeof body === 'string' || body instanceof Uint8Array ? (body as string) : JSON.stringify(body),
      }),
    async stop() {
      await prism.stop();
      await database?.drop();
      if (env['PRISM_DATA_DIR'] === undefined) rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

async function request(
  url: string,
  method: string,
  path: string,
  body: unknown,
  token: string,
): Promise<Answer> {
  const response = await fetch(url + path, {
    method,
    headers: {
      ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) };
}

function must(answer: Answer, status: number): Json {
  if (answer.status !== status) {
    throw new Error(`expected ${status}, got ${answer.status}: ${JSON.stringify(answer.body)}`);
  }
  return answer.body;
}

/** A change reaches the gateway within a second (contract §2); tests begin when it has. */
async function untilKnown(tenant: TestTenant): Promise<void> {
  await until(async () => {
    const response = await fetch(`${tenant.baseUrl}/models`, {
      headers: { authorization: `Bearer ${tenant.apiKey}` },
    });
    await response.arrayBuffer();
    return response.status === 200;
  });
}

/** Waits for a condition, looking every 10 ms; fails after `ms`, by default long enough for a busy machine. */
export async function until(condition: () => boolean | Promise<boolean>, ms = 60_000): Promise<void> {
  const end = performance.now() + ms;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error('what was waited for did not happen');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
