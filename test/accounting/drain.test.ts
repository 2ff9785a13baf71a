import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';

import fc from 'fast-check';
import pg from 'pg';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';

import { createDrain, type Drain, type DrainOptions } from '../../src/accounting/drain.ts';
import { openJournal, type Journal } from '../../src/accounting/journal.ts';
import type { JournalEntry, RequestRecord } from '../../src/accounting/record.ts';
import { findSegments } from '../../src/accounting/segment.ts';
import { NO_USAGE } from '../../src/accounting/usage.ts';
import { createPool } from '../../src/database/client.ts';
import { createTestDatabase, type TestDatabase } from '../kit/database.ts';
import { createProxy } from './proxy.ts';
import { record } from './records.ts';
import { differences } from './sums.ts';
import { waitFor } from './wait-for.ts';

const log = pino({ level: 'silent' });
let database: TestDatabase;
let pool: pg.Pool;
let dataDir: string;
const cleanUp: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url, { max: 10, applicationName: 'drain-test' });
});

afterAll(async () => {
  await pool.end();
  await database.drop();
});

beforeEach(async () => {
  dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'prism-drain-'));
  await pool.query('TRUNCATE request_log, request_snapshot, usage_hourly, tenant CASCADE');
});

afterEach(async () => {
  vi.restoreAllMocks();
  for (const each of cleanUp.splice(0).toReversed()) await each();
  fs.rmSync(dataDir, { recursive: true, force: true });
});

async function open(): Promise<Journal> {
  const journal = await openJournal({ dataDir, fsync: false, segmentBytes: 50_000, log });
  cleanUp.push(() => journal.close());
  return journal;
}

function drainOf(journal: Journal, options: Partial<DrainOptions> = {}): Drain {
  const drain = createDrain({ journal, pool, log, lingerMs: 0, random: () => 0, ...options });
  cleanUp.push(() => drain.stop());
  return drain;
}

function append(journal: Journal, ...entries: JournalEntry[]): Promise<unknown> {
  return Promise.all(
    entries.map((entry) => {
      const written = Promise.withResolvers<null>();
      journal.append(entry, (error) => {
        if (error === null) written.resolve(null);
        else written.reject(error);
      });
      return written.promise;
    }),
  );
}

const request = (over: Partial<RequestRecord> = {}): JournalEntry => ({
  kind: 'request',
  request: record(over),
});
const requests = (count: number, over: Partial<RequestRecord> = {}): JournalEntry[] =>
  Array.from({ length: count }, () => request(over));

