import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPrisma } from '../../src/database/client.ts';
import type { PrismaClient } from '../../src/database/generated/prisma/client.ts';
import { createLiveBus } from '../../src/domain/live-bus.ts';
import type { LiveFilter } from '../../src/domain/live-filter.ts';
import { createLiveReader, type LiveReader } from '../../src/domain/live-reader.ts';
import { createLiveRequests, type LiveRequests } from '../../src/domain/live-requests.ts';
import { cursorOf } from '../../src/graphql/request-cursor.ts';
import type { Actor } from '../../src/identity/actor.ts';
import { createLog } from '../../src/log.ts';
import { systemTimers } from '../../src/runtime/timers.ts';
import { createTestDatabase, type TestDatabase } from '../kit/database.ts';
import { insertLogRows } from '../kit/log-rows.ts';
import { until } from '../kit/prism.ts';
import { actor, SYSTEM } from './world.ts';

const TENANT_A = '01930000-0000-7000-8000-00000000000a';
const TENANT_B = '01930000-0000-7000-8000-00000000000b';
const MINUTE_MS = 60_000;
const OF_A = 1_200;
const OF_B = 18_000;

let database: TestDatabase;
let db: PrismaClient;
let writer: pg.Client;
let requests: LiveRequests;
/** Rows that PostgreSQL has looked at to find what was missed, and in how many statements. */
const looked = { rows: 0, pages: 0, most: 0 };
/** Pages that are read at the same time. */
const reading = { now: 0, most: 0 };
/** The next reading of the log that fails; 0 = none does. */
let failAt = 0;
let reconnect: () => void = () => undefined;

beforeAll(async () => {
  database = await createTestDatabase();
  db = createPrisma(database.url);
  writer = new pg.Client({ connectionString: database.url });
  await writer.connect();
  // Two hours of the log, in which a request of A comes now and then.
  await insertLogRows(
    writer,
    Array.from({ length: OF_A + OF_B }, (_, at) => ({
      tenantId: at % 16 === 0 ? TENANT_A : TENANT_B,
      ago: 120 * MINUTE_MS - at * 370,
    })),
  );
  await writer.query('ANALYZE request_log');
  const reader = createLiveReader(measured(db));
  const failing: LiveReader = {
    ...reader,
    async missed(page) {
      if ((failAt -= 1) === 0) throw new Error('the line is dead');
      reading.now += 1;
      reading.most = Math.max(reading.most, reading.now);
      return await reader.missed(page).finally(() => (reading.now -= 1));
    },
  };
  const bus = createLiveBus({
    reader: failing,
    notices: {
      subscribe(handlers) {
        reconnect = () => handlers.onConnected?.();
        return { stop: () => Promise.resolve() };
      },
    },
    clock: Date.now,
    after: (ms, run) => systemTimers.after(ms, run),
    log: createLog('silent'),
  });
  requests = createLiveRequests({ bus, reader: failing, clock: Date.now });
});
afterAll(async () => {
  await writer.end();
  await db.$disconnect();
  await database.drop();
});

/** Asks PostgreSQL with each statement what it had to look at for it. */
function measured(client: PrismaClient): Pick<PrismaClient, '$queryRaw'> {
  const $queryRaw = async (...query: Parameters<PrismaClient['$queryRaw']>): Promise<unknown> =>
    await client.$transaction(async (tx) => {
      const count = async (): Promise<number> => {
        const [row] = await tx.$queryRaw<{ rows: number }[]>`
          SELECT coalesce(sum(coalesce(idx_tup_fetch, 0) + seq_tup_read), 0)::int AS rows
            FROM pg_stat_xact_user_tables WHERE relname LIKE 'request_log%'`;
        return row?.rows ?? 0;
      };
      const before = await count();
      const answer = await tx.$queryRaw(...query);
      const rows = (await count()) - before;
      looked.rows += rows;
      looked.most = Math.max(looked.most, rows);
      if (rows > 0) looked.pages += 1;
      return answer;
    });
  // A real client's method, asked in a transaction.
  return { $queryRaw: $queryRaw as PrismaClient['$queryRaw'] };
}

/** Where the log began, as a page of it says. */
async function begin(): Promise<string> {
  const first = await db.requestLog.findFirstOrThrow({ orderBy: [{ at: 'asc' }, { id: 'asc' }] });
  return cursorOf(first);
}

