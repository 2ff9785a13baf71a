import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until, type TestPrism, type TestTenant } from '../kit/prism.ts';
import { connect, stream, type Followed } from './live-client.ts';
import { idsOf, openLiveStage, REQUESTS, type LiveStage } from './live-stage.ts';

let stage: LiveStage;
let first: TestPrism;
let second: TestPrism;
let a: TestTenant;
let b: TestTenant;
let ask: LiveStage['ask'];
let endOfLog: LiveStage['endOfLog'];
/** Signed in; sees tenant A. */
let viewer: string;

beforeAll(async () => {
  stage = await openLiveStage();
  ({ first, second, a, b, ask, endOfLog } = stage);
  ({ token: viewer } = await stage.someone('TENANT_VIEWER', [a.id]));
});
afterAll(() => stage.close());

const lastCursor = ({ events }: Followed): string => events.at(-1)?.data.requestLogged.cursor;

describe('requestLogged', () => {
  it('tells within a second of a request, whichever process served it', { retry: 2 }, async () => {
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
    const client = await connect(first.url, viewer);
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
    await until(() => [2, 1, 0, 2, 0].every((count, at) => followed[at]?.events.length === count));
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

  it('leaves out what is excluded, of what was missed and of what is live', async () => {
    const after = await endOfLog();
    const missed = [await ask(a, first, 'sim-large'), await ask(b)];
    const client = await connect(first.url, first.token);
    const all = client.follow(REQUESTS, { after });
    await until(() => all.events.length === 2);
    const filter = { exclude: { models: ['sim-large'], tenantIds: [a.id] } };
    const followed = client.follow(REQUESTS, { after, filter });
    await until(() => followed.events.length === 1);
    await ask(a);
    const live = await ask(b);
    await until(() => followed.events.length === 2);
    expect(idsOf(followed)).toEqual([missed[1], live]);
    client.socket.close();
  });

  it('goes on from a page of the log: what was not in it yet comes, however long it took', async () => {
    const { requestLogs } = await stage.query('{ requestLogs(first: 1) { tailCursor } }');
    const asked = [await ask(a), await ask(b, second)];
    const client = await connect(second.url, first.token);
    const followed = client.follow(REQUESTS, { after: requestLogs.tailCursor });
    await until(() => followed.events.length === 2);
    asked.push(await ask(a));
    await until(() => followed.events.length === 3);
    expect(idsOf(followed)).toEqual(asked);
    client.socket.close();
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
    const followed = client.follow('subscription { systemUpdated { pods { id } } }');
    await until(() => followed.events.length > 1);
    const pods = followed.events[0].data.systemUpdated.pods.map(({ id }: { id: string }) => id);
    expect(pods).toEqual(expect.arrayContaining([first.prism.podId, second.prism.podId]));
    client.socket.close();
  });

  it('is for nobody else', async () => {
    const client = await connect(first.url, viewer);
    const followed = client.follow('subscription { systemUpdated { pods { id } } }');
    await until(() => followed.completed);
    expect(followed.events[0].errors[0].extensions.code).toBe('forbidden');
    client.socket.close();
  });
});

describe('providerChecked', () => {
  const hasEnded = ({ errors, completed }: Followed) => errors !== null || completed;
  const CHECK = `subscription ($id: ID, $input: TryProviderInput) {
    providerChecked(id: $id, input: $input) { began step { step ok } result { success log { step } } }
  }`;

  it('tells each step of a check, and its end', async () => {
    const { providers } = await stage.query('{ providers { id } }');
    const client = await connect(first.url, first.token);
    for (const variables of [{ id: providers[0].id }, { input: { type: 'simulator' } }]) {
      const followed = client.follow(CHECK, variables);
      await until(() => followed.completed);
      const news = followed.events.map(({ data }) => data.providerChecked);
      expect(news[0]).toMatchObject({ began: 'settings', step: null, result: null });
      expect(news.at(-1).result.success).toBe(true);
      const steps = news.flatMap(({ step }: { step: { step: string } | null }) => step?.step ?? []);
      expect(steps).toEqual(news.at(-1).result.log.map(({ step }: { step: string }) => step));
      expect(steps.at(-1)).toBe('stream');
    }
    client.socket.close();
  });

  it('is refused with the fields that are wrong, and to those who may not check', async () => {
    const client = await connect(first.url, first.token);
    const wrong = client.follow(CHECK, { input: { type: 'custom', config: { baseUrl: 'nowhere' } } });
    const neither = client.follow(CHECK);
    await until(() => hasEnded(wrong) && hasEnded(neither));
    client.socket.close();
    const other = await connect(first.url, viewer);
    const refused = other.follow(CHECK, { input: { type: 'simulator' } });
    await until(() => hasEnded(refused));
    const codes = [wrong, neither, refused].map(
      ({ errors, events }) => (errors ?? events[0].errors)[0].extensions.code,
    );
    expect(codes).toEqual(['bad_input', 'bad_input', 'forbidden']);
    other.socket.close();
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
