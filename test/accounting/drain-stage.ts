import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import type pg from 'pg';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, vi } from 'vitest';

import { createDrain, type Drain, type DrainOptions } from '../../src/accounting/drain.ts';
import { openJournal, type Journal } from '../../src/accounting/journal.ts';
import type { JournalEntry, RequestRecord } from '../../src/accounting/record.ts';
import { createPool } from '../../src/database/client.ts';
import { createTestDatabase, type TestDatabase } from '../kit/database.ts';
import { record } from './records.ts';

const log = pino({ level: 'silent' });

/** A database for a file, a data directory for a test, and journals and drains that end with it. */
export function createDrainStage() {
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

  return {
    /** What must end with the test, the last first. */
    cleanUp,

    get pool(): pg.Pool {
      return pool;
    },
    get dataDir(): string {
      return dataDir;
    },
    get databaseUrl(): string {
      return database.url;
    },

    async open(): Promise<Journal> {
      const journal = await openJournal({ dataDir, fsync: false, segmentBytes: 50_000, log });
      cleanUp.push(() => journal.close());
      return journal;
    },

    drainOf(journal: Journal, options: Partial<DrainOptions> = {}): Drain {
      const drain = createDrain({ journal, pool, log, lingerMs: 0, random: () => 0, ...options });
      cleanUp.push(() => drain.stop());
      return drain;
    },

    /** How many rows the log has. */
    async logged(): Promise<number> {
      const { rows } = await pool.query<{ count: number }>('SELECT count(*)::int AS count FROM request_log');
      return rows[0]?.count ?? -1;
    },

    /** The lines that were put aside, of all segments. */
    quarantined(): { reason: string; line: string }[] {
      const root = path.join(dataDir, 'journal');
      const files = fs.readdirSync(root).filter((name) => name.endsWith('.corrupt'));
      const lines = files.flatMap((name) =>
        fs.readFileSync(path.join(root, name), 'utf8').trim().split('\n'),
      );
      return lines.map((line) => JSON.parse(line) as { reason: string; line: string });
    },
  };
}

/** Resolves when all are in the journal. */
export function append(journal: Journal, ...entries: JournalEntry[]): Promise<unknown> {
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

export function request(over: Partial<RequestRecord> = {}): JournalEntry {
  return { kind: 'request', request: record(over) };
}

export function requests(count: number): JournalEntry[] {
  return Array.from({ length: count }, () => request());
}
