import type { Outcome } from '#lib/graphql/outcome.ts';

/** One row of many to which the same is done. */
export interface BulkItem {
  readonly id: string;
  readonly name: string;
  /** Why it is not even tried; missing = it is. */
  readonly refused?: string | undefined;
}

export interface BulkRow extends BulkItem {
  readonly state: 'waiting' | 'running' | 'done' | 'failed' | 'skipped' | 'stopped';
  /** What became of it: "2 sessions ended", or why not. */
  readonly note: string;
}

/** So many at once: enough to be quick, few enough not to be in anybody's way. */
const AT_ONCE = 4;

export function waiting(items: readonly BulkItem[]): readonly BulkRow[] {
  return items.map((item) => ({
    ...item,
    state: item.refused === undefined ? 'waiting' : 'skipped',
    note: item.refused ?? '',
  }));
}

/**
 * Does it to every row that is waiting, some at once, and tells what became of each. One that fails keeps no other from
 * being done. `signal` ends it: what has begun is brought to its end, the rest is left alone.
 */
export async function runBulk<T>(
  rows: readonly BulkRow[],
  act: (id: string) => Promise<Outcome<T>>,
  options: {
    readonly signal: AbortSignal;
    readonly tell: (row: BulkRow) => void;
    readonly noteOf?: (data: T) => string;
  },
): Promise<void> {
  const { signal, tell, noteOf = () => '' } = options;
  const left = rows.filter(({ state }) => state === 'waiting');
  async function work(): Promise<void> {
    for (let row = left.shift(); row !== undefined; row = left.shift()) {
      if (signal.aborted) {
        tell({ ...row, state: 'stopped', note: 'Not tried.' });
        continue;
      }
      tell({ ...row, state: 'running' });
      const outcome = await act(row.id);
      tell(
        outcome.ok
          ? { ...row, state: 'done', note: noteOf(outcome.data) }
          : { ...row, state: 'failed', note: outcome.problem.message },
      );
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

/** How many of each kind there are; what is still to be done counts for none. */
export function countBulk(rows: readonly BulkRow[]) {
  const of = (...states: readonly BulkRow['state'][]): number =>
    rows.filter(({ state }) => states.includes(state)).length;
  return { done: of('done'), failed: of('failed'), left: of('skipped', 'stopped') };
}
