import { setTimeout as wait } from 'node:timers/promises';
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPrisma } from '../../src/database/client.ts';
import type { PrismaClient } from '../../src/database/generated/prisma/client.ts';
import { createNotices, type Notices } from '../../src/database/notify.ts';
import { createLiveBus, type LiveBus } from '../../src/domain/live-bus.ts';
import { createLiveReader, type LiveReader } from '../../src/domain/live-reader.ts';
import { createLiveRequests, type LiveRequests, type LoggedRequest } from '../../src/domain/live-requests.ts';
import { SlowConsumerError } from '../../src/domain/slow-consumer.ts';
import { createLog } from '../../src/log.ts';
import { systemTimers } from '../../src/runtime/timers.ts';
import { createTestDatabase, type TestDatabase } from '../kit/database.ts';
import { insertLogRows as insert, type NewLogRow as NewRow } from '../kit/log-rows.ts';
import { until } from '../kit/prism.ts';
import { actor, SYSTEM } from './world.ts';

const TENANT_A = '01930000-0000-7000-8000-00000000000a';
const TENANT_B = '01930000-0000-7000-8000-00000000000b';

let database: TestDatabase;
let writer: pg.Client;
/** Two processes on one database. */
let here: Process;
let there: Process;

beforeAll(async () => {
  database = await createTestDatabase();
  writer = await connected();
  [here, there] = await Promise.all([openProcess(), openProcess()]);
});
afterAll(async () => {
  await Promise.all([here.close(), there.close()]);
  await writer.end();
  await database.drop();
});

interface Process {
  readonly requests: LiveRequests;
  readonly bus: LiveBus;
  /** How often the log was read. */
  readonly reads: { ids: string[]; missed: number; snapshot: number };
  /** As if the listening connection had been lost: until then nothing is heard. */
  deaf: boolean;
  reconnect(): void;
  close(): Promise<void>;
}

async function openProcess(capacity?: number): Promise<Process> {
  const log = createLog('silent');
  const db: PrismaClient = createPrisma(database.url);
  const notices: Notices = createNotices({ url: database.url, log });
  const reader = createLiveReader(db);
  const reads = { ids: [] as string[], missed: 0, snapshot: 0 };
  const counted: LiveReader = {
    byIds: (ids, from, to) => (reads.ids.push(...ids), reader.byIds(ids, from, to)),
    missed: (page) => ((reads.missed += 1), reader.missed(page)),
    async snapshot() {
      const seen = await reader.snapshot();
      reads.snapshot += 1;
      return seen;
    },
  };
  const connects = new Set<() => void>();
  const process: Process = {
    reads,
    deaf: false,
    bus: createLiveBus({
      reader: counted,
      notices: {
        subscribe(handlers) {
          const onConnected = () => handlers.onConnected?.();
          connects.add(onConnected);
          const onLogged = (payload: string) => process.deaf || handlers.onLogged?.(payload);
          const { stop } = notices.subscribe({ onLogged });
          return { stop: () => (connects.delete(onConnected), stop()) };
        },
      },
      clock: Date.now,
      after: (ms, run) => systemTimers.after(ms, run),
      log,
    }),
    get requests() {
      return requests;
    },
    reconnect() {
      process.deaf = false;
      for (const onConnected of connects) onConnected();
    },
    close: async () => {
      await notices.stop();
      await db.$disconnect();
    },
  };
  const requests = createLiveRequests({ bus: process.bus, reader: counted, clock: Date.now, capacity });
  const connected = Promise.withResolvers<void>();
  notices.subscribe({ onConnected: connected.resolve });
  await connected.promise;
  return process;
}

async function connected(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  return client;
}

interface Follower {
  readonly got: LoggedRequest[];
  readonly ids: string[];
  /** What ended it. */
  readonly over: Promise<Error | null>;
  cursor(): string | null;
  stop(): Promise<void>;
}

/** Follows from now on (resolves when it does), or after a cursor. Takes all there is. */
async function follow(process: Process, after: string | null = null): Promise<Follower> {
  const { watchers } = process.bus;
  const { snapshot } = process.reads;
  const stopping = new AbortController();
  const got: LoggedRequest[] = [];
  const ids: string[] = [];
  const events = process.requests.follow(SYSTEM, {
    filter: {},
    after,
    signal: stopping.signal,
    onDropped: () => undefined,
  });
  const over = (async () => {
    try {
      for await (const event of events) {
        got.push(event);
        ids.push(event.request.id);
      }
      return null;
    } catch (error) {
      return error as Error;
    }
  })();
  if (after === null)
    await until(() => process.bus.watchers > watchers && (watchers > 0 || process.reads.snapshot > snapshot));
  return {
    got,
    ids,
    over,
    cursor: () => got.at(-1)?.cursor ?? after,
    async stop() {
      stopping.abort();
      await over;
    },
  };
}