async function logged(where = 'true'): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM request_log WHERE ${where}`,
  );
  return rows[0]?.count ?? -1;
}

function quarantined(): { reason: string; line: string }[] {
  const root = path.join(dataDir, 'journal');
  const files = fs.readdirSync(root).filter((name) => name.endsWith('.corrupt'));
  const lines = files.flatMap((name) => fs.readFileSync(path.join(root, name), 'utf8').trim().split('\n'));
  return lines.map((line) => JSON.parse(line) as { reason: string; line: string });
}

describe('a drained request', () => {
  test('is a row with every column, to the last pico', async () => {
    const [journal, at] = [await open(), Date.UTC(2026, 10, 23, 12, 34, 56, 789)];
    const drain = drainOf(journal);
    drain.start();
    const entry = record({
      at,
      autoRouted: true,
      category: 'coding_simple',
      userName: 'Zoë "the\\quote" {x,y} 😀',
      errorMessage: 'NULL',
      actualCostPico: 8_192_000_000_000_001,
      baselineCostPico: 1,
      snapshot: 'ciphertext',
    });
    await append(journal, { kind: 'request', request: entry });
    await drain.flush();
    const { rows } = await pool.query('SELECT * FROM request_log');
    expect(rows).toEqual([
      {
        id: entry.id,
        at: new Date(at),
        tenant_id: entry.tenantId,
        key_id: entry.keyId,
        provider_id: entry.providerId,
        provider_slug: 'openai',
        operation: 'chat',
        requested_model: 'gpt-4o',
        model: 'gpt-4o',
        baseline_model: 'gpt-4o',
        category: 'coding_simple',
        cost_tier: 'medium',
        auto_routed: true,
        user_name: 'Zoë "the\\quote" {x,y} 😀',
        session_id: '',
        status: 'success',
        http_status: 200,
        error_type: '',
        error_code: '',
        error_message: 'NULL',
        streamed: true,
        duration_ms: 1_234,
        ttft_ms: 321,
        attempts: 1,
        context_fallback: false,
        input_tokens: 1_200,
        cached_tokens: 1_000,
        cache_write_tokens: 0,
        output_tokens: 300,
        reasoning_tokens: 10,
        usage_estimated: false,
        priced: true,
        actual_cost: '8192.000000000001',
        baseline_cost: '0.000000000001',
        trace: entry.trace,
      },
    ]);
    const snapshots = await pool.query('SELECT id, at, tenant_id, content FROM request_snapshot');
    expect(snapshots.rows).toEqual([
      { id: entry.id, at: new Date(at), tenant_id: entry.tenantId, content: 'ciphertext' },
    ]);
    expect(journal.depth()).toEqual({ entries: 0, bytes: 0, oldestMs: 0 });
  });

  test('with nothing known of it is a row with nulls', async () => {
    const journal = await open();
    const drain = drainOf(journal);
    drain.start();
    await append(journal, request({ providerId: null, ttftMs: null, trace: null }));
    await drain.flush();
    const { rows } = await pool.query('SELECT provider_id, ttft_ms, trace FROM request_log');
    expect(rows).toEqual([{ provider_id: null, ttft_ms: null, trace: null }]);
    expect(await differences(pool)).toEqual([]);
  });

  test('keeps texts that PostgreSQL would refuse, made harmless', async () => {
    const journal = await open();
    const drain = drainOf(journal);
    drain.start();
    const attempt = { provider: 'a\0b', model: '\ud800', startMs: 0, durationMs: 1, outcome: 'ok' };
    await append(
      journal,
      request({
        userName: 'x\0y',
        model: 'm'.repeat(5_000),
        durationMs: -1,
        httpStatus: 3e9,
        trace: { plannedMs: 0, attempts: [attempt] },
      }),
    );
    await drain.flush();
    const { rows } = await pool.query(
      'SELECT user_name, length(model), duration_ms, http_status, trace FROM request_log',
    );
    expect(rows).toMatchObject([
      {
        user_name: 'x\ufffdy',
        length: 256,
        duration_ms: 0,
        http_status: 2_147_483_647,
        trace: { attempts: [{ provider: 'a\ufffdb', model: '\ufffd' }] },
      },
    ]);
    expect(quarantinedFiles()).toBe(0);
  });

  test('notes the last use of its key, and never an earlier one', async () => {
    const journal = await open();
    const drain = drainOf(journal);
    drain.start();
    const { keyId } = record();
    await makeKey(keyId);
    await append(journal, request({ at: 2_000_000 }), request({ at: 5_000_000 }), request({ at: 3_000_000 }));
    await drain.flush();
    await append(journal, request({ at: 4_000_000 }));
    await drain.flush();
    expect(await lastUsed(keyId)).toEqual(new Date(5_000_000));
  });

  test('does not wait for a key that somebody is changing; the next batch notes its use', async () => {
    const journal = await open();
    const drain = drainOf(journal);
    drain.start();
    const { keyId } = record();
    await makeKey(keyId);
    const admin = await pool.connect();
    await admin.query('BEGIN');
    await admin.query('UPDATE tenant_key SET label = $1', ['changing']);
    await append(journal, request({ at: 9_000_000 }));
    await drain.flush();
    expect(await logged()).toBe(1);
    await admin.query('COMMIT');
    admin.release();
    await append(journal, request({ at: 8_000_000 }));
    await drain.flush();
    expect(await lastUsed(keyId)).toEqual(new Date(9_000_000));
  });

  test('is there after a flush that was called while the batch before it was being noted', async () => {
    const journal = await open();
    const [noted, noting] = [Promise.withResolvers<null>(), Promise.withResolvers<null>()];
    const commit = journal.backlog.commit.bind(journal.backlog);
    vi.spyOn(journal.backlog, 'commit').mockImplementationOnce(async (...batch) => {
      await commit(...batch);
      noting.resolve(null);
      await noted.promise;
    });
    const drain = drainOf(journal, { batchRows: 20 });
    await append(journal, ...requests(20));
    drain.start();
    await noting.promise;
    await append(journal, ...requests(5));
    const flushed = drain.flush();
    await nextTurn(); // the flush has looked where the journal ends
    noted.resolve(null);
    await flushed;
    expect(await logged()).toBe(25);
  });

  test('is told to live subscribers after it is there, in notices of less than 8,000 bytes', async () => {
    const journal = await open();
    const drain = drainOf(journal);
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    cleanUp.push(() => client.end());
    const payloads: string[] = [];
    client.on('notification', (notice) => payloads.push(notice.payload ?? ''));
    await client.query('LISTEN prism_logged');
    const entries = requests(500).map((entry) => (entry.kind === 'request' ? entry.request : record()));
    await append(journal, ...entries.map((each): JournalEntry => ({ kind: 'request', request: each })));
    drain.start();
    await drain.flush();
    const ids = (): string[] => payloads.flatMap((payload) => (JSON.parse(payload) as { ids: string[] }).ids);
    await waitFor('all are told', () => ids().length === 500);
    expect(ids().toSorted()).toEqual(entries.map(({ id }) => id).toSorted());
    expect(Math.max(...payloads.map((payload) => payload.length))).toBeLessThan(8_000);
    const times = entries.map(({ at }) => at);
    for (const payload of payloads) {
      const { from, to } = JSON.parse(payload) as { from: number; to: number };
      expect(from).toBeGreaterThanOrEqual(Math.min(...times));
      expect(to).toBeLessThanOrEqual(Math.max(...times));
    }
  });
});

describe('a learned window', () => {
  const PROVIDER = '0198c5b0-0000-7000-8000-00000000aaaa';
  const window = (contextWindow: number, providerId = PROVIDER): JournalEntry => ({
    kind: 'window',
    window: { providerId, modelId: 'm', contextWindow },
  });

  test('is stored and told once, when it is news; a bad one blocks nothing', async () => {
    const journal = await open();
    const drain = drainOf(journal);
    drain.start();
    await pool.query(
      `INSERT INTO provider (id, slug, name, type, base_url, updated_at) VALUES ($1, 'p', 'p', 'openai', '', now())`,
      [PROVIDER],
    );
    await pool.query(
      `INSERT INTO provider_model (id, provider_id, model_id, name, updated_at) VALUES ($1, $1, 'm', 'm', now())`,
      [PROVIDER],
    );
    cleanUp.push(() => pool.query('DELETE FROM provider'));
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    cleanUp.push(() => client.end());
    const payloads: unknown[] = [];
    client.on('notification', (notice) => payloads.push(JSON.parse(notice.payload ?? '')));
    await client.query('LISTEN prism_changed');

    await append(journal, window(8_192), window(1, 'no uuid'), window(4_096), request());
    await drain.flush();
    await append(journal, window(4_096));
    await drain.flush();
    const { rows } = await pool.query('SELECT learned_context_window FROM provider_model');
    expect(rows).toEqual([{ learned_context_window: 4_096 }]);
    expect(await logged()).toBe(1);
    expect(quarantined()).toMatchObject([{ reason: expect.stringContaining('uuid') as string }]);
    await client.query('SELECT 1');
    expect(payloads).toEqual([
      { noun: 'provider', id: PROVIDER },
      { noun: 'provider', id: PROVIDER },
    ]);
  });
});

describe('the rollups equal the sum of the log', () => {
  const pick = <T>(...values: T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
  const tokens = fc.nat(5_000);
  const records = fc.array(
    fc.record({
      at: fc.integer({ min: Date.UTC(2026, 10, 22, 22), max: Date.UTC(2026, 10, 23, 2) }),
      tenantId: pick('0198c5b0-0000-7000-8000-000000000001', '0198c5b0-0000-7000-8000-000000000009'),
      model: pick('a', 'B', 'ä', ''),
      userName: pick('', 'x', 'y,"z"'),
      status: pick('success', 'error', 'aborted'),
      autoRouted: fc.boolean(),
      durationMs: fc.oneof(fc.nat(3_000), fc.nat(2 ** 31 - 1)),
      ttftMs: fc.option(fc.nat(1_000_000)),
      actualCostPico: fc.maxSafeNat(),
      baselineCostPico: fc.maxSafeNat(),
      usage: fc.record({
        inputTokens: fc.oneof(tokens, fc.nat(2 ** 31 - 1)),
        cachedTokens: tokens,
        cacheWriteTokens: tokens,
        outputTokens: tokens,
        reasoningTokens: tokens,
      }),
    }) satisfies fc.Arbitrary<object>,
    { minLength: 1, maxLength: 40 },
  );

  test('for any requests in any batches, however often they are replayed', async () => {
    await fc.assert(
      fc.asyncProperty(
        records,
        fc.integer({ min: 1, max: 70 }),
        fc.nat(3),
        async (some, batchRows, replays) => {
          const journal = await open();
          const commit = vi.spyOn(journal.backlog, 'commit');
          for (let i = 0; i < replays; i += 1)
            commit.mockRejectedValueOnce(new Error('died before the checkpoint'));
          const drain = drainOf(journal, { batchRows });
          const before = await logged();
          const entries = some.map((over) =>
            request({ ...over, status: over.status as 'success', usage: { ...NO_USAGE, ...over.usage } }),
          );
          await append(journal, ...entries, ...entries.slice(0, 3));
          drain.start();
          await waitFor('all is drained', () => journal.depth().bytes === 0);
          await drain.stop();
          expect(await logged()).toBe(before + some.length);
          expect(await differences(pool)).toEqual([]);
        },
      ),
      { numRuns: 12 },
    );
  });

  test('when the process is killed in the middle of the drain, again and again', async () => {
    const journal = await open();
    for (let i = 0; i < 40; i += 1) await append(journal, ...requests(25));
    await journal.close();
    for (let round = 0; round < 6; round += 1) {
      const before = await logged();
      const child = spawn(process.execPath, [
        path.join(import.meta.dirname, 'drainer.ts'),
        dataDir,
        database.url,
      ]);
      await waitFor('it drains', async () => (await logged()) > before + 20 * round);
      child.kill('SIGKILL');
      await new Promise((resolve) => child.once('exit', resolve));
    }
    expect(await logged()).toBeLessThan(1_000);
    const last = await open();
    const drain = drainOf(last);
    drain.start();
    await drain.flush();
    expect(await logged()).toBe(1_000);
    expect(await differences(pool)).toEqual([]);
    expect(await findSegments(dataDir)).toEqual([]);
  });

  test('when two processes drain the same keys at once', async () => {
    const journals = [await open(), await open()];
    const users = Array.from({ length: 50 }, (_, i) => `user-${i}`);
    for (const [index, journal] of journals.entries()) {
      const ordered = index === 0 ? users : users.toReversed();
      for (let i = 0; i < 30; i += 1)
        await append(journal, ...ordered.map((userName) => request({ userName })));
    }
    const drains = journals.map((journal) => drainOf(journal, { batchRows: 100 }));
    for (const drain of drains) drain.start();
    await Promise.all(drains.map((drain) => drain.flush()));
    expect(drains.map((drain) => drain.stats.failures)).toEqual([0, 0]);
    expect(await logged()).toBe(3_000);
    expect(await differences(pool)).toEqual([]);
  });

  test('when rows come so late that their day has no partition any more', async () => {
    const journal = await open();
    const drain = drainOf(journal);
    drain.start();
    await append(journal, request({ at: Date.UTC(2020, 0, 1) }), request());
    await drain.flush();
    expect(await logged()).toBe(2);
    expect(await differences(pool)).toEqual([]);
  });
});

describe('lines that cannot be stored', () => {
  test('a torn last line of a dead process is skipped and counted', async () => {
    const journal = await open();
    await append(journal, ...requests(3));
    await journal.close();
    const [segment = ''] = await findSegments(dataDir);
    fs.truncateSync(segment, fs.statSync(segment).size - 40);
    const next = await open();
    const drain = drainOf(next);
    drain.start();
    await drain.flush();
    expect(await logged()).toBe(2);
    expect(drain.stats.torn).toBe(1);
    expect(await findSegments(dataDir)).toEqual([]);
  });

  test('a damaged line is put aside with the reason, and the others go on', async () => {
    const journal = await open();
    await append(journal, ...requests(5));
    await journal.close();
    const [segment = ''] = await findSegments(dataDir);
    const bytes = fs.readFileSync(segment);
    const second = bytes.indexOf('\n') + 50;
    bytes[second] = (bytes[second] ?? 0) ^ 1;
    fs.writeFileSync(segment, bytes);
    const drain = drainOf(await open());
    drain.start();
    await drain.flush();
    expect(await logged()).toBe(4);
    expect(quarantined()).toMatchObject([{ reason: 'its checksum does not match' }]);
  });

  test('rows that PostgreSQL refuses are found among thousands and put aside, wherever they stand', async () => {
    const journal = await open();
    const drain = drainOf(journal, { batchRows: 500 });
    const entries = requests(1_200);
    for (const index of [0, 1, 499, 500, 777, 1_199]) entries[index] = request({ tenantId: `bad-${index}` });
    entries[3] = request({ id: '\t' });
    await append(journal, ...entries);
    drain.start();
    await drain.flush();
    expect(await logged()).toBe(1_193);
    expect(await differences(pool)).toEqual([]);
    expect(drain.stats.failures).toBe(0);
    const reasons = quarantined();
    expect(reasons).toHaveLength(7);
    expect(
      reasons.filter(({ reason }) => reason.includes('invalid input syntax for type uuid')),
    ).toHaveLength(6);
    expect(reasons.filter(({ line }) => line.includes('bad-777'))).toHaveLength(1);
  });
});

describe('trouble with the database', () => {
  test('nothing is lost while it is away, and all is there when it is back', async () => {
    const proxy = await createProxy(database.url);
    const shaky = createPool(proxy.url, { max: 3, applicationName: 'shaky' });
    const journal = await open();
    const drain = drainOf(journal, { pool: shaky, batchRows: 50 });
    cleanUp.push(
      () => shaky.end(),
      () => drain.stop(),
      () => proxy.cut(),
    );
    drain.start();
    await append(journal, ...requests(100));
    await drain.flush();
    for (let round = 0; round < 3; round += 1) {
      const seen = await logged();
      const writing = append(journal, ...requests(400));
      await waitFor('a part is there', async () => (await logged()) > seen);
      await proxy.cut();
      await writing;
      await append(journal, ...requests(100));
      await expect(drain.flush()).rejects.toThrow(/ECONNREFUSED|Connection terminated/);
      expect(journal.accepting()).toBe(true);
      await proxy.mend();
      await waitFor('all is there', () => journal.depth().entries === 0);
    }
    expect(drain.stats.failures).toBeGreaterThan(0);
    expect(await logged()).toBe(1_600);
    expect(await differences(pool)).toEqual([]);
  });

  test('connections that the server ends in the middle of a batch are replaced', async () => {
    const journal = await open();
    const own = createPool(database.url, { max: 2, applicationName: 'victim' });
    const drain = drainOf(journal, { pool: own, batchRows: 20 });
    cleanUp.push(
      () => own.end(),
      () => drain.stop(),
    );
    await append(journal, ...requests(1_000));
    drain.start();
    for (let round = 0; round < 5; round += 1) {
      const before = journal.depth().entries;
      await waitFor('it goes on', () => journal.depth().entries < before || before === 0);
      await pool.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'victim' AND datname = current_database()`,
      );
    }
    await waitFor('all is drained', () => journal.depth().entries === 0);
    expect(await logged()).toBe(1_000);
    expect(await differences(pool)).toEqual([]);
  });

  test('stop ends it at once while it waits for the database', { retry: 2 }, async () => {
    const dead = createPool('postgres://nobody@127.0.0.1:1/none', { max: 1, applicationName: 'dead' });
    const journal = await open();
    const drain = drainOf(journal, { pool: dead, random: () => 0.99 });
    cleanUp.push(() => dead.end());
    await append(journal, request());
    drain.start();
    await waitFor('it has failed some times', () => drain.stats.failures >= 3);
    const start = performance.now();
    await drain.stop();
    expect(performance.now() - start).toBeLessThan(300);
    expect(journal.depth().entries).toBe(1);
  });
});

function quarantinedFiles(): number {
  return fs.readdirSync(path.join(dataDir, 'journal')).filter((name) => name.endsWith('.corrupt')).length;
}

async function makeKey(keyId: string): Promise<void> {
  const { tenantId } = record();
  await pool.query(`INSERT INTO tenant (id, slug, name, updated_at) VALUES ($1, 't', 't', now())`, [
    tenantId,
  ]);
  await pool.query(`INSERT INTO tenant_key (id, tenant_id, hash, prefix) VALUES ($1, $2, 'h', 'p')`, [
    keyId,
    tenantId,
  ]);
}

async function lastUsed(keyId: string): Promise<Date | undefined> {
  const { rows } = await pool.query<{ last_used_at: Date }>(
    'SELECT last_used_at FROM tenant_key WHERE id = $1',
    [keyId],
  );
  return rows[0]?.last_used_at;
}
