import { describe, expect, it } from 'vitest';
import { done, failed } from '#lib/graphql/outcome.ts';
import { countBulk, runBulk, waiting } from './bulk-run.ts';
import type { BulkRow } from './bulk-run.ts';

function stage(count: number) {
  const start = waiting(
    Array.from({ length: count }, (_, index) => ({
      id: String(index),
      name: `n${index}`,
      refused: index === 1 ? 'It is you.' : undefined,
    })),
  );
  const rows = new Map(start.map((row) => [row.id, row]));
  return { start, rows, tell: (row: BulkRow) => void rows.set(row.id, row) };
}

const states = (rows: ReadonlyMap<string, BulkRow>) => [...rows.values()].map(({ state }) => state);

describe('the same for many rows', () => {
  it('is done to each but those that are refused, and a failure keeps no other from it', async () => {
    const { start, rows, tell } = stage(6);
    const tried: string[] = [];
    await runBulk(
      start,
      (id) => {
        tried.push(id);
        return Promise.resolve(id === '3' ? failed('conflict', 'No.') : done(id));
      },
      { signal: new AbortController().signal, tell, noteOf: (id) => `did ${id}` },
    );
    expect(tried.toSorted()).toEqual(['0', '2', '3', '4', '5']);
    expect(states(rows)).toEqual(['done', 'skipped', 'done', 'failed', 'done', 'done']);
    expect([rows.get('1')?.note, rows.get('3')?.note, rows.get('5')?.note]).toEqual([
      'It is you.',
      'No.',
      'did 5',
    ]);
    expect(countBulk([...rows.values()])).toEqual({ done: 4, failed: 1, left: 1 });
  });

  it('has at most four at once', async () => {
    const { start, tell } = stage(20);
    let now = 0;
    let most = 0;
    await runBulk(
      start,
      async () => {
        most = Math.max(most, (now += 1));
        await Promise.resolve();
        now -= 1;
        return done(null);
      },
      { signal: new AbortController().signal, tell },
    );
    expect(most).toBe(4);
  });

  it('stops where one says so: what has begun ends, the rest is told not to have been tried', async () => {
    const { start, rows, tell } = stage(10);
    const stop = new AbortController();
    await runBulk(
      start,
      (id) => {
        if (id === '0') stop.abort();
        return Promise.resolve(done(id));
      },
      { signal: stop.signal, tell },
    );
    expect(rows.get('0')?.state).toBe('done');
    expect(rows.get('9')).toMatchObject({ state: 'stopped', note: 'Not tried.' });
    expect(states(rows)).not.toContain('waiting');
  });
});