async function transaction<T>(work: (client: pg.Client) => Promise<T>, client = writer): Promise<T> {
  await client.query('BEGIN');
  const result = await work(client);
  await client.query('COMMIT');
  return result;
}

const write = (rows: readonly NewRow[], perNotice?: number): Promise<string[]> =>
  transaction((client) => insert(client, rows, perNotice));
const MINUTE_MS = 60_000;

describe('a stream that is taken up again', () => {
  it('gives what came early and ended late', async () => {
    const before = await follow(here);
    const first = await write([{}]);
    await until(() => before.ids.length === 1);
    await before.stop();
    const [late = ''] = await write([{ ago: 10 * MINUTE_MS }]);
    const after = await follow(there, before.cursor());
    await until(() => after.ids.length === 1);
    const [last = ''] = await write([{ ago: 5 * MINUTE_MS }]);
    await until(() => after.ids.length === 2);
    expect([...before.ids, ...after.ids]).toEqual([...first, late, last]);
    await after.stop();
  });

  it('gives what was being written while it was read, and nothing else', async () => {
    const other = await connected();
    const before = await follow(here);
    await other.query('BEGIN');
    const [slow = ''] = await insert(other, [{}]);
    const quick = await write([{}, {}]);
    await until(() => before.ids.length === 2);
    await before.stop();
    await other.query('COMMIT');
    await other.end();
    const after = await follow(there, before.cursor());
    const [marker = ''] = await write([{}]);
    await until(() => after.ids.includes(marker));
    expect([...before.ids, ...after.ids]).toEqual([...quick, slow, marker]);
    await after.stop();
  });

  it('goes on in the middle of a transaction', async () => {
    const before = await follow(here);
    // In an order that is neither that of arrival nor that of ids, in notices of two.
    const written = await write([{ ago: 30 }, { ago: 10 }, { ago: 50 }, { ago: 20 }, { ago: 40 }], 2);
    await until(() => before.ids.length === 5);
    await before.stop();
    expect(before.ids.toSorted()).toEqual(written.toSorted());
    for (const [at, { cursor }] of before.got.entries()) {
      const after = await follow(there, cursor);
      const [marker = ''] = await write([{}]);
      await until(() => after.ids.includes(marker));
      expect(after.ids.slice(0, 4 - at)).toEqual(before.ids.slice(at + 1));
      await after.stop();
    }
  });

  it('goes on in the middle of what was made good', async () => {
    const before = await follow(here);
    await write([{}]);
    await until(() => before.ids.length === 1);
    await before.stop();
    const missed = await write(Array.from({ length: 450 }, (_, at) => ({ ago: 450 - at })));
    const whole = await follow(there, before.cursor());
    await until(() => whole.ids.length === 450);
    expect(whole.ids).toEqual(missed);
    await whole.stop();
    const rest = await follow(here, whole.got[299]?.cursor ?? null);
    await until(() => rest.ids.length === 150);
    expect(rest.ids).toEqual(missed.slice(300));
    await rest.stop();
  });

  it(
    'gives everything once, whoever writes when and wherever it is taken up',
    { timeout: 240_000 },
    async () => {
      const clients = await Promise.all([connected(), connected(), connected()]);
      // Buses that run, and may be behind.
      const others = await Promise.all([follow(here), follow(there)]);
      const step = fc.oneof(
        fc.record({ do: fc.constant('write' as const), by: fc.nat(2), rows: fc.integer({ min: 1, max: 4 }) }),
        fc.record({ do: fc.constant('commit' as const), by: fc.nat(2) }),
        fc.record({ do: fc.constant('wait' as const), ms: fc.nat(15) }),
        fc.record({ do: fc.constant('move' as const), back: fc.nat(3) }),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
          const open = new Set<pg.Client>();
          const written: string[] = [];
          let process = here;
          let follower = await follow(process);
          const [origin = ''] = await write([{}]);
          await until(() => follower.ids.includes(origin));
          const kept: string[] = [];
          for (const it of steps) {
            if (it.do === 'wait') await wait(it.ms);
            if (it.do === 'write') {
              const client = clients[it.by] ?? writer;
              if (!open.has(client)) await client.query('BEGIN');
              open.add(client);
              const rows = Array.from({ length: it.rows }, (_, at) => ({ ago: (at * 7919) % 600_000 }));
              written.push(...(await insert(client, rows, 2)));
            }
            if (it.do === 'commit') {
              const client = clients[it.by] ?? writer;
              if (open.delete(client)) await client.query('COMMIT');
            }
            if (it.do === 'move') {
              await follower.stop();
              // A client need not have got all that was on its way to it.
              const last = Math.max(0, follower.got.length - 1 - it.back);
              kept.push(...follower.ids.slice(0, last + 1));
              process = process === here ? there : here;
              follower = await follow(process, follower.got[last]?.cursor ?? follower.cursor());
            }
          }
          for (const client of open) await client.query('COMMIT');
          const [marker = ''] = await write([{}]);
          const expected = [...written, marker].toSorted();
          // A bus that was behind when it was joined told of earlier ones, too.
          const all = () => [...kept, ...follower.ids].filter((id) => expected.includes(id));
          await until(() => all().length >= expected.length && follower.ids.includes(marker));
          await follower.stop();
          expect(all().toSorted()).toEqual(expected);
        }),
        { numRuns: 25 },
      );
      for (const one of others) await one.stop();
      for (const client of clients) await client.end();
    },
  );
});

