import type pg from 'pg';
import { createDrain, type Drain } from './accounting/drain.ts';
import { openJournal, type Journal } from './accounting/journal.ts';
import { createRetention } from './accounting/retention.ts';
import type { Env } from './env.ts';
import type { Logger } from './log.ts';
import type { Snapshots } from './runtime/snapshot.ts';
import type { Undo } from './undo.ts';

export interface LedgerDeps {
  readonly env: Env;
  readonly log: Logger;
  readonly pool: pg.Pool;
  readonly snapshots: Snapshots;
}

/** What has been served: written down at once, moved into the database, kept as long as the settings say. */
export interface Ledger {
  readonly journal: Journal;
  readonly drain: Drain;
}

/**
 * A part of the composition root. It drains from now on.
 *
 * @throws DataDirLockedError
 */
export async function openLedger({ env, log, pool, snapshots }: LedgerDeps, undo: Undo[]): Promise<Ledger> {
  const journal = await openJournal({ dataDir: env.dataDir, fsync: env.journalFsync, log });
  undo.push(() => journal.close());
  const drain = createDrain({ journal, pool, log });
  const retention = createRetention({ pool, log });
  // A database that hangs must not keep the gateway from serving: partitions first, but in the background.
  const draining = retention.start().then(() => drain.start());
  undo.push(async () => {
    await retention.stop();
    await draining;
    await drain.stop();
  });
  undo.push(
    onRetentionChange(snapshots, () => {
      // New limits count at once, not at the next hour. The timer repeats what fails.
      retention.run().catch((error: unknown) => log.warn({ err: error }, 'retention: failed'));
    }),
  );
  return { journal, drain };
}

/** Calls when it has changed how long logs or prompts are kept; the answer ends it. */
function onRetentionChange(snapshots: Snapshots, call: () => void): () => void {
  let { log: known } = snapshots.current().settings;
  return snapshots.onChange(({ settings: { log: next } }) => {
    const isSame =
      next.logRetentionDays === known.logRetentionDays &&
      next.promptRetentionHours === known.promptRetentionHours;
    known = next;
    if (!isSame) call();
  });
}

const LAST_DRAIN_MS = 10_000;

/** For the stop. What cannot be drained in time stays in the journal; the next start takes it over. */
export async function drainJournal({ drain, journal }: Ledger, log: Logger): Promise<void> {
  const late = Symbol('late');
  const timer = new Promise<typeof late>((done) => setTimeout(() => done(late), LAST_DRAIN_MS).unref());
  const outcome = await Promise.race([drain.flush().catch(() => late), timer]);
  if (outcome === late) log.warn({ ...journal.depth() }, 'stopping: the journal is kept for the next start');
}
