/** The heartbeat of a process, against a real PostgreSQL that comes and goes. */
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createPool } from '../../src/database/client.ts';
import { createNotices } from '../../src/database/notify.ts';
import type { PodStats } from '../../src/runtime/pod-stats.ts';
import { createPods, type Pods } from '../../src/runtime/pods.ts';
import { createProxy, type Proxy } from '../accounting/proxy.ts';
import { createTestDatabase, type TestDatabase } from '../kit/database.ts';
import { recordLog, type LogLine } from './world.ts';

let database: TestDatabase;
let db: pg.Client;
let proxy: Proxy;
const undo: (() => Promise<void>)[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  db = new pg.Client({ connectionString: database.url });
  await db.connect();
  proxy = await createProxy(database.url);
});
afterAll(async () => {
  await db.end();
  await proxy.cut();
  await database.drop();
});
beforeEach(() => db.query('DELETE FROM pod'));
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

const STATS: PodStats = {
  requestsPerMinute: 1,
  eventLoopLagMs: 2,
  rssMb: 3,
  counters: { requests: 4, errors: 5, blocked: 6, activeStreams: 7 },
  journal: { entries: 8, bytes: 9, oldestMs: null },
  logFileError: null,
  logLinesDropped: 0,
  providers: {},
};
const SOON = { timeout: 60_000, interval: 10 };

interface PodUnderTest {
  readonly id: string;
  readonly pods: Pods;
  readonly lines: readonly LogLine[];
  /** Lets the time pass until the next heartbeat. */
  tick(): void;
  wasEvicted(): boolean;
}

function openPod(url = database.url): PodUnderTest {
  const id = randomUUID();
  const { log, lines } = recordLog();
  const pool = createPool(url, { max: 1, applicationName: 'prism-test' });
  const notices = createNotices({ url, log });
  const waiting = new Set<() => void>();
  const pods = createPods({
    pod: { id, role: 'full', host: 'here', version: '2.0.0' },
    pool,
    listen: (handlers) => notices.subscribe(handlers),
    stats: () => STATS,
    uptimeMs: () => 60_000,
    log,
    timers: {
      after(_ms, run) {
        waiting.add(run);
        return () => waiting.delete(run);
      },
    },
  });
  undo.push(async () => {
    await pods.stop();
    await notices.stop();
    await pool.end();
  });
  let evicted = false;
  void pods.evicted.then(() => (evicted = true));
  return {
    id,
    pods,
    lines,
    tick() {
      for (const run of waiting) {
        waiting.delete(run);
        run();
      }
    },
    wasEvicted: () => evicted,
  };
}

interface Row {
  readonly id: string;
  readonly draining: boolean;
  readonly stats: PodStats;
  readonly age: number;
}
async function rows(): Promise<Row[]> {
  const found = await db.query<Row>(
    'SELECT *, extract(epoch FROM last_seen_at - started_at)::float8 AS age FROM pod ORDER BY started_at',
  );
  return found.rows;
}
const seenAt = async (id: string): Promise<unknown> =>
  (await db.query<{ at: string }>('SELECT last_seen_at::text AS at FROM pod WHERE id = $1', [id])).rows[0]
    ?.at;

describe('a process', () => {
  it('is in the table from its start to its stop, and says how it is', async () => {
    const { id, pods } = openPod();
    expect(pods.up).toBe(0);
    pods.start();
    await expect.poll(() => pods.up, SOON).toBe(1);
    const [row] = await rows();
    expect(row).toMatchObject({
      id,
      role: 'full',
      host: 'here',
      version: '2.0.0',
      draining: false,
      evicted_at: null,
      stats: STATS,
    });
    expect(row?.age).toBeGreaterThanOrEqual(60);
    await pods.stop();
    expect(await rows()).toEqual([]);
  });

  it('renews its row with each heartbeat, and shows that it drains at once', async () => {
    const { id, pods, tick } = openPod();
    pods.start();
    await expect.poll(() => seenAt(id), SOON).toBeDefined();
    const before = await seenAt(id);
    await expect
      .poll(() => {
        tick();
        return seenAt(id);
      }, SOON)
      .not.toBe(before);
    pods.drain();
    expect(pods.draining).toBe(true);
    await expect.poll(async () => (await rows())[0]?.draining, SOON).toBe(true);
  });

  it('sees the others that are alive, and clears away what has been silent for an hour', async () => {
    const one = openPod();
    const silent = (minutes: number) =>
      db.query(
        `INSERT INTO pod (id, role, host, version, started_at, last_seen_at, evicted_at)
         VALUES (gen_random_uuid(), 'full', 'x', '1', now(), now() - make_interval(mins => $1), now())`,
        [minutes],
      );
    await silent(59);
    await silent(61);
    one.pods.start();
    await expect.poll(async () => (await rows()).length, SOON).toBe(2);
    const two = openPod();
    two.pods.start();
    // A pod that beats once only would be silent by the time a slow machine starts the other.
    const bothBeat = () => {
      one.tick();
      two.tick();
      return [one.pods.up, two.pods.up];
    };
    await expect.poll(bothBeat, SOON).toEqual([2, 2]);
  });

  it('goes on with its heartbeats when the database is back, and is asked for no more than that', async () => {
    const { id, pods, tick, lines } = openPod(proxy.url);
    pods.start();
    await expect.poll(() => pods.up, SOON).toBe(1);
    await proxy.cut();
    await expect
      .poll(() => {
        tick();
        return pods.up;
      }, SOON)
      .toBe(0);
    tick();
    await db.query('DELETE FROM pod');
    await proxy.mend();
    await expect
      .poll(() => {
        tick();
        return pods.up;
      }, SOON)
      .toBe(1);
    expect((await rows()).map((row) => row.id)).toEqual([id]);
    const said = lines.map(({ msg }) => msg).filter((msg) => msg.startsWith('pods:'));
    expect(said).toEqual(['pods: a heartbeat failed; trying on', 'pods: heartbeats are heard again']);
  });

  it('leaves in time when the database is away', async () => {
    const { pods, tick } = openPod(proxy.url);
    pods.start();
    await expect.poll(() => pods.up, SOON).toBe(1);
    await proxy.cut();
    tick();
    await pods.stop();
    expect(await rows()).toHaveLength(1);
    await proxy.mend();
  });
});

describe('an eviction', () => {
  const mark = (id: string) => db.query('UPDATE pod SET evicted_at = now() WHERE id = $1', [id]);
  const tell = (id: string) =>
    db.query(`SELECT pg_notify('prism_changed', $1)`, [JSON.stringify({ noun: 'pod', id })]);

  it('is heard at once by the one that it is meant for, and by no other', async () => {
    const [one, two] = [openPod(), openPod()];
    for (const { pods } of [one, two]) pods.start();
    await expect
      .poll(() => {
        two.tick();
        return two.pods.up;
      }, SOON)
      .toBe(2);
    await mark(one.id);
    // Its listener may not stand yet; the heartbeat that follows every connect reads the row.
    await tell(one.id);
    await expect.poll(one.wasEvicted, SOON).toBe(true);
    two.tick();
    await expect.poll(() => two.pods.up, SOON).toBe(2);
    expect(two.wasEvicted()).toBe(false);
  });

  it('that was missed is found in the row by the next heartbeat', async () => {
    const { id, pods, tick, wasEvicted } = openPod();
    pods.start();
    await expect.poll(() => pods.up, SOON).toBe(1);
    await mark(id);
    await expect
      .poll(() => {
        tick();
        return wasEvicted();
      }, SOON)
      .toBe(true);
  });
});
