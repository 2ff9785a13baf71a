import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestPrism, until, type TestPrism, type TestTenant } from '../kit/prism.ts';
import { connect, stream } from './live-client.ts';
import { idsOf, openLiveStage, REQUESTS, type LiveStage } from './live-stage.ts';

let stage: LiveStage;
let first: TestPrism;
let second: TestPrism;
let a: TestTenant;
let b: TestTenant;
let ask: LiveStage['ask'];
let endOfLog: LiveStage['endOfLog'];
let query: LiveStage['query'];
let someone: LiveStage['someone'];
let accessToken: LiveStage['accessToken'];

beforeAll(async () => {
  stage = await openLiveStage({ CORS_ORIGINS: 'https://console.example' });
  ({ first, second, a, b, ask, endOfLog, query, someone, accessToken } = stage);
});
afterAll(() => stage.close());

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
    const viewer = await someone('TENANT_VIEWER', [a.id]);
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
