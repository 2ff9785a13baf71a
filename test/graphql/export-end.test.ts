import { request, type IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../kit/prism.ts';
import { addRequest } from './requests.ts';
import { openStage, PASSWORD, type Stage } from './stage.ts';

const ROWS = 30_000;
const SESSION = 'the long one';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
  const { db } = stage.world;
  const at = new Date('2026-11-01T10:30:00Z');
  const first = await addRequest(stage, stage.a.id, { at, sessionId: SESSION });
  // 30 MB in 15 batches: more than sockets take without a reader.
  await db.$executeRaw`
    INSERT INTO request_log (id, at, tenant_id, key_id, provider_slug, operation, requested_model, model,
      baseline_model, session_id, status, http_status, duration_ms, error_message, trace)
    SELECT gen_random_uuid(), at - n * INTERVAL '1 ms', tenant_id, key_id, provider_slug, operation, requested_model,
      model, baseline_model, session_id, status, http_status, duration_ms, repeat('x', 500),
      jsonb_build_object('note', repeat('x', 500))
    FROM request_log, generate_series(2, ${ROWS}::int) AS n WHERE id = ${first}::uuid`;
});
afterAll(() => stage.close());

interface Person {
  readonly id: string;
  readonly token: string;
}

let people = 0;

async function someone(): Promise<Person> {
  people += 1;
  const username = `reader-${people}`;
  const { body } = await stage.rest('POST', '/api/prism/admin/users', {
    username,
    password: PASSWORD,
    role: 'tenant-viewer',
    tenantIds: [stage.a.id],
  });
  return { id: body.id, token: await stage.login(username) };
}

async function mutate(call: string, variables: Record<string, string>, token = stage.tokens.admin) {
  const declared = Object.keys(variables).map((name) => `$${name}: ID!`);
  const head = declared.length > 0 ? `mutation (${declared.join(', ')})` : 'mutation';
  const { body } = await stage.graphql(`${head} { done: ${call} { __typename } }`, variables, token);
  expect(body.errors).toBeUndefined();
  expect(body.data.done.__typename).not.toMatch(/Error$/);
}

/** Both doors of the export. */
const DOORS = {
  rest: (token: string, format: string) =>
    request(
      `${stage.url}/api/prism/admin/dashboard/requests/export?format=${format}&sessionId=${encodeURIComponent(SESSION)}`,
      { headers: { authorization: `Bearer ${token}` } },
    ).end(),
  console: (token: string, format: string) =>
    request(`${stage.url}/graphql/export`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    }).end(JSON.stringify({ format, filter: { sessionId: SESSION } })),
};

/** An export of which the first bytes have come; `rest` takes all others. */
async function begin(door: keyof typeof DOORS, token: string, format: 'csv' | 'jsonl') {
  const sent = DOORS[door](token, format);
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    sent.once('response', resolve).once('error', reject);
  });
  // What is broken off says so by an error; only then is "complete" false.
  sent.on('error', () => undefined);
  response.on('error', () => undefined);
  expect(response.statusCode).toBe(200);
  const parts: Buffer[] = [];
  await new Promise<void>((resolve) => {
    response.once('data', (part: Buffer) => {
      parts.push(part);
      response.pause();
      resolve();
    });
  });
  return {
    stop: () => void sent.destroy(),
    rest: () =>
      new Promise<{ readonly lines: string[]; readonly isWhole: boolean }>((resolve) => {
        response.on('data', (part: Buffer) => parts.push(part));
        response.once('close', () => {
          const lines = Buffer.concat(parts).toString().trimEnd().split(/\r?\n/);
          resolve({ lines, isWhole: response.complete });
        });
        response.resume();
      }),
  };
}

const WAYS: readonly (readonly [string, (person: Person) => Promise<void>])[] = [
  ['its user signs out', ({ token }) => mutate('logout', {}, token)],
  [
    'its user is deactivated',
    async ({ id }) => {
      const { status } = await stage.rest('PUT', `/api/prism/admin/users/${id}`, { active: false });
      expect(status).toBe(200);
    },
  ],
  [
    'its user gets another role',
    async ({ id }) => {
      const { status } = await stage.rest('PUT', `/api/prism/admin/users/${id}`, { role: 'tenant-admin' });
      expect(status).toBe(200);
    },
  ],
  ['its user is removed', ({ id }) => mutate('deleteUser(id: $id)', { id })],
];

describe('an export that runs', () => {
  it.each(WAYS)('ends soon after %s, and says that it is not whole', async (_way, end) => {
    for (const door of ['rest', 'console'] as const) {
      const person = await someone();
      const running = await begin(door, person.token, 'jsonl');
      await end(person);
      const { lines, isWhole } = await running.rest();
      expect(isWhole).toBe(false);
      expect(lines.length).toBeLessThan(ROWS - 2_000);
      expect(JSON.parse(lines.at(-1) ?? '')).toEqual({
        incomplete: true,
        error: { code: 'unauthenticated', message: expect.stringContaining('has ended') },
      });
    }
  });

  it('ends soon after its access token is revoked, in CSV too', async () => {
    const person = await someone();
    const { body } = await stage.graphql(
      `mutation ($input: CreateAccessTokenInput!) { createAccessToken(input: $input) {
        ... on AccessTokenCreated { secret accessToken { id } } } }`,
      {
        input: {
          name: 'reports',
          scopes: ['REQUESTS_READ'],
          expiresAt: new Date(stage.world.now.value.getTime() + 3_600_000).toISOString(),
        },
      },
      person.token,
    );
    const { secret, accessToken } = body.data.createAccessToken;
    const running = await begin('rest', secret, 'csv');
    await mutate('revokeAccessToken(id: $id)', { id: accessToken.id });
    const { lines, isWhole } = await running.rest();
    expect([isWhole, lines.length < ROWS - 2_000]).toEqual([false, true]);
    expect(lines.at(-1)).toMatch(/^"?INCOMPLETE: /);
  });

  it('is one of few of its user, who may begin another when one has ended', async () => {
    const { token } = await someone();
    const running = await Promise.all(Array.from({ length: 4 }, () => begin('rest', token, 'csv')));
    const refused = await fetch(`${stage.url}/api/prism/admin/dashboard/requests/export`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect([refused.status, await refused.json()]).toMatchObject([
      429,
      { error: { code: 'too_many_attempts' } },
    ]);
    const other = await begin('console', (await someone()).token, 'csv');
    other.stop();
    for (const one of running) one.stop();
    await until(async () => {
      const again = await fetch(`${stage.url}/api/prism/admin/dashboard/requests/export?status=aborted`, {
        headers: { authorization: `Bearer ${token}` },
      });
      await again.text();
      return again.status === 200;
    });
  });

  it('comes whole while its login stands', async () => {
    const { token } = await someone();
    const running = await begin('rest', token, 'jsonl');
    const { lines, isWhole } = await running.rest();
    expect([isWhole, lines.length]).toEqual([true, ROWS]);
    expect(lines.every((line) => line.startsWith('{"id":'))).toBe(true);
    expect(stage.logged.filter((line) => line.includes('could not be answered'))).toEqual([]);
  });
});
