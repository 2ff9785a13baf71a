import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';

import type { LearnedWindow } from './record.ts';
import type { RequestLines } from './request-lines.ts';
import { COPY_TO_STAGE, CREATE_STAGE, LEARN_WINDOW, STORE_STAGED } from './store-sql.ts';

/** A statement that takes longer is given up together with its connection; the batch is tried again. */
const STATEMENT_TIMEOUT_MS = 30_000;

/** Last use of each key (id → Unix ms). */
export type KeyUses = ReadonlyMap<string, number>;

export interface Stored {
  /** Rows that were new; the others were in the log already. */
  readonly count: number;
  /** Keys whose last use could not be noted because they were locked, or are gone. */
  readonly missedKeys: KeyUses;
}

/** Where the journal's lines go. All throw what PostgreSQL says. */
export interface Store {
  /**
   * Puts requests into the log and their sums into the rollups, in one transaction; repeating it changes nothing.
   * Tells live subscribers. `earlierKeys`: what the last one missed.
   */
  requests(lines: RequestLines, earlierKeys: KeyUses): Promise<Stored>;
  /** Keeps the true window of a model and tells every process, if it is news. Repeating it changes nothing. */
  window(window: LearnedWindow): Promise<void>;
}

export function createStore(pool: pg.Pool): Store {
  /** Connections that have the staging table. */
  const prepared = new WeakSet<pg.PoolClient>();

  async function storeOn(client: pg.PoolClient, lines: RequestLines, earlierKeys: KeyUses): Promise<Stored> {
    if (!prepared.has(client)) await client.query(timed(CREATE_STAGE));
    prepared.add(client);
    await client.query(timed('BEGIN'));
    await copy(client, lines);
    const { rows } = await client.query<{ count: number; missed: Record<string, number> | null }>({
      ...timed(STORE_STAGED, [[...earlierKeys.keys()], [...earlierKeys.values()]]),
      name: 'prism_store_staged',
    });
    await client.query(timed('COMMIT'));
    return { count: rows[0]?.count ?? 0, missedKeys: new Map(Object.entries(rows[0]?.missed ?? {})) };
  }

  return {
    async requests(lines, earlierKeys) {
      const client = await pool.connect();
      // Without a listener, a connection that breaks between two statements would end the process; the next one fails.
      const ignore = (): void => undefined;
      client.on('error', ignore);
      let reusable = false;
      try {
        const stored = await storeOn(client, lines, earlierKeys);
        reusable = true;
        return stored;
      } catch (error) {
        // Any other error may have left the connection in a state that would only make it come again.
        reusable = isContentError(error) && (await rollback(client));
        throw error;
      } finally {
        client.off('error', ignore);
        client.release(!reusable);
      }
    },
    async window({ providerId, modelId, contextWindow }) {
      await pool.query(timed(LEARN_WINDOW, [providerId, modelId, contextWindow]));
    },
  };
}

/** All bytes are in memory, so the stream needs no one to slow it down. */
function copy(client: pg.PoolClient, lines: RequestLines): Promise<void> {
  return new Promise((resolve, reject) => {
    const stream = client.query(
      Object.assign(copyFrom(COPY_TO_STAGE), { query_timeout: STATEMENT_TIMEOUT_MS }),
    );
    stream.once('finish', resolve);
    // Refused while bytes still waited for the socket: without an end, the stream would write on to a connection that
    // it has let go, and throw where nobody catches.
    stream.once('error', (error) => {
      stream.destroy();
      reject(error);
    });
    for (const piece of lines.pieces) stream.write(piece);
    stream.end();
  });
}

async function rollback(client: pg.PoolClient): Promise<boolean> {
  try {
    await client.query(timed('ROLLBACK'));
    return true;
  } catch {
    return false; // the connection is gone, and the transaction with it
  }
}

/** pg takes the time limit of one statement, but its types do not know it. */
function timed(text: string, values: unknown[] = []): pg.QueryConfig & { query_timeout: number } {
  return { text, values, query_timeout: STATEMENT_TIMEOUT_MS };
}

/** SQLSTATE classes 22 (data exception) and 23 (constraint violation): trying the same row again cannot help. */
export function isContentError(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return false;
  return /^2[23][0-9A-Z]{3}$/.test(error.code) && 'severity' in error;
}
