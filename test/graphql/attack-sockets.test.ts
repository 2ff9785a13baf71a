import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { insertLogRows } from '../kit/log-rows.ts';
import { startTestPrism, until, type TestPrism } from '../kit/prism.ts';
import { connect } from './live-client.ts';

let prism: TestPrism;

beforeAll(async () => {
  prism = await startTestPrism();
});
afterAll(() => prism.stop());

describe('sockets', () => {
  it('a thousand that say nothing cost little and are sent away', async () => {
    const heapBefore = heap();
    const clients = await Promise.all(Array.from({ length: 1_000 }, () => connect(prism.url, null)));
    // Both ends are in this process; a socket with its buffers takes some tens of KB.
    expect(heap() - heapBefore).toBeLessThan(100 * 1024 * 1024);
    const codes = await Promise.all(clients.map(({ closed }) => closed.then(({ code }) => code)));
    expect(new Set(codes)).toEqual(new Set([4408]));
    const late = await connect(prism.url, prism.token);
    expect(late.socket.readyState).toBe(late.socket.OPEN);
    late.socket.close();
  });

  it.each([
    ['that is no JSON', (client: Awaited<ReturnType<typeof connect>>) => client.socket.send('{'), 4400],
    ['that is binary', (client) => client.socket.send(Buffer.from([0, 255, 1])), 4400],
    ['of a type that is none', (client) => client.send({ type: 'constructor' }), 4400],
    [
      'with an id that is none',
      (client) => client.send({ type: 'subscribe', id: 1, payload: { query: '{x}' } }),
      4400,
    ],
    ['that signs in twice', (client) => client.send({ type: 'connection_init' }), 4429],
    ['that is too large', (client) => client.socket.send('x'.repeat(200 * 1024)), 1009],
    [
      'after message',
      (client) => {
        for (let at = 0; at < 300; at += 1) client.send({ type: 'ping' });
      },
      4429,
    ],
    [
      'with an id that is taken',
      (client) => {
        for (let at = 0; at < 2; at += 1)
          client.send({
            type: 'subscribe',
            id: 'x',
            payload: { query: 'subscription { requestLogged { cursor } }' },
          });
      },
      4409,
    ],
  ] satisfies readonly (readonly [string, (client: Awaited<ReturnType<typeof connect>>) => void, number])[])(
    'a message %s ends its socket',
    async (_what, send, code) => {
      const client = await connect(prism.url, prism.token);
      send(client);
      const closed = await client.closed;
      expect(closed.reason).not.toMatch(/[.]ts|node_modules|Error:/);
      expect(closed.code).toBe(code);
    },
  );

  it('carry twenty subscriptions each', async () => {
    const client = await connect(prism.url, prism.token);
    const followed = Array.from({ length: 21 }, () =>
      client.follow('subscription { requestLogged { cursor } }'),
    );
    await until(() => followed[20]?.errors !== null);
    expect(followed[20]?.errors).toMatchObject([{ extensions: { code: 'bad_input' } }]);
    expect(followed.slice(0, 20).every(({ errors }) => errors === null)).toBe(true);
    followed[0]?.stop();
    const next = client.follow('subscription { systemUpdated { __typename } }');
    await until(() => next.events.length > 0);
    client.socket.close();
  });

  it(
    'that read slowly are dropped with the place to go on; the others miss nothing',
    { timeout: 240_000 },
    async () => {
      const writer = new pg.Client({ connectionString: prism.databaseUrl });
      await writer.connect();
      onTestFinished(() => writer.end());
      const write = async (count: number, errorMessage = '') => {
        await writer.query('BEGIN');
        const ids = await insertLogRows(
          writer,
          Array.from({ length: count }, () => ({ errorMessage })),
        );
        await writer.query('COMMIT');
        return ids;
      };
      const query =
        'subscription ($after: String) { requestLogged(after: $after) { cursor request { id errorMessage } } }';
      const clients = await Promise.all(Array.from({ length: 10 }, () => connect(prism.url, prism.token)));
      const followed = clients.map((client) => client.follow(query));
      // Until all of them hear.
      let written: string[] = [];
      await until(async () => {
        written = await write(1);
        return followed.every(({ events }) => events.length > 0);
      });
      const last = written.at(-1);
      const heard = (at: number): string[] =>
        followed[at]?.events.map(({ data }) => data.requestLogged.request.id) ?? [];
      await until(() => followed.every((_one, at) => heard(at).at(-1) === last));

      const stuck = clients[0];
      stuck?.socket.pause();
      const before = heard(0).length;
      // Enough to fill what lies between us and a client that does not read, then enough to fill its queue.
      const ids = [...(await write(200, 'x'.repeat(100_000))), ...(await write(2_500))];
      await until(() => followed.slice(1).every((_one, at) => heard(at + 1).includes(ids.at(-1) ?? '')));
      for (let at = 1; at < 10; at += 1)
        expect(heard(at).slice(-ids.length).toSorted()).toEqual(ids.toSorted());

      stuck?.socket.resume();
      await until(() => followed[0]?.errors !== null);
      const [error] = followed[0]?.errors ?? [];
      expect(error.extensions).toEqual({ code: 'slow_consumer', cursor: expect.any(String) });
      const rest = stuck?.follow(query, { after: error.extensions.cursor });
      const got = heard(0).slice(before);
      expect(got.length).toBeLessThan(ids.length);
      await until(() => rest?.events.length === ids.length - got.length);
      const again: string[] = rest?.events.map(({ data }) => data.requestLogged.request.id) ?? [];
      expect([...got, ...again].toSorted()).toEqual(ids.toSorted());
      for (const client of clients) client.socket.close();
    },
  );
});

function heap(): number {
  return process.memoryUsage().heapUsed + process.memoryUsage().external;
}
