import { setImmediate as nextTurn } from 'node:timers/promises';

import pg from 'pg';
import { describe, expect, test, vi } from 'vitest';

import type { JournalEntry } from '../../src/accounting/record.ts';
import { append, createDrainStage, request, requests } from './drain-stage.ts';
import { record } from './records.ts';
import { differences } from './sums.ts';
import { waitFor } from './wait-for.ts';

const stage = createDrainStage();

describe('a drained request', () => {
  test('is a row with every column, to the last pico', async () => {
    const [journal, at] = [await stage.open(), Date.UTC(2026, 10, 23, 12, 34, 56, 789)];
    const drain = stage.drainOf(journal);
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
    const { rows } = await stage.pool.query('SELECT * FROM request_log');
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
    const snapshots = await stage.pool.query('SELECT id, at, tenant_id, content FROM request_snapshot');
    expect(snapshots.rows).toEqual([
      { id: entry.id, at: new Date(at), tenant_id: entry.tenantId, content: 'ciphertext' },
    ]);
    expect(journal.depth()).toEqual({ entries: 0, bytes: 0, oldestMs: 0 });
  });

  test('with nothing known of it is a row with nulls', async () => {
    const journal = await stage.open();
    const drain = stage.drainOf(journal);
    drain.start();
    await append(journal, request({ providerId: null, ttftMs: null, trace: null }));
    await drain.flush();
    const { rows } = await stage.pool.query('SELECT provider_id, ttft_ms, trace FROM request_log');
    expect(rows).toEqual([{ provider_id: null, ttft_ms: null, trace: null }]);
    expect(await differences(stage.pool)).toEqual([]);
  });

  test('keeps texts that PostgreSQL would refuse, made harmless', async () => {
    const journal = await stage.open();
    const drain = stage.drainOf(journal);
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
    const { rows } = await stage.pool.query(
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
    expect(stage.quarantined()).toEqual([]);
  });

  test('notes the last use of its key, and never an earlier one', async () => {
    const journal = await stage.open();
    const drain = stage.drainOf(journal);
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
    const journal = await stage.open();
    const drain = stage.drainOf(journal);
    drain.start();
    const { keyId } = record();
    await makeKey(keyId);
    const admin = await stage.pool.connect();
    await admin.query('BEGIN');
    await admin.query('UPDATE tenant_key SET label = $1', ['changing']);
    await append(journal, request({ at: 9_000_000 }));
    await drain.flush();
    expect(await stage.logged()).toBe(1);
    await admin.query('COMMIT');
    admin.release();
    await append(journal, request({ at: 8_000_000 }));
    await drain.flush();
    expect(await lastUsed(keyId)).toEqual(new Date(9_000_000));
  });

  test('is there after a flush that was called while the batch before it was being noted', async () => {
    const journal = await stage.open();
    const [noted, noting] = [Promise.withResolvers<null>(), Promise.withResolvers<null>()];
    const commit = journal.backlog.commit.bind(journal.backlog);
    vi.spyOn(journal.backlog, 'commit').mockImplementationOnce(async (...batch) => {
      await commit(...batch);
      noting.resolve(null);
      await noted.promise;
    });
    const drain = stage.drainOf(journal, { batchRows: 20 });
    await append(journal, ...requests(20));
    drain.start();
    await noting.promise;
    await append(journal, ...requests(5));
    const flushed = drain.flush();
    await nextTurn(); // the flush has looked where the journal ends
    noted.resolve(null);
    await flushed;
    expect(await stage.logged()).toBe(25);
  });

  test('is told to live subscribers after it is there, in notices of less than 8,000 bytes', async () => {
    const journal = await stage.open();
    const drain = stage.drainOf(journal);
    const client = new pg.Client({ connectionString: stage.databaseUrl });
    await client.connect();
    stage.cleanUp.push(() => client.end());
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
    const journal = await stage.open();
    const drain = stage.drainOf(journal);
    drain.start();
    await stage.pool.query(
      `INSERT INTO provider (id, slug, name, type, base_url, updated_at) VALUES ($1, 'p', 'p', 'openai', '', now())`,
      [PROVIDER],
    );
    await stage.pool.query(
      `INSERT INTO provider_model (id, provider_id, model_id, name, updated_at) VALUES ($1, $1, 'm', 'm', now())`,
      [PROVIDER],
    );
    stage.cleanUp.push(() => stage.pool.query('DELETE FROM provider'));
    const client = new pg.Client({ connectionString: stage.databaseUrl });
    await client.connect();
    stage.cleanUp.push(() => client.end());
    const payloads: unknown[] = [];
    client.on('notification', (notice) => payloads.push(JSON.parse(notice.payload ?? '')));
    await client.query('LISTEN prism_changed');

    await append(journal, window(8_192), window(1, 'no uuid'), window(4_096), request());
    await drain.flush();
    await append(journal, window(4_096));
    await drain.flush();
    const { rows } = await stage.pool.query('SELECT learned_context_window FROM provider_model');
    expect(rows).toEqual([{ learned_context_window: 4_096 }]);
    expect(await stage.logged()).toBe(1);
    expect(stage.quarantined()).toMatchObject([{ reason: expect.stringContaining('uuid') as string }]);
    await client.query('SELECT 1');
    expect(payloads).toEqual([
      { noun: 'provider', id: PROVIDER },
      { noun: 'provider', id: PROVIDER },
    ]);
  });
});

async function makeKey(keyId: string): Promise<void> {
  const { tenantId } = record();
  await stage.pool.query(`INSERT INTO tenant (id, slug, name, updated_at) VALUES ($1, 't', 't', now())`, [
    tenantId,
  ]);
  await stage.pool.query(`INSERT INTO tenant_key (id, tenant_id, hash, prefix) VALUES ($1, $2, 'h', 'p')`, [
    keyId,
    tenantId,
  ]);
}

async function lastUsed(keyId: string): Promise<Date | undefined> {
  const { rows } = await stage.pool.query<{ last_used_at: Date }>(
    'SELECT last_used_at FROM tenant_key WHERE id = $1',
    [keyId],
  );
  return rows[0]?.last_used_at;
}
