import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestPrism, until, type TestPrism, type TestTenant } from '../kit/prism.ts';
import { connect, stream, type Followed } from './live-client.ts';

const PASSWORD = 'correct horse battery';

let first: TestPrism;
let second: TestPrism;
let a: TestTenant;
let b: TestTenant;
/** Sees tenant A. */
let viewer: { readonly id: string; readonly token: string };

beforeAll(async () => {
  first = await startTestPrism({ CORS_ORIGINS: 'https://console.example' });
  const provider = await first.provider({ name: 'Simulator', type: 'simulator' });
  a = await first.tenant('tenant-a', [provider]);
  b = await first.tenant('tenant-b', [provider]);
  second = await startTestPrism({ DATABASE_URL: first.databaseUrl });
  viewer = await someone('TENANT_VIEWER', [a.id]);
  await ask(a);
});
afterAll(async () => {
  await second.stop();
  await first.stop();
});

const REQUESTS = `subscription ($filter: RequestLoggedFilter, $after: String) {
  requestLogged(filter: $filter, after: $after) { cursor request { id model tenant { slug } } }
}`;

/** A request of the tenant's application; answers its id. */
async function ask(tenant: TestTenant, prism = first, model = 'sim-fast'): Promise<string> {
  const response = await fetch(`${prism.url}/api/${tenant.slug}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${tenant.apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello' }] }),
  });
  await response.text();
  expect(response.status).toBe(200);
  return response.headers.get('x-request-id') ?? '';
}

async function query(text: string, token = first.token, variables: object = {}) {
  const response = await fetch(`${first.url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query: text, variables }),
  });
  // A test reads answers of many shapes.
  // oxlint-disable-next-line typescript/no-explicit-any
  const answer: any = await response.json();
  expect(answer.errors).toBeUndefined();
  return answer.data;
}

/** Where the log ends now, as a page of it says. */
async function endOfLog(token = first.token): Promise<string> {
  await Promise.all([first.prism.flush(), second.prism.flush()]);
  const { requestLogs } = await query('{ requestLogs(first: 1) { pageInfo { startCursor } } }', token);
  return requestLogs.pageInfo.startCursor;
}

let people = 0;

/** Somebody new; answers id and token. */
async function someone(role: string, tenantIds: string[] = []): Promise<{ id: string; token: string }> {
  people += 1;
  const username = `somebody-${people}`;
  const { createUser } = await query(
    'mutation ($input: CreateUserInput!) { createUser(input: $input) { ... on User { id } } }',
    first.token,
    { input: { username, password: PASSWORD, role, tenantIds } },
  );
  const { body } = await first.rest('POST', '/api/prism/auth/login', { username, password: PASSWORD }, '');
  return { id: createUser.id, token: body.token };
}

/** An access token of theirs that ends after so long. */
async function accessToken(token: string, lifeMs: number): Promise<string> {
  const { createAccessToken } = await query(
    'mutation ($input: CreateAccessTokenInput!) { createAccessToken(input: $input) { ... on AccessTokenCreated { secret } } }',
    token,
    { input: { name: 'live', scopes: ['REQUESTS_READ'], expiresAt: new Date(Date.now() + lifeMs) } },
  );
  return createAccessToken.secret;
}

const idsOf = ({ events }: Followed): string[] => events.map(({ data }) => data.requestLogged.request.id);
const lastCursor = ({ events }: Followed): string => events.at(-1)?.data.requestLogged.cursor;

