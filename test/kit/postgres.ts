import { rm } from 'node:fs/promises';
import { createHash, randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { pino } from 'pino';
import type { TestProject } from 'vitest/node';
import { DataDirLockedError, lockDataDir } from '../../src/database/data-dir-lock.ts';
import { startEmbedded, type Embedded } from '../../src/database/embedded.ts';
import { migrate } from '../../src/database/migrate.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A PostgreSQL in which tests may make databases … */
    postgresUrl: string;
    /** … and the migrated database that they clone. */
    templateName: string;
  }
}

/** Tests may lose their data, so nothing waits for the disk. */
const CARELESS = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '300' };
const MOST_RUNS_AT_ONCE = 20;
const log = pino({ level: 'silent' });

/**
 * vitest's global setup: one PostgreSQL for the whole run and one migrated template in it.
 * `TEST_DATABASE_URL` (a role that may create databases) is used instead of an embedded one.
 */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const external = process.env['TEST_DATABASE_URL'];
  const server = external ? { url: external, stop: () => Promise.resolve() } : await startForThisRun();
  const templateName = `prism_template_${randomBytes(6).toString('hex')}`;
  await runSql(server.url, `CREATE DATABASE ${templateName}`);
  const template = new URL(server.url);
  template.pathname = `/${templateName}`;
  await migrate({ url: template.href, directory: 'prisma/migrations', log });
  project.provide('postgresUrl', server.url);
  project.provide('templateName', templateName);
  return async () => {
    await runSql(server.url, `DROP DATABASE IF EXISTS ${templateName} WITH (FORCE)`);
    await server.stop();
  };
}

/** Each run at the same time has a directory of its own; one that a killed run left is cleaned up and used. */
async function startForThisRun(): Promise<{ url: string; stop(): Promise<void> }> {
  const checkout = createHash('sha256').update(process.cwd()).digest('hex').slice(0, 8);
  for (let run = 0; run < MOST_RUNS_AT_ONCE; run += 1) {
    const directory = join(tmpdir(), `prism-test-${process.getuid?.() ?? 0}-${checkout}-${run}`);
    const lock = tryLock(directory);
    if (!lock) continue;
    const embedded = await startClean(directory);
    const stop = async () => {
      await embedded.stop();
      await rm(embedded.home, { recursive: true, force: true });
      lock.release();
      await rm(directory, { recursive: true, force: true });
    };
    return { url: embedded.url, stop };
  }
  throw new Error(`more than ${MOST_RUNS_AT_ONCE} test runs at once`);
}

function tryLock(directory: string): { release(): void } | null {
  try {
    return lockDataDir(directory, { waitMs: 0 });
  } catch (error) {
    if (error instanceof DataDirLockedError) return null;
    throw error;
  }
}

/** Without fsync, a crash of the machine can spoil what a killed run left: then it begins anew. */
async function startClean(directory: string): Promise<Embedded> {
  const dataDir = join(directory, 'data');
  try {
    return await startEmbedded({ dataDir, log, settings: CARELESS });
  } catch {
    await rm(dataDir, { recursive: true, force: true });
    return startEmbedded({ dataDir, log, settings: CARELESS });
  }
}

async function runSql(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
