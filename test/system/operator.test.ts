/** What an operator sees and sets, through the doors of the whole product. */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { refuse, startUpstream, type ScriptedUpstream } from '../gateway/upstream.ts';
import { startTestPrism, until, type TestPrism, type TestTenant } from '../kit/prism.ts';

const SYSTEM = '/api/prism/admin/system';
const LOG_CONFIG = `${SYSTEM}/log-config`;
const SECRET = 'The-prompt-is-a-secret';

let prism: TestPrism;
let upstream: ScriptedUpstream;
let tenant: TestTenant;
let limited: TestTenant;
let database: pg.Client;

beforeAll(async () => {
  upstream = await startUpstream(['broken']);
  prism = await startTestPrism();
  const simulator = await prism.provider({ name: 'Simulator', type: 'simulator' });
  const scripted = await prism.provider({
    name: 'Scripted',
    type: 'custom',
    config: { baseUrl: upstream.origin, auth: { type: 'none' } },
  });
  tenant = await prism.tenant('open', [simulator, scripted]);
  limited = await prism.tenant('limited', [simulator], {
    rateLimit: { requestsPerMinute: 1 },
    modelConfig: { mode: 'blacklist', list: ['sim-large'] },
  });
  database = new pg.Client({ connectionString: prism.databaseUrl });
  await database.connect();
});
afterAll(async () => {
  await database.end();
  await prism.stop();
  await upstream.close();
});
afterEach(() => prism.rest('PUT', LOG_CONFIG, { fileLogging: { enabled: false }, promptLogging: false }));

async function ask(to: TestTenant, model = 'sim-fast'): Promise<number> {
  const messages = [{ role: 'user', content: SECRET }];
  const response = await prism.gateway(to, '/chat/completions', { model, messages });
  await response.text();
  return response.status;
}

async function overview() {
  const { status, body } = await prism.rest('GET', `${SYSTEM}/overview`);
  expect(status).toBe(200);
  return body;
}

describe('GET /system/overview', () => {
  it('has the members that are promised', async () => {
    const { pods, counters, providers, database: state } = await overview();
    expect(pods).toEqual([
      {
        podId: prism.prism.podId,
        role: 'full',
        host: expect.any(String),
        version: 'test',
        startedAt: expect.stringMatching(/Z$/),
        lastSeenAt: expect.stringMatching(/Z$/),
        requestsPerMinute: expect.any(Number),
        eventLoopLagMs: expect.any(Number),
        rssMb: expect.any(Number),
        draining: false,
        gone: false,
        logFileError: null,
      },
    ]);
    expect(pods[0].rssMb).toBeGreaterThan(20);
    expect(Object.keys(counters)).toEqual(['requests', 'errors', 'blocked', 'activeStreams']);
    expect(Object.keys(providers[0])).toEqual([
      'id',
      'name',
      'slug',
      'status',
      'error',
      'models',
      'lastTrafficAt',
    ]);
    expect(state).toMatchObject({ version: expect.any(String), sizeBytes: expect.any(Number) });
    expect(state.journal).toMatchObject({ entries: expect.any(Number), bytes: expect.any(Number) });
  });

  it('counts what was answered, what failed and what was refused, each once', async () => {
    const before = (await overview()).counters;
    upstream.respond = refuse(500);
    expect(await ask(tenant)).toBe(200);
    expect(await ask(tenant, 'broken')).toBe(503);
    expect(await ask(limited, 'sim-large')).toBe(403);
    expect(await ask(limited)).toBe(429);
    const { counters, providers, pods } = await overview();
    expect({
      requests: counters.requests - before.requests,
      errors: counters.errors - before.errors,
      blocked: counters.blocked - before.blocked,
      activeStreams: counters.activeStreams,
    }).toEqual({ requests: 4, errors: 1, blocked: 2, activeStreams: 0 });
    expect(pods[0].requestsPerMinute).toBeGreaterThanOrEqual(4);
    expect(providers).toMatchObject([
      { slug: 'scripted', status: 'error', error: 'Provider unavailable' },
      { slug: 'simulator', status: 'connected', error: null },
    ]);
    expect(Date.parse(providers[1].lastTrafficAt)).toBeGreaterThan(Date.now() - 60_000);
  });

  it('and /metrics count the processes', async () => {
    const metrics = async () => (await fetch(`${prism.url}/metrics`)).text();
    await expect.poll(metrics).toContain('\nprism_pods_up 1\n');
  });
});