describe('requestLogged', () => {
  it('tells within a second of a request, whichever process served it', async () => {
    const client = await connect(second.url, first.token);
    const followed = client.follow(REQUESTS);
    await until(async () => {
      await ask(a);
      return followed.events.length > 0;
    });
    for (const prism of [first, second]) {
      const id = await ask(b, prism);
      await until(() => idsOf(followed).includes(id), 1_000);
    }
    expect(followed.events.at(-1)).toMatchObject({
      data: { requestLogged: { request: { model: 'sim-fast', tenant: { slug: 'tenant-b' } } } },
    });
    client.socket.close();
  });

  it('never crosses the border of a tenant', async () => {
    const after = await endOfLog();
    const client = await connect(first.url, viewer.token);
    const everything = client.follow(REQUESTS, { after });
    const ofB = client.follow(REQUESTS, { after, filter: { tenantId: b.id } });
    const before = [await ask(a), await ask(b)];
    await until(() => everything.events.length > 0);
    const later = [await ask(b, second), await ask(a, second)];
    await until(() => everything.events.length > 1);
    expect(idsOf(everything)).toEqual([before[0], later[1]]);
    expect(ofB).toMatchObject({ events: [], errors: null });
    client.socket.close();
  });

  it('tells of what the filter names and of nothing else', async () => {
    const after = await endOfLog();
    const client = await connect(first.url, first.token);
    const filters = [
      { tenantId: a.id },
      { model: 'sim-large' },
      { status: 'ERROR' },
      { tenantId: b.id.toUpperCase(), model: 'sim-fast', status: 'SUCCESS', autoRouted: false },
      { model: 'sim-fast\0' },
    ];
    const followed = filters.map((filter) => client.follow(REQUESTS, { filter, after }));
    const all = client.follow(REQUESTS, { after });
    const missed = [await ask(a), await ask(b)];
    await until(() => all.events.length === 2);
    const live = [await ask(a, first, 'sim-large'), await ask(b)];
    await until(() => all.events.length === 4);
    await until(() => followed[0]?.events.length === 2 && followed[3]?.events.length === 2);
    expect(followed.map(idsOf)).toEqual([[missed[0], live[0]], [live[0]], [], [missed[1], live[1]], []]);
    client.socket.close();
  });

  it('goes on after a cursor, on any process, without a gap and without anything twice', async () => {
    const client = await connect(first.url, first.token);
    const before = client.follow(REQUESTS, { after: await endOfLog() });
    const asked = [await ask(a), await ask(b)];
    await until(() => before.events.length === 2);
    client.socket.close();
    await client.closed;

    for (const prism of [first, second, second, first]) asked.push(await ask(a, prism));
    await Promise.all([first.prism.flush(), second.prism.flush()]);
    const again = await connect(second.url, first.token);
    const after = again.follow(REQUESTS, { after: lastCursor(before) });
    await until(() => after.events.length === 4);
    asked.push(await ask(b, first));
    await until(() => after.events.length === 5);
    expect([...idsOf(before), ...idsOf(after)]).toEqual(asked);

    const fromTheMiddle = again.follow(REQUESTS, { after: after.events[1].data.requestLogged.cursor });
    await until(() => fromTheMiddle.events.length === 3);
    expect(idsOf(fromTheMiddle)).toEqual(asked.slice(4));
    again.socket.close();
  });

  it('refuses what is no cursor, one that is too old, and a filter that cannot be', async () => {
    const client = await connect(first.url, first.token);
    const old = Buffer.from(`${Date.now() - 25 * 3_600_000}/01930000-0000-7000-8000-000000000000`);
    const forged = Buffer.from('{"f":1e999,"g":[[1,[],[],null]]}').toString('base64url');
    const wrong = [
      { after: 'x' },
      { after: '' },
      { after: forged },
      { after: old.toString('base64url') },
      { filter: { tenantId: 'x' } },
    ];
    for (const variables of wrong) {
      const followed = client.follow(REQUESTS, variables);
      await until(() => followed.completed);
      expect(followed.events[0].errors[0].extensions).toMatchObject({
        code: 'bad_input',
        fields: [{ path: 'after' in variables ? 'after' : 'filter.tenantId' }],
      });
    }
    client.socket.close();
  });
});

describe('systemUpdated', () => {
  it('tells an administrator of all processes, now and again', async () => {
    const client = await connect(first.url, first.token);
    const followed = client.follow('subscription { systemUpdated { pods { podId } } }');
    await until(() => followed.events.length > 1);
    const pods = followed.events[0].data.systemUpdated.pods.map(({ podId }: { podId: string }) => podId);
    expect(pods).toEqual(expect.arrayContaining([first.prism.podId, second.prism.podId]));
    client.socket.close();
  });

  it('is for nobody else', async () => {
    const client = await connect(first.url, viewer.token);
    const followed = client.follow('subscription { systemUpdated { pods { podId } } }');
    await until(() => followed.completed);
    expect(followed.events[0].errors[0].extensions.code).toBe('forbidden');
    client.socket.close();
  });
});