async function expected(tenantId?: string): Promise<string[]> {
  const rows = await db.requestLog.findMany({
    where: tenantId === undefined ? {} : { tenantId },
    orderBy: [{ at: 'asc' }, { id: 'asc' }],
    select: { id: true },
  });
  return rows.map(({ id }) => id).slice(1);
}

/** What somebody is given after a cursor, as far as the log goes. */
async function resume(who: Actor, after: string, wanted: number, filter: LiveFilter = {}) {
  Object.assign(looked, { rows: 0, pages: 0, most: 0 });
  const stopping = new AbortController();
  const ids: string[] = [];
  const { signal } = stopping;
  const events = requests.follow(who, { filter, after, signal, onDropped: () => undefined });
  if (wanted > 0) {
    for await (const { request } of events) if (ids.push(request.id) === wanted) break;
  }
  stopping.abort();
  return { ids, looked: { ...looked } };
}

describe('what it costs to take a stream up again', () => {
  it('is one look at each row, however many pages it takes', async () => {
    const all = await expected();
    const { ids, looked: cost } = await resume(SYSTEM, await begin(), all.length);
    expect(ids).toEqual(all);
    expect(cost.pages).toBeGreaterThan(50);
    // Where little is left, PostgreSQL sorts the rest rather than look into the index.
    expect(cost.rows).toBeLessThan(3 * all.length);
  });

  it('is a look at the own rows, for those who see some tenants only', async () => {
    const viewer = actor('tenant-viewer', [TENANT_A]);
    const own = await expected(TENANT_A);
    const { ids, looked: cost } = await resume(viewer, await begin(), own.length);
    expect(ids).toEqual(own);
    expect(cost.rows).toBeLessThan(2 * own.length);
    const { looked: same } = await resume(SYSTEM, await begin(), own.length, { tenantId: TENANT_A });
    expect(same.rows).toBeLessThan(2 * own.length);
  });

  it('is no other stream for those who see several tenants', async () => {
    const viewer = actor('tenant-viewer', [TENANT_B, TENANT_A]);
    const all = await expected();
    const { ids } = await resume(viewer, await begin(), all.length);
    expect(ids).toEqual(all);
  });

  it('is bounded for each statement, also where nothing fits', async () => {
    Object.assign(looked, { rows: 0, pages: 0, most: 0 });
    const stopping = new AbortController();
    const options = { after: await begin(), signal: stopping.signal, onDropped: () => undefined };
    const events = requests.follow(SYSTEM, { ...options, filter: { model: 'no such' } });
    const nothing = events.next();
    await until(() => looked.rows >= OF_A + OF_B - 1);
    // Soon after midnight the log lies in two partitions, of which PostgreSQL holds a row each to merge them.
    expect(looked.most).toBeLessThanOrEqual(5_003);
    stopping.abort();
    expect(await nothing).toEqual({ done: true, value: undefined });
  });
});

describe('many who take up their streams at once', () => {
  it('take turns, so that others find a connection, and all get everything', async () => {
    reading.most = 0;
    const viewer = actor('tenant-viewer', [TENANT_A]);
    const [own, after] = [await expected(TENANT_A), await begin()];
    const all = await Promise.all(Array.from({ length: 20 }, () => resume(viewer, after, own.length)));
    for (const { ids } of all) expect(ids).toEqual(own);
    expect(reading.most).toBe(3);
  });
});

describe('a search of the log that breaks off', () => {
  it('tells everything once, also what came before its place meanwhile', async () => {
    const stopping = new AbortController();
    const ids: string[] = [];
    const late: string[] = [];
    const options = { filter: {}, after: null, signal: stopping.signal, onDropped: () => undefined };
    const over = (async () => {
      for await (const { request } of requests.follow(SYSTEM, options)) {
        ids.push(request.id);
        // In the middle of the search: a request that came earlier than those that have been told.
        if (ids.length === 500) late.push(...(await insertLogRows(writer, [{ ago: 5 * MINUTE_MS }])));
      }
    })();
    const before = looked.pages;
    reconnect();
    await until(() => looked.pages > before);
    const written = await insertLogRows(
      writer,
      Array.from({ length: 1_500 }, (_, at) => ({ ago: MINUTE_MS - at })),
    );
    failAt = 2;
    reconnect();
    await until(() => ids.length >= written.length + 1);
    expect(ids.toSorted()).toEqual([...written, ...late].toSorted());
    expect(failAt).toBeLessThanOrEqual(0);
    stopping.abort();
    await over;
  });
});