describe('PUT /system/log-config', () => {
  const files = async (directory: string) => await readdir(directory).catch(() => []);
  const textOf = async (directory: string, kind: string) => {
    const name = (await files(directory)).find((one) => one.startsWith(kind));
    return name === undefined ? '' : await readFile(join(directory, name), 'utf8');
  };

  it('answers with the whole configuration, and takes back what it answered', async () => {
    const { status, body } = await prism.rest('PUT', LOG_CONFIG, { fileLogging: { maxFiles: 3 } });
    expect(status).toBe(200);
    expect(body).toEqual({
      level: 'silent',
      fileLogging: { enabled: false, directory: 'logs', maxSizeMb: 100, maxFiles: 3, includePrompts: false },
      promptLogging: false,
      promptRetentionHours: 24,
      logRetentionDays: 90,
    });
    expect((await prism.rest('GET', LOG_CONFIG)).body).toEqual(body);
    expect((await prism.rest('PUT', LOG_CONFIG, body)).body).toEqual(body);
  });

  it('names what is wrong', async () => {
    const { status, body } = await prism.rest('PUT', LOG_CONFIG, {
      level: 'loud',
      fileLogging: { directory: '../..', maxSizeMb: 'big', files: 1 },
      promptRetentionHours: 0,
    });
    expect([status, body.error.code]).toEqual([400, 'bad_input']);
    const paths = body.error.fields.map(({ path }: { path: string }) => path);
    expect(paths).toEqual(expect.arrayContaining(['level', 'fileLogging.maxSizeMb', 'fileLogging.files']));
    const { body: lexical } = await prism.rest('PUT', LOG_CONFIG, { fileLogging: { directory: '../..' } });
    expect(lexical.error.fields).toEqual([
      { path: 'fileLogging.directory', message: expect.stringContaining('below the data directory') },
    ]);
  });

  it(
    'writes files within a second, with a line of each request and without its prompt',
    { retry: 2 },
    async () => {
      const directory = join(prism.dataDir, 'logs');
      await prism.rest('PUT', LOG_CONFIG, { level: 'silent', fileLogging: { enabled: true } });
      await until(async () => {
        await ask(tenant);
        return (await textOf(directory, 'requests')).includes('"tenant":"open"');
      }, 2_000);
      const [line] = (await textOf(directory, 'requests')).split('\n');
      expect(JSON.parse(line ?? '')).toMatchObject({
        kind: 'request',
        tenant: 'open',
        model: 'sim-fast',
        status: 'success',
      });
      expect(await textOf(directory, 'requests')).not.toContain(SECRET);
    },
  );

  it('has prompts in them where that is wanted, and no longer than that', async () => {
    const directory = join(prism.dataDir, 'with-prompts');
    const text = () => textOf(directory, 'requests');
    const fileLogging = { enabled: true, directory: 'with-prompts', includePrompts: true };
    await prism.rest('PUT', LOG_CONFIG, { fileLogging, promptLogging: true });
    await until(async () => {
      await ask(tenant);
      return (await text()).includes(SECRET);
    });
    const lines = (await text()).trimEnd().split('\n');
    const { content } = JSON.parse(lines.find((line) => line.includes(SECRET)) ?? '');
    expect(JSON.parse(content.prompt).messages[0].content).toBe(SECRET);
    expect(content.answer).toContain('"choices"');
    await prism.rest('PUT', LOG_CONFIG, { promptLogging: false });
    await until(() => !prism.prism.snapshot().settings.promptLogging);
    const length = (await text()).length;
    await ask(tenant);
    await until(async () => (await text()).length > length);
    expect((await text()).split('\n').at(-2)).not.toContain(SECRET);
  });

  it('that cannot be followed is shown, and requests are answered all the same', async () => {
    const blocked = join(prism.dataDir, 'blocked');
    await writeFile(blocked, 'no directory');
    await prism.rest('PUT', LOG_CONFIG, { fileLogging: { enabled: true, directory: 'blocked' } });
    await until(async () => (await overview()).pods[0].logFileError !== null);
    expect((await overview()).pods[0].logFileError).toMatch(/EEXIST|ENOTDIR/);
    expect(await ask(tenant)).toBe(200);
    await prism.rest('PUT', LOG_CONFIG, { fileLogging: { directory: 'elsewhere' } });
    await until(async () => (await overview()).pods[0].logFileError === null);
    await rm(blocked);
  });

  it('counts at once for prompts that are older than they may be', async () => {
    const id = '01930000-0000-7000-8000-000000000abc';
    await database.query(
      `INSERT INTO request_snapshot (id, at, tenant_id, content) VALUES ($1, now() - interval '10 hours', $1, 'x')`,
      [id],
    );
    const count = async () => {
      const { rowCount } = await database.query('SELECT 1 FROM request_snapshot WHERE id = $1', [id]);
      return rowCount;
    };
    await prism.rest('PUT', LOG_CONFIG, { promptRetentionHours: 11 });
    await until(() => prism.prism.snapshot().settings.log.promptRetentionHours === 11);
    expect(await count()).toBe(1);
    await prism.rest('PUT', LOG_CONFIG, { promptRetentionHours: 9 });
    await until(async () => (await count()) === 0);
  });
});