describe('a login that ends', () => {
  async function both(token: string) {
    const sockets = await Promise.all([first, second].map(({ url }) => connect(url, token)));
    const streams = await Promise.all(
      [first, second].map(({ url }) => stream(url, token, { query: REQUESTS })),
    );
    return {
      closes: () => Promise.all(sockets.map(({ closed }) => closed)),
      lastWords: async () => {
        await Promise.all(streams.map(({ ended }) => ended));
        return streams.map(({ events, completed }) => [events.at(-1)?.errors[0].extensions.code, completed]);
      },
    };
  }
  const loggedOut = [expect.objectContaining({ code: 4401 }), expect.objectContaining({ code: 4401 })];

  it('by a logout takes its sockets and streams along, on every process', async () => {
    const { token } = await someone('FINOPS');
    const live = await both(token);
    await query('mutation { logout { ... on Logout { success } } }', token);
    expect(await live.closes()).toEqual(loggedOut);
    expect(await live.lastWords()).toEqual([
      ['unauthenticated', true],
      ['unauthenticated', true],
    ]);
  });

  it('by a deactivation does so, too', async () => {
    const { id, token } = await someone('FINOPS');
    const live = await both(token);
    const update =
      'mutation ($id: ID!) { updateUser(id: $id, input: { active: false }) { ... on User { id } } }';
    await query(update, first.token, { id });
    expect(await live.closes()).toEqual(loggedOut);
    expect(await live.lastWords()).toHaveLength(2);
  });

  it('because its user may do something else from now on, ends access tokens along', async () => {
    const live = await both(await accessToken(viewer.token, 60_000));
    const update =
      'mutation ($id: ID!, $tenantIds: [ID!]!) { updateUser(id: $id, input: { tenantIds: $tenantIds }) { ... on User { id } } }';
    await query(update, first.token, { id: viewer.id, tenantIds: [b.id] });
    expect(await live.closes()).toEqual(loggedOut);
    expect(await live.lastWords()).toHaveLength(2);
  });

  it('by itself does so, too', async () => {
    const live = await both(await accessToken(first.token, 1_500));
    expect(await live.closes()).toEqual(loggedOut);
    expect(await live.lastWords()).toHaveLength(2);
  });

  it('of somebody else changes nothing', async () => {
    const other = await someone('FINOPS');
    const client = await connect(first.url, first.token);
    const followed = client.follow(REQUESTS, { after: await endOfLog() });
    await query('mutation { logout { ... on Logout { success } } }', other.token);
    const id = await ask(a);
    await until(() => idsOf(followed).includes(id));
    expect(client.socket.readyState).toBe(client.socket.OPEN);
    client.socket.close();
  });
});

describe('over server-sent events', () => {
  it('a subscription streams, and ends when the client goes', async () => {
    const after = await endOfLog();
    const followed = await stream(second.url, first.token, { query: REQUESTS, variables: { after } });
    expect([followed.status, followed.type]).toEqual([200, 'text/event-stream; charset=utf-8']);
    const asked = [await ask(a), await ask(b, second)];
    await until(() => followed.events.length === 2);
    expect(idsOf(followed)).toEqual(asked);
    followed.stop();
    await followed.ended;
    expect(followed.completed).toBe(false);
  });

  it('a query is answered as it is otherwise', async () => {
    const accept = 'application/graphql-response+json, application/json, text/event-stream';
    const answer = await stream(first.url, first.token, { query: '{ me { username } }' }, accept);
    await answer.ended;
    expect([answer.status, answer.events]).toEqual([200, [{ data: { me: { username: 'admin' } } }]]);
  });

  it.each([
    ['by a client that takes no stream', { query: REQUESTS }, 'application/json', 'bad_input'],
    [
      'in a batch',
      [{ query: REQUESTS }, { query: REQUESTS }],
      'application/json, text/event-stream',
      'bad_input',
    ],
    [
      'with a wrong cursor',
      { query: REQUESTS, variables: { after: 'x' } },
      'application/json, text/event-stream',
      'bad_input',
    ],
  ])('a subscription %s is refused', async (_how, body, accept, code) => {
    const answer = await stream(first.url, first.token, body, accept);
    await answer.ended;
    expect(answer.type).toMatch('json');
    const [result] = answer.events.flat();
    expect(result.errors[0].extensions.code).toBe(code);
  });

  it('nobody subscribes without a login', async () => {
    const answer = await stream(first.url, '', { query: REQUESTS }, 'application/json, text/event-stream');
    await answer.ended;
    expect(answer.events[0].errors[0].extensions.code).toBe('unauthenticated');
  });
});

