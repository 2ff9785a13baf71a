import fs from 'node:fs';

import { describe, expect, test } from 'vitest';

import { findSegments } from '../../src/accounting/segment.ts';
import { createPool } from '../../src/database/client.ts';
import { append, createDrainStage, request, requests } from './drain-stage.ts';
import { createProxy } from './proxy.ts';
import { differences } from './sums.ts';
import { waitFor } from './wait-for.ts';

const stage = createDrainStage();

describe('lines that cannot be stored', () => {
  test('a torn last line of a dead process is skipped and counted', async () => {
    const journal = await stage.open();
    await append(journal, ...requests(3));
    await journal.close();
    const [segment = ''] = await findSegments(stage.dataDir);
    fs.truncateSync(segment, fs.statSync(segment).size - 40);
    const next = await stage.open();
    const drain = stage.drainOf(next);
    drain.start();
    await drain.flush();
    expect(await stage.logged()).toBe(2);
    expect(drain.stats.torn).toBe(1);
    expect(await findSegments(stage.dataDir)).toEqual([]);
  });

  test('a damaged line is put aside with the reason, and the others go on', async () => {
    const journal = await stage.open();
    await append(journal, ...requests(5));
    await journal.close();
    const [segment = ''] = await findSegments(stage.dataDir);
    const bytes = fs.readFileSync(segment);
    const second = bytes.indexOf('\n') + 50;
    bytes[second] = (bytes[second] ?? 0) ^ 1;
    fs.writeFileSync(segment, bytes);
    const drain = stage.drainOf(await stage.open());
    drain.start();
    await drain.flush();
    expect(await stage.logged()).toBe(4);
    expect(stage.quarantined()).toMatchObject([{ reason: 'its checksum does not match' }]);
  });

  test('rows that PostgreSQL refuses are found among thousands and put aside, wherever they stand', async () => {
    const journal = await stage.open();
    const drain = stage.drainOf(journal, { batchRows: 500 });
    const entries = requests(1_200);
    for (const index of [0, 1, 499, 500, 777, 1_199]) entries[index] = request({ tenantId: `bad-${index}` });
    entries[3] = request({ id: '\t' });
    await append(journal, ...entries);
    drain.start();
    await drain.flush();
    expect(await stage.logged()).toBe(1_193);
    expect(await differences(stage.pool)).toEqual([]);
    expect(drain.stats.failures).toBe(0);
    const reasons = stage.quarantined();
    expect(reasons).toHaveLength(7);
    expect(
      reasons.filter(({ reason }) => reason.includes('invalid input syntax for type uuid')),
    ).toHaveLength(6);
    expect(reasons.filter(({ line }) => line.includes('bad-777'))).toHaveLength(1);
  });
});

describe('trouble with the database', () => {
  test('nothing is lost while it is away, and all is there when it is back', async () => {
    const proxy = await createProxy(stage.databaseUrl);
    const shaky = createPool(proxy.url, { max: 3, applicationName: 'shaky' });
    const journal = await stage.open();
    const drain = stage.drainOf(journal, { pool: shaky, batchRows: 50 });
    stage.cleanUp.push(
      () => shaky.end(),
      () => drain.stop(),
      () => proxy.cut(),
    );
    drain.start();
    await append(journal, ...requests(100));
    await drain.flush();
    for (let round = 0; round < 3; round += 1) {
      const seen = await stage.logged();
      const writing = append(journal, ...requests(400));
      await waitFor('a part is there', async () => (await stage.logged()) > seen);
      await proxy.cut();
      await writing;
      await append(journal, ...requests(100));
      await expect(drain.flush()).rejects.toThrow(/ECONNREFUSED|Connection terminated/);
      expect(journal.accepting()).toBe(true);
      await proxy.mend();
      await waitFor('all is there', () => journal.depth().entries === 0);
    }
    expect(drain.stats.failures).toBeGreaterThan(0);
    expect(await stage.logged()).toBe(1_600);
    expect(await differences(stage.pool)).toEqual([]);
  });

  test('connections that the server ends in the middle of a batch are replaced', async () => {
    const journal = await stage.open();
    const own = createPool(stage.databaseUrl, { max: 2, applicationName: 'victim' });
    const drain = stage.drainOf(journal, { pool: own, batchRows: 20 });
    stage.cleanUp.push(
      () => own.end(),
      () => drain.stop(),
    );
    await append(journal, ...requests(1_000));
    drain.start();
    for (let round = 0; round < 5; round += 1) {
      const before = journal.depth().entries;
      await waitFor('it goes on', () => journal.depth().entries < before || before === 0);
      await stage.pool.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'victim' AND datname = current_database()`,
      );
    }
    await waitFor('all is drained', () => journal.depth().entries === 0);
    expect(await stage.logged()).toBe(1_000);
    expect(await differences(stage.pool)).toEqual([]);
  });

  test('stop ends it at once while it waits for the database', { retry: 2 }, async () => {
    const dead = createPool('postgres://nobody@127.0.0.1:1/none', { max: 1, applicationName: 'dead' });
    const journal = await stage.open();
    const drain = stage.drainOf(journal, { pool: dead, random: () => 0.99 });
    stage.cleanUp.push(() => dead.end());
    await append(journal, request());
    drain.start();
    await waitFor('it has failed some times', () => drain.stats.failures >= 3);
    const start = performance.now();
    await drain.stop();
    expect(performance.now() - start).toBeLessThan(300);
    expect(journal.depth().entries).toBe(1);
  });
});
