import { setImmediate as nextTurn } from 'node:timers/promises';

import type pg from 'pg';

import { INSERT_LOG, type LogColumns } from './log-columns.ts';
import type { LogRow } from './log-row.ts';
import { pgArray } from './pg-array.ts';
import type { LearnedWindow } from './record.ts';
import { Rollup, UPSERT_ROLLUP } from './rollup.ts';

/** A statement that takes longer is given up together with its connection; the batch is tried again. */
const STATEMENT_TIMEOUT_MS = 30_000;
/** pg_notify refuses 8,000 bytes and more. */
const IDS_PER_NOTICE = 190;

const INSERT_SNAPSHOTS = `
  INSERT INTO request_snapshot (id, at, tenant_id, content)
  SELECT r.id, r.at, r.tenant_id, r.content
  FROM unnest($1::uuid[], $2::timestamptz[], $3::uuid[], $4::text[]) AS r(id, at, tenant_id, content)
  ON CONFLICT (id, at) DO NOTHING`;

/** Skips keys that somebody is changing right now: waiting for one while holding others could end in a deadlock. */
const TOUCH_KEYS = `
  WITH used AS (
    SELECT * FROM unnest($1::uuid[], $2::timestamptz[]) AS u(id, at)
  ), free AS (
    SELECT k.id FROM tenant_key k WHERE k.id IN (SELECT id FROM used) ORDER BY k.id FOR NO KEY UPDATE SKIP LOCKED
  )
  UPDATE tenant_key k SET last_used_at = greatest(k.last_used_at, used.at)
  FROM used JOIN free USING (id) WHERE k.id = used.id
  RETURNING k.id`;

const LEARN_WINDOW = `
  WITH changed AS (
    UPDATE provider_model SET learned_context_window = $3, updated_at = now()
    WHERE provider_id = $1 AND model_id = $2 AND learned_context_window IS DISTINCT FROM $3
    RETURNING provider_id
  )
  SELECT pg_notify('prism_changed', json_build_object('noun', 'provider', 'id', provider_id)::text) FROM changed`;

const NOTIFY_LOGGED = `SELECT pg_notify('prism_logged', payload) FROM unnest($1::text[]) AS payload`;

/** Last use of each key (id → Unix ms). */
export type KeyUses = ReadonlyMap<string, number>;

export interface Stored {
  /** The rows that were new; the others were in the log already. */
  readonly rows: readonly LogRow[];
  /** Keys whose last use could not be noted because they were locked, or are gone. */
  readonly missedKeys: KeyUses;
}

/**
 * Puts rows into the log, their sums into the rollups, all in one transaction and from the rows really inserted:
 * replaying any part of a batch changes nothing. `columns` holds the same rows. Throws what PostgreSQL says.
 */
export async function storeRows(
  pool: pg.Pool,
  rows: readonly LogRow[],
  columns: LogColumns,
  earlierKeys: KeyUses,
): Promise<Stored> {
  return await transaction(pool, async (query) => {
    const inserted = await query(INSERT_LOG, columns.parameters);
    const fresh = freshRows(rows, inserted.rows[0]?.['ids']);
    const snapshots = fresh.filter((row) => row.snapshot !== null);
    if (snapshots.length > 0) await query(INSERT_SNAPSHOTS, snapshotParameters(snapshots));
    const rollup = new Rollup();
    for (const row of fresh) rollup.add(row);
    await nextTurn(); // some milliseconds of work for a large batch: others get their turn in between
    if (rollup.size > 0) await query(UPSERT_ROLLUP, rollup.parameters);
    const missedKeys = lastUses(fresh, earlierKeys);
    if (missedKeys.size > 0) {
      const touched = await query(TOUCH_KEYS, [
        pgArray('uuid', missedKeys.keys()),
        pgArray('timestamptz', missedKeys.values()),
      ]);
      for (const row of touched.rows) missedKeys.delete(String(row['id']));
    }
    return { rows: fresh, missedKeys };
  });
}

/** Keeps the true window of a model and tells every process, if it is news. Repeating it changes nothing. */
export async function storeWindow(pool: pg.Pool, window: LearnedWindow): Promise<void> {
  await pool.query(timed(LEARN_WINDOW, [window.providerId, window.modelId, window.contextWindow]));
}

/**
 * Tells live subscribers which rows are new: channel `prism_logged`, payloads `{"from":ms,"to":ms,"ids":[…]}` of less
 * than 8,000 bytes; `from` and `to` bound the rows' `at`, for the partitions. Only a hint: it may be lost in a crash.
 */
export async function notifyLogged(pool: pg.Pool, rows: readonly LogRow[]): Promise<void> {
  const payloads: string[] = [];
  for (let start = 0; start < rows.length; start += IDS_PER_NOTICE) {
    const part = rows.slice(start, start + IDS_PER_NOTICE);
    const times = part.map((row) => row.at);
    const ids = part.map((row) => row.id);
    payloads.push(JSON.stringify({ from: Math.min(...times), to: Math.max(...times), ids }));
  }
  if (payloads.length > 0) await pool.query(timed(NOTIFY_LOGGED, [payloads]));
}

type Query = (text: string, values: readonly unknown[]) => Promise<pg.QueryResult<Record<string, unknown>>>;

async function transaction<T>(pool: pg.Pool, work: (query: Query) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  // Without a listener, a connection that breaks between two statements would end the process; the next one fails.
  const ignore = (): void => undefined;
  client.on('error', ignore);
  let reusable = false;
  try {
    await client.query(timed('BEGIN', []));
    const result = await work((text, values) => client.query(timed(text, values)));
    await client.query(timed('COMMIT', []));
    reusable = true;
    return result;
  } catch (error) {
    reusable = sqlState(error) !== null && (await rollback(client));
    throw error;
  } finally {
    client.off('error', ignore);
    client.release(!reusable);
  }
}

async function rollback(client: pg.PoolClient): Promise<boolean> {
  try {
    await client.query(timed('ROLLBACK', []));
    return true;
  } catch {
    return false; // the connection is gone, and the transaction with it
  }
}

/** pg takes the time limit of one statement, but its types do not know it. */
function timed(text: string, values: readonly unknown[]): pg.QueryConfig & { query_timeout: number } {
  return { text, values: [...values], query_timeout: STATEMENT_TIMEOUT_MS };
}

/** The SQLSTATE of an error that PostgreSQL itself has sent; null for all others. */
export function sqlState(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return null;
  return /^[0-9A-Z]{5}$/.test(error.code) && 'severity' in error ? error.code : null;
}

/** `ids` as INSERT_LOG answers: null = all. A row that stands twice in the batch is new once. */
function freshRows(rows: readonly LogRow[], ids: unknown): readonly LogRow[] {
  if (!Array.isArray(ids)) return rows;
  const left = new Set<unknown>(ids);
  return rows.filter((row) => left.delete(row.id));
}

function lastUses(rows: readonly LogRow[], earlier: KeyUses): Map<string, number> {
  const uses = new Map(earlier);
  for (const row of rows) uses.set(row.keyId, Math.max(uses.get(row.keyId) ?? 0, row.at));
  return uses;
}

function snapshotParameters(rows: readonly LogRow[]): Buffer[] {
  return [
    pgArray(
      'uuid',
      rows.map((row) => row.id),
    ),
    pgArray(
      'timestamptz',
      rows.map((row) => row.at),
    ),
    pgArray(
      'uuid',
      rows.map((row) => row.tenantId),
    ),
    pgArray(
      'text',
      rows.map((row) => row.snapshot ?? ''),
    ),
  ];
}
