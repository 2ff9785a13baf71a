import { spawn } from 'node:child_process';
import path from 'node:path';

import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';

import { findSegments } from '../../src/accounting/segment.ts';
import { NO_USAGE } from '../../src/accounting/usage.ts';
import { append, createDrainStage, request, requests } from './drain-stage.ts';
import { differences } from './sums.ts';
import { waitFor } from './wait-for.ts';

const stage = createDrainStage();

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
          const journal = await stage.open();
          const commit = vi.spyOn(journal.backlog, 'commit');
          for (let i = 0; i < replays; i += 1)
            commit.mockRejectedValueOnce(new Error('died before the checkpoint'));
          const drain = stage.drainOf(journal, { batchRows });
          const before = await stage.logged();
          const entries = some.map((over) =>
            request({ ...over, status: over.status as 'success', usage: { ...NO_USAGE, ...over.usage } }),
          );
          await append(journal, ...entries, ...entries.slice(0, 3));
          drain.start();
          await waitFor('all is drained', () => journal.depth().bytes === 0);
          await drain.stop();
          expect(await stage.logged()).toBe(before + some.length);
          expect(await differences(stage.pool)).toEqual([]);
        },
      ),
      { numRuns: 12 },
    );
  });

  test('when the process is killed in the middle of the drain, again and again', async () => {
    const journal = await stage.open();
    for (let i = 0; i < 40; i += 1) await append(journal, ...requests(25));
    await journal.close();
    for (let round = 0; round < 6; round += 1) {
      const before = await stage.logged();
      const child = spawn(process.execPath, [
        path.join(import.meta.dirname, 'drainer.ts'),
        stage.dataDir,
        stage.databaseUrl,
      ]);
      await waitFor('it drains', async () => (await stage.logged()) > before + 20 * round);
      child.kill('SIGKILL');
      await new Promise((resolve) => child.once('exit', resolve));
    }
    expect(await stage.logged()).toBeLessThan(1_000);
    const last = await stage.open();
    const drain = stage.drainOf(last);
    drain.start();
    await drain.flush();
    expect(await stage.logged()).toBe(1_000);
    expect(await differences(stage.pool)).toEqual([]);
    expect(await findSegments(stage.dataDir)).toEqual([]);
  });

  test('when two processes drain the same keys at once', async () => {
    const journals = [await stage.open(), await stage.open()];
    const users = Array.from({ length: 50 }, (_, i) => `user-${i}`);
    for (const [index, journal] of journals.entries()) {
      const ordered = index === 0 ? users : users.toReversed();
      for (let i = 0; i < 30; i += 1)
        await append(journal, ...ordered.map((userName) => request({ userName })));
    }
    const drains = journals.map((journal) => stage.drainOf(journal, { batchRows: 100 }));
    for (const drain of drains) drain.start();
    await Promise.all(drains.map((drain) => drain.flush()));
    expect(drains.map((drain) => drain.stats.failures)).toEqual([0, 0]);
    expect(await stage.logged()).toBe(3_000);
    expect(await differences(stage.pool)).toEqual([]);
  });

  test('when rows come so late that their day has no partition any more', async () => {
    const journal = await stage.open();
    const drain = stage.drainOf(journal);
    drain.start();
    await append(journal, request({ at: Date.UTC(2020, 0, 1) }), request());
    await drain.flush();
    expect(await stage.logged()).toBe(2);
    expect(await differences(stage.pool)).toEqual([]);
  });
});