describe('the bus', () => {
  it('reads each row once, however many follow, and nothing when nobody does', async () => {
    const before = { ...here.reads };
    here.reads.ids.length = 0;
    await write([{}]);
    const followers = await Promise.all(Array.from({ length: 20 }, () => follow(here)));
    const ids = await write(Array.from({ length: 500 }, () => ({})));
    await until(() => followers.every((one) => one.ids.length === 500));
    expect(followers.every((one) => ids.every((id) => one.ids.includes(id)))).toBe(true);
    expect(here.reads.snapshot - before.snapshot).toBe(1);
    expect(here.reads.missed - before.missed).toBe(0);
    const read = here.reads.ids.filter((id) => ids.includes(id));
    expect(read.toSorted()).toEqual(ids.toSorted());
    for (const one of followers) await one.stop();
    expect(here.bus.watchers).toBe(0);
    const [unread = ''] = await write([{}]);
    const last = await follow(there);
    await write([{}]);
    await until(() => last.ids.length === 1);
    await last.stop();
    expect(here.reads.ids).not.toContain(unread);
  });

  it('makes good what it did not hear', async () => {
    const follower = await follow(here);
    const heard = await write([{}]);
    await until(() => follower.ids.length === 1);
    here.deaf = true;
    const missed = await write([{ ago: 2 * MINUTE_MS }, {}]);
    here.reconnect();
    await until(() => follower.ids.length === 3);
    const later = await write([{}]);
    await until(() => follower.ids.length === 4);
    expect(follower.ids).toEqual([...heard, ...missed, ...later]);
    await follower.stop();
  });

  it('gives 10,000 events to 99 followers, drops the one that takes nothing, and keeps little', async () => {
    const narrow = await openProcess(200);
    const followers = await Promise.all(Array.from({ length: 99 }, () => follow(narrow)));
    let dropped = false;
    const stuck = narrow.requests.follow(SYSTEM, {
      filter: {},
      after: null,
      signal: new AbortController().signal,
      onDropped: () => (dropped = true),
    });
    const firstOfStuck = stuck.next();
    await until(() => narrow.bus.watchers === 100);
    const ids: string[] = [];
    for (let batch = 0; batch < 5; batch += 1)
      ids.push(...(await write(Array.from({ length: 2_000 }, () => ({})))));
    await until(() => followers.every((one) => one.ids.length === ids.length));
    for (const one of followers) expect(one.ids.toSorted()).toEqual(ids.toSorted());

    expect(dropped).toBe(true);
    expect(narrow.bus.watchers).toBe(99);
    const { value } = await firstOfStuck;
    const reason = await stuck.next().catch((error: Error) => error);
    expect(reason).toBeInstanceOf(SlowConsumerError);
    // It was given one event, and can go on after it.
    expect(reason).toMatchObject({ code: 'slow_consumer', cursor: value?.cursor });
    const resumed = await follow(here, value?.cursor ?? null);
    await until(() => resumed.ids.length === ids.length - 1);
    for (const one of [...followers, resumed]) await one.stop();
    await narrow.close();
  });
});

describe('the border of tenants', () => {
  it('is kept in what is made good and in what is live', async () => {
    const origin = await follow(here);
    await write([{ tenantId: TENANT_B }]);
    await until(() => origin.ids.length === 1);
    await write([{ tenantId: TENANT_A }, { tenantId: TENANT_B }]);
    const stopping = new AbortController();
    const viewer = actor('tenant-viewer', [TENANT_A]);
    const options = {
      filter: {},
      after: origin.cursor(),
      signal: stopping.signal,
      onDropped: () => undefined,
    };
    const events = here.requests.follow(viewer, options);
    const seen: string[] = [];
    const over = (async () => {
      for await (const { request } of events) seen.push(request.tenantId);
    })();
    await until(() => seen.length === 1 && here.bus.watchers === 2);
    await write([{ tenantId: TENANT_B }, { tenantId: TENANT_A }]);
    await until(() => seen.length === 2 && origin.ids.length === 5);
    expect(seen).toEqual([TENANT_A, TENANT_A]);
    stopping.abort();
    await over;
    await origin.stop();
  });
});
