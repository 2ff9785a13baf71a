/** Prompts and answers: kept nowhere unless it is switched on, then encrypted, and shown to few. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startNode } from '../kit/node-process.ts';
import { startTestPrism, until, type TestPrism, type TestTenant } from '../kit/prism.ts';
import { logOf } from '../kit/request-log.ts';
import { graphql, signIn, type Role } from './console.ts';

const ENCRYPTION_KEY = 'a key for tests that both processes have';
const PROMPT = 'The-prompt-is-a-secret';
const ANSWER = 'The-answer-is-a-secret';
const body = {
  model: 'sim-fast',
  messages: [{ role: 'user', content: `${PROMPT} [[say ${ANSWER}]]` }],
};
let prism: TestPrism;
let tenant: TestTenant;
let database: pg.Client;

beforeAll(async () => {
  prism = await startTestPrism({ ENCRYPTION_KEY });
  tenant = await prism.tenant('logged', [await prism.provider({ name: 'Simulator', type: 'simulator' })]);
  database = new pg.Client({ connectionString: prism.databaseUrl });
  await database.connect();
});
afterAll(async () => {
  await database.end();
  await prism.stop();
});

/** A request that has reached the log, whatever its answer; its id. */
async function ask(more: object = {}, path = '/chat/completions'): Promise<string> {
  const response = await prism.gateway(tenant, path, { ...body, ...more });
  await response.text();
  const id = response.headers.get('x-request-id');
  await logOf(prism, id);
  return String(id);
}

async function stored(id: string): Promise<string | null> {
  const { rows } = await database.query<{ content: string }>(
    'SELECT content FROM request_snapshot WHERE id = $1',
    [id],
  );
  return rows[0]?.content ?? null;
}

const UPDATE =
  'mutation ($input: UpdateLogSettingsInput!) { updateLogSettings(input: $input) { __typename ... on LogSettings { promptLogging } } }';

async function switchTo(promptLogging: boolean): Promise<void> {
  const { data } = await graphql(prism, UPDATE, { input: { promptLogging } });
  expect(data.updateLogSettings).toEqual({ __typename: 'LogSettings', promptLogging });
  await until(() => prism.prism.snapshot().settings.promptLogging === promptLogging);
}

const READ =
  'query ($id: ID!) { requestLogs(first: 200, filter: { tenantId: $id }) { edges { node { id snapshot { prompt answer } } } } }';

/** What a reader with this token is shown of the request. */
async function shown(id: string, token?: string) {
  const result = await graphql(prism, READ, { id: tenant.id }, token);
  const edges: { node: { id: string; snapshot: { prompt: string; answer: string } | null } }[] =
    result.data?.requestLogs?.edges ?? [];
  return { node: edges.find(({ node }) => node.id === id)?.node, text: JSON.stringify(result) };
}

describe('as it comes', () => {
  it('no prompt and no answer is kept', async () => {
    const { data } = await graphql(prism, '{ logSettings { promptLogging promptRetentionHours } }');
    expect(data.logSettings).toEqual({ promptLogging: false, promptRetentionHours: 24 });
    const id = await ask();
    expect(await stored(id)).toBeNull();
    expect(JSON.stringify(await logOf(prism, id))).not.toMatch(/is-a-secret/);
    expect((await shown(id)).node).toEqual({ id, snapshot: null });
  });

  it.each<Role>(['MAINTAINER', 'FINOPS'])('a %s cannot switch it on', async (role) => {
    const token = await signIn(prism, role);
    const result = await graphql(prism, UPDATE, { input: { promptLogging: true } }, token);
    expect(JSON.stringify(result)).toMatch(/forbidden/i);
    expect(prism.prism.snapshot().settings.promptLogging).toBe(false);
  });
});

