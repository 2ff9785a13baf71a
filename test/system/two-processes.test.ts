/** What an admin changes on one process is in force on another one within a second. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../kit/database.ts';
import { startTestPrism, until, type TestPrism, type TestTenant } from '../kit/prism.ts';
import { startMain, untilRunning, type Program } from '../start/program.ts';
import { held, startUpstream, type ScriptedUpstream } from '../gateway/upstream.ts';

const ENCRYPTION_KEY = 'a key for tests that both processes have';
const ADMIN = '/api/prism/admin';
/** The promise. Measured from the answer that the admin gets. */
const IN_TIME_MS = 1_000;

let database: TestDatabase;
let upstream: ScriptedUpstream;
let control: TestPrism;
let dataDir: string;
let worker: Program;
let simulator: string;
let scripted: string;

beforeAll(async () => {
  database = await createTestDatabase();
  upstream = await startUpstream(['scripted']);
  control = await startTestPrism({ DATABASE_URL: database.url, ENCRYPTION_KEY });
  simulator = await control.provider({ name: 'Simulator', type: 'simulator' });
  scripted = await control.provider({
    name: 'Scripted',
    type: 'custom',
    config: { baseUrl: upstream.origin, auth: { type: 'none' } },
  });
  dataDir = mkdtempSync(join(tmpdir(), 'prism-worker-'));
  worker = await startWorker();
});
afterAll(async () => {
  worker.child.kill('SIGKILL');
  await worker.ended;
  await control.stop();
  await upstream.close();
  await database.drop();
  rmSync(dataDir, { recursive: true, force: true });
});

function startWorker(): Promise<Program> {
  const env = { DATABASE_URL: database.url, PRISM_DATA_DIR: dataDir, ENCRYPTION_KEY, PRISM_ROLE: 'worker' };
  return untilRunning(startMain({ ...env, LOG_LEVEL: 'fatal' }));
}

/** A tenant that the worker knows. */
async function tenantOfWorker(slug: string, more: object = {}): Promise<TestTenant> {
  const tenant = await control.tenant(slug, [simulator, scripted], { ...more });
  const there = { ...tenant, baseUrl: `${worker.url}/api/${slug}/v1` };
  await until(async () => (await ask(there)).status === 200);
  return there;
}

/** What the worker answers. */
async function ask(tenant: TestTenant, model = 'sim-fast') {
  const response = await control.gateway(tenant, '/chat/completions', {
    model,
    messages: [{ role: 'user', content: 'Hello!' }],
  });
  return { status: response.status, body: await response.json() };
}

async function admin(method: string, path: string, body?: unknown) {
  const answer = await control.rest(method, ADMIN + path, body);
  expect([answer.status, answer.body]).toEqual([200, expect.anything()]);
  return answer.body;
}

/** Fails when it takes longer than promised. */
async function expectInTime(condition: () => boolean | Promise<boolean>): Promise<void> {
  await until(condition, IN_TIME_MS);
}

/** Slower than promised now and then is the machine, which other tests have to themselves as well. */
const PATIENT = { retry: 2 };

describe('a change on one process reaches another within a second:', () => {
  it('a key that is disabled', PATIENT, async () => {
    const tenant = await tenantOfWorker(`key-${Date.now()}`);
    const [key] = await admin('GET', `/tenants/${tenant.id}/keys`);
    await admin('PUT', `/tenants/${tenant.id}/keys/${key.id}`, { enabled: false });
    await expectInTime(async () => (await ask(tenant)).status === 401);
  });

  it('a whitelist', PATIENT, async () => {
    const tenant = await tenantOfWorker(`list-${Date.now()}`);
    await admin('PUT', `/tenants/${tenant.id}/model-config`, { mode: 'whitelist', list: ['sim-large'] });
    await expectInTime(async () => (await ask(tenant)).status === 403);
    expect((await ask(tenant, 'sim-large')).status).toBe(200);
  });

  it('a price of a provider', PATIENT, async () => {
    const tenant = await tenantOfWorker(`price-${Date.now()}`);
    const price = 1_000 + Math.floor(Math.random() * 1_000);
    await admin('PATCH', `/providers/${simulator}/models/sim-fast`, {
      inputPer1M: price,
      outputPer1M: price,
    });
    await expectInTime(async () => {
      const { cost_info: cost } = (await ask(tenant)).body;
      return Math.abs(cost.actual_cost - ((cost.input_tokens + cost.output_tokens) * price) / 1e6) < 1e-9;
    });
  });

  it('the log level', PATIENT, async () => {
    const saidSince = (start: number, level: string) =>
      worker.output().slice(start).includes(`"logLevel":"${level}","msg":"log: the level has changed"`);
    for (const level of ['info', 'debug']) {
      const start = worker.output().length;
      await admin('PUT', '/system/log-config', { level });
      await expectInTime(() => saidSince(start, level));
    }
    await admin('PUT', '/system/log-config', { level: 'fatal' });
  });

  it(
    'an eviction: what runs is finished, nothing new is taken, and the process ends with 0',
    PATIENT,
    async () => {
      if (worker.child.exitCode !== null) worker = await startWorker();
      const tenant = await tenantOfWorker(`evict-${Date.now()}`);
      const endings: (() => void)[] = [];
      upstream.respond = held(endings);
      const running = ask(tenant, 'scripted');
      await until(() => endings.length === 1);
      const { pods } = await admin('GET', '/system/overview');
      const pod = pods.find(({ role }: { role: string }) => role === 'worker');
      expect(await admin('DELETE', `/system/pods/${pod.podId}`)).toEqual({ evicted: true, podId: pod.podId });
      await expectInTime(async () => {
        const response = await fetch(`${worker.url}/health`).catch(() => null);
        return response === null || response.status === 503;
      });
      const listed = async () => {
        const now = await admin('GET', '/system/overview');
        return now.pods.find(({ podId }: { podId: string }) => podId === pod.podId);
      };
      await expectInTime(async () => (await listed())?.draining === true);
      expect(worker.child.exitCode).toBe(null);
      for (const end of endings) end();
      expect(await running).toMatchObject({ status: 200, body: { model: 'scripted' } });
      const { code, stdout } = await worker.ended;
      expect(code).toBe(0);
      // A warning, and the level is fatal.
      expect(stdout).not.toContain('asked to leave');
      expect(await listed()).toBe(undefined);
      const again = await control.rest('DELETE', `${ADMIN}/system/pods/${pod.podId}`);
      expect([again.status, again.body.error.code]).toEqual([404, 'not_found']);
    },
  );
});

describe('the process that answers', () => {
  it('can be evicted too: it answers first, and says that it should be ended', async () => {
    const own = await startTestPrism({ DATABASE_URL: database.url, ENCRYPTION_KEY });
    const { body } = await control.rest('POST', '/api/prism/auth/login', {
      username: 'admin',
      password: 'correct horse battery',
    });
    const { podId } = own.prism;
    const answer = await own.rest('DELETE', `${ADMIN}/system/pods/${podId}`, undefined, body.token);
    expect(answer).toMatchObject({ status: 200, body: { evicted: true, podId } });
    await own.prism.evicted;
    await own.stop();
    const { pods } = await admin('GET', '/system/overview');
    expect(pods.map((pod: { podId: string }) => pod.podId)).not.toContain(podId);
  });
});