describe('a socket', () => {
  const statusOf = (url: string, headers: Record<string, string> = {}): Promise<number> =>
    new Promise((resolve, reject) => {
      const handshake = { upgrade: 'websocket', connection: 'Upgrade', 'sec-websocket-version': '13' };
      const req = request(url, {
        headers: { ...handshake, 'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==', ...headers },
      });
      req.on('upgrade', (_response, socket) => {
        socket.destroy();
        resolve(101);
      });
      req.on('response', (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      req.on('error', reject).end();
    });

  it('is there at /graphql and nowhere else', async () => {
    expect(await statusOf(`${first.url}/graphql?x=1`)).toBe(101);
    for (const path of ['/', '/graphql/x', '/v1/chat/completions', '/api/tenant-a/v1/models', '/health'])
      expect([path, await statusOf(first.url + path)]).toEqual([path, 404]);
  });

  it('is refused to pages of other sites', async () => {
    const { host } = new URL(first.url);
    const verdicts = { 'https://evil.example': 403, null: 403, [`http://${host}.evil.example`]: 403 };
    const welcome = { [`http://${host}`]: 101, [`https://${host}`]: 101, 'https://console.example': 101 };
    for (const [origin, status] of Object.entries({ ...verdicts, ...welcome }))
      expect([origin, await statusOf(`${first.url}/graphql`, { origin })]).toEqual([origin, status]);
  });

  it('leaves other upgrades alone: they are requests like any other', async () => {
    expect(await statusOf(`${first.url}/health`, { upgrade: 'h2c' })).toBe(200);
  });

  it('needs the sub-protocol, a token that is valid, and the token first', async () => {
    const old = await connect(first.url, null, { protocol: 'graphql-ws' }).catch((error: Error) => error);
    expect(old).toBeInstanceOf(Error);
    const stranger = await connect(first.url, 'no token');
    expect(await stranger.closed).toMatchObject({ code: 4401 });
    const hasty = await connect(first.url, null);
    hasty.send({ type: 'subscribe', id: '1', payload: { query: REQUESTS } });
    expect(await hasty.closed).toMatchObject({ code: 4401 });
  });

  it('takes the token from the header of a program, too', async () => {
    const client = await connect(first.url, null, { headers: { authorization: `Bearer ${first.token}` } });
    const answer = new Promise<string>((resolve) =>
      client.socket.once('message', (data) => resolve(String(data))),
    );
    client.send({ type: 'connection_init' });
    expect(JSON.parse(await answer)).toEqual({ type: 'connection_ack' });
    client.socket.close();
  });

  it('carries subscriptions, not queries or mutations', async () => {
    const client = await connect(first.url, first.token);
    for (const text of ['{ me { id } }', 'mutation { logout { ... on Logout { success } } }']) {
      const followed = client.follow(text);
      await until(() => followed.errors !== null);
      expect(followed.errors).toMatchObject([{ extensions: { code: 'bad_input' } }]);
    }
    client.socket.close();
  });

  it('stops a subscription when it is told to', async () => {
    const client = await connect(first.url, first.token);
    const stopped = client.follow(REQUESTS, { after: await endOfLog() });
    const other = client.follow(REQUESTS, { after: await endOfLog() });
    await ask(a);
    await until(() => stopped.events.length === 1 && other.events.length === 1);
    stopped.stop();
    await ask(a);
    await until(() => other.events.length === 2);
    expect(stopped.events).toHaveLength(1);
    client.socket.close();
  });
});

describe('a process that leaves', () => {
  it('says so to its sockets and streams, and does not wait for them', async () => {
    const leaving = await startTestPrism({ DATABASE_URL: first.databaseUrl, PRISM_DRAIN_SECONDS: '600' });
    const client = await connect(leaving.url, first.token);
    client.follow(REQUESTS);
    const events = await stream(leaving.url, first.token, { query: REQUESTS });
    const deaf = await connect(leaving.url, first.token);
    deaf.socket.pause();
    await leaving.stop();
    expect(await client.closed).toMatchObject({ code: 1001 });
    await events.ended;
    expect(events.events.at(-1)).toMatchObject({ errors: [{ extensions: { code: 'draining' } }] });
    deaf.socket.terminate();
  });
});