describe('switched on', () => {
  beforeAll(() => switchTo(true));
  afterAll(() => switchTo(false));

  it('keeps both encrypted', async () => {
    const id = await ask();
    const content = await stored(id);
    expect(content).not.toBeNull();
    for (const secret of [PROMPT, ANSWER]) {
      expect(content).not.toContain(secret);
      // Nor merely encoded: at each offset within a group of three bytes.
      for (let shift = 0; shift < 3; shift += 1) {
        const encoded = Buffer.from(secret.slice(shift)).toString('base64').slice(0, 24);
        expect(content).not.toContain(encoded);
      }
      expect(content).not.toContain(Buffer.from(secret).toString('hex'));
    }
    expect(JSON.stringify(await logOf(prism, id))).not.toMatch(/is-a-secret/);
  });

  it('shows them to those who may read prompts', async () => {
    const id = await ask();
    for (const token of [prism.token, await signIn(prism, 'MAINTAINER', [])]) {
      const { node } = await shown(id, token);
      expect(JSON.parse(node?.snapshot?.prompt ?? '')).toEqual(body);
      expect(JSON.parse(node?.snapshot?.answer ?? '')).toMatchObject({
        choices: [{ message: { content: ANSWER } }],
        cost_info: expect.anything(),
      });
    }
  });

  it.each<Role>(['FINOPS', 'TENANT_ADMIN', 'TENANT_VIEWER'])('and not to a %s', async (role) => {
    const id = await ask();
    const { text } = await shown(id, await signIn(prism, role, role === 'FINOPS' ? [] : [tenant.id]));
    expect(text).not.toMatch(/is-a-secret/);
    expect(text).toMatch(/forbidden/i);
  });

  it('keeps what was streamed, and of a refused request the prompt', async () => {
    const streamed = await shown(await ask({ stream: true }));
    const answer = streamed.node?.snapshot?.answer ?? '';
    expect(answer).toMatch(/^data: \{/);
    expect(answer.endsWith('data: [DONE]\n\n')).toBe(true);
    const refused = await shown(await ask({ model: 'sim-error-400' }));
    expect(refused.node?.snapshot).toEqual({ prompt: expect.stringContaining(PROMPT), answer: '' });
    const embedded = await shown(await ask({ model: 'sim-embedding', input: PROMPT }, '/embeddings'));
    expect(embedded.node?.snapshot?.prompt).toContain(PROMPT);
  });

  it('keeps the beginning of what is very long', async () => {
    const filler = 'word '.repeat(100_000);
    const { node } = await shown(await ask({ messages: [{ role: 'user', content: `${PROMPT} ${filler}` }] }));
    expect(node?.snapshot?.prompt).toHaveLength(262_144);
  });

  it('cannot be moved to another request', async () => {
    const [one, other] = [await ask(), await ask({ messages: [{ role: 'user', content: 'harmless' }] })];
    await database.query('UPDATE request_snapshot SET content = $2 WHERE id = $1', [
      other,
      await stored(one),
    ]);
    const { node } = await shown(other);
    expect(node?.snapshot ?? null).toBeNull();
    await database.query('DELETE FROM request_snapshot WHERE id = $1', [other]);
  });
});

describe('a process’s own log', () => {
  it('never holds prompts, answers or keys, at its most talkative and with prompts kept', async () => {
    await switchTo(true);
    const dataDir = await mkdtemp(join(tmpdir(), 'prism-test-'));
    const worker = startNode(['src/main.ts'], {
      env: {
        ...process.env,
        PORT: '0',
        LOG_LEVEL: 'trace',
        PRISM_ROLE: 'worker',
        PRISM_DATA_DIR: dataDir,
        DATABASE_URL: prism.databaseUrl,
        JWT_SECRET: 'a secret for tests that is long enough',
        ENCRYPTION_KEY,
      },
    });
    try {
      const [, url = ''] = await worker.printed(/running at (\S+)/);
      const there = { ...tenant, baseUrl: `${url}/api/${tenant.slug}/v1` };
      const send = async (more: object | string, headers = {}) => {
        const text = typeof more === 'string' ? more : { ...body, ...more };
        const response = await prism.gateway(there, '/chat/completions', text, headers);
        await response.text();
        return response.status;
      };
      expect(await send({})).toBe(200);
      expect(await send({ stream: true })).toBe(200);
      for (const model of ['sim-error-400', 'sim-error-401', 'sim-error-500', 'sim-html', 'nothing']) {
        expect(await send({ model })).toBeGreaterThanOrEqual(400);
      }
      expect(await send(`{"model":"sim-fast","messages":["${PROMPT}"]}`)).toBe(400);
      expect(await send(`{"model":"${PROMPT}`)).toBe(400);
      expect(await send({}, { authorization: `Bearer ${tenant.apiKey}x` })).toBe(401);
      expect(await send({ model: 'sim-stream-error', stream: true })).toBe(200);
      for (const file of await filesIn(dataDir))
        expect(await readFile(file, 'utf8')).not.toMatch(/is-a-secret/);
      worker.child.kill('SIGTERM');
      const { code, stdout, stderr } = await worker.ended;
      expect(code).toBe(0);
      expect(stdout + stderr).not.toMatch(/is-a-secret/);
      expect(stdout + stderr).not.toContain(tenant.apiKey);
      expect(stdout).toContain('"msg":"stopping"');
    } finally {
      worker.child.kill('SIGKILL');
      await worker.ended;
      await rm(dataDir, { recursive: true, force: true });
      await switchTo(false);
    }
  });
});

async function filesIn(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
